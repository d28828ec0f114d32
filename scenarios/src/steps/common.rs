//! Words that every family uses: télédossiers to start from, and the ways in which a hub answers.

use std::str::FromStr;

use cucumber::{given, then};

use super::actors::Recipients;
use crate::actor::Wanted;
use crate::check::{Rule, Step};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

#[given("un télédossier créé par l'OSL pour le SI, sans ses fichiers")]
async fn created(world: &mut World) -> Step {
    let draft = world.describe(&[Role::Si])?;
    world.create_needed(draft).await
}

#[given("un télédossier créé par l'OSL pour le SI, ses fichiers envoyés")]
async fn uploaded(world: &mut World) -> Step {
    created(world).await?;
    world.upload_all().await
}

#[given(expr = "un télédossier transmis {recipients}")]
async fn transmitted(world: &mut World, recipients: Recipients) -> Step {
    world.deposit(recipients.0).await?;
    let cases = world.deposited()?.cases.clone();
    for (role, case) in recipients.0.iter().zip(&cases) {
        // Whatever it says: what a notification says is for NOT-15 to judge.
        world.need_notification(*role, &Wanted::any(case)).await?;
    }
    Ok(())
}

/// What a hub may answer a demand.
struct Expected {
    /// The sentence, after « le hub » or « l'organisation est ».
    words: &'static str,
    holds: fn(&Reply) -> bool,
    /// For the report.
    shown: &'static str,
}

/// An answer, as the features call it after « le hub ».
#[derive(cucumber::Parameter)]
#[param(
    name = "answer",
    regex = r"accepte la demande|refuse la demande comme invalide|refuse la demande faute de droit|refuse la demande, comme invalide ou faute de droit|refuse la demande, d'une façon ou d'une autre|répond que l'objet n'existe pas|ignore ce qu'il ne connaît pas, ou le refuse comme invalide"
)]
struct Answer(&'static Expected);

const ANSWERS: [Expected; 7] = [
    Expected {
        words: "accepte la demande",
        holds: Reply::is_success,
        shown: "la demande acceptée",
    },
    Expected {
        words: "refuse la demande comme invalide",
        holds: |reply| reply.status() == 400,
        shown: "400",
    },
    Expected {
        words: "refuse la demande faute de droit",
        holds: |reply| reply.status() == 403,
        shown: "403",
    },
    Expected {
        words: "refuse la demande, comme invalide ou faute de droit",
        holds: |reply| matches!(reply.status(), 400 | 403),
        shown: "400 ou 403",
    },
    Expected {
        words: "refuse la demande, d'une façon ou d'une autre",
        holds: |reply| matches!(reply.status(), 400 | 403 | 404),
        shown: "400, 403 ou 404",
    },
    Expected {
        words: "répond que l'objet n'existe pas",
        holds: |reply| reply.status() == 404,
        shown: "404",
    },
    Expected {
        words: "ignore ce qu'il ne connaît pas, ou le refuse comme invalide",
        holds: |reply| reply.is_success() || reply.status() == 400,
        shown: "la demande acceptée, ou 400",
    },
];

/// How the features call the refusal of what exists already.
const EXISTING: &str = "refusé comme existant déjà";

/// What became of an object, as the features call it after « l'organisation est ».
struct Outcome(&'static Expected);

const OUTCOMES: [Expected; 9] = [
    Expected { words: "créé", holds: |reply| reply.status() == 201, shown: "201" },
    Expected { words: "donné", holds: |reply| reply.status() == 200, shown: "200" },
    Expected { words: "modifié", holds: |reply| reply.status() == 200, shown: "200" },
    Expected { words: "accepté", holds: |reply| reply.status() == 200, shown: "200" },
    Expected { words: "confirmé", holds: |reply| reply.status() == 204, shown: "204" },
    Expected {
        words: "invalide ou inconnu",
        holds: |reply| matches!(reply.status(), 400 | 404),
        shown: "400 ou 404",
    },
    Expected { words: "inconnu", holds: |reply| reply.status() == 404, shown: "404" },
    // Where the documents do not say by which status (SFD-1.2.2 §2.3.3).
    Expected { words: "refusé", holds: is_refused, shown: "un refus" },
    // By which status and in which words is free (D27): never a second one is what is asked.
    Expected { words: EXISTING, holds: is_refused, shown: "un refus" },
];

/// Refused for what is asked, not for who asks or how often.
pub(super) fn is_refused(reply: &Reply) -> bool {
    (400..500).contains(&reply.status()) && !matches!(reply.status(), 401 | 429)
}

fn among(expected: &'static [Expected], words: &str) -> Result<&'static Expected, String> {
    let found = expected.iter().find(|one| one.words == words);
    found.ok_or_else(|| format!("« {words} » is no answer of a hub"))
}

impl FromStr for Answer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        among(&ANSWERS, text).map(Self)
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        among(&OUTCOMES, &text.replacen("ée", "é", 1).replacen("ue", "u", 1)).map(Self)
    }
}

fn judge(world: &World, rule: &Rule, expected: &Expected) -> Step {
    let reply = world.reply()?;
    world.check(rule, expected.shown, reply.in_short(), (expected.holds)(reply))
}

#[then(expr = "le hub {answer} {rule}")]
async fn hub_answers(world: &mut World, answer: Answer, rule: Rule) -> Step {
    judge(world, &rule, answer.0)
}

#[then(
    regex = r"^(?:l'organisation|la démarche|l'abonnement|le télédossier|l'appel|la purge) est (créée?|donnée?|modifiée?|accepté|confirmée|inconnue?|invalide ou inconnue?|refusée?(?: comme existant déjà)?) (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn object_is(world: &mut World, outcome: Outcome, rule: Rule) -> Step {
    if outcome.0.words == EXISTING {
        record_words(world, "already exists")?;
    }
    judge(world, &rule, outcome.0)
}

/// Notes whether a refusal has the words that the error guide quotes or a client in service looks
/// for (D27).
pub(super) fn record_words(world: &World, quoted: &str) -> Step {
    let reply = world.reply()?;
    let said = reply.problems().iter().any(|(_, message)| message.contains(quoted));
    let side = if reply.status() == 400 && said { "quoted" } else { "other" };
    world.observe_divergence("D27", side, format!("refus : {}", reply.in_short()));
    Ok(())
}

#[then(expr = "le hub accepte la création {rule}")]
async fn created_as_asked(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[201])
}

#[then(expr = "le hub confirme sans contenu {rule}")]
async fn confirmed(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])
}

#[then(expr = "le hub refuse la méthode {rule}")]
async fn method_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400, 405])
}
