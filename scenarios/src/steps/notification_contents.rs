//! Words of the notifications: what one says, and whose queue it is in.

use std::time::Duration;

use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::actors::Actor;
use super::notifications::{Filter, shown};
use super::resources::UNKNOWN_CODE;
use super::words::words;
use crate::actor::Wanted;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

/// Notifications of two démarches, and those that a filtered reading showed.
#[derive(Clone, Default)]
struct TwoProcesses {
    first: String,
    other: String,
    shown: Vec<Value>,
}

words! {
    /// Which notification is meant.
    enum Meant in "notification" {
        NewCase => "la notification du télédossier",
        Event => "la notification de l'événement",
    }
}

impl Meant {
    fn wanted(self, world: &World) -> Result<Wanted, Stop> {
        let case = world.case_id()?;
        Ok(match self {
            Self::NewCase => Wanted::new_case(&case),
            Self::Event => Wanted::event(&case, &world.last_event()?),
        })
    }
}

words! {
    /// The notifications that a filter lets through.
    enum LetThrough in "let_through" {
        First => "la seule notification de la première démarche",
        Other => "la seule notification de l'autre démarche",
        Both => "les notifications des deux démarches",
    }
}

#[given("un télédossier transmis au SI et à l'autre guichet du SI")]
async fn transmitted_to_both_branches(world: &mut World) -> Step {
    world.deposit(&[Role::Si, Role::OtherBranch]).await?;
    let cases = world.deposited()?.cases.clone();
    for (role, case) in [Role::Si, Role::OtherBranch].into_iter().zip(&cases) {
        world.need_notification(role, &Wanted::any(case)).await?;
    }
    Ok(())
}

#[given(
    "deux notifications dans la file de l'OSL, de deux démarches quand ses accès le permettent"
)]
async fn two_placed(world: &mut World) -> Step {
    let (first, other, second) = world.place_two().await?;
    let two = world.memory::<TwoProcesses>();
    (two.first, two.other) = (first.process.to_string(), other.to_string());
    world.wanted =
        std::iter::once(first.wanted).chain(second.map(|placed| placed.wanted)).collect();
    Ok(())
}

/// Reads a queue for one démarche or for two.
pub(super) async fn filtered(world: &mut World, role: Role, filter: Filter) -> Step {
    let TwoProcesses { first, other, .. } = world.memory::<TwoProcesses>().clone();
    // The démarche of the first notification comes last: a hub that heeds the first code only does
    // not show it.
    let joined = format!("{other},{first}");
    // Of the longer one: the beginning of a code in use may be another's.
    let longer = if first.len() < other.len() { &other } else { &first };
    let beginning: String = longer.chars().take(longer.chars().count().saturating_sub(1)).collect();
    let codes: &[&str] = match filter {
        Filter::First => &[&first],
        Filter::Other => &[&other],
        Filter::BothRepeated => &[&other, &first],
        Filter::BothJoined => &[&joined],
        Filter::Unknown => &[UNKNOWN_CODE],
        Filter::Beginning => &[&beginning],
    };
    let wanted = world.wanted.clone();
    let mut own = world.look_filtered(role, codes, &wanted).await?;
    if filter == Filter::BothRepeated {
        // In the other order too: a hub may heed the last code only.
        let turned = world.look_filtered(role, &[&first, &other], &wanted).await?;
        own.retain(|found| turned.iter().any(|other| other["id"] == found["id"]));
    }
    world.memory::<TwoProcesses>().shown = own;
    Ok(())
}

/// How often a batch of one is asked for each démarche: a hub that cuts its queue before it filters
/// may happen on the right one.
const TRIES: usize = 3;

#[then(
    expr = "un lot d'une seule notification, demandé pour chacune des deux démarches, n'est jamais vide {rule}"
)]
async fn smallest_batches(world: &mut World, rule: Rule) -> Step {
    let wanted = world.wanted.clone();
    if wanted.len() < 2 {
        let reason = "aucun accès d'OSL ne joue deux démarches : une file d'une seule démarche ne montre pas si le filtre précède la coupe ; déclarez-en un";
        return Err(world.inconclusive(&rule.0, reason));
    }
    let TwoProcesses { first, other, .. } = world.memory::<TwoProcesses>().clone();
    for process in [first, other].iter().cycle().take(2 * TRIES) {
        let query = [("maxResult", "1"), ("processCode", process.as_str())];
        let batch = world.read_batch(Role::Osl, &query).await?;
        let batch = batch.needed("lecture d'un lot", 200)?;
        let counted = batch.array("").len();
        let is_asked = |found: &Value| found["processCode"] == process.as_str();
        world.still_needed(Role::Osl, &wanted).await?;
        world.check(
            &rule,
            "une notification de la démarche demandée",
            format!("un lot de {counted} pour {process}"),
            batch.array("").iter().any(is_asked),
        )?;
    }
    Ok(())
}

/// What the hub does of a démarche that is to come first: that of the second notification.
pub(super) async fn record_priority(world: &mut World, rule: &Rule) -> Step {
    let wanted = world.wanted.clone();
    let priority = world.memory::<TwoProcesses>().other.clone();
    let most = world.session().target.limits.max_batch.to_string();
    let query = [("maxResult", most.as_str()), ("processPriority", &priority)];
    let batch = world.read_batch(Role::Osl, &query).await?;
    let place = |wanted: &Wanted| batch.array("").iter().position(|found| wanted.is(found));
    let places: Vec<_> = wanted.iter().map(place).collect();
    let observed = match places[..] {
        _ if batch.status() != 200 => batch.in_short(),
        [Some(_)] => "une seule démarche jouée, dont la notification reste".to_owned(),
        [Some(one), Some(prior)] if prior < one => {
            "la démarche prioritaire d'abord, l'autre ensuite".to_owned()
        }
        [Some(_), Some(_)] => "les deux démarches, sans priorité".to_owned(),
        _ => "des notifications manquent".to_owned(),
    };
    world.record(rule, observed);
    Ok(())
}

/// Whether the first and the second notification were seen; the second is `None` when there is
/// none.
fn seen(world: &mut World) -> (bool, Option<bool>) {
    let own = world.memory::<TwoProcesses>().shown.clone();
    let is_there = |wanted: &Wanted| own.iter().any(|found| wanted.is(found));
    (world.wanted.first().is_some_and(is_there), world.wanted.get(1).map(is_there))
}

/// Whether codes joined by a comma are understood as several (D24).
pub(super) fn record_joined_codes(world: &mut World, rule: &Rule) -> Step {
    let seen = seen(world);
    let side = if seen.0 && seen.1 != Some(false) { "joined" } else { "repeated" };
    let observed = in_words(seen);
    world.record(rule, format!("codes joints par une virgule : {observed}"));
    world.observe_divergence("D24", side, observed);
    Ok(())
}

fn in_words((first, second): (bool, Option<bool>)) -> String {
    let second = second.map_or_else(
        || "sans objet (une seule démarche jouée)".to_owned(),
        |there| shown(there).to_owned(),
    );
    format!("celle de la première démarche {}, celle de l'autre {second}", shown(first))
}

#[then(expr = "la file montre {let_through} {rule}")]
async fn shows(world: &mut World, let_through: LetThrough, rule: Rule) -> Step {
    // A filter shows no more than there is.
    let wanted = world.wanted.clone();
    world.still_needed(Role::Osl, &wanted).await?;
    let seen = seen(world);
    let (expected, holds) = match let_through {
        LetThrough::First => {
            ("la seule notification de la démarche demandée", seen.0 && seen.1 != Some(true))
        }
        LetThrough::Other => {
            ("la seule notification de la démarche demandée", !seen.0 && seen.1 != Some(false))
        }
        LetThrough::Both => {
            ("les notifications de chaque démarche demandée", seen.0 && seen.1 != Some(false))
        }
    };
    world.check(&rule, expected, in_words(seen), holds)
}

#[then(expr = "la file ne montre ni l'une ni l'autre {rule}")]
async fn shows_neither(world: &mut World, rule: Rule) -> Step {
    let wanted = world.wanted.clone();
    world.still_needed(Role::Osl, &wanted).await?;
    let seen = seen(world);
    world.check(&rule, "aucune des nôtres", in_words(seen), !seen.0 && seen.1 != Some(true))
}

#[then(
    regex = r"^le SI et (le second SI|l'autre guichet du SI) voient chacun leur notification et non celle de l'autre (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn each_sees_own(world: &mut World, other: String, rule: Rule) -> Step {
    let other = if other == "le second SI" { Role::SecondSi } else { Role::OtherBranch };
    let cases = world.deposited()?.cases.clone();
    let [own, foreign] = cases.as_slice() else {
        return Err(Stop::broken(
            "lecture du télédossier",
            "deux dossiers",
            cases.len().to_string(),
        ));
    };
    for (role, own, foreign) in [(Role::Si, own, foreign), (other, foreign, own)] {
        let wanted = [Wanted::any(own), Wanted::any(foreign)];
        let found = world.settled_queue(role, &wanted, &rule.0).await?;
        world.still_needed(role, &wanted[..1]).await?;
        let sees_foreign = found.iter().any(|notification| wanted[1].is(notification));
        let observed = format!(
            "pour {} : la sienne présente, celle de l'autre {}",
            role.in_french(),
            shown(sees_foreign)
        );
        world.check(
            &rule,
            "la sienne présente, celle de l'autre absente",
            observed,
            !sees_foreign,
        )?;
    }
    Ok(())
}

#[then(expr = "{notification} attend {actor}, et non {actor} {rule}")]
async fn for_one_only(
    world: &mut World,
    notification: Meant,
    one: Actor,
    other: Actor,
    rule: Rule,
) -> Step {
    let (one, other) = (one.0, other.0);
    let wanted = [notification.wanted(world)?];
    world.still_needed(one, &wanted).await?;
    let elsewhere = !world.settled_queue(other, &wanted, &rule.0).await?.is_empty();
    let observed = format!(
        "présente dans la file de {}, {} dans celle de {}",
        one.in_french(),
        shown(elsewhere),
        other.in_french()
    );
    world.check(&rule, "dans la file de son destinataire seul", observed, !elsewhere)
}

#[then(expr = "{actor} ne trouve plus {notification} dans sa file {rule}")]
async fn is_gone(world: &mut World, actor: Actor, notification: Meant, rule: Rule) -> Step {
    let wanted = [notification.wanted(world)?];
    let left = world.look(actor.0, &wanted).await?.own.len();
    world.check(&rule, "aucune notification", format!("{left} notification(s)"), left == 0)
}

#[then(expr = "{notification} attend toujours {actor} {rule}")]
async fn still_waits(world: &mut World, notification: Meant, actor: Actor, rule: Rule) -> Step {
    let sight = world.look(actor.0, &[notification.wanted(world)?]).await?;
    if sight.own.is_empty() && sight.full {
        return Err(world.queue_too_full(Some(&rule.0)));
    }
    let left = sight.own.len();
    world.check(&rule, "la notification", format!("{left} notification(s)"), left > 0)
}

#[then(
    expr = "le SI voit la notification, le même SI par les accès d'une autre démarche ne la voit pas {rule}"
)]
async fn not_by_another_process(world: &mut World, rule: Rule) -> Step {
    let wanted = [Wanted::any(&world.case_id()?)];
    // A later notification of the same organization, visible before the look into the other
    // credential's queue.
    world.settled_queue(Role::Si, &[], &rule.0).await?;
    world.still_needed(Role::Si, &wanted).await?;
    let elsewhere = !world.look(Role::OtherProcess, &wanted).await?.own.is_empty();
    let observed =
        format!("présente par les accès de sa démarche, {} par ceux d'une autre", shown(elsewhere));
    world.check(&rule, "visible par les accès de sa démarche seuls", observed, !elsewhere)
}

#[then(
    expr = "réciproquement pour un télédossier de cette autre démarche, si un OSL déclaré peut l'y déposer {rule}"
)]
async fn reciprocally(world: &mut World, rule: Rule) -> Step {
    let other = world.credential(Role::OtherProcess)?;
    for process in other.processes.clone() {
        // There the first SI is the other one: roles are relative to the démarche played.
        if world.move_to(&process).is_ok() && world.credential(Role::Si)?.name == other.name {
            world.deposit(&[Role::Si]).await?;
            let case = world.case_id()?;
            world.need_notification(Role::Si, &Wanted::any(&case)).await?;
            return not_by_another_process(world, rule).await;
        }
    }
    world.record(
        &rule,
        "aucun OSL déclaré ne dépose sur l'autre démarche : seul un sens est vérifié",
    );
    Ok(())
}

/// What a notification lacks, or says wrongly; empty when all is as it should be.
fn faults_of(
    notification: &Value,
    recipient: &Credential,
    transmitter: &Credential,
    process: &str,
) -> Vec<String> {
    let mut faults = Vec::new();
    if notification["id"].as_str().is_none_or(|id| uuid::Uuid::try_parse(id).is_err()) {
        faults.push(format!("id {}", notification["id"]));
    }
    for (name, party) in [("recipient", recipient), ("transmitter", transmitter)] {
        let expected = json!(party.organization);
        let says = |field: &str| notification[name][field].as_str().is_some();
        let agrees = |field: &str| notification[name][field] == expected[field];
        // A credential may be declared without its organization: then only the presence of the
        // fields is judged.
        let fields = ["type", "companyRegister", "branchCode"];
        let right = if expected.is_null() {
            fields.iter().all(|field| says(field))
        } else {
            fields.iter().all(|field| agrees(field))
        };
        if !right {
            faults.push(format!("{name} {}", notification[name]));
        }
    }
    if notification["processCode"] != process {
        faults.push(format!("processCode {}", notification["processCode"]));
    }
    if notification["dateTime"].as_str().is_none_or(|date| date.parse::<Timestamp>().is_err()) {
        faults.push(format!("dateTime {}", notification["dateTime"]));
    }
    faults
}

/// Checks the fields of the notification about a case that the last batch shows.
fn check_fields(world: &World, recipient: Role, event: Option<&str>, rule: &Rule) -> Step {
    let case = world.case_id()?;
    let about_case: Vec<&Value> =
        world.reply()?.array("").iter().filter(|found| found["caseId"] == case.as_str()).collect();
    let transmitter = if recipient == Role::Si { Role::Osl } else { Role::Si };
    let expected = "id, recipient, transmitter, processCode, caseId, eventId et dateTime, justes";
    // The one of the event when there is one: by its id, or else whichever is about the case.
    let found =
        about_case.iter().find(|found| found["eventId"].as_str() == event).or(about_case.first());
    let Some(notification) = found else {
        return Err(Stop::broken(
            "relecture de la file",
            "la notification du dossier",
            "elle n'y est plus",
        ));
    };
    let process = world.process()?;
    let mut faults = faults_of(
        notification,
        &*world.credential(recipient)?,
        &*world.credential(transmitter)?,
        process.as_str(),
    );
    if notification["eventId"].as_str() != event {
        faults.push(format!("eventId {}", notification["eventId"]));
    }
    let observed = if faults.is_empty() {
        "tous justes".to_owned()
    } else {
        format!("absent ou inattendu : {}", faults.join(", "))
    };
    world.check(rule, expected, observed, faults.is_empty())
}

#[then(expr = "{notification} porte tous ses champs {rule}")]
async fn bears_all_fields(world: &mut World, notification: Meant, rule: Rule) -> Step {
    match notification {
        Meant::NewCase => check_fields(world, Role::Si, None, &rule),
        Meant::Event => check_fields(world, Role::Osl, Some(&world.last_event()?), &rule),
    }
}

/// How long there is between two instants that are to be told apart: hubs may tell whole seconds.
const APART: Duration = Duration::from_millis(2100);

#[when("l'OSL complète le télédossier, quelques secondes plus tard")]
async fn completes_later(world: &mut World) -> Step {
    tokio::time::sleep(APART).await;
    world.complete().await
}

#[then(
    expr = "l'on relève si la notification du télédossier est datée d'après sa création, et d'une même date à chaque lecture {rule}"
)]
async fn notes_its_date(world: &mut World, rule: Rule) -> Step {
    let wanted = Wanted::new_case(&world.case_id()?);
    let mut dates = Vec::new();
    for _ in 0..2 {
        let found = world.need_notification(Role::Si, &wanted).await?;
        dates.push(found["dateTime"].as_str().unwrap_or_default().to_owned());
        tokio::time::sleep(APART).await;
    }
    let created = world.deposited()?.created["createDateTime"].as_str().unwrap_or_default();
    let instant = |date: &str| date.parse::<Timestamp>().ok();
    let read: Vec<_> = dates.iter().map(|date| instant(date)).collect();
    // Where a date cannot be read it is for WIRE-05 to say.
    let is_later = match (instant(created), read[0]) {
        (Some(created), Some(notified)) => notified.unix_ms() >= created.unix_ms() + 1000,
        _ => true,
    };
    // No document says what the date is of, nor that it stays.
    let later = if is_later { "d'après la création" } else { "de la création" };
    let same =
        if read[0] == read[1] { "la même deux fois" } else { "une autre à chaque lecture" };
    world.record(&rule, format!("notification datée {later}, {same}"));
    Ok(())
}

#[then(
    regex = r"^la notification de l'événement dit « (\w+) » et « (\w+) » (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn event_details(world: &mut World, action: String, status: String, rule: Rule) -> Step {
    let wanted = Wanted::event(&world.case_id()?, &world.last_event()?);
    let found = world.reply()?.array("").iter().find(|found| wanted.is(found)).cloned();
    let found = found.ok_or_else(|| {
        Stop::broken("relecture de la file", "la notification de l'événement", "elle n'y est plus")
    })?;
    let observed = format!(
        "eventActionType {}, eventStatus {}",
        found["eventActionType"], found["eventStatus"]
    );
    let holds =
        found["eventActionType"] == action.as_str() && found["eventStatus"] == status.as_str();
    world.check(&rule, format!("eventActionType {action}, eventStatus {status}"), observed, holds)
}
