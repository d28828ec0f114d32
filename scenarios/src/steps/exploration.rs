//! Words of the property tests (WIRE-03): sequences of calls drawn at random, played against the
//! hub and against the model. The feature says how many and from which seed: a run plays the same
//! ones each time.

use std::time::Duration;

use cucumber::{then, when};
use model::{Generator, Mix};

use crate::check::{Rule, Step, Stop};
use crate::explore::{Bounds, Exploration, Explored, Parties, in_french};
use crate::world::World;

/// What became of the exploration, for the report.
#[derive(Clone, Default)]
struct Told {
    /// How much was played.
    done: String,
    disagreement: Option<Disagreement>,
}

#[derive(Clone)]
struct Disagreement {
    expected: String,
    observed: String,
    /// Whether it came again when the same sequence was played again.
    reproduced: bool,
}

/// How long the shortest sequence is looked for in a certification; `--explore` takes longer.
const SHRINKING: Duration = Duration::from_secs(10);

#[when(
    regex = r"^les acteurs enchaînent (\d+) suites d'appels (valides|valides et invalides) tirées au sort, graine (\d+)$"
)]
async fn explores(world: &mut World, count: u64, kind: String, seed: u64) -> Step {
    let session = world.session().clone();
    let parties = Parties::assign(&session).map_err(|missing| {
        Stop::broken("distribution des rôles", "des accès", missing.to_string())
    })?;
    let mix = if kind == "valides" { Mix::Valid } else { Mix::Both };
    let eicar = session.target.may.send_eicar;
    let mut generator = Generator::new(seed, mix, &parties.setting.strangers(), eicar);
    let bounds = Bounds {
        sequences: count,
        folders: u64::MAX,
        time: Duration::MAX,
        concurrency: session.target.limits.concurrency.min(4),
        shrinking: SHRINKING,
    };
    let explored = Exploration::new(&parties, world.scenario(), bounds, &|_| {}, &|| false)
        .explore(&mut generator)
        .await;
    if let Some(reason) = explored.unreachable {
        return Err(Stop::NoAnswer { reason });
    }
    *world.memory::<Told>() = told(&explored);
    Ok(())
}

fn told(explored: &Explored) -> Told {
    let done = format!(
        "{} suites, {} appels, {} télédossiers",
        explored.sequences, explored.calls, explored.folders
    );
    let disagreement = explored.counter_example.as_ref().map(|counter_example| {
        let what = &counter_example.disagreement;
        Disagreement {
            expected: format!("{} [{}]", what.expected, what.rule),
            observed: format!("{}\n{}", what.observed, in_french(&counter_example.lines, what)),
            reproduced: counter_example.reproduced,
        }
    });
    Told { done, disagreement }
}

#[then(expr = "à chaque pas, le hub répond et se relit comme le modèle le prévoit {rule}")]
async fn agrees(world: &mut World, rule: Rule) -> Step {
    let Told { done, disagreement } = world.memory::<Told>().clone();
    let Some(Disagreement { expected, observed, reproduced }) = disagreement else {
        return world.check(&rule, "aucun désaccord", format!("aucun en {done}"), !done.is_empty());
    };
    if !reproduced {
        let reason = format!(
            "un désaccord vu une fois ({expected} attendu, {observed} observé) n'est pas revenu en rejouant la même suite : relancez avec --explore"
        );
        return Err(world.inconclusive(&rule.0, reason));
    }
    world.check(&rule, expected, observed, false)
}
