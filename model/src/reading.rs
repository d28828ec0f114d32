//! Reading back: what a hub shows of a télédossier, against what the model holds. Only what the
//! contract cites is looked at.

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::call::Answer;
use crate::expectation::{Agreed, Allowed, Disagreement, Expectation, Todo, calls, hold, shows};
use crate::roles::Role;
use crate::state::{
    CasePlace, Event, EventPlace, Folder, Model, case_name, event_name, folder_name,
};
use crate::transitions::Side;

/// Reads a télédossier back as its depositor, and its cases as their recipients once they were
/// notified.
pub(crate) fn read_folder(rank: usize) -> Todo {
    Todo::new(move |model| {
        let asked = calls(Role::Osl, Operation::GetFolder, &[&model.folders[rank].id]);
        let what = format!("{} lisible", folder_name(rank));
        Expectation::new(asked, Allowed::Only(&[200]), "FOL-14", what).then(move |model, answer| {
            let folder = &model.folders[rank];
            hold_folder(answer, folder, &folder_name(rank))?;
            let open = if folder.is_open() { folder.cases.len() } else { 0 };
            let cases = (0..open).map(|case| (rank, case));
            Ok(cases.flat_map(|place| [read_case(place), read_case_as_osl(place)]).collect())
        })
    })
}

/// Reads a case back as its recipient.
fn read_case(place: CasePlace) -> Todo {
    Todo::new(move |model| {
        let case = model.case(place);
        let asked = calls(case.recipient, Operation::GetCase, &[&case.id]);
        let what = format!("{} lisible", case_name(place));
        Expectation::new(asked, Allowed::Only(&[200]), "CAS-01", what)
            .then_holds(move |model, answer| hold_case(model, answer, place, &case_name(place)))
    })
}

/// D2: an OSL may or may not read cases.
fn read_case_as_osl(place: CasePlace) -> Todo {
    Todo::new(move |model| {
        let asked = calls(Role::Osl, Operation::GetCase, &[&model.case(place).id]);
        Expectation::anything(asked).then_holds(move |model, answer| {
            if answer.is_success() { hold_comments(model, answer, place) } else { Ok(()) }
        })
    })
}

/// Reads an event by itself, as both sides.
pub(crate) fn read_event(place: EventPlace) -> Todo {
    Todo::new(move |model| {
        let by_si = Todo::new(move |model| read_event_as(model, place, Side::Si));
        read_event_as(model, place, Side::Osl).followed_by([by_si])
    })
}

fn read_event_as(model: &Model, place: EventPlace, side: Side) -> Expectation {
    let case = (place.0, place.1);
    let (id, event) = (&model.case(case).id, model.event(place));
    let asked = calls(model.role_on(case, side), Operation::GetEvent, &[id, &event.id]);
    if event.deleted {
        let what = "l'événement supprimé inconnu";
        return Expectation::new(asked, Allowed::Only(&[404]), "EVT-13", what);
    }
    let hidden = event.by != side && event.status.is("IN_PROGRESS");
    let expected = match hidden {
        true => Expectation::anything(asked),
        false => Expectation::new(asked, Allowed::Only(&[200]), "EVT-23", "l'événement lisible"),
    };
    expected.then_holds(move |model, answer| {
        if hidden && !answer.is_success() {
            return Ok(());
        }
        hold_event(model, &answer.json, model.event(place), case, &event_name(place))?;
        if side == Side::Osl { hold_comments(model, answer, case) } else { Ok(()) }
    })
}

/// A property of an answer must be what was sent.
fn hold_value(answer: &Answer, pointer: &str, sent: &Value, rule: &str, what: &str) -> Agreed {
    let read = answer.json.pointer(pointer).unwrap_or(&Value::Null);
    hold(shows(read, sent), rule, || format!("{what}, {pointer} : {sent}"), || read.to_string())
}

fn hold_folder(answer: &Answer, folder: &Folder, what: &str) -> Agreed {
    for (pointer, rule) in [
        ("/externalId", "NUM-01"),
        ("/processCode", "FOL-14"),
        ("/applicant/firstName", "FOL-16"),
        ("/applicant/lastName", "FOL-16"),
        ("/applicant/email", "FOL-14"),
    ] {
        let value = folder.sent.pointer(pointer).unwrap_or(&Value::Null);
        hold_value(answer, pointer, value, rule, what)?;
    }
    if folder.headers {
        let pointer = "/partnerInfo/applicationName";
        hold_value(answer, pointer, &json!("exploration"), "FOL-15", what)?;
    }
    let status = answer.text("/globalStatus");
    let rule = match (folder.completed, folder.status.is("HUBEE_NOTIFIED")) {
        (false, _) => "FOL-01",
        (true, true) => "FOL-17",
        (true, false) => "FOL-24",
    };
    hold(
        folder.status.allows(status),
        rule,
        || format!("{what} {}", folder.status.in_french()),
        || status.to_owned(),
    )?;
    if let Some(date) = &folder.closed_at {
        let read = |text: &str| text.parse::<Timestamp>().ok();
        let shown = answer.text("/closeDateTime");
        hold(
            read(shown).is_some() && read(shown) == read(date),
            "FOL-24",
            || format!("{what} clos le {date}"),
            || shown.to_owned(),
        )?;
    }
    hold_cases_of(answer, folder, what)?;
    hold_files_of(answer, folder, what)
}

/// One of the things listed, by its id: lists may come in any order.
fn listed<'a>(list: &'a [Value], id: &str) -> Option<&'a Value> {
    list.iter().find(|shown| shown["id"] == id)
}

fn status_of(shown: Option<&Value>) -> &str {
    shown.and_then(|shown| shown["status"].as_str()).unwrap_or_default()
}

fn hold_cases_of(answer: &Answer, folder: &Folder, what: &str) -> Agreed {
    let shown = answer.array("/cases");
    hold(
        shown.len() == folder.cases.len(),
        "FOL-02",
        || format!("{what} : {} dossiers", folder.cases.len()),
        || shown.len().to_string(),
    )?;
    for case in &folder.cases {
        let found = listed(shown, &case.id);
        let number = found.map(|found| &found["externalId"]);
        hold(
            number.is_some_and(|number| *number == case.number.as_str()),
            "NUM-03",
            || format!("{what} : le dossier {}", case.number),
            || shown_or_absent(number),
        )?;
        let status = status_of(found);
        hold(
            case.status.allows(status),
            "FOL-26",
            || format!("{what} : le dossier {} {}", case.number, case.status.in_french()),
            || status.to_owned(),
        )?;
    }
    Ok(())
}

/// A value of an answer, in words.
fn shown_or_absent(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), Value::to_string)
}

fn hold_files_of(answer: &Answer, folder: &Folder, what: &str) -> Agreed {
    let shown = answer.array("/attachments");
    hold(
        shown.len() == folder.files.len(),
        "FOL-14",
        || format!("{what} : {} pièces", folder.files.len()),
        || shown.len().to_string(),
    )?;
    for file in &folder.files {
        let found = listed(shown, &file.id);
        for name in ["fileName", "type", "size", "mimeType"] {
            let value = found.map(|found| &found[name]);
            hold(
                value == Some(&file.announced[name]),
                "FOL-14",
                || format!("{what} : une pièce dont {name} est {}", file.announced[name]),
                || shown_or_absent(value),
            )?;
        }
        let status = status_of(found);
        hold(
            file.status.allows(status),
            "PJ-01",
            || format!("{what} : une pièce {}", file.status.in_french()),
            || status.to_owned(),
        )?;
    }
    Ok(())
}

fn hold_case(model: &Model, answer: &Answer, place: CasePlace, what: &str) -> Agreed {
    let (folder, case) = (&model.folders[place.0], model.case(place));
    hold_value(answer, "/externalId", &json!(case.number), "NUM-03", what)?;
    hold_value(answer, "/processCode", &folder.sent["processCode"], "CAS-01", what)?;
    let recipient = model.setting.organization(case.recipient);
    hold_value(answer, "/recipient", &recipient, "CAS-01", what)?;
    for pointer in ["/applicant/firstName", "/applicant/lastName", "/applicant/email"] {
        let value = folder.sent.pointer(pointer).unwrap_or(&Value::Null);
        hold_value(answer, pointer, value, "CAS-01", what)?;
    }
    let status = answer.text("/status");
    hold(
        case.status.allows(status),
        "CAS-02",
        || format!("{what} {}", case.status.in_french()),
        || status.to_owned(),
    )?;
    let own = folder.files.iter().filter(|file| file.recipients.contains(&place.1));
    let mut own: Vec<&str> = own.map(|file| file.id.as_str()).collect();
    let files = answer.array("/attachments").iter();
    let mut shown: Vec<&str> = files.filter_map(|file| file["id"].as_str()).collect();
    own.sort_unstable();
    shown.sort_unstable();
    hold(
        own == shown,
        "PJ-14",
        || format!("{what} : {} pièces, les siennes", own.len()),
        || format!("{} pièces : {}", shown.len(), shown.join(", ")),
    )?;
    hold_events(model, answer, place, what)
}

/// D28: whether the recipient sees an event that its author has not sent yet is free.
fn may_be_hidden(event: &Event) -> bool {
    event.by == Side::Osl && event.status.is("IN_PROGRESS")
}

fn hold_events(model: &Model, answer: &Answer, place: CasePlace, what: &str) -> Agreed {
    let shown = answer.array("/events");
    let case = model.case(place);
    let mut hidden = 0;
    for (rank, event) in case.events.iter().enumerate() {
        let name = || event_name((place.0, place.1, rank));
        match (event.deleted, listed(shown, &event.id)) {
            (true, Some(_)) => {
                let expected = format!("{} disparu", name());
                return Err(Disagreement::new("EVT-13", expected, "il est montré"));
            }
            (true, None) => {}
            (false, None) if may_be_hidden(event) => hidden += 1,
            (false, None) => {
                let expected = format!("{} montré", name());
                return Err(Disagreement::new("CAS-12", expected, "il manque"));
            }
            (false, Some(found)) => hold_event(model, found, event, place, &name())?,
        }
    }
    let there = case.events.iter().filter(|event| !event.deleted).count() - hidden;
    hold(
        shown.len() == there,
        "CAS-12",
        || format!("{what} : {there} événements"),
        || shown.len().to_string(),
    )
}

fn hold_event(model: &Model, shown: &Value, event: &Event, place: CasePlace, name: &str) -> Agreed {
    for property in ["actionType", "message", "author"] {
        hold(
            shown[property] == event.sent[property],
            "CAS-12",
            || format!("{name} : {property} {}", event.sent[property]),
            || shown[property].to_string(),
        )?;
    }
    let transmitter = model.setting.organization(model.role_on(place, event.by));
    hold(
        shows(&shown["transmitter"], &transmitter),
        "EVT-22",
        || format!("{name} transmis par {transmitter}"),
        || shown["transmitter"].to_string(),
    )?;
    let status = status_of(Some(shown));
    let rule = match event.status.names() {
        [one] if one == "IN_PROGRESS" => "EVT-05",
        [one] if one == "RECEIVED" => "EVT-12",
        _ => "EVT-06",
    };
    hold(
        event.status.allows(status),
        rule,
        || format!("{name} {}", event.status.in_french()),
        || status.to_owned(),
    )?;
    let files = shown["attachments"].as_array().map_or(&[][..], Vec::as_slice);
    for file in &event.files {
        let status = status_of(listed(files, &file.id));
        hold(
            file.status.allows(status),
            "EVT-21",
            || format!("{name} : une pièce {}", file.status.in_french()),
            || status.to_owned(),
        )?;
    }
    Ok(())
}

/// EVT-15: an SI's comment is never shown to an OSL.
fn hold_comments(model: &Model, answer: &Answer, place: CasePlace) -> Agreed {
    let events = model.case(place).events.iter().filter(|event| event.by == Side::Si);
    let mut comments = events.filter_map(|event| event.sent["comment"].as_str()).peekable();
    if comments.peek().is_none() {
        return Ok(());
    }
    let shown = answer.json.to_string();
    hold(
        !comments.any(|comment| shown.contains(comment)),
        "EVT-15",
        || "le commentaire du SI caché à l'OSL".to_owned(),
        || "il lui est montré".to_owned(),
    )
}
