//! What an enrolment client must do (CLI-30; contract §6, §9).

use super::window::{Call, Window, organization};
use super::{RuleFinding, session};
use crate::plan::Choice;
use contract::operations::Operation;
use contract::rules::Level;

/// Whether a call shows that the organization is there: it is found, created, or said to exist
/// already.
fn knows_the_organization(call: &Call<'_>) -> bool {
    let is_refused = || call.received.to_string().contains("already exists");
    call.is(Operation::CreateOrganization) && (call.succeeded() || is_refused())
        || (call.is(Operation::GetOrganization) || call.is(Operation::ListOrganizations))
            && call.succeeded()
}

/// How a subscription is not the one that the client was told to create, where the record says what
/// that was.
fn strangeness(window: &Window<'_>, call: &Call<'_>) -> Option<String> {
    if window.recipients.is_empty() {
        return None;
    }
    let (process, subscriber) = (call.says("processCode"), organization(&call.sent["subscriber"]));
    if process != window.process {
        return Some(format!(
            "processCode est « {process} », HUBEE_PROCESS est {}",
            window.process
        ));
    }
    (!window.recipients.contains(&subscriber.as_str())).then(|| {
        format!(
            "l'abonné est « {subscriber} », HUBEE_RECIPIENTS est {}",
            window.recipients.join(", ")
        )
    })
}

/// CLI-30: the organization is found or created, the subscription created once, and "already
/// exists" coped with. What was learnt of the organization earlier in the session need not be asked
/// again.
pub(super) fn enrolment(
    window: &Window<'_>,
    choice: &Choice,
    whole: &Window<'_>,
) -> Vec<RuleFinding> {
    if choice.script.is_summary() {
        // No rule asks an enrolment client for more than what it enrols: its tokens are noted.
        let tokens = session::token(window).into_iter();
        return tokens.map(|finding| finding.at_level(Level::Recorded)).collect();
    }
    enrolled(window, whole)
}

fn enrolled(window: &Window<'_>, whole: &Window<'_>) -> Vec<RuleFinding> {
    let fail = |expected: &str, what: String, call: &Call<'_>| {
        RuleFinding::failed(expected, what).shown_by([call.id()])
    };
    let subscriptions: Vec<_> = window.of_operation(Operation::CreateSubscription).collect();
    let Some(first) = subscriptions.first() else {
        return vec![RuleFinding::inconclusive("le client n'a créé aucun abonnement")];
    };
    let mut findings = Vec::new();
    let known =
        whole.calls.iter().any(|call| call.rank() < first.rank() && knows_the_organization(call));
    if !known {
        findings.push(
            fail("l'organisation est trouvée ou créée avant son abonnement", "l'abonnement est demandé sans elle".to_owned(), first)
                .hint("GET /organizations/{type-siret-guichet}, et POST /organizations si la réponse est 404"),
        );
    }
    if !subscriptions.iter().any(|call| call.took_effect()) {
        findings.push(
            fail("l'abonnement est créé", "aucune création n'aboutit".to_owned(), first)
                .by_omission(),
        );
    }
    let strange = subscriptions
        .iter()
        .filter(|call| call.took_effect())
        .find_map(|call| Some((call, strangeness(window, call)?)));
    if let Some((call, what)) = strange {
        findings.push(
            fail(
                "l'abonnement est celui de la démarche et de l'organisation données",
                what,
                call,
            )
            .hint(
                "processCode est HUBEE_PROCESS, subscriber est l'organisation de HUBEE_RECIPIENTS",
            ),
        );
    }
    let refused: Vec<_> =
        subscriptions.iter().filter(|call| call.exchange.status() == Some(400)).collect();
    let in_last = |calls: &[&Call<'_>]| {
        calls.iter().filter(|call| call.pass + 1 == window.passes.len()).count()
    };
    let again: Vec<_> = refused.iter().map(|call| **call).collect();
    if in_last(&again) > 1 {
        findings.push(
            fail("« already exists » met fin à la demande", format!("l'abonnement existant est redemandé {} fois", in_last(&again)), again[1])
                .hint("une réponse 400 « already exists » dit que l'abonnement est là : ne pas recommencer"),
        );
    }
    let crashed = window.ends.iter().any(|(code, by_us)| !by_us && *code != Some(0));
    if crashed && !refused.is_empty() {
        findings.push(
            fail(
                "« already exists » est une réponse attendue",
                "le client s'arrête en erreur".to_owned(),
                refused[0],
            )
            .hint("traiter cette réponse comme un abonnement trouvé"),
        );
    }
    if window.passes.len() > 1
        && !window.calls.iter().any(|call| call.pass + 1 == window.passes.len())
    {
        findings
            .push(RuleFinding::inconclusive("le client n'a fait aucun appel au second passage"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{self, call, scenario, turn_ended};
    use super::*;

    const TOLD: &str = "SI-21380185100019-38185";

    fn found(organization: (u16, &Value), process: &str, register: &str) -> usize {
        let body = json!({ "processCode": process,
            "subscriber": { "type": "SI", "companyRegister": register, "branchCode": "38185" } });
        let (status, answer) = organization;
        let lines = tests::session(vec![
            scenario("x", &[TOLD]),
            call(1, ("POST", "/organizations"), &json!({}), (Some(status), answer)),
            call(2, ("POST", "/subscriptions"), &body, (Some(201), &json!({ "id": "s-1" }))),
            turn_ended(false),
        ]);
        let window = Window::of_session(&lines);
        enrolled(&window, &window).len()
    }

    #[test]
    fn an_organization_that_exists_already_is_known_and_one_refused_is_not() {
        let exists =
            json!({ "errors": [{ "code": 400, "message": "Organization X already exists" }] });
        assert_eq!(found((400, &exists), "CERTDC", "21380185100019"), 0);
        assert_eq!(found((400, &Value::Null), "CERTDC", "21380185100019"), 1);
    }

    #[test]
    fn the_subscription_is_of_the_process_and_of_the_organization_given() {
        let created = json!({ "type": "SI" });
        assert_eq!(found((201, &created), "CERTDC", "21380185100019"), 0);
        assert_eq!(found((201, &created), "EtatCivil", "21380185100019"), 1);
        assert_eq!(found((201, &created), "CERTDC", "21380185100027"), 1);
    }
}
