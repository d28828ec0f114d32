//! Who calls: the systems behind the credentials of a target file, each with its own token, in
//! cells. A cell is a set of recipients that are only written to from within it, so that a shard
//! that takes whole cells audits them by itself.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use contract::ids::{OrganizationIdentifier, ProcessCode};
use contract::journeys;
use contract::operations::Scope;
use http::{HeaderMap, HeaderName, HeaderValue};
use parking_lot::Mutex;
use scenarios::actor::profile::Profile;
use scenarios::target::{Credential, Target};

use crate::manners::Manners;

/// Most cells: how many shards a campaign can be cut into.
const MOST_CELLS: usize = 64;
/// Recipients that a cell must have: a télédossier may have three.
const CELL_RECIPIENTS: usize = 3;

/// A target that cannot carry a campaign.
#[derive(Debug, thiserror::Error)]
pub enum SystemsError {
    /// Nobody to look at queues.
    #[error(
        "the target file has no SI credential: a campaign needs systems that look at their queues"
    )]
    NoRecipient,
    /// Nobody to deposit for the recipients there are.
    #[error(
        "no OSL credential of the target file covers a démarche of an SI credential: nothing can be deposited; give one, or a plan with polls alone"
    )]
    NoDepositor,
    /// More shards than cells.
    #[error(
        "{shards} shards are too many for this target, whose recipients make {cells} cells: use at most {cells}"
    )]
    TooManyShards {
        /// Asked for.
        shards: u64,
        /// There are.
        cells: usize,
    },
}

/// One credential and what it may do.
pub struct System {
    /// Its credential.
    pub credential: Arc<Credential>,
    /// Its organization; none for an administrator.
    pub organization: Option<OrganizationIdentifier>,
    /// What a gateway wants on its calls.
    pub(crate) headers: HeaderMap,
    /// The headers of all its calls, put together by its first one.
    pub(crate) head: OnceLock<HeaderMap>,
    /// Its token, as a header, and until when it is used.
    pub(crate) token: Mutex<Option<(HeaderValue, Instant)>>,
    /// Held by whoever asks for a new one.
    pub(crate) renewing: tokio::sync::Mutex<()>,
}

impl System {
    fn new(credential: &Credential) -> Self {
        // Those that cannot be sent are refused where calls are prepared.
        let own = credential.headers.iter().filter_map(|(name, value)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.reveal()).ok()?))
        });
        Self {
            credential: Arc::new(credential.clone()),
            organization: credential.organization.clone(),
            headers: own.collect(),
            head: OnceLock::new(),
            token: Mutex::new(None),
            renewing: tokio::sync::Mutex::new(()),
        }
    }
}

/// A démarche with somebody to deposit and somebody to receive.
pub struct Link {
    /// Its code.
    pub process: ProcessCode,
    /// What may be attached.
    pub profile: Profile,
    /// Who deposits.
    pub depositor: Arc<System>,
    /// What asks for those who may be written to.
    pub(crate) subscriptions_query: String,
    /// How the hub handles what is deposited.
    pub(crate) manners: Manners,
}

/// Recipients that are written to together.
#[derive(Default)]
pub struct Cell {
    /// All of them.
    pub recipients: Vec<Arc<System>>,
    /// By the démarche that they are written to for, those of different organizations.
    pub by_link: Vec<(usize, Vec<Arc<System>>)>,
}

/// The systems of a target.
pub struct Systems {
    /// Démarches that can be deposited for.
    pub links: Vec<Link>,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// Mime types whose files are made of a head, a tail and text between them, at any size.
pub(crate) const MADE: [&str; 4] =
    ["application/pdf", "application/xml", "application/json", "text/plain"];

impl Systems {
    /// Reads the systems of a target.
    ///
    /// # Errors
    /// When it has no recipient, or none that can be written to though deposits are planned.
    pub fn of(target: &Target, deposits: bool) -> Result<Self, SystemsError> {
        let mut links: Vec<Link> = Vec::new();
        let mut by_process: HashMap<ProcessCode, usize> = HashMap::new();
        let taken = taken(target);
        for credential in target.credentials.iter().filter(|c| c.scope == Scope::Osl) {
            let depositor = Arc::new(System::new(credential));
            for process in credential.processes.iter().filter(|process| taken(process)) {
                let profile = usable(Profile::of(process, target));
                if profile.attachments.is_empty() || by_process.contains_key(process) {
                    continue;
                }
                by_process.insert(process.clone(), links.len());
                links.push(Link {
                    process: process.clone(),
                    profile,
                    depositor: depositor.clone(),
                    subscriptions_query: subscriptions_query(process),
                    manners: Manners::UNKNOWN,
                });
            }
        }
        let recipients: Vec<Arc<System>> = target
            .credentials
            .iter()
            .filter(|credential| credential.scope == Scope::Si)
            .map(|credential| Arc::new(System::new(credential)))
            .collect();
        if recipients.is_empty() {
            return Err(SystemsError::NoRecipient);
        }
        // Recipients of one démarche stay together, or cells would be too small to write to several
        // of them.
        let mut ordered = recipients;
        ordered.sort_by_key(|system| {
            system
                .credential
                .processes
                .iter()
                .filter_map(|process| by_process.get(process))
                .min()
                .copied()
        });
        let count = (ordered.len() / CELL_RECIPIENTS).clamp(1, MOST_CELLS);
        let mut cells: Vec<Cell> = (0..count).map(|_| Cell::default()).collect();
        let size = ordered.len().div_ceil(count);
        for (rank, system) in ordered.into_iter().enumerate() {
            cells[rank / size].add(system, &by_process);
        }
        cells.retain(|cell| !cell.recipients.is_empty());
        let systems = Self { links, cells };
        if deposits && !systems.are_linked() {
            return Err(SystemsError::NoDepositor);
        }
        Ok(systems)
    }

    /// How the hub handles what a recipient gets.
    pub(crate) fn manners_for(&self, recipient: &System) -> Manners {
        let link = self.links.iter().find(|link| recipient.credential.covers(&link.process));
        link.map_or(Manners::UNKNOWN, |link| link.manners)
    }

    /// The recipients of a link, in all cells.
    pub(crate) fn recipients_of(&self, link: usize) -> impl Iterator<Item = &Arc<System>> {
        let lists = self.cells.iter().flat_map(|cell| &cell.by_link);
        lists.filter(move |(of, _)| *of == link).flat_map(|(_, recipients)| recipients)
    }

    /// Writes to these recipients of a link no more.
    pub(crate) fn leave_out(&mut self, link: usize, left_out: impl Fn(&System) -> bool) {
        for cell in &mut self.cells {
            for (_, recipients) in cell.by_link.iter_mut().filter(|(of, _)| *of == link) {
                recipients.retain(|system| !left_out(system));
            }
            cell.by_link.retain(|(_, recipients)| !recipients.is_empty());
        }
    }

    /// Whether anybody can be written to.
    pub(crate) fn are_linked(&self) -> bool {
        self.cells.iter().any(|cell| !cell.by_link.is_empty())
    }
}

fn subscriptions_query(process: &ProcessCode) -> String {
    let mut query = url::form_urlencoded::Serializer::for_suffix(String::from("?"), 1);
    query.append_pair("processCode", process.as_str()).append_pair("maxResult", "25");
    query.finish()
}

/// The démarches on which a hub is known to take deposits: those in use, and the sandbox. Others
/// may be there to refuse them (inactive ones, for instance), and are deposited on only when a
/// target has no known one.
fn taken(target: &Target) -> impl Fn(&ProcessCode) -> bool {
    let is_known = |process: &ProcessCode| {
        journeys::of(process.as_str()).is_some() || target.sandbox.process.as_ref() == Some(process)
    };
    let depositors = target.credentials.iter().filter(|c| c.scope == Scope::Osl);
    let any_known = depositors.flat_map(|c| &c.processes).any(is_known);
    move |process| !any_known || is_known(process)
}

impl Cell {
    fn add(&mut self, system: Arc<System>, by_process: &HashMap<ProcessCode, usize>) {
        for process in &system.credential.processes {
            let Some(link) = by_process.get(process) else {
                continue;
            };
            match self.by_link.iter_mut().find(|(known, _)| known == link) {
                None => self.by_link.push((*link, vec![system.clone()])),
                Some((_, known))
                    if known.iter().all(|other| other.organization != system.organization) =>
                {
                    known.push(system.clone());
                }
                Some(_) => {}
            }
        }
        self.recipients.push(system);
    }
}

/// The attachments of a profile that can be made at any size.
fn usable(mut profile: Profile) -> Profile {
    for (_, mime_types) in &mut profile.attachments {
        mime_types.retain(|mime_type| MADE.contains(&mime_type.as_str()));
    }
    profile.attachments.retain(|(_, mime_types)| !mime_types.is_empty());
    profile
}

/// A part of a campaign: whole cells, by their rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its rank, from 0.
    pub index: u64,
    /// How many there are.
    pub count: u64,
}

impl Shard {
    /// The whole campaign.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Whether it takes a cell.
    pub const fn takes(self, cell: usize) -> bool {
        cell as u64 % self.count == self.index
    }

    /// The share of the cells that it takes.
    pub fn share(self, cells: usize) -> f64 {
        (0..cells).filter(|cell| self.takes(*cell)).count() as f64 / cells.max(1) as f64
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    /// Reads `2/8`: the third of eight, as Kubernetes counts them.
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text
            .split_once('/')
            .and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match parsed {
            Some((index, count)) if index < count => Ok(Self { index, count }),
            _ => {
                Err(format!("\"{text}\" is no shard: write I/N, with I from 0 to N-1, such as 0/4"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn target(processes: &str) -> Target {
        let credential = |scope: &str| {
            format!(
                "[[credential]]\nscope = '{scope}'\nclient_id = '{scope}'\nclient_secret = 's'\n\
                 organization = {{ type = '{scope}', companyRegister = '00000000000001', branchCode = '1' }}\n\
                 processes = {processes}\n"
            )
        };
        let text = format!(
            "[hub]\nname = 'essai'\nteledossiers_url = 'http://127.0.0.1/t'\n\
             referential_url = 'http://127.0.0.1/r'\ntoken_url = 'http://127.0.0.1/token'\n\
             [sandbox]\nprocess = 'ETALON'\n{}{}",
            credential("OSL"),
            credential("SI")
        );
        Target::parse(&text, Path::new("target.toml")).unwrap()
    }

    fn linked(processes: &str) -> Vec<String> {
        let systems = Systems::of(&target(processes), true).unwrap();
        systems.links.iter().map(|link| link.process.to_string()).collect()
    }

    #[test]
    fn deposits_go_where_they_are_known_to_be_taken() {
        assert_eq!(linked("['EtatCivil', 'ETALON', 'INACTIF']"), ["EtatCivil", "ETALON"]);
        assert_eq!(linked("['OURS', 'THEIRS']"), ["OURS", "THEIRS"]);
    }
}
