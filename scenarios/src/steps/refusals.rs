//! Words of the refusals that act: after demands of every family that a hub refuses, the state that
//! its parties read is what it was. The one place where that is looked at for all (ERR-06).

use contract::operations::Operation;
use cucumber::{then, when};
use serde_json::{Value, json};

use crate::actor::{Enclosure, Wanted, joining, notified};
use crate::check::{Rule, Step, Stop};
use crate::client::{Body, Call};
use crate::play::ownership::{State, differences};
use crate::roles::Role;
use crate::world::World;

/// What each demand did.
#[derive(Clone, Default)]
struct Acted {
    refused: usize,
    /// Those that changed something though they were refused.
    faults: Vec<String>,
}

/// Demands that a hub may refuse: what they are, who makes them, and the call.
fn demands(world: &World) -> Result<Vec<(&'static str, Role, Call)>, Stop> {
    let deposited = world.deposited()?;
    let (folder, case) = (deposited.id.as_str(), world.case_id()?);
    let file = deposited.attachments.first().map_or("", String::as_str);
    let event = world.last_event()?;
    let update = |status: &str| {
        Call::operation(Operation::UpdateFolder, &[folder]).json(json!({ "globalStatus": status }))
    };
    let status = |status: &str| {
        Call::operation(Operation::UpdateCase, &[&case]).json(json!({ "status": status }))
    };
    let add = |body: Value| Call::operation(Operation::CreateEvent, &[&case]).json(body);
    let enclosure = [Enclosure::of("application/pdf", &event)];
    let mut with_file = joining(&enclosure, true);
    with_file["actionType"] = json!("COM_ADD");
    let mut without_file = joining(&enclosure, true);
    without_file["attachments"] = json!([]);
    let cut = |mut call: Call| {
        let text = call.body.bytes();
        let half = text.slice(..text.len().saturating_sub(2));
        call.body = Body::Bytes { content_type: "application/json", bytes: half };
        call
    };
    let mut posted = status("SENT");
    "POST".clone_into(&mut posted.method);
    Ok(vec![
        ("statut de télédossier hors liste", Role::Osl, update("TERMINE")),
        ("statut de télédossier en JSON tronqué", Role::Osl, cut(update("CLOSED"))),
        (
            "suppression d'un télédossier transmis",
            Role::Osl,
            Call::operation(Operation::DeleteFolder, &[folder]),
        ),
        (
            "envoi d'un fichier d'une autre taille après la fin du dépôt",
            Role::Osl,
            Call::operation(Operation::PutFolderAttachment, &[folder, file])
                .file(bytes::Bytes::from_static(b"%PDF-1.4\n")),
        ),
        ("statut de dossier hors liste", Role::Si, status("TERMINE")),
        ("statut de dossier en JSON tronqué", Role::Si, cut(status("SENT"))),
        ("statut de dossier par POST, sans en-tête de substitution", Role::Si, posted),
        ("événement d'une action hors liste", Role::Si, add(notified("AUTRE"))),
        ("ATTACH_DEPOSIT sans pièce jointe", Role::Si, add(without_file)),
        ("COM_ADD avec une pièce jointe", Role::Si, add(with_file)),
        ("événement en JSON tronqué", Role::Si, cut(add(notified("COM_ADD")))),
        (
            "suppression d'un événement émis",
            Role::Osl,
            Call::operation(Operation::DeleteEvent, &[&case, &event]),
        ),
        (
            "statut d'événement hors liste",
            Role::Si,
            Call::operation(Operation::UpdateEvent, &[&case, &event])
                .json(json!({ "status": "LU" })),
        ),
    ])
}

/// The state of the télédossier as its parties read it, with its closing date and the notifications
/// that wait for each side.
async fn whole_state(world: &mut World) -> Result<State, Stop> {
    let mut state = world.state(Role::Osl).await?;
    let folder = world.read_folder().await?;
    state.insert("date de clôture", folder.text("/closeDateTime").to_owned());
    let wanted = [Wanted::any(&world.case_id()?)];
    for (name, role) in [("file de l'OSL", Role::Osl), ("file du SI", Role::Si)] {
        let own = world.look(role, &wanted).await?.own;
        let mut ids: Vec<_> = own.iter().map(|found| found["id"].to_string()).collect();
        ids.sort();
        state.insert(name, ids.join(", "));
    }
    Ok(state)
}

#[when("les parties font, l'une après l'autre, les demandes que le hub doit ou peut refuser")]
async fn demands_refused(world: &mut World) -> Step {
    let mut acted = Acted::default();
    let mut before = whole_state(world).await?;
    for (what, role, call) in demands(world)? {
        let answer = world.send_as(role, call).await?;
        let after = whole_state(world).await?;
        if (400..500).contains(&answer.status()) {
            acted.refused += 1;
            let changes = differences(&before, &after);
            if !changes.is_empty() {
                let status = answer.status();
                acted.faults.push(format!("{what} ({status}) : {}", changes.join(" ; ")));
            }
        }
        before = after;
    }
    // What a refusal notifies may come later.
    tokio::time::sleep(world.session().target.limits.quiet).await;
    if whole_state(world).await? != before {
        acted.faults.push("un changement venu plus tard".to_owned());
    }
    *world.memory() = acted;
    Ok(())
}

#[then(expr = "l'on relève celles qui ont changé quelque chose bien que refusées {rule}")]
async fn records_acting(world: &mut World, rule: Rule) -> Step {
    let Acted { refused, faults } = world.memory::<Acted>().clone();
    let observed = match faults.as_slice() {
        [] => format!("{refused} demandes refusées, sans effet"),
        some => format!("{refused} demandes refusées ; ont agi : {}", some.join(", ")),
    };
    world.record(&rule, observed);
    Ok(())
}
