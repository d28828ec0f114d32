//! Words of the closing of a télédossier, and of its deletion (contract §6, "Folder deletion",
//! "Completion"). Statuses are in [`super::statuses`].

use std::time::{Duration, Instant};

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use cucumber::{then, when};
use serde_json::json;
use time::{OffsetDateTime, UtcOffset};

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::roles::Role;
use crate::world::World;

/// The same instant as it is told five hours west of UTC, where no hub of ours lives: one that
/// drops offsets moves it.
pub(super) fn west(date: Timestamp) -> Timestamp {
    let offset = UtcOffset::from_hms(-5, 0, 0).unwrap_or(UtcOffset::UTC);
    OffsetDateTime::from(date).to_offset(offset).into()
}

/// The closing date that was sent.
#[derive(Clone, Copy, Default)]
struct ClosedAt(Option<Timestamp>);

#[when("l'OSL clôt le télédossier en donnant la date de clôture")]
async fn close_with_date(world: &mut World) -> Step {
    // After the creation, before now, and far enough from both to be told apart: by the hub's own
    // clock.
    let started = Instant::now();
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let date = folder.date().map(Timestamp::from);
    let date = date.ok_or_else(|| Stop::broken("heure du hub", "un en-tête Date", "aucun"))?;
    tokio::time::sleep(Duration::from_secs(4).saturating_sub(started.elapsed())).await;
    world.memory::<ClosedAt>().0 = Some(date);
    let call = Call::operation(Operation::UpdateFolder, &[&world.deposited()?.id])
        .json(json!({ "globalStatus": "CLOSED", "closeDateTime": west(date) }));
    world.send_as(Role::Osl, call).await?;
    Ok(())
}

#[then(expr = "le télédossier et ses dossiers sont introuvables {rule}")]
async fn is_gone(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])?;
    let folder = world.read_folder().await?;
    world.check(&rule, "télédossier 404", folder.in_short(), folder.status() == 404)?;
    for case in world.deposited()?.cases.clone() {
        let reply = world.read_case(Role::Si, &case).await?;
        world.check(&rule, "dossier 404", reply.in_short(), reply.status() == 404)?;
    }
    Ok(())
}

#[then(expr = "le télédossier garde la date de clôture donnée {rule}")]
async fn closing_date_is_kept(world: &mut World, rule: Rule) -> Step {
    let sent = world.memory::<ClosedAt>().0.ok_or_else(|| {
        Stop::broken("relecture de la date de clôture", "une date envoyée", "aucune")
    })?;
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let text = folder.text("/closeDateTime");
    let seen: Option<Timestamp> = text.parse().ok();
    // A hub may keep whole seconds only, and write another offset.
    let holds = seen.is_some_and(|seen| (seen.unix_ms() - sent.unix_ms()).abs() <= 1000);
    world.check(&rule, sent.to_string(), if text.is_empty() { "aucune date" } else { text }, holds)
}
