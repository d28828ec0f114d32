//! What a run that was killed left on a hub, by its record, and taking it away: its télédossiers,
//! their notifications, the lease of the clock. What they have become since is read on the hub.
//! What such a run changed in the référentiel is only named: the record does not hold it whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use contract::exchange::{Answer, Api, Exchange};
use contract::operations::Method;
use reports::event::Cleanup;
use reports::{Redactor, ReportError, Run};
use serde_json::Value;

use crate::actor::Actor;
use crate::interrupt::Interrupt;
use crate::ledger::OwnFolder;
use crate::play::cleanup::clean;
use crate::play::clock;
use crate::run::{RunError, try_credentials};
use crate::session::Session;
use crate::target::Target;

/// What prevents the cleaning.
#[derive(Debug, thiserror::Error)]
pub enum LeftoversError {
    /// The record cannot be read.
    #[error(transparent)]
    Record(#[from] ReportError),
    /// It is the record of a run on another hub.
    #[error(
        "that run was on {recorded}, and this target is {given}: give the target file of that run"
    )]
    AnotherHub {
        /// Where it was.
        recorded: String,
        /// What the target says.
        given: String,
    },
    /// The hub cannot be reached.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Télédossiers that a record shows as created and not as deleted: by id, with its number and the
/// name of the credential that deposited it.
#[derive(Debug, Default)]
struct Recorded {
    open: BTreeMap<String, (String, String)>,
    /// Scenarios that wrote to the référentiel.
    writers: BTreeSet<String>,
}

impl Recorded {
    fn note(&mut self, exchange: &Exchange) {
        let Answer::Received { status: 200..300, body, .. } = &exchange.answer else {
            return;
        };
        let is = |method: Method| exchange.method == method.name();
        if exchange.api == Api::Referential && !is(Method::Get) {
            self.writers.extend(exchange.scenario.clone());
        }
        if exchange.api != Api::Teledossiers {
            return;
        }
        if is(Method::Post) && exchange.path == "/folders" {
            let answer: Value =
                body.text.as_deref().and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
            let text = |name: &str| answer[name].as_str().map(str::to_owned);
            let in_header =
                || Some(exchange.answer_header("location")?.rsplit('/').next()?.to_owned());
            if let (Some(id), Some(actor)) = (text("id").or_else(in_header), &exchange.actor) {
                let number = text("externalId").unwrap_or_else(|| id.clone());
                self.open.insert(id, (number, actor.clone()));
            }
        }
        if is(Method::Delete)
            && let Some(id) = exchange.path.strip_prefix("/folders/")
        {
            self.open.remove(id);
        }
    }
}

/// Cleans up behind the run whose record is in this directory.
pub async fn clean_behind(
    directory: &Path,
    target: Arc<Target>,
    interrupt: &Interrupt,
    redactor: Redactor,
) -> Result<Cleanup, LeftoversError> {
    let run = reports::open_run(directory)?;
    let given = target.hub.teledossiers_url.to_string();
    if run.header.target.url != given {
        return Err(LeftoversError::AnotherHub { recorded: run.header.target.url, given });
    }
    let mut recorded = Recorded::default();
    reports::for_each_exchange(directory, |exchange| recorded.note(&exchange))?;
    let patience = target.limits.delivery;
    let nobody = Arc::new(|_| ());
    let session = Session::new(run.header.id.clone(), target, patience, redactor, nobody)
        .map_err(RunError::from)?;
    try_credentials(&session).await?;
    tokio::select! {
        () = clean_recorded(&session, &recorded) => {}
        () = interrupt.out_of_time() => session.ledger.leave_all("nettoyage arrêté"),
    }
    for scenario in unfinished(&run, &recorded) {
        session.ledger.leave(format!(
            "le scénario {scenario} a pu laisser modifié ce que [sandbox] nomme dans le référentiel"
        ));
    }
    let (created, removed, left) = session.ledger.summary();
    Ok(Cleanup { created, removed, left })
}

/// The scenarios that changed the référentiel and did not come to the end, where it is put back.
fn unfinished<'a>(run: &Run, recorded: &'a Recorded) -> Vec<&'a String> {
    let ended = |id: &String| {
        run.scenarios.iter().any(|scenario| {
            scenario.id == *id && scenario.outcome != reports::run::ScenarioOutcome::NotRun
        })
    };
    recorded.writers.iter().filter(|id| !ended(id)).collect()
}

async fn clean_recorded(session: &Session, recorded: &Recorded) {
    clock::release_for(session, &session.run_id).await;
    for (id, (number, depositor)) in &recorded.open {
        match found(session, id, number, depositor).await {
            Ok(Some(folder)) => session.ledger.created(folder),
            Ok(None) => {}
            Err(why) => session.ledger.leave(format!("télédossier {number} non clos ({why})")),
        }
    }
    clean(session, session.ledger.left_open()).await;
}

/// A télédossier as it is on the hub now; nothing when it is gone, or closed with all its cases.
async fn found(
    session: &Session,
    id: &str,
    number: &str,
    depositor: &str,
) -> Result<Option<OwnFolder>, String> {
    let mut credentials = session.credentials.all().iter();
    let depositor = credentials
        .find(|credential| credential.name == depositor)
        .ok_or_else(|| format!("« {depositor} » n'est plus dans le fichier de cible"))?;
    let reply = Actor::new(&session.client, depositor).read_folder(id).await;
    let reply = reply.map_err(|_| "pas de réponse".to_owned())?;
    match reply.status() {
        404 => return Ok(None),
        200 => {}
        _ => return Err(reply.in_short()),
    }
    let is_closed = |one: &Value| {
        ["status", "globalStatus"]
            .iter()
            .any(|name| matches!(one[*name].as_str(), Some("CLOSED" | "ARCHIVED")))
    };
    let cases = reply.array("/cases");
    let (folder, recipients) = (reply.json(), session.credentials.recipients_of(reply.json()));
    if is_closed(folder) && cases.iter().all(is_closed) {
        return Ok(None);
    }
    let ids = cases.iter().map(|case| case["id"].as_str().unwrap_or_default().to_owned());
    Ok(Some(OwnFolder {
        scenario: String::new(),
        id: id.to_owned(),
        number: number.to_owned(),
        depositor: depositor.clone(),
        cases: ids.zip(recipients).collect(),
        // Deleted where the hub still lets it, else closed.
        is_completed: false,
    }))
}

#[cfg(test)]
mod tests {
    use contract::exchange::BodyExcerpt;
    use contract::timestamp::Timestamp;

    use super::*;

    fn answered(method: &str, api: Api, path: &str, status: u16, body: &str) -> Exchange {
        Exchange {
            id: "ex-000001".to_owned(),
            scenario: Some("demarches:12".to_owned()),
            actor: Some("osl".to_owned()),
            method: method.to_owned(),
            url: String::new(),
            path: path.to_owned(),
            api,
            query: None,
            request_headers: Vec::new(),
            request_body: BodyExcerpt::default(),
            sent_at: Timestamp::from(std::time::SystemTime::now()),
            duration_us: 0,
            answer: Answer::Received {
                status,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: BodyExcerpt::of(body.as_bytes()),
            },
        }
    }

    #[test]
    fn what_was_created_and_not_deleted_is_left_and_so_is_what_the_référentiel_took() {
        let mut recorded = Recorded::default();
        let hub = Api::Teledossiers;
        for id in ["a", "b"] {
            let body = format!("{{\"id\":\"{id}\",\"externalId\":\"N-{id}\"}}");
            recorded.note(&answered("POST", hub, "/folders", 201, &body));
        }
        recorded.note(&answered("POST", hub, "/folders", 400, "{\"id\":\"c\"}"));
        recorded.note(&answered("DELETE", hub, "/folders/a", 204, ""));
        recorded.note(&answered("DELETE", hub, "/folders/b", 403, ""));
        let left = [("b".to_owned(), ("N-b".to_owned(), "osl".to_owned()))];
        assert_eq!(recorded.open, BTreeMap::from(left));
        recorded.note(&answered("PUT", Api::Referential, "/processes/ETALON", 400, ""));
        recorded.note(&answered("GET", Api::Referential, "/processes/ETALON", 200, ""));
        assert!(recorded.writers.is_empty(), "{:?}", recorded.writers);
        recorded.note(&answered("PUT", Api::Referential, "/processes/ETALON", 204, ""));
        assert!(recorded.writers.contains("demarches:12"));
    }
}
