//! Turns on the sandbox: two runs on one hub change it one after the other, or each would judge the
//! other's changes and put back what it found of them. No operation of the API locks anything: a
//! run writes its mark into the description of the sandbox démarche, waits for longer than
//! another's reading and writing take, and reads it again (Fischer's mutual exclusion). Where the
//! hub's clock can be moved its lease serves instead ([`super::clock`]).

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::ids::ProcessCode;
use contract::operations::{Operation, Scope};
use serde_json::Value;

use super::restoration::writable;
use crate::client::Call;
use crate::session::Session;
use crate::target::Credential;

/// How long the same mark is respected: a run that was killed leaves its own behind.
const LONGEST_TURN: Duration = Duration::from_secs(600);
/// Shortest wait between a mark written and its second reading.
const SHORTEST_WAIT: Duration = Duration::from_millis(500);
/// How many times longer than our own reading and writing that wait is.
const MARGIN: u32 = 4;
/// Longest description (contract §5, "Process"), in characters.
const LONGEST_DESCRIPTION: usize = 1000;
/// Marks of ours that vanish before the run goes on without: another run may have put one back.
const MOST_VANISHED: u32 = 3;
/// What a mark is between.
const MARK: (&str, &str) = ("[certification étalon ", " en cours]");

/// Waits for this run's turn and takes it, to be given back with all else that is put back. A run
/// whose mark is not written or does not stay goes on without: its scenarios will say what they
/// meet.
pub async fn take(session: &Session) {
    let Some((code, admin)) = sandbox(session) else {
        return;
    };
    let call = |operation| Call::operation(operation, &[code.as_str()]).by(&admin);
    let mut seen: Option<(String, Instant)> = None;
    let mut vanished = 0;
    loop {
        let started = Instant::now();
        let Ok(read) = session.client.send(&call(Operation::GetProcess)).await else {
            return;
        };
        if read.status() != 200 {
            return;
        }
        if let Some(other) = mark_of(read.json()).filter(|run| *run != session.run_id) {
            let since = match &seen {
                Some((run, since)) if run == other => *since,
                _ => Instant::now(),
            };
            seen = Some((other.to_owned(), since));
            if since.elapsed() < LONGEST_TURN {
                tokio::time::sleep(SHORTEST_WAIT).await;
                continue;
            }
        }
        let free = unmarked(&writable(read.json()));
        let marked = call(Operation::UpdateProcess).json(marked(&free, &session.run_id));
        match session.client.send(&marked).await {
            Ok(written) if written.is_success() => {}
            _ => return,
        }
        tokio::time::sleep((started.elapsed() * MARGIN).max(SHORTEST_WAIT)).await;
        let back = match session.client.send(&call(Operation::GetProcess)).await {
            Ok(read) => mark_of(read.json()).map(str::to_owned),
            Err(_) => None,
        };
        // On a hub that keeps no description nobody's mark is ever seen.
        vanished += u32::from(back.is_none());
        if back.as_deref() == Some(session.run_id.as_str()) || vanished == MOST_VANISHED {
            session.restorations.promise(
                "",
                format!("la description de la démarche {code}"),
                call(Operation::UpdateProcess).json(free),
            );
            return;
        }
    }
}

/// What is shared, and who may mark it; nothing where the clock's lease serves, or nothing may be
/// changed.
fn sandbox(session: &Session) -> Option<(ProcessCode, Arc<Credential>)> {
    let may = &session.target.may;
    if !may.change_referential || may.steer_clock.is_some() {
        return None;
    }
    let code = session.target.sandbox.process.clone()?;
    let mut credentials = session.credentials.all().iter();
    let admin = credentials.find(|credential| credential.scope == Scope::Admin)?;
    Some((code, admin.clone()))
}

/// The run whose turn it is.
fn mark_of(process: &Value) -> Option<&str> {
    let (_, rest) = process["description"].as_str()?.split_once(MARK.0)?;
    rest.split_once(MARK.1).map(|(run, _)| run)
}

fn marked(free: &Value, run: &str) -> Value {
    let description = free["description"].as_str().unwrap_or_default();
    let mark = format!("{}{run}{}", MARK.0, MARK.1);
    let whole = format!("{description} {mark}").trim_start().to_owned();
    let mut process = free.clone();
    // A description too long to be added to is left out meanwhile; it is put back with the rest.
    process["description"] =
        if whole.chars().count() > LONGEST_DESCRIPTION { mark.into() } else { whole.into() };
    process
}

/// The démarche without the mark of a run that was killed.
fn unmarked(process: &Value) -> Value {
    let mut free = process.clone();
    if let Some((before, _)) =
        process["description"].as_str().and_then(|text| text.split_once(MARK.0))
    {
        free["description"] = before.trim_end().into();
    }
    free
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mark_is_read_back_and_taken_away() {
        for free in [json!({"code": "X", "description": "Une démarche"}), json!({"code": "X"})] {
            assert_eq!(mark_of(&free), None);
            let marked = marked(&free, "1A2B3C4D");
            assert_eq!(mark_of(&marked), Some("1A2B3C4D"));
            let text = |process: &Value| process["description"].as_str().unwrap_or("").to_owned();
            assert_eq!(text(&unmarked(&marked)), text(&free));
        }
    }

    #[test]
    fn a_long_description_gives_way_to_the_mark() {
        let marked = marked(&json!({"description": "x".repeat(1000)}), "1A2B3C4D");
        assert_eq!(mark_of(&marked), Some("1A2B3C4D"));
        assert!(marked["description"].as_str().unwrap().chars().count() <= LONGEST_DESCRIPTION);
    }
}
