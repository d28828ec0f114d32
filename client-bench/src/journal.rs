//! The record of a session: the client's exchanges in the order in which they ended, and between
//! them the bench's own marks, which say what the bench did and when. One JSON object a line, in
//! `exchanges.jsonl`, in the form of every record (`reports::chain`). Secrets never reach it:
//! tokens are told apart by fingerprints, salted anew in each run.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use contract::exchange::{Answer, Exchange, hexadecimal};
use contract::misbehaviour::Misbehaved;
use contract::operations::Scope;
use reports::chain::{ChainError, Record};
use reports::directory::EXCHANGES_FILE;
use reports::event::{Event, Evidence};
use reports::{ReportError, manifest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The header under which a token's fingerprint stands in a recorded exchange: of the token that a
/// request carries, and of the token that an answer gives.
pub(crate) const FINGERPRINT: &str = "x-etalon-token-fingerprint";

/// One line of the record.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// A call of the client.
    Exchange(Box<Exchange>),
    /// What the bench did.
    Mark(Mark),
}

/// What the bench did, or saw beside the exchanges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Mark {
    /// The session starts.
    Started(Box<Started>),
    /// A scenario starts.
    ScenarioStarted {
        /// Its id.
        scenario: String,
        /// The démarche it plays on.
        process: String,
        /// Whom the client is told to address, or to enrol; none in a record that does not know.
        #[serde(default)]
        recipients: Vec<String>,
        /// When.
        at: String,
    },
    /// The bench deposited a télédossier, addressed to the client.
    Deposited(Deposit),
    /// The bench, as the OSL or as the SI, sent an event that notifies the client.
    EventSent(EventSent),
    /// The bench gave a case a status, with an event that notifies the client.
    StatusSet {
        /// The case.
        case: String,
        /// The status.
        status: String,
    },
    /// The bench will misbehave.
    Armed {
        /// How, in French.
        #[serde(rename = "fault")]
        misbehaviour: String,
    },
    /// The bench misbehaved.
    Misbehaved(Misbehaved),
    /// What the judge needs of a call whose bodies are not kept.
    Gist(Gist),
    /// The client's program was started.
    ClientStarted,
    /// The client's program ended.
    ClientEnded {
        /// Its exit code; `None` when it was ended by a signal.
        code: Option<i32>,
        /// Whether the bench ended it.
        by_us: bool,
    },
    /// The client had its turn.
    PassEnded {
        /// Why the turn is over.
        why: PassEnd,
        /// Whether the client was still working when its time was up: what it had not done by then
        /// proves nothing.
        #[serde(default)]
        busy: bool,
    },
    /// A scenario ended.
    ScenarioEnded {
        /// Its id.
        scenario: String,
        /// The notifications that the client left.
        pending: Vec<String>,
    },
    /// The session ended.
    Finished {
        /// When.
        at: String,
        /// Whether somebody stopped it.
        interrupted: bool,
    },
}

/// Why a turn of the client is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassEnd {
    /// Everything that was expected was done.
    Done,
    /// The program ended.
    Exited,
    /// It has had long enough.
    TimeLimit,
    /// The program had not ended when its time was up: the bench ended it.
    Cut,
    /// Somebody stopped the session.
    Interrupted,
}

/// The facts of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// Identifier of the run.
    pub run: String,
    /// When.
    pub at: String,
    /// Version of étalon.
    pub etalon: String,
    /// What the client plays.
    pub actor: Scope,
    /// The scope that it asks for, when it is not the actor's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The démarches.
    pub processes: Vec<String>,
    /// Where the bench answers.
    pub url: String,
    /// Rules that the client openly does not offer, with the reason.
    pub not_offered: std::collections::BTreeMap<String, String>,
    /// Name and version of the client, as it gives them.
    pub software: String,
    /// The features played, when it is only a part.
    pub features: Vec<String>,
}

impl Started {
    /// The scope that the client asks for.
    pub fn scope(&self) -> Scope {
        self.scope.unwrap_or(self.actor)
    }
}

/// A télédossier addressed to the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deposit {
    /// Folder number.
    pub number: String,
    /// The case that is the client's.
    pub case: String,
    /// The démarche.
    pub process: String,
    /// The files addressed to that case.
    pub attachments: Vec<Piece>,
    /// Whether the client finds that case gone.
    pub gone: bool,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Its id.
    pub id: String,
    /// Its status.
    pub status: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Piece {
    /// Whether it is there to be downloaded.
    pub(crate) fn is_received(&self) -> bool {
        self.status == "RECEIVED"
    }
}

/// What the judge needs of the bodies of a call, where they are not kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gist {
    /// The call.
    pub exchange: String,
    /// Of what the client sent; null when it is kept.
    pub sent: Value,
    /// Of what it received; null when it is kept.
    pub received: Value,
}

/// An event that notifies the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventSent {
    /// The case.
    pub case: String,
    /// The event.
    pub event: String,
    /// Its type of action.
    pub action: String,
    /// Its files.
    pub attachments: Vec<Piece>,
}

/// Why a record cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be read.
    #[error("cannot read {}: {source}; give the exchanges.jsonl of a report of `etalon certify client`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is none of ours.
    #[error("{}, the record of a client: {source}", path.display())]
    BadLine {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ChainError,
    },
    /// It is not as the session left it.
    #[error(transparent)]
    Altered(#[from] ReportError),
    /// It says nothing of a session.
    #[error("{} is not the record of a session of `etalon certify client`: no bench marked its start", .0.display())]
    NoSession(PathBuf),
}

/// Reads a record, once it was held to its chain, and to the manifest that lies beside it. The last
/// line may be unfinished, when the run was killed: it is left out.
pub fn read(path: &Path) -> Result<Vec<Line>, JournalError> {
    if let (Some(directory), true) = (path.parent(), path.ends_with(EXCHANGES_FILE)) {
        manifest::hold(directory, &[EXCHANGES_FILE])?;
    }
    let unreadable = |source| JournalError::Unreadable { path: path.to_owned(), source };
    let mut lines = Vec::new();
    for line in Record::new(BufReader::new(File::open(path).map_err(unreadable)?)) {
        let bad = |source| JournalError::BadLine { path: path.to_owned(), source };
        let (number, value) = line.map_err(|source| match source {
            ChainError::Reading(source) => unreadable(source),
            source => bad(source),
        })?;
        let line = parse(value).map_err(|source| bad(ChainError::NoJson { line: number, source }));
        lines.push(line?);
    }
    match lines.first() {
        Some(Line::Mark(Mark::Started(_))) => Ok(lines),
        _ => Err(JournalError::NoSession(path.to_owned())),
    }
}

fn parse(mut value: Value) -> Result<Line, serde_json::Error> {
    match value.get_mut("mark") {
        Some(mark) => serde_json::from_value(mark.take()).map(Line::Mark),
        None => serde_json::from_value(value).map(|exchange| Line::Exchange(Box::new(exchange))),
    }
}

impl Line {
    /// The line as an event; `number` tells the marks apart.
    pub(crate) fn to_event(&self, number: usize) -> Event {
        let exchange = match self {
            Self::Exchange(exchange) => Evidence::Exchange(exchange.clone()),
            Self::Mark(mark) => Evidence::Mark {
                id: format!("mark-{number:06}"),
                mark: serde_json::to_value(mark).unwrap_or_default(),
            },
        };
        Event::ExchangeMade { exchange }
    }
}

/// Tells tokens apart without showing them.
#[derive(Clone, Debug)]
pub(crate) struct Fingerprints {
    salt: [u8; 16],
}

impl Default for Fingerprints {
    fn default() -> Self {
        Self { salt: *uuid::Uuid::new_v4().as_bytes() }
    }
}

impl Fingerprints {
    fn of(&self, token: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.salt);
        hasher.update(token.as_bytes());
        hexadecimal(&hasher.finalize())[..16].to_owned()
    }

    /// Adds the fingerprints of the tokens that an exchange shows.
    pub(crate) fn add(&self, exchange: &mut Exchange) {
        let bearer = exchange
            .request_header("authorization")
            .and_then(token_carried)
            .map(|token| self.of(token));
        if let Some(fingerprint) = bearer {
            exchange.request_headers.push((FINGERPRINT.to_owned(), fingerprint));
        }
        let given = token_given(exchange).map(|token| self.of(&token));
        if let (Some(fingerprint), Answer::Received { headers, .. }) = (given, &mut exchange.answer)
        {
            headers.push((FINGERPRINT.to_owned(), fingerprint));
        }
    }
}

/// The token of an `Authorization` header; the name of the scheme is read in any case (RFC 9110
/// §11.1).
fn token_carried(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

/// The token that an answer gives.
pub(crate) fn token_given(exchange: &Exchange) -> Option<String> {
    let Answer::Received { body, .. } = &exchange.answer else {
        return None;
    };
    let body: Value = serde_json::from_str(body.text.as_deref()?).ok()?;
    body["access_token"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_as_written() {
        let mark = Line::Mark(Mark::ClientEnded { code: Some(1), by_us: false });
        let Event::ExchangeMade { exchange } = mark.to_event(3) else { panic!("no line") };
        let text = serde_json::to_string(&exchange).unwrap();
        assert!(text.contains("mark-000003"), "{text}");
        assert_eq!(parse(serde_json::from_str(&text).unwrap()).unwrap(), mark);
    }

    #[test]
    fn a_record_of_before_reads_as_one_that_does_not_know() {
        let text = r#"{"id":"mark-000001","mark":{"what":"pass_ended","why":"time_limit"}}"#;
        let mark = Mark::PassEnded { why: PassEnd::TimeLimit, busy: false };
        assert_eq!(parse(serde_json::from_str(text).unwrap()).unwrap(), Line::Mark(mark));
    }

    #[test]
    fn the_scheme_of_a_token_is_read_in_any_case() {
        for text in ["Bearer t", "bearer t", "BEARER t"] {
            assert_eq!(token_carried(text), Some("t"), "{text}");
        }
        assert_eq!(token_carried("Basic t"), None);
    }

    #[test]
    fn the_same_token_has_the_same_fingerprint_and_another_run_another() {
        let (one, other) = (Fingerprints::default(), Fingerprints::default());
        assert_eq!(one.of("t"), one.of("t"));
        assert_ne!(one.of("t"), one.of("u"));
        assert_ne!(one.of("t"), other.of("t"));
    }
}
