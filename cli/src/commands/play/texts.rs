//! What is said of the moves made by hand, in French and in English: each in one line, with the
//! calls that it took.

use contract::operations::Operation;
use reports::Lang;
use reports::texts::agreed;
use scenarios::by_hand::{CallMade, Done, Missing, NotDone, Step, Usual, What};
use serde_json::{Value, json};

/// A move that was made: who, what, with which calls.
pub(super) fn done(done: &Done, lang: Lang) -> String {
    let Done { what, by, on, id, calls } = done;
    let subject = match what {
        What::Deposited { .. } => format!("{on} ({id})"),
        _ => on.clone(),
    };
    let colon = lang.colon();
    let calls = calls_in_short(calls);
    let apart = if calls.is_empty() { "" } else { " · " };
    format!("{by}{colon}{subject}, {}{apart}{calls}", sentence(what, lang))
}

/// The calls in short: alike ones that follow each other together.
fn calls_in_short(calls: &[CallMade]) -> String {
    let mut told: Vec<(String, &CallMade, usize)> = Vec::new();
    for call in calls {
        let shape = shape_of(call);
        match told.last_mut() {
            Some((last, first, count)) if *last == shape && first.status == call.status => {
                *count += 1;
            }
            _ => told.push((shape, call, 1)),
        }
    }
    let words = told.iter().map(|(shape, call, count)| match count {
        1 => format!("{} {} {}", call.method, call.path, call.status),
        _ => format!("{shape} {} ×{count}", call.status),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// The method and the path of a call, without its ids.
fn shape_of(call: &CallMade) -> String {
    let is_its = |operation: &&Operation| {
        operation.method().name() == call.method && operation.matches_path(&call.path)
    };
    let path = Operation::ALL.iter().find(is_its).map(|operation| operation.path_template());
    format!("{} {}", call.method, path.unwrap_or(&call.path))
}

fn sentence(what: &What, lang: Lang) -> String {
    agreed(&match lang {
        Lang::Fr => in_french(what),
        Lang::En => in_english(what),
    })
}

fn in_french(what: &What) -> String {
    match what {
        What::Deposited { cases, files } => {
            format!("télédossier déposé : {cases} dossier(s), {files} fichier(s)")
        }
        What::Completed { cases } => {
            format!("télédossier complété, {cases} destinataire(s) notifié(s)")
        }
        What::Received { files, bytes } => {
            format!("dossier reçu : {files} fichier(s), {bytes} octets, SENT annoncé")
        }
        What::Stepped { step } => format!("réception, {}", step_name(*step, Lang::Fr)),
        What::Statuses { global, cases } => statuses("télédossier", global, cases),
        What::StatusSet { from, to, .. } => format!("{}, annoncé", change(from, to)),
        What::MessageSent { .. } => "message envoyé".to_owned(),
        What::FilesSent { files, .. } => format!("{files} fichier(s) envoyé(s)"),
        What::Acknowledged { action, message, files, .. } => {
            format!("{} lu et acquitté", event(action, message, *files, "fichier(s)"))
        }
        What::NoticeRemoved { .. } => {
            "notification d'un événement déjà acquitté, supprimée".to_owned()
        }
        What::FolderClosed => "télédossier clos".to_owned(),
        What::Reopened { files, .. } => format!("dossier rouvert, {files} fichier(s) envoyé(s)"),
        What::FolderReopened => "télédossier rouvert".to_owned(),
        What::Resent => "dossier transmis à nouveau".to_owned(),
        What::Enrolled { process, created, subscription } => {
            let created = if *created { "créée, puis " } else { "" };
            format!("organisation {created}abonnée à {process} (abonnement {subscription})")
        }
        What::StatusSeen { from, to } => format!("statut {}", change(from, to)),
        What::EventSeen { action, message, status, case_status, files, .. } => {
            let towards = towards(case_status);
            format!("{}{towards}, {status}", event(action, message, *files, "fichier(s)"))
        }
        What::Cleaned => "télédossier supprimé ou clos, notifications supprimées".to_owned(),
    }
}

fn in_english(what: &What) -> String {
    match what {
        What::Deposited { cases, files } => {
            format!("folder deposited: {cases} case(s), {files} file(s)")
        }
        What::Completed { cases } => format!("folder completed, {cases} recipient(s) notified"),
        What::Received { files, bytes } => {
            format!("case received: {files} file(s), {bytes} bytes, SENT announced")
        }
        What::Stepped { step } => format!("reception, {}", step_name(*step, Lang::En)),
        What::Statuses { global, cases } => statuses("folder", global, cases),
        What::StatusSet { from, to, .. } => format!("{}, announced", change(from, to)),
        What::MessageSent { .. } => "message sent".to_owned(),
        What::FilesSent { files, .. } => format!("{files} file(s) sent"),
        What::Acknowledged { action, message, files, .. } => {
            format!("{} read and acknowledged", event(action, message, *files, "file(s)"))
        }
        What::NoticeRemoved { .. } => {
            "notification of an event acknowledged before, removed".to_owned()
        }
        What::FolderClosed => "folder closed".to_owned(),
        What::Reopened { files, .. } => format!("case reopened, {files} file(s) sent"),
        What::FolderReopened => "folder reopened".to_owned(),
        What::Resent => "case handed over again".to_owned(),
        What::Enrolled { process, created, subscription } => {
            let created = if *created { "created, then " } else { "" };
            format!("organization {created}subscribed to {process} (subscription {subscription})")
        }
        What::StatusSeen { from, to } => format!("status {}", change(from, to)),
        What::EventSeen { action, message, status, case_status, files, .. } => {
            format!(
                "{}{}, {status}",
                event(action, message, *files, "file(s)"),
                towards(case_status)
            )
        }
        What::Cleaned => "folder deleted or closed, notifications removed".to_owned(),
    }
}

fn statuses(folder: &str, global: &str, cases: &[(String, String)]) -> String {
    let cases = cases.iter().map(|(number, status)| format!(", {number} {status}"));
    format!("{folder} {global}{}", cases.collect::<String>())
}

fn change(from: &str, to: &str) -> String {
    if from.is_empty() { to.to_owned() } else { format!("{from} → {to}") }
}

fn towards(status: &str) -> String {
    if status.is_empty() { String::new() } else { format!(" → {status}") }
}

/// An event: what it does, what it says, what it carries.
fn event(action: &str, message: &str, files: usize, word: &str) -> String {
    let said = if message.is_empty() { String::new() } else { format!(" « {message} »") };
    let carried = if files == 0 { String::new() } else { format!(", {files} {word},") };
    format!("{action}{said}{carried}")
}

fn step_name(step: Step, lang: Lang) -> &'static str {
    match step {
        Step::Notification => lang.pick("notification trouvée", "notification found"),
        Step::Case => lang.pick("dossier lu", "case read"),
        Step::Files => lang.pick("fichiers téléchargés", "files downloaded"),
        Step::Status => lang.pick("statut SENT", "status SENT"),
        Step::Event => lang.pick("événement envoyé", "event sent"),
        Step::Removal => {
            lang.pick("notification supprimée, dossier reçu", "notification removed, case received")
        }
    }
}

/// Why a move was not made, and what is usually done first.
pub(super) fn failure(error: &NotDone, lang: Lang) -> String {
    match error {
        NotDone::Usage(error) => error.to_string(),
        NotDone::NoAnswer(error) => error.to_string(),
        NotDone::Refused(refusal) => {
            let (reply, by) = (&refusal.reply, refusal.reply.exchange.actor.as_deref());
            let (refused, colon) =
                (lang.pick("refusé par le hub", "refused by the hub"), lang.colon());
            let (method, path) = (&reply.exchange.method, &reply.exchange.path);
            let by = by.map_or(String::new(), |by| format!(" ({by})"));
            let answer = reply.in_short();
            with_usual(
                format!("{refused}{by}{colon}{method} {path} → {answer}"),
                refusal.usual.as_ref(),
                lang,
            )
        }
        NotDone::NotAsExpected(unexpected) => {
            let (on, colon) = (&unexpected.on, lang.colon());
            let missing = missing(&unexpected.missing, lang);
            with_usual(format!("{on}{colon}{missing}"), unexpected.usual.as_ref(), lang)
        }
    }
}

fn with_usual(mut what: String, first: Option<&Usual>, lang: Lang) -> String {
    if let Some(first) = first {
        what.push_str(&format!(". {}", usual(first, lang)));
    }
    what
}

fn missing(missing: &Missing, lang: Lang) -> String {
    match (missing, lang) {
        (Missing::NewCase { by }, Lang::Fr) => {
            format!("aucune notification de nouveau dossier pour {by}")
        }
        (Missing::NewCase { by }, Lang::En) => format!("no notification of a new case for {by}"),
        (Missing::Event { by }, Lang::Fr) => format!("aucune notification d'événement pour {by}"),
        (Missing::Event { by }, Lang::En) => format!("no notification of an event for {by}"),
        (Missing::Status { wanted, present }, Lang::Fr) => {
            format!("statut {wanted} attendu, {present} observé")
        }
        (Missing::Status { wanted, present }, Lang::En) => {
            format!("status {wanted} expected, {present} observed")
        }
        (Missing::ReceivedFile { name, status }, Lang::Fr) => {
            format!("le fichier {name} est {status} et non RECEIVED")
        }
        (Missing::ReceivedFile { name, status }, Lang::En) => {
            format!("the file {name} is {status} and not RECEIVED")
        }
        (Missing::NothingLeft { left }, Lang::Fr) => format!("reste : {}", left.join(" ; ")),
        (Missing::NothingLeft { left }, Lang::En) => format!("left: {}", left.join("; ")),
    }
}

fn usual(usual: &Usual, lang: Lang) -> String {
    let french = lang == Lang::Fr;
    match usual {
        Usual::Complete if french => {
            "Le télédossier n'est pas complété ; d'abord : etalon play complete".to_owned()
        }
        Usual::Complete => "The folder is not completed; first: etalon play complete".to_owned(),
        Usual::Gone if french => {
            "Ce télédossier n'est plus sur le hub ; un autre : etalon play deposit".to_owned()
        }
        Usual::Gone => {
            "This folder is not on the hub any more; another one: etalon play deposit".to_owned()
        }
        Usual::Already { status } if french => format!("Il est déjà {status}"),
        Usual::Already { status } => format!("It is {status} already"),
        Usual::Before { present, way } => before(present, way, lang),
        Usual::Others { scopes, credentials } => {
            let (scopes, names) = (scopes.join(", "), named(credentials));
            if french {
                format!("Cet appel revient à {scopes}{names}")
            } else {
                format!("This call is for {scopes}{names}")
            }
        }
        Usual::Owners { credentials } if french => {
            format!("Il est à d'autres{}", named(credentials))
        }
        Usual::Owners { credentials } => format!("It is somebody else's{}", named(credentials)),
    }
}

fn named(credentials: &[String]) -> String {
    let all = credentials.iter().map(|name| format!("--as {name}")).collect::<Vec<_>>();
    if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
}

fn before(present: &str, way: &[String], lang: Lang) -> String {
    let french = lang == Lang::Fr;
    if way.is_empty() {
        return if french {
            format!("Le dossier est {present}, d'où l'on n'y vient pas")
        } else {
            format!("The case is {present}, which does not lead there")
        };
    }
    let moves = way.iter().map(|status| match status.as_str() {
        "SENT" => "etalon play receive".to_owned(),
        "CLOSED" => "etalon play close".to_owned(),
        other => format!("etalon play status {other}"),
    });
    let moves = moves.collect::<Vec<_>>().join(lang.pick(", puis ", ", then "));
    if french {
        format!("Le dossier est {present} ; d'abord : {moves}")
    } else {
        format!("The case is {present}; first: {moves}")
    }
}

/// The same for scripts.
pub(super) fn failure_for_scripts(error: &NotDone) -> Value {
    match error {
        NotDone::Usage(_) | NotDone::NoAnswer(_) => {
            let why = if matches!(error, NotDone::Usage(_)) { "usage" } else { "no_answer" };
            json!({ "not_done": why, "message": error.to_string() })
        }
        NotDone::Refused(refusal) => {
            let reply = &refusal.reply;
            json!({
                "not_done": "refused",
                "by": reply.exchange.actor,
                "method": reply.exchange.method,
                "path": reply.exchange.path,
                "status": reply.status(),
                "message": reply.problems().first().map(|(_, message)| message),
                "usual": refusal.usual,
            })
        }
        NotDone::NotAsExpected(unexpected) => json!({
            "not_done": "not_as_expected",
            "on": unexpected.on,
            "missing": unexpected.missing,
            "usual": unexpected.usual,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(method: &str, path: &str, status: u16) -> CallMade {
        CallMade { method: method.to_owned(), path: path.to_owned(), status }
    }

    #[test]
    fn alike_calls_are_told_together() {
        let file = |id: &str| call("PUT", &format!("/folders/a/attachments/{id}"), 204);
        let calls =
            [call("POST", "/folders", 201), file("b"), file("c"), call("GET", "/folders/a", 200)];
        let template = Operation::PutFolderAttachment.path_template();
        let expected = format!("POST /folders 201, PUT {template} 204 ×2, GET /folders/a 200");
        assert_eq!(calls_in_short(&calls), expected);
        let refused = [file("b"), call("PUT", "/folders/a/attachments/c", 400)];
        assert!(!calls_in_short(&refused).contains('×'), "one of them was refused");
    }

    #[test]
    fn what_comes_first_is_said_as_commands() {
        let way = ["SENT", "SI_RECEIVED"].map(str::to_owned).to_vec();
        let before = Usual::Before { present: "HUBEE_NOTIFIED".to_owned(), way };
        assert_eq!(
            usual(&before, Lang::Fr),
            "Le dossier est HUBEE_NOTIFIED ; d'abord : etalon play receive, puis etalon play status SI_RECEIVED"
        );
        assert_eq!(
            usual(&before, Lang::En),
            "The case is HUBEE_NOTIFIED; first: etalon play receive, then etalon play status SI_RECEIVED"
        );
    }
}
