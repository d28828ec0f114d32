//! What an enrolment client must do (CLI-30; contract §6, §9).

use super::Finding;
use super::window::{Call, Window};

/// CLI-30: the organization is found or created, the subscription created once, and "already exists" coped with.
pub(super) fn enrolment(window: &Window<'_>) -> Vec<Finding> {
    let fail = |expected: &str, what: String, call: &Call<'_>| {
        Finding::failed(expected, what).shown_by([call.id()])
    };
    let subscriptions: Vec<_> = window.of_operation(18).collect();
    let Some(first) = subscriptions.first() else {
        return vec![Finding::inconclusive("le client n'a créé aucun abonnement")];
    };
    let mut findings = Vec::new();
    let known = window.calls.iter().any(|call| {
        call.rank() < first.rank()
            && call.succeeded()
            && (call.is(20) || call.is(22) || call.is(23))
    });
    if !known {
        findings.push(
            fail("l'organisation est trouvée ou créée avant son abonnement", "l'abonnement est demandé sans elle".to_owned(), first)
                .hint("GET /organizations/{type-siret-guichet}, et POST /organizations si la réponse est 404"),
        );
    }
    if !subscriptions.iter().any(|call| call.took_effect()) {
        findings.push(fail(
            "l'abonnement est créé",
            "aucune création n'aboutit".to_owned(),
            first,
        ));
    }
    let refused: Vec<_> = subscriptions
        .iter()
        .filter(|call| call.exchange.status() == Some(400))
        .collect();
    let in_last = |calls: &[&Call<'_>]| {
        calls
            .iter()
            .filter(|call| call.pass + 1 == window.passes.len())
            .count()
    };
    let again: Vec<_> = refused.iter().map(|call| **call).collect();
    if in_last(&again) > 1 {
        findings.push(
            fail("« already exists » met fin à la demande", format!("l'abonnement existant est redemandé {} fois", in_last(&again)), again[1])
                .hint("une réponse 400 « already exists » dit que l'abonnement est là : ne pas recommencer"),
        );
    }
    let crashed = window
        .ends
        .iter()
        .any(|(code, by_us)| !by_us && *code != Some(0));
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
        && !window
            .calls
            .iter()
            .any(|call| call.pass + 1 == window.passes.len())
    {
        findings.push(Finding::inconclusive(
            "le client n'a fait aucun appel au second passage",
        ));
    }
    findings
}
