//! Words of lost answers: a demand was sent and its answer never read; what it left is whole, and
//! it can be taken up again.

use std::fmt;
use std::time::Duration;

use contract::operations::Operation;
use cucumber::{then, when};
use serde_json::json;

use super::words::words;
use crate::actor::{Look, Wanted, notified, until};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::lost_answers::HangUp;
use crate::roles::Role;
use crate::world::World;

/// The demand whose answer is lost, and the notification that it may be about.
#[derive(Clone, Default)]
struct Lost {
    demand: Option<Demand>,
    notification: String,
    /// How many times it was sent.
    sent: usize,
}

/// How long what is not done is looked at again, at least: a hub may begin late.
const LATE_START: Duration = Duration::from_secs(1);

words! {
    /// What was demanded.
    enum Demand in "lost_demand" {
        Upload => "envoi d'un fichier",
        Completion => "fin du dépôt",
        CaseStatus => "changement de statut",
        Event => "création d'un événement",
        NotificationDeletion => "suppression d'une notification",
        FolderDeletion => "suppression d'un télédossier",
    }
}

words! {
    /// When the connection is closed.
    enum Moment in "moment" {
        AtOnce => "aussitôt envoyée",
        SoonAfter => "peu après l'envoi",
        AnswerInSight => "en voyant venir la réponse",
    }
}

impl From<Moment> for HangUp {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::AtOnce => Self::AtOnce,
            Moment::SoonAfter => Self::SoonAfter,
            Moment::AnswerInSight => Self::AnswerInSight,
        }
    }
}

fn demand(world: &World) -> Result<Demand, Stop> {
    let lost: Option<&Lost> = world.remembered();
    lost.and_then(|lost| lost.demand)
        .ok_or_else(|| Stop::broken("demande dont la réponse est perdue", "une demande", "aucune"))
}

#[when(expr = "un partenaire perd la réponse à cette demande, {moment} : {lost_demand}")]
async fn loses_answer(world: &mut World, moment: Moment, demand: Demand) -> Step {
    *world.memory() = Lost { demand: Some(demand), sent: 1, ..Lost::default() };
    prepare(world, demand).await?;
    let (role, call) = call_of(world, demand)?;
    world.send_and_hang_up(role, call, moment.into()).await
}

async fn prepare(world: &mut World, demand: Demand) -> Step {
    match demand {
        Demand::Upload | Demand::FolderDeletion => {
            let draft = world.describe(&[Role::Si])?;
            world.create_needed(draft).await
        }
        Demand::Completion => {
            let draft = world.describe(&[Role::Si])?;
            world.create_needed(draft).await?;
            world.upload_all().await
        }
        Demand::CaseStatus | Demand::Event | Demand::NotificationDeletion => {
            world.deposit(&[Role::Si]).await?;
            let case = world.case_id()?;
            let found = world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
            let id = found["id"].as_str().unwrap_or_default().to_owned();
            world.memory::<Lost>().notification = id;
            Ok(())
        }
    }
}

fn call_of(world: &World, demand: Demand) -> Result<(Role, Call), Stop> {
    let deposited = world.deposited()?;
    let lost: Option<&Lost> = world.remembered();
    let notification = lost.map_or("", |lost| lost.notification.as_str());
    Ok(match demand {
        Demand::Upload => {
            let file = deposited.attachments.first().cloned().unwrap_or_default();
            let bytes = deposited.draft.files.first().cloned().unwrap_or_default();
            (
                Role::Osl,
                Call::operation(Operation::PutFolderAttachment, &[&deposited.id, &file])
                    .file(bytes),
            )
        }
        Demand::Completion => (
            Role::Osl,
            Call::operation(Operation::UpdateFolder, &[&deposited.id])
                .json(json!({ "globalStatus": "HUBEE_COMPLETED" })),
        ),
        Demand::CaseStatus => (
            Role::Si,
            Call::operation(Operation::UpdateCase, &[&world.case_id()?])
                .json(json!({ "status": "SENT" })),
        ),
        Demand::Event => (
            Role::Osl,
            Call::operation(Operation::CreateEvent, &[&world.case_id()?])
                .json(notified("STATUS_UPDATE")),
        ),
        Demand::NotificationDeletion => {
            (Role::Si, Call::operation(Operation::DeleteNotification, &[notification]))
        }
        Demand::FolderDeletion => {
            (Role::Osl, Call::operation(Operation::DeleteFolder, &[&deposited.id]))
        }
    })
}

/// What the hub shows afterwards: done, not done, or something between, in words.
#[derive(Debug, PartialEq, Eq)]
enum State {
    Done,
    NotDone,
    Torn(String),
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => formatter.write_str("faite une fois"),
            Self::NotDone => formatter.write_str("non faite"),
            Self::Torn(between) => write!(formatter, "laissée entre deux ({between})"),
        }
    }
}

/// The state once it has settled: a request may still be carried out between two reads, or be begun
/// late. What is torn has the delivery limit to become whole; what is not done, a moment to be
/// done.
async fn settled_state(world: &mut World, demand: Demand) -> Result<State, Stop> {
    let seen = whole_state(world, demand).await?;
    if seen != State::NotDone {
        return Ok(seen);
    }
    let late = world.session().target.limits.quiet.max(LATE_START);
    let begun = until(late, async || {
        let seen = state(world, demand).await?;
        Ok::<_, Stop>(Look { done: seen != State::NotDone, seen })
    });
    match begun.await?.seen {
        State::Torn(_) => whole_state(world, demand).await,
        seen => Ok(seen),
    }
}

async fn whole_state(world: &mut World, demand: Demand) -> Result<State, Stop> {
    let limit = world.session().target.limits.delivery;
    let whole = until(limit, async || {
        let seen = state(world, demand).await?;
        Ok::<_, Stop>(Look { done: !matches!(seen, State::Torn(_)), seen })
    });
    Ok(whole.await?.seen)
}

async fn state(world: &mut World, demand: Demand) -> Result<State, Stop> {
    match demand {
        Demand::Upload => {
            let status = world.first_file().await?["status"].clone();
            Ok(match status.as_str() {
                Some("RECEIVED") => State::Done,
                Some("PENDING") => State::NotDone,
                _ => State::Torn(format!("fichier {status}")),
            })
        }
        Demand::Completion => completion_state(world).await,
        Demand::CaseStatus => {
            let status = world.case_status().await?;
            Ok(match status.as_str() {
                "SENT" => State::Done,
                "HUBEE_NOTIFIED" | "HUBEE_COMPLETED" => State::NotDone,
                _ => State::Torn(format!("dossier {status}")),
            })
        }
        Demand::Event => event_state(world).await,
        Demand::NotificationDeletion => {
            let case = world.case_id()?;
            let own = world.look(Role::Si, &[Wanted::new_case(&case)]).await?.own;
            let deleted = world.memory::<Lost>().notification.clone();
            Ok(if own.iter().any(|found| found["id"] == deleted) {
                State::NotDone
            } else {
                State::Done
            })
        }
        Demand::FolderDeletion => {
            let (folder, case) = (world.read_folder().await?, world.case_id()?);
            let case = world.read_case(Role::Si, &case).await?;
            // Before completion, a hub may hide a case from its recipient (403) as well as show it.
            Ok(match (folder.status(), case.status()) {
                (404, 404) => State::Done,
                (200, 200 | 403 | 404) => State::NotDone,
                (folder, case) => State::Torn(format!("télédossier {folder}, dossier {case}")),
            })
        }
    }
}

async fn completion_state(world: &mut World) -> Result<State, Stop> {
    let case = world.case_id()?;
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let status = folder.text("/globalStatus").to_owned();
    match status.as_str() {
        "HUBEE_RECEIVED" => {
            let own = world.look(Role::Si, &[Wanted::new_case(&case)]).await?.own;
            Ok(if own.is_empty() {
                State::NotDone
            } else {
                State::Torn("notifié sans être terminé".to_owned())
            })
        }
        "HUBEE_COMPLETED" | "HUBEE_NOTIFIED" => {
            let own = world.await_notifications(Role::Si, &[Wanted::new_case(&case)], None).await?;
            // That there is one only is for FOL-19 to say.
            Ok(if own.is_empty() {
                State::Torn("terminé sans être notifié".to_owned())
            } else {
                State::Done
            })
        }
        _ => Ok(State::Torn(format!("télédossier {status}"))),
    }
}

/// The event is in the case and notified, or neither.
async fn event_state(world: &mut World) -> Result<State, Stop> {
    let case = world.case_id()?;
    let read = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    let events = read.array("/events").to_vec();
    let sent = world.memory::<Lost>().sent;
    if events.is_empty() {
        let own = world.look(Role::Si, &[Wanted::any(&case)]).await?.own;
        let strays = own.iter().filter(|found| !found["eventId"].is_null()).count();
        return Ok(match strays {
            0 => State::NotDone,
            _ => State::Torn("une notification sans événement".to_owned()),
        });
    }
    // A first request that is done after the second one leaves an event for each.
    if events.len() > sent {
        return Ok(State::Torn(format!("{} événements pour {sent} demande(s)", events.len())));
    }
    let ids = events.iter().filter_map(|event| event["id"].as_str());
    let wanted: Vec<_> = ids.map(|id| Wanted::event(&case, id)).collect();
    let own = world.await_notifications(Role::Si, &wanted, None).await?;
    Ok(if own.len() == events.len() {
        State::Done
    } else {
        State::Torn(format!("{} événement(s), {} notification(s)", events.len(), own.len()))
    })
}

#[then(expr = "l'état lu ensuite est entier, fait ou pas fait {rule}")]
async fn is_whole(world: &mut World, rule: Rule) -> Step {
    let demand = demand(world)?;
    let seen = settled_state(world, demand).await?;
    let observed = match &seen {
        State::Done => "fait".to_owned(),
        State::NotDone => "pas fait".to_owned(),
        State::Torn(how) => format!("entre les deux : {how}"),
    };
    world.check(&rule, "fait, ou pas fait", observed, !matches!(seen, State::Torn(_)))
}

#[then(expr = "la demande, reprise si elle n'est pas faite, aboutit {rule}")]
async fn taken_up_again(world: &mut World, rule: Rule) -> Step {
    let demand = demand(world)?;
    let mut repeated: Option<Reply> = None;
    if settled_state(world, demand).await? == State::NotDone {
        let (role, call) = call_of(world, demand)?;
        world.memory::<Lost>().sent += 1;
        repeated = Some(world.send_as(role, call).await?);
        if demand == Demand::Upload {
            world.settled_attachment(0).await?;
        }
    }
    let done = settled_state(world, demand).await?;
    if demand == Demand::FolderDeletion && done == State::Done {
        let id = world.deposited()?.id.clone();
        world.session().ledger.gone(&id);
    }
    let how = match &repeated {
        None => "déjà faite".to_owned(),
        Some(reply) => format!("reprise : {}", reply.in_short()),
    };
    // A refusal is right where the first request was done after all: nothing is left to do.
    world.check(
        &rule,
        "la demande faite, une fois",
        format!("{how}, puis {done}"),
        done == State::Done,
    )
}
