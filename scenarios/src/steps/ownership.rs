//! Words of ownership: somebody to whom a télédossier does not belong tries what its parties may
//! do, is refused, and has changed nothing.

use std::collections::BTreeMap;

use contract::operations::Operation;
use cucumber::{given, then, when};
use model::rule_of_ownership;

use super::access::demand_named;
use super::words::words;
use crate::actor::Wanted;
use crate::check::{Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::access::is_permitted;
use crate::play::estate::Way;
use crate::play::order::a_few;
use crate::play::ownership::{Intrusion, Tried, differences};
use crate::roles::Role;
use crate::world::World;

words! {
    /// Somebody to whom nothing here belongs.
    enum Stranger in "stranger" {
        SecondSi => "le second SI",
        OtherBranch => "l'autre guichet du SI",
        OtherProcess => "le SI par ses accès d'une autre démarche",
        SecondOsl => "le second OSL",
    }
}

impl Stranger {
    fn role(self) -> Role {
        match self {
            Self::SecondSi => Role::SecondSi,
            Self::OtherBranch => Role::OtherBranch,
            Self::OtherProcess => Role::OtherProcess,
            Self::SecondOsl => Role::SecondOsl,
        }
    }
}

/// What an OSL was shown of the subscriptions to another's démarche.
#[derive(Clone, Default)]
struct Subscriptions {
    shown: Vec<String>,
    read: Option<Reply>,
}

/// The télédossier that an OSL could create for another's démarche: its case.
#[derive(Clone, Default)]
struct ForeignDeposit(Option<String>);

#[given(
    expr = "un dossier du SI avec les événements de ses deux parties, que vise {stranger}, qui a le sien"
)]
async fn estate(world: &mut World, stranger: Stranger) -> Step {
    world.prepare_estate(stranger.role()).await
}

#[when(
    expr = "{stranger} y fait chaque demande permise à son rôle, puis la partie concernée fait les mêmes"
)]
async fn intrudes(world: &mut World, stranger: Stranger) -> Step {
    world.intrude(stranger.role()).await
}

/// Every rule is judged, whatever became of the others: what was not refused may yet have changed
/// nothing, and the other way round.
#[then(
    regex = r"^pour (le second SI|l'autre guichet du SI|le SI par ses accès d'une autre démarche|le second OSL), chacune est refusée et sans effet, pour la partie elle aboutit((?: \[[A-Z]+-[0-9]{2}\])+)$"
)]
async fn refused_and_served(world: &mut World, stranger: Stranger, rules: String) -> Step {
    let rules: Vec<Rule> =
        rules.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(|error| {
            Stop::broken("lecture des règles", "des règles", format!("{error}"))
        })?;
    let mut judged = judge(stranger.role(), world.memory::<Intrusion>());
    let mut outcome = Ok(());
    for rule in &rules {
        let Some(Judged { counted, wrong, decisive }) = judged.remove(rule.0.as_str()) else {
            return Err(Stop::broken("demandes d'un étranger", rule.to_string(), "aucune"));
        };
        let observed = if wrong.is_empty() {
            format!("{counted} demandes, toutes comme attendu")
        } else {
            a_few(&wrong)
        };
        let expected = "l'étranger refusé faute de droit et sans effet, la partie servie";
        if let Some(reply) = decisive {
            world.decided_by(&reply);
        }
        outcome = outcome.and(world.check(rule, expected, observed, wrong.is_empty()));
    }
    match judged.keys().next() {
        Some(rule) => outcome.and(Err(Stop::broken(
            "demandes d'un étranger",
            format!("[{rule}] à la fin de la phrase"),
            "elle manque",
        ))),
        None => outcome,
    }
}

/// What was seen of a rule.
#[derive(Default)]
struct Judged {
    counted: usize,
    wrong: Vec<String>,
    /// The first answer that is not as it should be; else the last one.
    decisive: Option<Reply>,
}

fn judge(stranger: Role, seen: &Intrusion) -> BTreeMap<&'static str, Judged> {
    let mut judged: BTreeMap<&'static str, Judged> = BTreeMap::new();
    let mut note = |rule, reply: &Reply, wrong: Option<String>| {
        let judged = judged.entry(rule).or_default();
        judged.counted += 1;
        if judged.wrong.is_empty() {
            judged.decisive = Some(reply.clone());
        }
        judged.wrong.extend(wrong);
    };
    for Tried { operation, way, reply, changes } in &seen.tried {
        let rule = match (way, stranger) {
            (Way::ThroughOwn, Role::SecondSi) => "OWN-12",
            _ => rule_of_ownership(stranger, *operation),
        };
        note(rule, reply, (!is_refused(*way, reply)).then(|| told("l'étranger", reply)));
        note(
            "OWN-09",
            reply,
            (!changes.is_empty())
                .then(|| format!("{} : {}", told("l'étranger", reply), changes.join(" ; "))),
        );
    }
    for (operation, reply) in &seen.served {
        let refused = !is_permitted(*operation, reply);
        let rule = rule_of_ownership(stranger, *operation);
        note(rule, reply, refused.then(|| told("la partie", reply)));
    }
    judged
}

/// Whether an answer is the refusal that is due. Under one's own case what is another's may not be
/// there at all; a POST may stand for nothing on this hub (FOL-28, CAS-10, EVT-25).
fn is_refused(way: Way, reply: &Reply) -> bool {
    match way {
        Way::Direct => reply.status() == 403,
        Way::ThroughOwn => matches!(reply.status(), 403 | 404),
        Way::Override => matches!(reply.status(), 400 | 403 | 404 | 405),
    }
}

fn told(who: &str, reply: &Reply) -> String {
    let exchange = &reply.exchange;
    let credential = exchange.actor.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    format!("{} {} par {who}{credential} : {}", exchange.method, exchange.path, reply.in_short())
}

/// What the hub does of an event under another case, where both belong to whoever asks.
pub(super) async fn record_under_another_case(world: &mut World, rule: &Rule) -> Step {
    let estate = world.memory::<Intrusion>().estate.clone();
    let own = estate.own.first().cloned().unwrap_or_default();
    let reply = world.read_event(Role::Osl, &own, &estate.sent.event).await?;
    world.record(
        rule,
        format!("événement lu sous un autre dossier de l'OSL : {}", reply.in_short()),
    );
    Ok(())
}

#[when(regex = r"^(le second OSL), sans droit sur ce télédossier, demande : « (.+) »$")]
async fn stranger_demands(world: &mut World, stranger: Stranger, demand: String) -> Step {
    let operation = demand_named(&demand)?;
    world.demand_as_stranger(operation, stranger.role()).await?;
    Ok(())
}

#[when("le second OSL envoie le fichier de ce télédossier par le chemin d'un autre, qui est à lui")]
async fn sends_through_own(world: &mut World) -> Step {
    let deposited = world.deposited()?.clone();
    world.note_state().await?;
    let has_own = world.folder_elsewhere(Role::SecondOsl).await?;
    // "Le télédossier" stays the same. Where the second OSL can deposit none, one that is not there
    // stands for its own.
    let own = world.deposits.pop_if(|_| has_own).map(|own| own.id);
    let own = own.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let (Some(file), Some(bytes)) = (deposited.attachments.first(), deposited.draft.files.first())
    else {
        return Err(Stop::broken("choix d'un fichier", "une pièce jointe déclarée", "aucune"));
    };
    let call = Call::operation(Operation::PutFolderAttachment, &[&own, file]);
    world.send_as(Role::SecondOsl, call.file(bytes.clone())).await.map(drop)
}

#[then(
    regex = r"^la demande est refusée faute de droit((?: ou d'objet)?) (\[[A-Z]+-[0-9]{2}\]) et le télédossier est tel qu'avant (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn refused_and_unchanged(
    world: &mut World,
    or_absent: String,
    refusal: Rule,
    state: Rule,
) -> Step {
    // Both are judged: what was not refused may yet have changed nothing, and the other way round.
    let statuses: &[u16] = if or_absent.is_empty() { &[403] } else { &[403, 404] };
    let refused = world.check_status(&refusal, statuses);
    let before = world.remembered::<Intrusion>().and_then(|seen| seen.before.clone());
    let before = before.ok_or_else(|| {
        Stop::broken("relecture du télédossier", "un état relevé avant la demande", "aucun")
    })?;
    let changes = differences(&before, &world.state(Role::Osl).await?);
    let observed = if changes.is_empty() { "le même".to_owned() } else { changes.join(" ; ") };
    let unchanged = world.check(&state, "l'état d'avant", observed, changes.is_empty());
    refused.and(unchanged)
}

#[when("le second OSL tente de transmettre au SI un télédossier de cette démarche")]
async fn attempts_deposit(world: &mut World) -> Step {
    let draft = world.describe(&[Role::Si])?;
    let bytes = draft.files.first().cloned().unwrap_or_default();
    let created = world.create(Role::SecondOsl, draft).await?;
    if created.status() != 201 {
        return Ok(());
    }
    world.memory::<ForeignDeposit>().0 = Some(world.case_id()?);
    // Every stage is tried, whatever the one before gave: it may be refused at the last of them.
    let sent = world.upload(0, bytes).await?;
    if sent.is_success() && world.read_folder().await?.status() == 200 {
        world.settled_attachment(0).await?;
    }
    world.set_folder_status("HUBEE_COMPLETED").await?;
    Ok(())
}

#[then(expr = "il est refusé, au plus tard à la complétude, et le SI n'en est pas notifié {rule}")]
async fn nothing_is_delivered(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let refused = matches!(reply.status(), 400 | 403);
    let expected = "400 ou 403, à la création ou à la complétude";
    let outcome = world.check(&rule, expected, told("le second OSL", &reply), refused);
    let Some(case) = world.memory::<ForeignDeposit>().0.clone() else {
        return outcome;
    };
    let found = world.settled_queue(Role::Si, &[Wanted::any(&case)], &rule.0).await?;
    let observed = format!("{} notification(s)", found.len());
    outcome.and(world.check(&rule, "le SI notifié de rien", observed, found.is_empty()))
}

#[when("le second OSL demande la liste des abonnements, puis l'un de ceux de cette démarche")]
async fn asks_for_subscriptions(world: &mut World) -> Step {
    let process = world.process()?;
    let si = world.credential(Role::Si)?.organization.clone();
    let si = si.map(|organization| organization.to_string()).unwrap_or_default();
    let id = world.find_subscription(&si).await?;
    let all = Call::operation(Operation::ListSubscriptions, &[]).query("maxResult", 5000);
    let mut shown = Vec::new();
    for call in [all.clone(), all.query("processCode", &process)] {
        let reply = world.send_as(Role::SecondOsl, call).await?;
        let own = reply.array("").iter().filter(|found| found["processCode"] == process.as_str());
        shown.extend(own.map(|found| found["id"].as_str().unwrap_or_default().to_owned()));
    }
    let read = Call::operation(Operation::GetSubscription, &[&id]);
    let read = world.send_as(Role::SecondOsl, read).await?;
    *world.memory() = Subscriptions { shown, read: Some(read) };
    Ok(())
}

#[then(expr = "il n'obtient aucun abonnement à cette démarche {rule}")]
async fn obtains_no_subscription(world: &mut World, rule: Rule) -> Step {
    let Subscriptions { shown, read } = world.memory::<Subscriptions>().clone();
    let read =
        read.ok_or_else(|| Stop::broken("lecture d'un abonnement", "une réponse", "aucune"))?;
    let listed = format!("{} abonnement(s) listé(s)", shown.len());
    let outcome = world.check(&rule, "aucun abonnement listé", listed, shown.is_empty());
    let refused = matches!(read.status(), 403 | 404);
    outcome.and(world.check(&rule, "403 ou 404", told("le second OSL", &read), refused))
}
