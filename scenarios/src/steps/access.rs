//! Words of the access matrix: whoever may make a demand obtains it, whoever may not is refused on
//! the same object.

use contract::operations::Operation;
use cucumber::{given, then, when};

use crate::check::{Rule, Step, Stop};
use crate::client::Reply;
use crate::play::access::{demanded, is_inert, is_permitted};
use crate::roles::Role;
use crate::world::World;

/// The operation that the words of a feature name.
pub(super) fn demand_named(name: &str) -> Result<Operation, Stop> {
    demanded(name).ok_or_else(|| {
        Stop::broken("lecture de la demande", "une opération de la matrice", name.to_owned())
    })
}

/// The role that a tag names.
fn role_named(name: &str) -> Result<Role, Stop> {
    let found = Role::ALL.into_iter().find(|role| role.tag() == name);
    found.ok_or_else(|| Stop::broken("lecture du rôle", "un rôle connu", name.to_owned()))
}

#[given(regex = r"^de quoi demander « (.+) » comme (.+)$")]
async fn prepared(world: &mut World, demand: String, actor: String) -> Step {
    let (operation, role) = (demand_named(&demand)?, role_named(&actor)?);
    world.prepare_demand(operation, role).await
}

#[when(regex = r"^(OSL|SI|ADMIN|DATAPASS)(, si un accès lui est déclaré,)? demande : « (.+) »$")]
async fn demands(world: &mut World, actor: String, condition: String, demand: String) -> Step {
    let (operation, role) = (demand_named(&demand)?, role_named(&actor)?);
    if !condition.is_empty() {
        world.replies.clear();
        // The documents disagree about this cell: a target without that access is not the less
        // certified.
        if !world.is_played(role) {
            return Ok(());
        }
    }
    world.demand(operation, role).await?;
    Ok(())
}

#[then(regex = r"^la demande « (.+) » est permise (\[[A-Z]+-[0-9]{2}\])$")]
async fn permitted(world: &mut World, demand: String, rule: Rule) -> Step {
    let operation = demand_named(&demand)?;
    let reply = world.reply()?;
    let expected = if is_inert(operation) {
        "la demande autorisée (refusée comme invalide, non faute de droit)"
    } else {
        "la demande autorisée"
    };
    world.check(&rule, expected, reply.in_short(), is_permitted(operation, reply))
}

/// The two sides of a divergence about what a hub refuses.
struct Sides {
    /// The demand in French, where its path does not say it.
    demand: Option<&'static str>,
    answered: &'static str,
    refused: &'static str,
    is_refused: fn(&Reply) -> bool,
}

impl Sides {
    fn of(divergence: &str) -> Self {
        let is_refused = |reply: &Reply| !reply.is_success();
        match divergence {
            "D13" => Self {
                demand: Some("STATUS_UPDATE portant un message"),
                answered: "sending_message_only",
                refused: "any_message",
                is_refused,
            },
            "D16" => Self {
                demand: Some("dépôt sur une démarche inactive"),
                answered: "accepted",
                refused: "refused",
                is_refused,
            },
            // Those of the matrix: what is refused for another reason shows that it may be asked.
            _ => Self {
                demand: None,
                answered: "allowed",
                refused: "refused",
                is_refused: |reply| matches!(reply.status(), 401 | 403),
            },
        }
    }
}

#[then(
    regex = r"^ce que fait le hub(?: de ce dépôt| de ce message)? est relevé pour la divergence (D[0-9]+) (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn recorded(world: &mut World, divergence: String, rule: Rule) -> Step {
    let Some(reply) = world.replies.last() else {
        world.record(&rule, "aucun accès de ce type n'est déclaré : rien n'est relevé");
        return Ok(());
    };
    let sides = Sides::of(&divergence);
    let is_refused = (sides.is_refused)(reply);
    let call = format!("{} {}", reply.exchange.method, reply.exchange.path);
    let (recorded, observed) = match (sides.demand, is_refused) {
        (Some(demand), true) => (format!("{demand} refusé"), format!("{demand} refusé")),
        (Some(demand), false) => (format!("{demand} accepté"), format!("{demand} accepté")),
        (None, true) => (call, "la demande est refusée".to_owned()),
        (None, false) => (call, "la demande est permise".to_owned()),
    };
    world.record(&rule, format!("{recorded} : {}", reply.in_short()));
    let side = if is_refused { sides.refused } else { sides.answered };
    world.observe_divergence(&divergence, side, observed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use contract::operations::{Access, Scope};

    use super::*;
    use crate::features::{HUB_FEATURES, checked_rules, needs_of, read};
    use crate::play::access::DEMANDS;

    /// The cells that the feature plays: operation and scope, with what is said of
    /// them.
    fn cells() -> BTreeMap<(Operation, Scope), Access> {
        let features = read(HUB_FEATURES).unwrap();
        let feature = features
            .iter()
            .find(|f| f.path.as_ref().unwrap().ends_with("habilitations.feature"))
            .unwrap();
        let mut cells = BTreeMap::new();
        for scenario in &feature.scenarios {
            let step =
                scenario.steps.iter().find(|step| step.value.contains("demande : « ")).unwrap();
            let (actor, demand) = step.value.split_once(" demande : « ").unwrap();
            let operation = demand_named(demand.trim_end_matches(" »")).unwrap();
            let actor = actor.split(',').next().unwrap();
            let verdict =
                &scenario.steps.iter().find(|step| step.value.ends_with(']')).unwrap().value;
            let access = match verdict {
                text if text.contains("est permise") => Access::Allowed,
                text if text.contains("refuse la demande faute de droit") => Access::Refused,
                _ => Access::Disputed,
            };
            let rules = checked_rules(scenario);
            assert!(
                rules
                    .iter()
                    .all(|rule| rule.to_string() == format!("ACC-{:02}", operation.number())),
                "{}",
                scenario.name
            );
            assert!(
                access == Access::Disputed || needs_of(feature, scenario).any(|need| need == actor),
                "{}",
                scenario.name
            );
            let before = cells.insert((operation, Scope::try_from(actor).unwrap()), access);
            assert!(before.is_none(), "{} is played twice", scenario.name);
        }
        cells
    }

    #[test]
    fn the_feature_plays_every_cell_of_the_matrix_and_no_other() {
        let matrix = Operation::of_matrix().iter();
        let expected: BTreeMap<_, _> = matrix
            .flat_map(|operation| {
                Scope::ALL.map(|scope| ((*operation, scope), operation.access(scope)))
            })
            .collect();
        assert_eq!(cells(), expected);
    }

    #[test]
    fn every_demand_has_a_name_of_its_own() {
        for ((demanded, name), operation) in DEMANDS.iter().zip(Operation::of_matrix()) {
            assert_eq!(demanded, operation);
            assert_eq!(demand_named(name).unwrap(), *operation);
        }
    }
}
