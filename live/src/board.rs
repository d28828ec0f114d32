//! What a page shows: parts, of which the last content counts, and lists, of which the last items
//! do. Whoever writes never waits, and nothing grows with the readers: each reader asks for what
//! has changed since it last looked, so that one that is slow is given less often, not later and
//! later, what stands there.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Serialize, Serializer};
use tokio::sync::watch;

/// How many items of a list are kept: the latest. The page keeps as many (`page.js`).
const KEPT: usize = 200;

/// What is shown. Cloning shares it.
#[derive(Clone)]
pub struct Board {
    state: Arc<Mutex<State>>,
    revision: Arc<watch::Sender<u64>>,
}

/// A content, and the revision of the board that brought it.
type Entry = (u64, Html);

/// A content, shared by all who are to be given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Html(Arc<str>);

impl Serialize for Html {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[derive(Default)]
struct State {
    revision: u64,
    parts: BTreeMap<String, Entry>,
    lists: BTreeMap<String, VecDeque<Entry>>,
    has_ended: bool,
}

/// What has changed since a revision, as the page reads it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Changes {
    /// The revision that it brings the reader to.
    #[serde(skip)]
    pub(crate) revision: u64,
    /// Whether this is all there is: what the page had is void.
    pub(crate) whole: bool,
    /// Parts, by the ids of their elements, in the order in which they were shown.
    pub(crate) parts: Vec<(String, Html)>,
    /// New items of lists, oldest first.
    pub(crate) lists: Vec<(String, Vec<Html>)>,
    /// Whether nothing more will come.
    pub(crate) ended: bool,
}

impl Default for Board {
    fn default() -> Self {
        Self { state: Arc::default(), revision: Arc::new(watch::Sender::new(0)) }
    }
}

impl Board {
    /// Shows a content, HTML, in the element of this id, in place of what it held.
    pub fn show(&self, part: &str, content: String) {
        self.change(|state, revision| {
            let before = state.parts.get(part);
            if before.is_some_and(|(_, shown)| *shown.0 == *content) {
                return false;
            }
            state.parts.insert(part.to_owned(), (revision, Html(content.into())));
            true
        });
    }

    /// Puts an item, HTML, on the list whose element has this id.
    pub fn add(&self, list: &str, item: String) {
        self.change(|state, revision| {
            let items = state.lists.entry(list.to_owned()).or_default();
            if items.len() == KEPT {
                items.pop_front();
            }
            items.push_back((revision, Html(item.into())));
            true
        });
    }

    /// Says that nothing more will come.
    pub(crate) fn end(&self) {
        self.change(|state, _| {
            state.has_ended = true;
            true
        });
    }

    fn change(&self, make: impl FnOnce(&mut State, u64) -> bool) {
        let mut state = self.state.lock();
        let revision = state.revision + 1;
        if make(&mut state, revision) {
            state.revision = revision;
            drop(state);
            self.revision.send_modify(|told| *told = revision.max(*told));
        }
    }

    /// Told of each change, by the revision alone.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// What has changed since a revision; everything, to who has none or has one that never was.
    pub(crate) fn since(&self, revision: Option<u64>) -> Option<Changes> {
        let state = self.state.lock();
        let known = revision.filter(|known| *known <= state.revision);
        if known == Some(state.revision) {
            return None;
        }
        let is_new = |entry: &&Entry| known.is_none_or(|known| entry.0 > known);
        let mut parts: Vec<_> = state.parts.iter().filter(|(_, entry)| is_new(entry)).collect();
        parts.sort_by_key(|(_, (shown, _))| *shown);
        let lists = state.lists.iter().map(|(name, items)| {
            let items = items.iter().filter(is_new).map(|(_, item)| item.clone());
            (name.clone(), items.collect::<Vec<_>>())
        });
        Some(Changes {
            revision: state.revision,
            whole: known.is_none(),
            parts: parts.into_iter().map(|(id, (_, html))| (id.clone(), html.clone())).collect(),
            lists: lists.filter(|(_, items)| !items.is_empty()).collect(),
            ended: state.has_ended,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(changes: &Changes) -> (Vec<&str>, Vec<&str>) {
        let parts = changes.parts.iter().map(|(_, html)| &*html.0).collect();
        let items = changes.lists.iter().flat_map(|(_, items)| items.iter().map(|item| &*item.0));
        (parts, items.collect())
    }

    #[test]
    fn a_reader_is_given_what_has_changed_since_it_looked_and_a_new_one_everything() {
        let board = Board::default();
        board.show("b", "one".into());
        board.show("a", "two".into());
        board.add("calls", "first".into());
        let all = board.since(None).unwrap();
        assert!(all.whole && !all.ended);
        assert_eq!(texts(&all), (vec!["one", "two"], vec!["first"]), "in the order shown");
        assert_eq!(board.since(Some(all.revision)), None);
        board.show("a", "two".into());
        assert_eq!(board.since(Some(all.revision)), None, "the same content is no change");
        board.show("a", "three".into());
        board.add("calls", "second".into());
        let more = board.since(Some(all.revision)).unwrap();
        assert!(!more.whole);
        assert_eq!(texts(&more), (vec!["three"], vec!["second"]));
        assert!(board.since(Some(999)).unwrap().whole, "a revision that never was");
        board.end();
        assert!(board.since(Some(more.revision)).unwrap().ended);
    }

    #[test]
    fn what_is_kept_is_bounded_whether_anybody_reads_or_not() {
        let board = Board::default();
        let reader = board.changes();
        for number in 0..10_000 {
            board.add("calls", format!("call {number}"));
            board.show("count", number.to_string());
        }
        let all = board.since(Some(1)).unwrap();
        let (parts, items) = texts(&all);
        assert_eq!(parts, ["9999"]);
        assert_eq!((items.len(), items[0], items[KEPT - 1]), (KEPT, "call 9800", "call 9999"));
        assert_eq!(*reader.borrow(), all.revision, "a reader that lags has one number to read");
    }
}
