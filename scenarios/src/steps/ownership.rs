//! Words of ownership: somebody to whom a télédossier does not belong tries what its parties may
//! do, is refused, and has changed nothing.

use cucumber::{then, when};

use super::access::demand_named;
use crate::check::{Rule, Step, Stop};
use crate::play::ownership::Belongings;
use crate::roles::Role;
use crate::world::World;

#[when(
    regex = r"^(le second SI|le second OSL|le SI par ses accès d'une autre démarche), sans droit sur ce télédossier, demande : « (.+) »$"
)]
async fn stranger_demands(world: &mut World, actor: String, demand: String) -> Step {
    let operation = demand_named(&demand)?;
    let role = match actor.as_str() {
        "le second SI" => Role::SecondSi,
        "le second OSL" => Role::SecondOsl,
        _ => Role::OtherProcess,
    };
    world.demand_as_stranger(operation, role).await?;
    Ok(())
}

#[then(
    expr = "la demande est refusée faute de droit {rule} et le télédossier est tel qu'avant {rule}"
)]
async fn refused_and_unchanged(world: &mut World, refusal: Rule, state: Rule) -> Step {
    // Both are judged: what was not refused may yet have changed nothing, and the other way round.
    let refused = world.check_status(&refusal, &[403]);
    let before = world.remembered::<Belongings>().and_then(|seen| seen.state.clone());
    let before = before.ok_or_else(|| {
        Stop::broken("relecture du télédossier", "un état relevé avant la demande", "aucun")
    })?;
    let after = world.state().await?;
    let unchanged = world.check(
        &state,
        format!("l'état d'avant : {before}"),
        after.to_string(),
        before == after,
    );
    refused.and(unchanged)
}
