//! What a hub must hold after what it accepted. Ids are the hub's own; everything else is known
//! beforehand.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::action::Content;
use crate::roles::Role;
use crate::setting::Setting;
use crate::transitions::Side;

/// The statuses that something may have: one when the contract says which, several where hubs may
/// differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Possible(Vec<String>);

impl Possible {
    /// This one.
    pub(crate) fn only(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// One of these.
    pub(crate) fn any<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// One of these, or one of those.
    pub(crate) fn or(&self, other: &str) -> Self {
        let mut names = self.0.clone();
        if !names.iter().any(|name| name == other) {
            names.push(other.to_owned());
        }
        Self(names)
    }

    /// Whether this one may be.
    pub(crate) fn allows(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }

    /// Whether it is this one for certain.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.0.len() == 1 && self.allows(name)
    }

    /// The names.
    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }

    /// In French.
    pub(crate) fn in_french(&self) -> String {
        self.0.join(" ou ")
    }
}

/// A file of a télédossier or of an event.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its id.
    pub(crate) id: String,
    /// What was announced: the object that was sent.
    pub(crate) announced: Value,
    /// The bytes that will be sent.
    pub(crate) bytes: Bytes,
    /// What they are.
    pub(crate) content: Content,
    /// Where it stands.
    pub(crate) status: Possible,
    /// The cases that get it, by rank; empty for an event's.
    pub(crate) recipients: Vec<usize>,
}

/// A télédossier.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// Its id.
    pub(crate) id: String,
    /// The body that was sent.
    pub(crate) sent: Value,
    /// Whether the technical headers were.
    pub(crate) headers: bool,
    /// Where it stands.
    pub(crate) status: Possible,
    /// Whether it was completed.
    pub(crate) completed: bool,
    /// Whether it was deleted.
    pub(crate) deleted: bool,
    /// The closing date that was sent with the last closing.
    pub(crate) closed_at: Option<String>,
    /// Its cases, in the order sent.
    pub(crate) cases: Vec<Case>,
    /// Its files, in the order sent.
    pub(crate) files: Vec<File>,
}

impl Folder {
    /// Its number.
    pub(crate) fn number(&self) -> &str {
        self.sent["externalId"].as_str().unwrap_or_default()
    }

    /// Whether its cases can be worked on.
    pub(crate) fn is_open(&self) -> bool {
        self.completed && !self.deleted
    }
}

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Its id.
    pub(crate) id: String,
    /// Its number.
    pub(crate) number: String,
    /// Who receives it.
    pub(crate) recipient: Role,
    /// Where it stands.
    pub(crate) status: Possible,
    /// Its events, oldest first, those deleted included.
    pub(crate) events: Vec<Event>,
}

/// An event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// Its id.
    pub(crate) id: String,
    /// Who made it.
    pub(crate) by: Side,
    /// What was sent.
    pub(crate) sent: Value,
    /// Where it stands.
    pub(crate) status: Possible,
    /// Its files.
    pub(crate) files: Vec<File>,
    /// Whether it was deleted.
    pub(crate) deleted: bool,
}

impl Event {
    /// Its type.
    pub(crate) fn kind(&self) -> &str {
        self.sent["actionType"].as_str().unwrap_or_default()
    }

    /// Whether the other side is to be notified of it.
    pub(crate) fn notifies(&self) -> bool {
        self.sent["notification"] == true
    }

    /// Whether it waits for its files, or to be sent.
    pub(crate) fn is_in_progress(&self) -> bool {
        !self.deleted && self.status.is("IN_PROGRESS")
    }
}

/// A notification that must come, or that a hub may send (D18).
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Whose queue.
    pub(crate) queue: Role,
    /// About which case.
    pub(crate) case: String,
    /// About which event; none for a new télédossier.
    pub(crate) event: Option<String>,
    /// Whether it must come.
    pub(crate) required: bool,
    /// Its id, once it was seen.
    pub(crate) id: Option<String>,
    /// Whether it was deleted.
    pub(crate) deleted: bool,
}

impl Notice {
    /// Whether it must be in its queue.
    pub(crate) fn must_be_there(&self) -> bool {
        self.required && !self.deleted
    }
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Where it is played.
    pub(crate) setting: Arc<Setting>,
    /// Télédossiers, in the order of their creation, those deleted included.
    pub(crate) folders: Vec<Folder>,
    /// Notifications, in the order of what caused them.
    pub(crate) notices: Vec<Notice>,
    /// What the last look into each queue showed of ours.
    pub(crate) sights: Vec<(Role, Vec<Value>)>,
}

/// Where a case is: the ranks of its télédossier and of itself.
pub(crate) type CasePlace = (usize, usize);
/// Where an event is.
pub(crate) type EventPlace = (usize, usize, usize);
/// Where a file of an event is.
pub(crate) type EventFilePlace = (usize, usize, usize, usize);

impl Model {
    /// Nothing yet.
    pub fn new(setting: Arc<Setting>) -> Self {
        Self { setting, ..Self::default() }
    }

    /// The télédossiers that are there and suit.
    pub(crate) fn folders_where(&self, suits: impl Fn(&Folder) -> bool) -> Vec<usize> {
        let mut found = Vec::new();
        for (rank, folder) in self.folders.iter().enumerate() {
            if !folder.deleted && suits(folder) {
                found.push(rank);
            }
        }
        found
    }

    /// The cases that can be worked on and suit.
    pub(crate) fn cases_where(&self, suits: impl Fn(&Case) -> bool) -> Vec<CasePlace> {
        let mut found = Vec::new();
        for (folder_rank, folder) in self.folders.iter().enumerate() {
            for (rank, case) in folder.cases.iter().enumerate() {
                if folder.is_open() && suits(case) {
                    found.push((folder_rank, rank));
                }
            }
        }
        found
    }

    /// The events that are there and suit.
    pub(crate) fn events_where(&self, suits: impl Fn(&Event) -> bool) -> Vec<EventPlace> {
        let mut found = Vec::new();
        for (folder, case) in self.cases_where(|_| true) {
            for (rank, event) in self.folders[folder].cases[case].events.iter().enumerate() {
                if !event.deleted && suits(event) {
                    found.push((folder, case, rank));
                }
            }
        }
        found
    }

    /// The files of events that are there and suit.
    pub(crate) fn event_files_where(
        &self,
        suits: impl Fn(&Event, &File) -> bool,
    ) -> Vec<EventFilePlace> {
        let mut found = Vec::new();
        for (folder, case, event) in self.events_where(|_| true) {
            let holder = self.event((folder, case, event));
            for (rank, file) in holder.files.iter().enumerate() {
                if suits(holder, file) {
                    found.push((folder, case, event, rank));
                }
            }
        }
        found
    }

    /// A case.
    pub(crate) fn case(&self, (folder, case): CasePlace) -> &Case {
        &self.folders[folder].cases[case]
    }

    /// A case, to be changed.
    pub(crate) fn case_mut(&mut self, (folder, case): CasePlace) -> &mut Case {
        &mut self.folders[folder].cases[case]
    }

    /// An event.
    pub(crate) fn event(&self, (folder, case, event): EventPlace) -> &Event {
        &self.folders[folder].cases[case].events[event]
    }

    /// An event, to be changed.
    pub(crate) fn event_mut(&mut self, (folder, case, event): EventPlace) -> &mut Event {
        &mut self.folders[folder].cases[case].events[event]
    }

    /// Who is on a side of a case.
    pub(crate) fn role_on(&self, place: CasePlace, side: Side) -> Role {
        match side {
            Side::Osl => Role::Osl,
            Side::Si => self.case(place).recipient,
        }
    }

    /// A télédossier was completed: it and its cases are notified, and every recipient learns of
    /// it.
    pub(crate) fn completed(&mut self, rank: usize) {
        let folder = &mut self.folders[rank];
        folder.completed = true;
        folder.status = Possible::only("HUBEE_NOTIFIED");
        for case in &mut folder.cases {
            case.status = Possible::only("HUBEE_NOTIFIED");
            self.notices.push(notice(case.recipient, &case.id, None, true));
        }
    }

    /// An event was sent: the other side learns of it, if that was asked.
    pub(crate) fn sent(&mut self, place: EventPlace) {
        let event = self.event_mut(place);
        event.status = Possible::only("SENT");
        let (id, side, notifies) = (event.id.clone(), event.by, event.notifies());
        if notifies {
            let case = (place.0, place.1);
            let queue = self.role_on(case, side.other());
            let case = self.case(case).id.clone();
            self.notices.push(notice(queue, &case, Some(id), true));
        }
    }

    /// An event was acknowledged: its author may learn of it (D18).
    pub(crate) fn acknowledged(&mut self, place: EventPlace) {
        let event = self.event_mut(place);
        event.status = Possible::only("RECEIVED");
        let (id, side) = (event.id.clone(), event.by);
        let case = (place.0, place.1);
        let queue = self.role_on(case, side);
        let case = self.case(case).id.clone();
        self.notices.push(notice(queue, &case, Some(id), false));
    }
}

/// One of these, by its rank counted round.
pub(crate) fn picked<T: Clone>(found: &[T], rank: u8) -> Option<T> {
    found.get(usize::from(rank) % found.len().max(1)).cloned()
}

/// A télédossier's name in a sentence.
pub(crate) fn folder_name(rank: usize) -> String {
    format!("le télédossier {}", rank + 1)
}

/// A case's name in a sentence.
pub(crate) fn case_name((folder, case): CasePlace) -> String {
    format!("le dossier {} du télédossier {}", case + 1, folder + 1)
}

/// An event's name in a sentence.
pub(crate) fn event_name((folder, case, event): EventPlace) -> String {
    format!("l'événement {} sur {}", event + 1, case_name((folder, case)))
}

fn notice(queue: Role, case: &str, event: Option<String>, required: bool) -> Notice {
    Notice { queue, case: case.to_owned(), event, required, id: None, deleted: false }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with_one_case() -> Model {
        let case = Case {
            id: "c".to_owned(),
            number: "N-01".to_owned(),
            recipient: Role::Si,
            status: Possible::only("HUBEE_RECEIVED"),
            events: Vec::new(),
        };
        let folder = Folder {
            id: "f".to_owned(),
            sent: json!({ "externalId": "N" }),
            headers: false,
            status: Possible::only("HUBEE_RECEIVED"),
            completed: false,
            deleted: false,
            closed_at: None,
            cases: vec![case],
            files: Vec::new(),
        };
        Model { folders: vec![folder], ..Model::default() }
    }

    fn event(by: Side, notification: bool) -> Event {
        Event {
            id: "e".to_owned(),
            by,
            sent: json!({ "actionType": "COM_ADD", "notification": notification }),
            status: Possible::only("SENT"),
            files: Vec::new(),
            deleted: false,
        }
    }

    #[test]
    fn cases_are_worked_on_only_once_they_were_notified() {
        let mut model = with_one_case();
        assert!(model.cases_where(|_| true).is_empty());
        model.completed(0);
        assert_eq!(model.cases_where(|_| true), [(0, 0)]);
        assert!(model.case((0, 0)).status.is("HUBEE_NOTIFIED"));
        assert_eq!(model.notices[0].queue, Role::Si);
    }

    #[test]
    fn an_event_notifies_the_other_side_and_only_if_asked() {
        for (by, asked, told) in [
            (Side::Si, true, Some(Role::Osl)),
            (Side::Osl, true, Some(Role::Si)),
            (Side::Si, false, None),
        ] {
            let mut model = with_one_case();
            model.case_mut((0, 0)).events.push(event(by, asked));
            model.sent((0, 0, 0));
            assert_eq!(model.notices.first().map(|notice| notice.queue), told);
        }
    }

    #[test]
    fn an_acknowledgement_may_be_notified_and_need_not() {
        let mut model = with_one_case();
        model.case_mut((0, 0)).events.push(event(Side::Si, false));
        model.acknowledged((0, 0, 0));
        assert_eq!(model.notices[0].queue, Role::Si);
        assert!(!model.notices[0].required);
    }
}
