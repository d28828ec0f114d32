//! What a stranger to a case tries, and the state read back by its parties after each try. Then the
//! party to whom it belongs makes the same demands. Only what a refused call could have changed is
//! compared: statuses, files, events; what the hub does by itself meanwhile is left out. Judges
//! nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use contract::operations::{Access, Method, Operation, Scope};
use contract::status::CaseStatus;
use serde_json::Value;

use super::estate::{Demand, Estate, Sending, Way, party_in_place_of};
use crate::actor::profile::Profile;
use crate::actor::{Draft, Wanted, described, files, joining};
use crate::check::{Needed as _, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

/// What the parties read of a télédossier: what, and what it was.
pub(crate) type State = BTreeMap<&'static str, String>;

/// A demand that a stranger made.
#[derive(Clone)]
pub(crate) struct Tried {
    /// What was asked.
    pub operation: Operation,
    /// How.
    pub way: Way,
    /// What came of it.
    pub reply: Reply,
    /// What had changed afterwards.
    pub changes: Vec<String>,
}

/// What a scenario keeps of what belongs to others.
#[derive(Clone, Default)]
pub(crate) struct Intrusion {
    /// The case that a stranger is after.
    pub estate: Estate,
    /// The stranger's demands.
    pub tried: Vec<Tried>,
    /// The same demands, by the party.
    pub served: Vec<(Operation, Reply)>,
    /// The state before the stranger came, where one demand is looked at.
    pub before: Option<State>,
}

impl World {
    /// Whether somebody plays a role on the démarche; looks for it among all that the target
    /// declares.
    pub(crate) fn is_played(&mut self, role: Role) -> bool {
        self.assignment().credential(role).is_some() || self.assign_also(role)
    }

    /// A case of the SI with all that can be asked about it, and a case of the stranger's own: next
    /// to it in the same télédossier where a stranger can be a recipient of it, else of another
    /// démarche, where the target has what it takes.
    pub(crate) async fn prepare_estate(&mut self, stranger: Role) -> Step {
        let is_neighbour = matches!(stranger, Role::SecondSi | Role::OtherBranch);
        let mut own = Vec::new();
        if !is_neighbour {
            own.extend(self.case_elsewhere(stranger).await?);
        }
        let neighbour = is_neighbour.then_some(stranger);
        let recipients: Vec<Role> = [Role::Si].into_iter().chain(neighbour).collect();
        let mut draft = self.describe_bare(&recipients)?;
        let profile = self.profile()?;
        for rank in 0..recipients.len() {
            attach_one(&mut draft, &profile, &[rank]);
        }
        self.create_needed(draft).await?;
        self.upload_all().await?;
        self.complete().await?;
        let mut estate = self.fill_estate(party_in_place_of(stranger)).await?;
        if let (Some(neighbour), Some(case)) = (neighbour, self.deposited()?.cases.get(1).cloned())
        {
            let enclosures = self.enclosures(neighbour, 1)?;
            self.join(neighbour, &case, &enclosures, joining(&enclosures, false))
                .await?
                .needed("création d'un événement sur le dossier voisin", 201)?;
            own.extend([case, self.last_event()?]);
        }
        estate.own = own;
        self.memory::<Intrusion>().estate = estate;
        Ok(())
    }

    /// What a party has to read and change of the last télédossier's first case.
    async fn fill_estate(&mut self, party: Role) -> Result<Estate, Stop> {
        let (case, other) = match party {
            Role::Osl => (self.case_id()?, Role::Si),
            _ => (self.case_id()?, Role::Osl),
        };
        let of_the_case = self.need_notification(Role::Si, &Wanted::any(&case)).await?;
        if party == Role::Osl {
            // From where it may be closed.
            self.lead_to(&case, CaseStatus::SiReceived).await?;
        }
        let enclosures = self.enclosures(other, 1)?;
        self.send_files(other, &case, &enclosures, joining(&enclosures, party == Role::Osl))
            .await?;
        let sent = self.last_sending()?;
        let notification = match party {
            Role::Osl => self.need_notification(party, &Wanted::event(&case, &sent.event)).await?,
            _ => of_the_case,
        };
        let filled = self.start_sending(party, &case).await?;
        self.enclose_all(party, &case).await?;
        let open = self.start_sending(party, &case).await?;
        let deposited = self.deposited()?;
        Ok(Estate {
            folder: deposited.id.clone(),
            file: deposited.attachments.first().cloned().unwrap_or_default(),
            case,
            open,
            filled,
            sent,
            notification: notification["id"].as_str().unwrap_or_default().to_owned(),
            status: if party == Role::Osl { "CLOSED" } else { "SENT" },
            own: Vec::new(),
        })
    }

    async fn start_sending(&mut self, role: Role, case: &str) -> Result<Sending, Stop> {
        let enclosures = self.enclosures(role, 1)?;
        self.join(role, case, &enclosures, joining(&enclosures, false))
            .await?
            .needed("création d'un événement avec pièces", 201)?;
        self.last_sending()
    }

    fn last_sending(&self) -> Result<Sending, Stop> {
        let (file, bytes) = self.event_file(1)?;
        Ok(Sending { event: self.last_event()?, file, bytes })
    }

    /// A case of the stranger's own, of another démarche than the one played; none where no
    /// credential of the target deposits one, or receives it.
    async fn case_elsewhere(&mut self, stranger: Role) -> Result<Option<String>, Stop> {
        if !self.folder_elsewhere(stranger).await? {
            return Ok(None);
        }
        self.upload_all().await?;
        self.complete().await?;
        self.case_id().map(Some)
    }

    /// Creates a télédossier of the stranger's own, of another démarche than the one played; says
    /// whether there was a way to.
    pub(crate) async fn folder_elsewhere(&mut self, stranger: Role) -> Result<bool, Stop> {
        let own = self.credential(stranger)?;
        let session = self.session().clone();
        let deposits = stranger.scope() == Scope::Osl;
        let partner = if deposits { Scope::Si } else { Scope::Osl };
        let mut known =
            own.processes.iter().filter(|it| contract::journeys::of(it.as_str()).is_some());
        let found = known.find_map(|process| {
            let mut all = session.credentials.all().iter();
            let suits = |one: &&Arc<Credential>| one.scope == partner && one.covers(process);
            Some((process, all.find(suits)?.clone()))
        });
        let Some((process, partner)) = found else {
            return Ok(false);
        };
        let (depositor, recipient) =
            if deposits { (own.clone(), partner) } else { (partner, own.clone()) };
        let profile = Profile::of(process, &session.target);
        let number = format!("{}{}", profile.number_prefix, session.free_number());
        let organization = recipient.organization.clone();
        let mut draft = Draft::of(&described(process.as_str(), &number, [organization]));
        attach_one(&mut draft, &profile, &[]);
        let reply = self.acting(&depositor).create_folder(&draft).await?;
        if reply.status() != 201 {
            return Ok(false);
        }
        self.remember_deposit(&depositor, draft, &reply);
        Ok(true)
    }

    /// The stranger makes every demand that the matrix leaves to its role, in every way, the state
    /// being read back after each that could change something; then the party makes them.
    pub(crate) async fn intrude(&mut self, stranger: Role) -> Step {
        let estate = self.memory::<Intrusion>().estate.clone();
        let party = party_in_place_of(stranger);
        let demands = estate.demands(stranger.scope());
        let mut before = self.state(party).await?;
        let mut tried = Vec::new();
        for demand in &demands {
            for (way, call) in demand.ways(&estate.own) {
                let reply = self.send_as(stranger, call).await?;
                let mut changes = Vec::new();
                if demand.operation.method() != Method::Get {
                    let after = self.state(party).await?;
                    changes = differences(&before, &after);
                    before = after;
                }
                tried.push(Tried { operation: demand.operation, way, reply, changes });
            }
        }
        let served = self.obtain(party, &demands).await?;
        let memory = self.memory::<Intrusion>();
        (memory.tried, memory.served) = (tried, served);
        Ok(())
    }

    /// The party's own demands; what the documents disagree about may be refused to it too.
    async fn obtain(
        &mut self,
        party: Role,
        demands: &[Demand],
    ) -> Result<Vec<(Operation, Reply)>, Stop> {
        let mut served = Vec::new();
        for demand in demands {
            if demand.operation.access(party.scope()) == Access::Allowed {
                served.push((demand.operation, self.send_as(party, demand.call()).await?));
            }
        }
        Ok(served)
    }

    /// The state of the last télédossier, as its parties see it; that one of them cannot read it is
    /// a state too.
    pub(crate) async fn state(&mut self, party: Role) -> Result<State, Stop> {
        let estate = self.memory::<Intrusion>().estate.clone();
        let folder = self.read_folder().await?;
        let mut state = State::from([
            ("télédossier", read(&folder, settled_as(folder.text("/globalStatus")))),
            ("fichiers", statuses(&folder, "/attachments")),
            ("dossiers", statuses(&folder, "/cases")),
        ]);
        // An SI reads a case once it has been transmitted.
        let deposited = self.deposited()?;
        if let Some(case) = deposited.cases.first().filter(|_| deposited.completed_at.is_some()) {
            let case = case.clone();
            let case = self.read_case(Role::Si, &case).await?;
            state.insert("dossier", read(&case, settled(case.json())));
            state.insert("événements du dossier", statuses(&case, "/events"));
        }
        if estate.case.is_empty() {
            return Ok(state);
        }
        let other = if party == Role::Osl { Role::Si } else { Role::Osl };
        // Whether the other side sees an event in progress is free (D28): its author does.
        for (name, author, sending) in [
            ("événement sans fichier", party, &estate.open),
            ("événement à émettre", party, &estate.filled),
            ("événement émis", other, &estate.sent),
        ] {
            let event = self.read_event(author, &estate.case, &sending.event).await?;
            let files = statuses(&event, "/attachments");
            state.insert(name, format!("{}, {files}", read(&event, settled(event.json()))));
        }
        let sight =
            self.actor(party)?.look(|found| found["id"] == estate.notification.as_str()).await?;
        // In a queue of which only a part is seen, one that is not there may be elsewhere.
        if !(sight.own.is_empty() && sight.full) {
            let there = if sight.own.is_empty() { "absente" } else { "présente" };
            state.insert("notification", there.to_owned());
        }
        Ok(state)
    }

    /// Makes the demand that was prepared as somebody to whom nothing here belongs, the state being
    /// noted before.
    pub(crate) async fn demand_as_stranger(
        &mut self,
        operation: Operation,
        role: Role,
    ) -> Result<Reply, Stop> {
        self.note_state().await?;
        self.demand(operation, role).await
    }

    /// Notes the state of the last télédossier, to be compared with what it is later.
    pub(crate) async fn note_state(&mut self) -> Step {
        self.read_folder().await?.needed("lecture du télédossier par son OSL", 200)?;
        let state = self.state(Role::Osl).await?;
        self.memory::<Intrusion>().before = Some(state);
        Ok(())
    }
}

fn attach_one(draft: &mut Draft, profile: &Profile, cases: &[usize]) {
    let (kind, mime_type) = profile.first_kind();
    let seed = format!("{}-{}", draft.number(), draft.files.len());
    draft.attach(kind, mime_type, files::of(mime_type, &seed), cases);
}

/// What differs between two states, of all that was seen in both: what it was and what it is.
pub(crate) fn differences(before: &State, after: &State) -> Vec<String> {
    let both = after.iter().filter_map(|(what, seen)| Some((what, before.get(what)?, seen)));
    let changed = both.filter(|(_, was, seen)| was != seen);
    changed.map(|(what, was, seen)| format!("{what} : {was}, puis {seen}")).collect()
}

/// What is read of something, or that it cannot be read.
fn read(reply: &Reply, seen: String) -> String {
    if reply.status() == 200 { seen } else { reply.in_short() }
}

/// Ids and statuses, in an order of their own.
fn statuses(reply: &Reply, pointer: &str) -> String {
    let text = |item: &Value| item["id"].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> = reply
        .array(pointer)
        .iter()
        .map(|item| format!("{} {}", text(item), settled(item)))
        .collect();
    found.sort();
    found.join(", ")
}

fn settled(item: &Value) -> String {
    settled_as(item["status"].as_str().unwrap_or_default())
}

/// A hub may pass from completed to notified by itself (contract §6, "Completion"): both are one
/// state here.
fn settled_as(status: &str) -> String {
    if status == "HUBEE_COMPLETED" { "HUBEE_NOTIFIED".to_owned() } else { status.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_seen_both_times_can_have_changed() {
        let before =
            State::from([("dossier", "SENT".to_owned()), ("notification", "présente".into())]);
        let after =
            State::from([("dossier", "DONE".to_owned()), ("fichiers", "a RECEIVED".into())]);
        assert_eq!(differences(&before, &after), ["dossier : SENT, puis DONE"]);
        assert!(differences(&before, &before).is_empty());
    }
}
