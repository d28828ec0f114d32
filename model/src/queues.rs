//! Queues of notifications, as a guest: only what is about our own cases is looked at or deleted,
//! and what may come later is waited for (contract §6, "Notifications").

use contract::operations::Operation;
use serde_json::{Value, json};

use crate::action::Action;
use crate::call::{Answer, Call};
use crate::expectation::{
    Agreed, Allowed, Disagreement, Expectation, Limit, Todo, calls, hold, shows,
};
use crate::roles::Role;
use crate::state::{Folder, Model, Notice, picked};

pub(crate) fn step(model: &Model, action: &Action) -> Option<Expectation> {
    match action {
        Action::ReadQueue { who, size: 0 } => {
            let (by, call) = listing(*who);
            let what = "une taille qui n'est pas un nombre refusée";
            let asked = (by, call.query("maxResult", "beaucoup"));
            let sentence =
                format!("{} demande un lot dont la taille n'est pas un nombre", who.named());
            Some(Expectation::new(asked, Allowed::Only(&[400]), "NOT-03", what).saying(sentence))
        }
        Action::ReadQueue { who, size } => Some(read_batch(*who, *size)),
        Action::FilterQueue { who } => filter(model, *who),
        Action::DeleteNotification { notice, again } => {
            let notices = model.notices.iter().enumerate();
            let found = notices.filter(|(_, notice)| notice.must_be_there()).map(|(rank, _)| rank);
            let rank = picked(&found.collect::<Vec<_>>(), *notice)?;
            Some(delete(model, rank, *again))
        }
        _ => None,
    }
}

fn listing(who: Role) -> (Role, Call) {
    calls(who, Operation::ListNotifications, &[])
}

fn read_batch(who: Role, size: u8) -> Expectation {
    let (by, call) = listing(who);
    let asked = (by, call.query("maxResult", size.to_string()));
    Expectation::new(asked, Allowed::Only(&[200]), "NOT-02", "un lot")
        .saying(format!("{} relève un lot de {size} notifications", who.named()))
        .then_holds(move |_, answer| {
            let count = answer.array("").len();
            hold(
                count <= usize::from(size),
                "NOT-02",
                || format!("{size} notifications au plus"),
                || count.to_string(),
            )
        })
}

/// Filtered by another démarche, none of ours is shown (NOT-09).
fn filter(model: &Model, who: Role) -> Option<Expectation> {
    let other = model.setting.other_process.clone()?;
    let (by, call) = listing(who);
    let call = call
        .query("maxResult", model.setting.max_batch.to_string())
        .query("processCode", other.as_str());
    let sentence = format!("{} relève les notifications de la démarche {other}", who.named());
    let filtered = Expectation::anything((by, call)).saying(sentence);
    Some(filtered.then_holds(move |model, answer| {
        let own = own_of(model, answer.array("")).count();
        hold(
            own == 0,
            "NOT-09",
            || format!("les notifications de la démarche {other} seulement"),
            || format!("{own} d'une autre démarche"),
        )
    }))
}

/// The notifications of a batch that are about our cases.
fn own_of<'a>(model: &Model, batch: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    let is_own = |shown: &&Value| {
        let mut cases = model.folders.iter().flat_map(|folder| &folder.cases);
        cases.any(|case| shown["caseId"] == case.id.as_str())
    };
    batch.iter().filter(is_own)
}

/// Whether more may lie behind what was shown.
fn is_full(model: &Model, answer: &Answer) -> bool {
    answer.array("").len() >= model.setting.max_batch as usize
}

/// A look into a queue, which is kept.
pub(crate) fn look(queue: Role) -> Todo {
    Todo::new(move |model| {
        looking(model, queue).then_holds(move |model, answer| {
            keep(model, queue, answer);
            Ok(())
        })
    })
}

fn keep(model: &mut Model, queue: Role, answer: &Answer) {
    let own = own_of(model, answer.array("")).cloned().collect();
    model.sights.retain(|(seen, _)| *seen != queue);
    model.sights.push((queue, own));
}

/// A look into a queue once every notification that must be there is, or once that has been waited
/// for long enough.
pub(crate) fn look_until_there(queue: Role) -> Todo {
    Todo::new(move |model| {
        awaited(model, queue).then_holds(move |model, answer| {
            match missing(model, queue, answer) {
                Some(rank) if !is_full(model, answer) => return Err(lost(model, rank)),
                _ => keep(model, queue, answer),
            }
            Ok(())
        })
    })
}

fn looking(model: &Model, queue: Role) -> Expectation {
    let (by, mut call) = listing(queue);
    call = call.query("maxResult", model.setting.max_batch.to_string());
    if model.setting.is_recent {
        call = call.query("eventDetails", "true");
    }
    let what = "les notifications lisibles";
    Expectation::new((by, call), Allowed::Only(&[200]), "NOT-01", what)
}

fn awaited(model: &Model, queue: Role) -> Expectation {
    looking(model, queue)
        .until(Limit::Delivery, move |model, answer| missing(model, queue, answer).is_none())
}

/// The first notification that must be in a queue and is not.
fn missing(model: &Model, queue: Role, answer: &Answer) -> Option<usize> {
    model.notices.iter().position(|notice| {
        notice.queue == queue && notice.must_be_there() && found(model, notice, answer).is_none()
    })
}

/// The id of a notification among those shown.
fn found<'a>(model: &Model, notice: &Notice, answer: &'a Answer) -> Option<&'a str> {
    let about = answer.array("").iter().filter(|shown| is_about(notice, shown));
    about.map(|shown| shown["id"].as_str().unwrap_or_default()).find(|id| !is_deleted(model, id))
}

fn is_deleted(model: &Model, id: &str) -> bool {
    model.notices.iter().any(|notice| notice.deleted && notice.id.as_deref() == Some(id))
}

/// Looks for a notification in its queue, and goes on with its id; it ends there when it could not
/// be seen for the others in the way.
pub(crate) fn seen(
    model: &Model,
    rank: usize,
    then: impl FnOnce(String) -> Option<Todo> + Send + 'static,
) -> Expectation {
    awaited(model, model.notices[rank].queue).then(move |model, answer| {
        let id = found(model, &model.notices[rank], answer).map(str::to_owned);
        if id.is_none() && !is_full(model, answer) {
            return Err(lost(model, rank));
        }
        model.notices[rank].id.clone_from(&id);
        Ok(id.and_then(then).into_iter().collect())
    })
}

fn delete(model: &Model, rank: usize, again: bool) -> Expectation {
    let queue = model.notices[rank].queue;
    let deletion = move |id: &str| calls(queue, Operation::DeleteNotification, &[id]);
    let removed = move |id: String| {
        let once_more = again.then(|| {
            let asked = deletion(&id);
            let what = "une notification déjà supprimée inconnue";
            Todo::new(move |_| {
                Expectation::new(asked, Allowed::Only(&[404]), "NOT-07", what)
                    .saying(format!("{} la supprime de nouveau", queue.named()))
            })
        });
        let asked = deletion(&id);
        Some(Todo::new(move |_| {
            let what = "la suppression acceptée";
            Expectation::new(asked, Allowed::Only(&[204]), "NOT-06", what)
                .then_holds(move |model, _| {
                    model.notices[rank].deleted = true;
                    Ok(())
                })
                .followed_by(once_more)
        }))
    };
    seen(model, rank, removed).saying(format!("{} supprime une notification", queue.named()))
}

/// A notification that must be there is not.
fn lost(model: &Model, rank: usize) -> Disagreement {
    let notice = &model.notices[rank];
    let was_seen = notice.id.is_some();
    let rule = match (&notice.event, was_seen, notice.queue) {
        (_, true, _) => "NOT-05",
        (None, ..) => "FOL-18",
        (Some(id), _, queue) => match (kind_of(model, id), queue) {
            (Some("ATTACH_DEPOSIT"), _) => "EVT-11",
            (_, Role::Osl) => "EVT-07",
            _ => "EVT-08",
        },
    };
    let observed = if was_seen { "la notification a disparu" } else { "aucune notification" };
    Disagreement::new(rule, format!("{} notifié", notice.queue.named()), observed)
}

fn kind_of<'a>(model: &'a Model, event: &str) -> Option<&'a str> {
    let places = model.events_where(|found| found.id == event);
    places.first().map(|place| model.event(*place).kind())
}

/// Every queue holds what it must, and nothing that it must not, as last seen.
pub(crate) fn hold_all(model: &Model) -> Agreed {
    model.sights.iter().try_for_each(|(queue, own)| hold_queue(model, *queue, own))
}

fn hold_queue(model: &Model, queue: Role, shown: &[Value]) -> Agreed {
    let mut left: Vec<&Notice> =
        model.notices.iter().filter(|notice| notice.queue == queue).collect();
    for one in shown {
        let id = one["id"].as_str().unwrap_or_default();
        if is_deleted(model, id) {
            let expected = "une notification supprimée jamais redonnée";
            return Err(Disagreement::new("NOT-06", expected, format!("{id} de nouveau")));
        }
        // Those that must come first: what a hub may send explains only what is left.
        let place = left
            .iter()
            .position(|notice| notice.must_be_there() && is_about(notice, one))
            .or_else(|| left.iter().position(|notice| !notice.required && is_about(notice, one)));
        let Some(place) = place else {
            return Err(unexpected(model, queue, one));
        };
        left.remove(place);
        hold_notification(model, queue, one)?;
    }
    Ok(())
}

/// A notification that nothing explains.
fn unexpected(model: &Model, queue: Role, shown: &Value) -> Disagreement {
    let case = shown["caseId"].as_str().unwrap_or_default();
    let about = |here: bool| {
        let mut notices = model.notices.iter();
        notices.any(|notice| (notice.queue == queue) == here && is_about(notice, shown))
    };
    let is_its = |folder: &&Folder| folder.cases.iter().any(|known| known.id == case);
    let folder = model.folders.iter().find(is_its);
    let rule = match (shown["eventId"].as_str(), folder) {
        _ if about(false) => match queue {
            Role::OtherProcess => "NOT-14",
            Role::Osl | Role::SecondOsl => "NOT-13",
            _ => "NOT-11",
        },
        (None, Some(folder)) if !folder.completed => "FOL-13",
        // A second one of a télédossier that nothing else happened to is a double.
        (None, _) if about(true) => "FOL-19",
        (None, _) => "CAS-05",
        (Some(event), _) => match kind_of(model, event) {
            Some("ATTACH_DEPOSIT") => "EVT-05",
            Some(_) => "EVT-09",
            None => "NOT-15",
        },
    };
    Disagreement::new(
        rule,
        format!("rien d'autre pour {}", queue.named()),
        format!("une notification du dossier {case}, événement {}", shown["eventId"]),
    )
}

fn hold_notification(model: &Model, queue: Role, shown: &Value) -> Agreed {
    let case = shown["caseId"].as_str().unwrap_or_default();
    let places = model.cases_where(|known| known.id == case);
    let Some(place) = places.first() else {
        return Ok(());
    };
    let recipient = model.case(*place).recipient;
    let other = if queue == Role::Osl { recipient } else { Role::Osl };
    for (name, value) in [
        ("recipient", model.setting.organization(queue)),
        ("transmitter", model.setting.organization(other)),
        ("processCode", json!(model.setting.process)),
    ] {
        hold(
            shows(&shown[name], &value),
            "NOT-15",
            || format!("une notification dont {name} est {value}"),
            || shown[name].to_string(),
        )?;
    }
    hold_details(model, shown)
}

/// NOT-16: eventDetails tells what the event is and how it stands now.
fn hold_details(model: &Model, shown: &Value) -> Agreed {
    let Some(id) = shown["eventId"].as_str().filter(|_| model.setting.is_recent) else {
        return Ok(());
    };
    let places = model.events_where(|event| event.id == id);
    let Some(place) = places.first() else {
        return Ok(());
    };
    let event = model.event(*place);
    let (kind, status) = (
        shown["eventActionType"].as_str().unwrap_or_default(),
        shown["eventStatus"].as_str().unwrap_or_default(),
    );
    hold(
        kind == event.kind() && event.status.allows(status),
        "NOT-16",
        || format!("eventDetails : {} {}", event.kind(), event.status.in_french()),
        || format!("{kind} {status}"),
    )
}

fn is_about(notice: &Notice, shown: &Value) -> bool {
    shown["caseId"].as_str() == Some(notice.case.as_str())
        && shown["eventId"].as_str() == notice.event.as_deref()
}
