//! The account of every case (DEL-01): what was deposited for whom, and what its recipient got.
//! Each fact is also written to `audit.jsonl`, so that the accounts of several shards can be put
//! together. Calls nobody.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;
use std::time::{Duration, Instant};

use contract::ids::{AttachmentId, CaseId, EventId, NotificationId, OrganizationIdentifier};
use parking_lot::Mutex;
use reports::chain::Chain;
use serde::Serialize;

/// A file as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SentFile {
    /// Its id on the hub.
    pub id: AttachmentId,
    /// Its length, in bytes.
    pub size: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A case, from its deposit on.
#[derive(Clone, Debug)]
struct Entry {
    number: Box<str>,
    recipient: OrganizationIdentifier,
    files: Vec<SentFile>,
    confirmed_at: Option<Instant>,
    shown_at: Option<Instant>,
    shown_by: Option<NotificationId>,
    delivered: bool,
    duplicated: bool,
    misdelivered: bool,
    altered: bool,
}

/// One line of `audit.jsonl`.
#[derive(Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
enum Fact<'a> {
    Deposited {
        case: CaseId,
        number: &'a str,
        recipient: &'a OrganizationIdentifier,
        files: &'a [SentFile],
    },
    Shown {
        case: CaseId,
        notification: NotificationId,
        to: &'a OrganizationIdentifier,
    },
    Received {
        case: CaseId,
        by: &'a OrganizationIdentifier,
        whole: bool,
    },
}

/// What was told of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Not seen before: how long after its completion was answered, once that is known.
    First(Option<Duration>),
    /// Seen before.
    Again,
    /// A second one of the same case: it was delivered twice.
    Duplicate,
    /// Not for who saw it.
    Misdelivered,
    /// Of no case of this campaign.
    Foreign,
}

/// Everything the account says at the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// Cases whose completion the hub acknowledged.
    pub deposited: u64,
    /// Those whose recipient got them.
    pub delivered: u64,
    /// Files that were compared.
    pub files_compared: u64,
    /// Numbers of those acknowledged and never got.
    pub lost: Vec<String>,
    /// Those delivered more than once.
    pub duplicated: Vec<String>,
    /// Those shown to somebody else.
    pub misdelivered: Vec<String>,
    /// Those whose files are not the ones sent.
    pub altered: Vec<String>,
}

/// What a notification is of: a new télédossier, or an event.
type Topic = (CaseId, Option<EventId>);

#[derive(Default)]
struct Books {
    cases: HashMap<CaseId, Entry>,
    /// Notifications that some batch showed and nobody took yet.
    arrivals: HashMap<Topic, Vec<(OrganizationIdentifier, NotificationId)>>,
    /// Notifications of cases that are not of this account.
    foreign: HashSet<NotificationId>,
    confirmed: u64,
    delivered: u64,
    files_compared: u64,
}

/// The account.
pub(crate) struct Ledger {
    books: Mutex<Books>,
    journal: Mutex<Option<Chain<BufWriter<File>>>>,
}

impl Ledger {
    /// An empty account, written to a file as well when one is given.
    pub(crate) fn new(path: Option<&Path>) -> io::Result<Self> {
        let journal = path.map(reports::fresh::create).transpose()?;
        let journal = journal.map(|file| Chain::new(BufWriter::new(file)));
        Ok(Self { books: Mutex::new(Books::default()), journal: Mutex::new(journal) })
    }

    fn write(&self, fact: &Fact<'_>) {
        if let Some(journal) = self.journal.lock().as_mut() {
            // A full disk shows when the journal is closed.
            let _ = journal.append(fact);
        }
    }

    /// A case was created on the hub; nobody may see it yet.
    pub(crate) fn created(&self, case: CaseId, number: &str, recipient: &OrganizationIdentifier) {
        let entry = Entry {
            number: number.into(),
            recipient: recipient.clone(),
            files: Vec::new(),
            confirmed_at: None,
            shown_at: None,
            shown_by: None,
            delivered: false,
            duplicated: false,
            misdelivered: false,
            altered: false,
        };
        self.books.lock().cases.insert(case, entry);
    }

    /// A file of a case was taken by the hub.
    pub(crate) fn uploaded(&self, case: CaseId, file: SentFile) {
        if let Some(entry) = self.books.lock().cases.get_mut(&case) {
            entry.files.push(file);
        }
    }

    /// The hub acknowledged the completion of a case. When its notification was seen before that,
    /// tells so.
    pub(crate) fn confirmed(&self, case: CaseId, at: Instant) -> bool {
        let mut books = self.books.lock();
        let Some(entry) = books.cases.get_mut(&case) else {
            return false;
        };
        entry.confirmed_at = Some(at);
        let seen = entry.shown_at.is_some();
        self.write(&Fact::Deposited {
            case,
            number: &entry.number,
            recipient: &entry.recipient,
            files: &entry.files,
        });
        books.confirmed += 1;
        seen
    }

    /// A batch showed a notification to somebody.
    pub(crate) fn shown(
        &self,
        notification: NotificationId,
        case: CaseId,
        event: Option<EventId>,
        to: &OrganizationIdentifier,
        at: Instant,
    ) -> Sight {
        let mut books = self.books.lock();
        let Books { cases, arrivals, foreign, .. } = &mut *books;
        let Some(entry) = cases.get_mut(&case) else {
            // It may be another shard's: whether it was for this system is seen when the accounts
            // are put together.
            if event.is_none() && foreign.insert(notification) {
                self.write(&Fact::Shown { case, notification, to });
            }
            return Sight::Foreign;
        };
        let waiting = arrivals.entry((case, event)).or_default();
        if !waiting.iter().any(|(_, known)| *known == notification) {
            waiting.push((to.clone(), notification));
        }
        if event.is_some() {
            return Sight::Again;
        }
        if entry.recipient != *to {
            entry.misdelivered = true;
            self.write(&Fact::Shown { case, notification, to });
            return Sight::Misdelivered;
        }
        match entry.shown_by {
            Some(known) if known == notification => Sight::Again,
            Some(_) => {
                entry.duplicated = true;
                self.write(&Fact::Shown { case, notification, to });
                Sight::Duplicate
            }
            None => {
                entry.shown_by = Some(notification);
                entry.shown_at = Some(at);
                self.write(&Fact::Shown { case, notification, to });
                Sight::First(
                    entry.confirmed_at.map(|confirmed| at.saturating_duration_since(confirmed)),
                )
            }
        }
    }

    /// Takes the notification of a case and event that some batch showed to an organization.
    pub(crate) fn take(
        &self,
        case: CaseId,
        event: Option<EventId>,
        to: &OrganizationIdentifier,
    ) -> Option<NotificationId> {
        let mut books = self.books.lock();
        let waiting = books.arrivals.get_mut(&(case, event))?;
        let rank = waiting.iter().position(|(recipient, _)| recipient == to)?;
        let (_, notification) = waiting.swap_remove(rank);
        if waiting.is_empty() {
            books.arrivals.remove(&(case, event));
        }
        Some(notification)
    }

    /// A recipient got files of a case: their ids, sizes and digests. Tells whether they are the
    /// ones sent.
    pub(crate) fn received(
        &self,
        case: CaseId,
        by: &OrganizationIdentifier,
        files: &[SentFile],
    ) -> bool {
        let mut books = self.books.lock();
        books.files_compared += files.len() as u64;
        let Some(entry) = books.cases.get_mut(&case) else {
            return false;
        };
        let whole =
            entry.files.len() == files.len() && entry.files.iter().all(|sent| files.contains(sent));
        entry.altered |= !whole;
        let first = !entry.delivered;
        entry.delivered = true;
        entry.files = Vec::new();
        books.delivered += u64::from(first);
        self.write(&Fact::Received { case, by, whole });
        whole
    }

    /// A file outside the deposit (a complement) was compared.
    pub(crate) fn compared(&self, case: CaseId, same: bool) {
        let mut books = self.books.lock();
        books.files_compared += 1;
        if let Some(entry) = books.cases.get_mut(&case) {
            entry.altered |= !same;
        }
    }

    /// Cases acknowledged and not got yet.
    pub(crate) fn undelivered(&self) -> u64 {
        let books = self.books.lock();
        books.confirmed.saturating_sub(books.delivered)
    }

    /// The cases acknowledged and not got yet, and who they are for.
    pub(crate) fn missing(&self) -> Vec<(CaseId, OrganizationIdentifier)> {
        let books = self.books.lock();
        let missing = books
            .cases
            .iter()
            .filter(|(_, entry)| entry.confirmed_at.is_some() && !entry.delivered);
        missing.map(|(case, entry)| (*case, entry.recipient.clone())).collect()
    }

    /// Closes the account.
    pub(crate) fn close(&self) -> io::Result<Account> {
        if let Some(journal) = self.journal.lock().as_mut() {
            journal.flush()?;
        }
        let books = self.books.lock();
        let numbers = |wanted: fn(&Entry) -> bool| {
            let mut numbers: Vec<String> = books
                .cases
                .values()
                .filter(|entry| wanted(entry))
                .map(|entry| entry.number.to_string())
                .collect();
            numbers.sort();
            numbers
        };
        Ok(Account {
            deposited: books.cases.values().filter(|entry| entry.confirmed_at.is_some()).count()
                as u64,
            delivered: books
                .cases
                .values()
                .filter(|entry| entry.confirmed_at.is_some() && entry.delivered)
                .count() as u64,
            files_compared: books.files_compared,
            lost: numbers(|entry| entry.confirmed_at.is_some() && !entry.delivered),
            duplicated: numbers(|entry| entry.duplicated),
            misdelivered: numbers(|entry| entry.misdelivered),
            altered: numbers(|entry| entry.altered),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: serde::de::DeserializeOwned>(number: u8) -> T {
        serde_json::from_str(&format!("\"00000000-0000-4000-8000-0000000000{number:02}\"")).unwrap()
    }

    fn si(branch: &str) -> OrganizationIdentifier {
        format!("SI-21380544300016-{branch}").parse().unwrap()
    }

    fn file(sha256: &str) -> SentFile {
        SentFile { id: id(9), size: 3, sha256: sha256.to_owned() }
    }

    /// A ledger with one confirmed case for the first SI, with one file.
    fn with_a_case() -> Ledger {
        let ledger = Ledger::new(None).unwrap();
        ledger.created(id(1), "DILA-AEC-1-01", &si("1"));
        ledger.uploaded(id(1), file("aa"));
        assert!(!ledger.confirmed(id(1), Instant::now()));
        ledger
    }

    #[test]
    fn a_case_that_nobody_gets_is_lost() {
        let account = with_a_case().close().unwrap();
        assert_eq!(account.lost, ["DILA-AEC-1-01"]);
    }

    #[test]
    fn a_case_that_was_never_acknowledged_is_not() {
        let ledger = Ledger::new(None).unwrap();
        ledger.created(id(1), "DILA-AEC-1-01", &si("1"));
        assert_eq!(ledger.close().unwrap(), Account::default());
    }

    #[test]
    fn a_case_got_once_and_whole_is_delivered() {
        let ledger = with_a_case();
        let sight = ledger.shown(id(2), id(1), None, &si("1"), Instant::now());
        assert!(matches!(sight, Sight::First(Some(_))));
        assert_eq!(ledger.shown(id(2), id(1), None, &si("1"), Instant::now()), Sight::Again);
        assert_eq!(ledger.take(id(1), None, &si("1")), Some(id(2)));
        assert!(ledger.received(id(1), &si("1"), &[file("aa")]));
        let expected =
            Account { deposited: 1, delivered: 1, files_compared: 1, ..Account::default() };
        assert_eq!(ledger.close().unwrap(), expected);
    }

    #[test]
    fn two_notifications_of_one_case_are_a_duplicate() {
        let ledger = with_a_case();
        ledger.shown(id(2), id(1), None, &si("1"), Instant::now());
        assert_eq!(ledger.shown(id(3), id(1), None, &si("1"), Instant::now()), Sight::Duplicate);
        assert_eq!(ledger.close().unwrap().duplicated, ["DILA-AEC-1-01"]);
    }

    #[test]
    fn a_case_shown_to_somebody_else_is_misdelivered() {
        let ledger = with_a_case();
        assert_eq!(ledger.shown(id(2), id(1), None, &si("2"), Instant::now()), Sight::Misdelivered);
        assert_eq!(ledger.close().unwrap().misdelivered, ["DILA-AEC-1-01"]);
    }

    #[test]
    fn other_bytes_or_missing_files_are_an_alteration() {
        for files in [vec![file("bb")], Vec::new()] {
            let ledger = with_a_case();
            assert!(!ledger.received(id(1), &si("1"), &files));
            assert_eq!(ledger.close().unwrap().altered, ["DILA-AEC-1-01"]);
        }
    }

    #[test]
    fn what_is_of_nobody_here_is_foreign() {
        let ledger = with_a_case();
        assert_eq!(ledger.shown(id(2), id(7), None, &si("1"), Instant::now()), Sight::Foreign);
    }

    #[test]
    fn facts_are_written_as_they_come() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("audit.jsonl");
        let ledger = Ledger::new(Some(&path)).unwrap();
        ledger.created(id(1), "DILA-AEC-1-01", &si("1"));
        ledger.confirmed(id(1), Instant::now());
        ledger.received(id(1), &si("1"), &[]);
        ledger.close().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(reports::chain::follow(text.as_bytes()).unwrap(), Some(2));
        let facts: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(facts[0]["fact"], "deposited");
        assert_eq!(facts[1]["whole"], true);
    }
}
