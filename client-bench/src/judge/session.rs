//! What is judged over the whole session, for every actor: tokens, headers, pace; and how the
//! client as a program fared.

use std::collections::BTreeSet;

use super::si_events::answer_of;
use super::window::{Call, Window};
use super::{RuleFinding, noting};
use crate::gist;
use crate::journal::{FINGERPRINT, PassEnd};
use crate::plan::Choice;
use contract::operations::{Operation, Scope};

/// CLI-01: by client credentials, with the actor's scope (PRES-2021 "Authentification HubEE").
pub(super) fn token(window: &Window<'_>) -> Vec<RuleFinding> {
    let requests: Vec<_> = window.calls.iter().filter(|call| call.is_token()).collect();
    let expected = format!("grant_type=client_credentials et scope={}", window.scope.name());
    let mut findings: Vec<_> = requests
        .iter()
        .filter(|call| !asks_properly(call, window.scope))
        .map(|call| {
            RuleFinding::failed(&expected, format!("demande de jeton : {}", form_of(call)))
                .shown_by([call.id()])
                .hint("demander le jeton en application/x-www-form-urlencoded, identifiants en HTTP Basic")
        })
        .take(1)
        .collect();
    let without: Vec<_> = window
        .calls
        .iter()
        .filter(|call| !call.is_token() && call.operation.is_some())
        .filter(|call| call.exchange.request_header("authorization").is_none())
        .collect();
    if let Some(call) = without.first() {
        findings.push(
            RuleFinding::failed(
                "un jeton à chaque appel",
                format!("{} appels sans jeton", without.len()),
            )
            .shown_by([call.id()])
            .hint("envoyer l'en-tête Authorization: Bearer <jeton> à chaque appel"),
        );
    }
    if let (true, Some((what, call))) = (findings.is_empty(), without_token(window)) {
        findings.push(RuleFinding::inconclusive(what).shown_by(call.map(Call::id)));
    }
    let unusual = requests.iter().find(|call| call.succeeded() && !has_usual_form(call));
    let note = unusual.map(|call| {
        RuleFinding::recorded("le jeton est demandé sous une autre forme que celle de la RFC 6749 §4.4.2 (divergence D23)")
            .shown_by([call.id()])
            .hint("demander le jeton en application/x-www-form-urlencoded, identifiants en HTTP Basic")
    });
    noting(findings, note)
}

/// Why the client got no token at all, and the last request that was refused.
pub(super) fn without_token<'w, 'a>(
    window: &'w Window<'a>,
) -> Option<(String, Option<&'w Call<'a>>)> {
    let requests: Vec<_> = window.calls.iter().filter(|call| call.is_token()).collect();
    if requests.iter().any(|call| call.succeeded()) {
        return None;
    }
    let Some(last) = requests.last() else {
        return Some(("le client n'a demandé aucun jeton".to_owned(), None));
    };
    let error = last.received["error"].as_str().unwrap_or_default();
    let status = answer_of(last);
    let asked = form_of(last);
    let what = format!(
        "aucune demande de jeton n'a abouti ; à la dernière ({asked}), réponse {status} {error}"
    );
    Some((what.trim_end().to_owned(), Some(last)))
}

/// Whether a token is asked for by a form, with the pair in HTTP Basic.
fn has_usual_form(call: &Call<'_>) -> bool {
    let is_basic = |value: &str| value.get(..6).is_some_and(|it| it.eq_ignore_ascii_case("basic "));
    !call.sent.is_object() && call.exchange.request_header("authorization").is_some_and(is_basic)
}

fn form_of<'a>(call: &'a Call<'_>) -> &'a str {
    call.exchange.request_body.text.as_deref().unwrap_or("corps vide")
}

/// A parameter of a token request, be it a form or JSON.
fn parameter<'c>(call: &'c Call<'_>, name: &str) -> &'c str {
    if call.sent.is_object() {
        return call.says(name);
    }
    let mut pairs = form_of(call).split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(one, _)| *one == name).map_or("", |(_, value)| value)
}

fn asks_properly(call: &Call<'_>, scope: Scope) -> bool {
    parameter(call, "grant_type") == "client_credentials"
        && Scope::try_from(parameter(call, "scope")) == Ok(scope)
}

/// CLI-02, recorded: how many calls a token serves (contract §2).
pub(super) fn token_reuse(window: &Window<'_>) -> Vec<RuleFinding> {
    let asked = window.calls.iter().filter(|call| call.is_token() && call.succeeded()).count();
    let calls = window.calls.iter().filter(|call| !call.is_token()).count();
    let used: BTreeSet<_> =
        window.calls.iter().filter_map(|call| call.exchange.request_header(FINGERPRINT)).collect();
    let habit = if asked > 2 && asked * 2 > calls {
        "un jeton est demandé à presque chaque appel"
    } else {
        "les jetons servent à plusieurs appels"
    };
    vec![RuleFinding::recorded(format!(
        "{habit} : {asked} jetons demandés, {} employés, pour {calls} appels",
        used.len()
    ))]
}

/// CLI-04, recorded: the three technical headers (PRES-2021 "API Folder").
pub(super) fn technical_headers(window: &Window<'_>) -> Vec<RuleFinding> {
    let calls: Vec<_> = window.calls.iter().filter(|call| !call.is_token()).collect();
    let carried = |name: &str| {
        calls.iter().filter(|call| call.exchange.request_header(name).is_some()).count()
    };
    let counts: Vec<_> = ["editorname", "applicationname", "softwareversion"]
        .iter()
        .zip(["editorName", "applicationName", "softwareVersion"])
        .map(|(lower, name)| format!("{name} sur {} appels de {}", carried(lower), calls.len()))
        .collect();
    vec![RuleFinding::recorded(counts.join(", "))]
}

/// CLI-14, recorded: the pace at which the notifications are read.
pub(super) fn pace(window: &Window<'_>) -> Vec<RuleFinding> {
    let mut at: Vec<_> = window.of_operation(Operation::ListNotifications).map(Call::at).collect();
    at.sort_unstable();
    let mut gaps: Vec<_> =
        at.windows(2).map(|pair| (pair[1] - pair[0]).whole_milliseconds()).collect();
    gaps.sort_unstable();
    vec![RuleFinding::recorded(match gaps.get(gaps.len() / 2) {
        Some(median) => {
            format!("{} lectures des notifications, l'écart médian est de {median} ms", at.len())
        }
        None => format!("{} lecture des notifications", at.len()),
    })]
}

/// What the reader should know of the client as a program.
pub(super) fn notes(window: &Window<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if window.is_session_mute {
        notes.push(why_mute(window));
        return notes;
    }
    let left = window.calls.iter().filter(|call| gist::has_left_body(call.exchange)).count();
    if left > 0 {
        notes.push(format!(
            "le compte rendu n'a pas gardé les corps de {left} appels, faute de place"
        ));
    }
    let cut = window.passes.iter().filter(|why| **why == PassEnd::Cut).count();
    if cut > 0 {
        notes.push(format!("{cut} tours ont pris fin à la limite (--turn-limit) : le banc a mis fin au programme, qui ne s'était pas terminé"));
    }
    if is_endless(&window.passes) {
        notes.push(
            "deux tours de suite coupés à la limite : la session s'arrête là. Un programme qui tourne sans fin se lance avec --service"
                .to_owned(),
        );
    }
    let crashes: Vec<_> =
        window.ends.iter().filter(|(code, by_us)| !by_us && *code != Some(0)).collect();
    if let Some((code, _)) = crashes.first() {
        let code = code.map_or_else(|| "un signal".to_owned(), |code| format!("le code {code}"));
        notes.push(format!(
            "le client s'est arrêté en cours de route, {} fois, d'abord avec {code} : voir client.log à côté du rapport",
            crashes.len()
        ));
    }
    notes
}

/// What is said of a scenario that was played several times.
pub(super) fn played_again(choice: &Choice, count: usize) -> String {
    format!(
        "« {} » a été joué {count} fois : le moins bon résultat compte, et ce qui n'a rien décidé seulement si rien d'autre n'a décidé",
        choice.script.name
    )
}

/// Whether a program that is run once for each turn does not seem to end by itself: two turns on
/// end were cut.
pub(crate) fn is_endless(passes: &[PassEnd]) -> bool {
    matches!(passes, [.., PassEnd::Cut, PassEnd::Cut])
}

/// Why no call came: three ways of doing nothing, told apart.
pub(super) fn why_mute(window: &Window<'_>) -> String {
    let by_itself = window.ends.iter().find(|(_, by_us)| !by_us);
    match by_itself {
        Some((Some(127), _)) => "le client n'a pas démarré : la commande n'existe pas (code 127, voir client.log). \
            Vérifiez --command"
            .to_owned(),
        Some((Some(0), _)) => "le client s'est terminé sans erreur et sans appeler le banc : il ignore les URL qui lui \
            sont données. Lisez-les dans HUBEE_TELEDOSSIERS_URL, HUBEE_REFERENTIAL_URL et HUBEE_TOKEN_URL"
            .to_owned(),
        Some((code, _)) => {
            let code = code.map_or_else(|| "un signal".to_owned(), |code| format!("le code {code}"));
            format!("le client est mort avec {code} avant son premier appel : voir client.log à côté du rapport")
        }
        None if window.client_starts == 0 => "personne n'a appelé le banc dans le délai de --wait : démarrez le client \
            avec les adresses et identifiants affichés, ou ceux de --write-client-env"
            .to_owned(),
        None => "le client tourne et n'appelle pas le banc : il ignore les URL qui lui sont données. Lisez-les dans \
            HUBEE_TELEDOSSIERS_URL, HUBEE_REFERENTIAL_URL et HUBEE_TOKEN_URL"
            .to_owned(),
    }
}
