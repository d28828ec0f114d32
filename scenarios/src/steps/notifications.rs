//! Words of the notifications: batches, filters, deletion.

use cucumber::{given, then, when};

use crate::check::{Needed as _, Rule, Step};
use crate::play::events::notified;
use crate::play::notifications::Wanted;
use crate::roles::Role;
use crate::world::World;

#[given(expr = "un télédossier transmis au SI, et assez d'événements pour que {int} notifications l'attendent")]
async fn waiting_notifications(world: &mut World, count: usize) -> Step {
    world.deposit(&[Role::Si]).await?;
    let case = world.case_id()?;
    let mut wanted = vec![Wanted::new_case(&case)];
    for _ in 1..count {
        let event = world.send_event(Role::Osl, &case, notified("STATUS_UPDATE")).await?;
        wanted.push(Wanted::event(&case, event.needed("événement de l'OSL", 201)?.text("/id")));
    }
    for wanted in &wanted {
        world.need_notification(Role::Si, wanted).await?;
    }
    Ok(())
}

#[when("le SI relève un lot de notifications")]
async fn read_default_batch(world: &mut World) -> Step {
    world.read_batch(Role::Si, &[]).await?.needed("lecture des notifications", 200)?;
    Ok(())
}

#[when(expr = "le SI relève un lot de {int} notifications au plus")]
async fn read_sized_batch(world: &mut World, size: usize) -> Step {
    let size = size.to_string();
    world.read_batch(Role::Si, &[("maxResult", &size)]).await?.needed("lecture des notifications", 200)?;
    Ok(())
}

#[then(expr = "le lot compte {int} notifications {rule}")]
async fn batch_counts(world: &mut World, count: usize, rule: Rule) -> Step {
    let seen = world.reply()?.array("").len();
    world.check(&rule, format!("{count} notifications"), format!("{seen} notifications"), seen == count)
}
