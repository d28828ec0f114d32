//! What an OSL must do with its token, and with what it deposits when something fails (CLI-27): as
//! an SI, and nothing twice.

use std::collections::BTreeSet;

use crate::plan::Choice;
use contract::operations::Operation;

use super::osl::{Created, completions, created};
use super::window::{Call, Window};
use super::{RuleFinding, misbehaviours, session};

/// The digests of the files that a folder got.
fn contents<'w>(window: &'w Window<'_>, folder: &str) -> BTreeSet<&'w str> {
    window
        .of_operation(Operation::PutFolderAttachment)
        .filter(|call| call.took_effect() && call.ids.first() == Some(&folder))
        .filter_map(|call| call.exchange.request_body.sha256.as_deref())
        .collect()
}

/// Télédossiers completed with the same files under two numbers in one turn: the first and the
/// second.
fn repetitions<'a, 'w>(window: &'w Window<'a>) -> Vec<(Created<'a, 'w>, Created<'a, 'w>)> {
    let completed: Vec<_> = created(window)
        .into_iter()
        .filter_map(|folder| {
            let id = folder.id?;
            let files = contents(window, id);
            let is_whole = completions(window, id).iter().any(|call| call.took_effect());
            (is_whole && !files.is_empty()).then_some((folder, files))
        })
        .collect();
    let mut found = Vec::new();
    for (at, (second, files)) in completed.iter().enumerate() {
        for (first, others) in &completed[..at] {
            let is_another = first.call.says("externalId") != second.call.says("externalId");
            if first.call.pass == second.call.pass && is_another && files == others {
                found.push((*first, *second));
            }
        }
    }
    found
}

/// Whether the client deposits the same files under several numbers in one turn.
pub(super) fn deposits_twice(window: &Window<'_>) -> bool {
    !repetitions(window).is_empty()
}

/// A deposit made again under another number because the answer to its completion was lost.
fn double_deposit(window: &Window<'_>) -> Option<RuleFinding> {
    repetitions(window).into_iter().find_map(|(first, second)| {
        let id = first.id?;
        let before = |call: &&Call<'_>| call.rank() < second.call.rank();
        let done: Vec<_> = completions(window, id).into_iter().filter(before).collect();
        let lost = done
            .iter()
            .find(|call| call.took_effect() && !call.succeeded())?;
        let read = window
            .of_operation(Operation::GetFolder)
            .filter(before)
            .any(|call| call.is_on(Operation::GetFolder, id) && call.rank() > lost.rank() && call.succeeded());
        if read || done.iter().any(|call| call.succeeded()) {
            return None;
        }
        Some(
            RuleFinding::failed(
                "rien n'est déposé deux fois",
                format!(
                    "le télédossier {} est déposé à nouveau sous le numéro {}",
                    first.call.says("externalId"),
                    second.call.says("externalId")
                ),
            )
            .shown_by([lost.id(), second.call.id()])
            .hint("après une réponse perdue, relire le télédossier (GET /folders/{id}) ou le terminer à nouveau, plutôt que d'en créer un autre"),
        )
    })
}

/// CLI-27: tokens and misbehaviours, as an SI.
pub(super) fn like_an_si(
    window: &Window<'_>,
    choice: &Choice,
    baseline: &misbehaviours::Baseline,
) -> Vec<RuleFinding> {
    if choice.script.is_summary() {
        let mut findings = session::token(window);
        findings.extend(session::token_reuse(window));
        findings.extend(session::technical_headers(window));
        return findings;
    }
    if window.misbehaved.is_empty() {
        return vec![RuleFinding::inconclusive(
            "la panne n'a pas pu être produite : le client n'a pas fait l'appel attendu",
        )];
    }
    let mut findings = Vec::new();
    let folders = created(window);
    for folder in &folders {
        let number = folder.call.says("externalId");
        let same: Vec<_> =
            folders.iter().filter(|other| other.call.says("externalId") == number).collect();
        // A folder whose creation was not answered can only be found again by trying its number
        // again.
        let id = same.iter().find_map(|other| other.id);
        let retried = window
            .of_operation(Operation::CreateFolder)
            .any(|call| call.rank() > folder.call.rank() && call.says("externalId") == number);
        let lost = match id {
            Some(id) => {
                completions(window, id).iter().all(|call| !call.took_effect())
                    && !window
                        .of_operation(Operation::DeleteFolder)
                        .any(|call| call.is_on(Operation::DeleteFolder, id) && call.took_effect())
            }
            None => !retried,
        };
        if lost {
            findings.push(
                RuleFinding::failed("un dépôt interrompu est repris, supprimé, ou recommencé sous le même numéro", format!("le télédossier {number} est abandonné"))
                    .shown_by([folder.call.id()])
                    .hint("recommencer avec le même numéro : « already exists » dit que la création avait réussi")
                    .by_omission(),
            );
        }
    }
    findings.extend(double_deposit(window).filter(|_| !baseline.deposits_twice()));
    let at_last = |call: &Call<'_>| call.pass + 1 == window.passes.len() && call.succeeded();
    // What was begun before may be brought to its end now.
    let completes = |call: &&Call<'_>| call.says("globalStatus") == "HUBEE_COMPLETED";
    if !folders.iter().any(|folder| at_last(folder.call))
        && !window.of_operation(Operation::UpdateFolder).filter(completes).any(at_last)
    {
        findings.push(RuleFinding::inconclusive("aucun dépôt n'aboutit après la panne"));
    }
    findings.extend(misbehaviours::hammering(window));
    findings
}

#[cfg(test)]
mod tests {
    use contract::misbehaviour::Act;
    use reports::event::CheckOutcome;
    use serde_json::{Value, json};

    use super::super::tests::{call, session, turn_ended};
    use super::*;
    use crate::journal::Line;

    /// The creation of a folder, its one file, and its completion, which is answered or not.
    fn deposit(number: u32, folder: &str, answered: bool) -> Vec<Line> {
        let attachment = format!("/folders/{folder}/attachments/a-{folder}");
        let path = format!("/folders/{folder}");
        let created = json!({ "id": folder, "attachments": [{ "id": format!("a-{folder}") }] });
        let done = json!({ "globalStatus": "HUBEE_COMPLETED" });
        let answer = answered.then_some(204);
        vec![
            call(
                number,
                ("POST", "/folders"),
                &json!({ "externalId": folder }),
                (Some(201), &created),
            ),
            call(
                number + 1,
                ("PUT", &attachment),
                &json!("the same bytes"),
                (Some(204), &Value::Null),
            ),
            call(number + 2, ("PATCH", &path), &done, (answer, &Value::Null)),
        ]
    }

    fn lost(number: u32) -> Line {
        Line::Mark(crate::journal::Mark::Misbehaved(contract::misbehaviour::Misbehaved {
            exchange: format!("ex-{number:06}"),
            act: Act::CloseAfter,
            effect: Some(204),
        }))
    }

    #[test]
    fn a_deposit_made_again_because_an_answer_was_lost_is_a_double_deposit() {
        let both = || [deposit(1, "F-1", false), deposit(10, "F-2", true)].concat();
        let lines = session([vec![lost(3)], both(), vec![turn_ended(false)]].concat());
        let window = Window::of_session(&lines);
        assert_eq!(double_deposit(&window).unwrap().outcome, CheckOutcome::Failed);
        assert!(deposits_twice(&window));

        // One that was read, or completed again, or made in another turn, is one that was meant.
        let (path, done) = (("GET", "/folders/F-1"), json!({ "globalStatus": "HUBEE_COMPLETED" }));
        let read = call(5, path, &Value::Null, (Some(200), &Value::Null));
        let again = call(5, ("PATCH", "/folders/F-1"), &done, (Some(204), &Value::Null));
        for known in [read, again] {
            let lines = session([vec![lost(3), known], both()].concat());
            assert_eq!(double_deposit(&Window::of_session(&lines)), None);
        }
        let turns = [
            vec![lost(3)],
            deposit(1, "F-1", false),
            vec![turn_ended(false)],
            deposit(10, "F-2", true),
        ];
        let lines = session(turns.concat());
        assert_eq!(double_deposit(&Window::of_session(&lines)), None);
    }
}
