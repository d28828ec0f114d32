//! Words of the démarches in use, each gone through from end to end with its own attachment types
//! and statuses.

use contract::journeys::{self, ProcessJourney};
use contract::status::CaseStatus;
use cucumber::{then, when};

use crate::actor::status_event;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::roles::Role;
use crate::world::World;

fn journey(world: &World) -> Result<&'static ProcessJourney, Stop> {
    let process = world.process()?;
    journeys::of(process.as_str()).ok_or_else(|| {
        Stop::broken("choix de la démarche", "une démarche en service", process.to_string())
    })
}

fn recipients(journey: &ProcessJourney) -> &'static [Role] {
    if journey.recipients > 1 { &[Role::Si, Role::SecondSi] } else { &[Role::Si] }
}

#[when("l'OSL crée un télédossier avec chacune des pièces jointes de la démarche")]
async fn creates_whole(world: &mut World) -> Step {
    let journey = journey(world)?;
    let draft = world.describe_whole(journey, recipients(journey))?;
    world.create(Role::Osl, draft).await?;
    Ok(())
}

#[then(
    regex = r"^chaque destinataire fait passer son dossier par ([A-Z_ puis]+), jusqu'à (\w+) (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn goes_through(world: &mut World, stages: String, last: String, rule: Rule) -> Step {
    let cases = world.deposited()?.cases.clone();
    for (role, case) in recipients(journey(world)?).iter().zip(&cases) {
        let mut before = "HUBEE_NOTIFIED".to_owned();
        for stage in stages.split(" puis ").chain([last.as_str()]) {
            if let (Some(present), Some(wanted)) = (status(&before), status(stage)) {
                world.lead_towards(*role, case, present, wanted).await?;
            }
            let reply = world.set_case_status(*role, case, stage).await?;
            world.check(
                &rule,
                format!("{stage} accepté après {before}"),
                reply.in_short(),
                reply.is_success(),
            )?;
            let announced = world.send_event(*role, case, status_event(&before, stage)).await?;
            announced.needed("annonce du changement de statut", 201)?;
            let seen = world.await_case_status(*role, case, stage).await?;
            let holds = seen == stage;
            world.check(&rule, format!("le dossier au statut {stage}"), seen, holds)?;
            before = stage.to_owned();
        }
    }
    Ok(())
}

fn status(name: &str) -> Option<CaseStatus> {
    CaseStatus::ALL.iter().copied().find(|status| status.name() == name)
}

#[then(expr = "l'OSL clôt chaque dossier, puis le télédossier {rule}")]
async fn closed(world: &mut World, rule: Rule) -> Step {
    let cases = world.deposited()?.cases.clone();
    for (role, case) in recipients(journey(world)?).iter().zip(&cases) {
        let reply = world.set_case_status(Role::Osl, case, "CLOSED").await?;
        world.check(
            &rule,
            "la clôture du dossier acceptée",
            reply.in_short(),
            reply.is_success(),
        )?;
        let seen = world.await_case_status(*role, case, "CLOSED").await?;
        let holds = seen == "CLOSED";
        world.check(&rule, "le dossier au statut CLOSED", seen, holds)?;
    }
    let reply = world.set_folder_status("CLOSED").await?;
    world.check(&rule, "la clôture du télédossier acceptée", reply.in_short(), reply.is_success())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use contract::journeys::JOURNEYS;

    use crate::features::{HUB_FEATURES, process_of, read};

    #[test]
    fn every_démarche_in_use_is_gone_through_to_each_final_status() {
        let features = read(HUB_FEATURES).unwrap();
        let feature = features.iter().find(|f| {
            f.path
                .as_deref()
                .is_some_and(|path| path.ends_with("demarches_de_bout_en_bout.feature"))
        });
        let feature = feature.unwrap();
        let played: BTreeSet<_> = feature
            .scenarios
            .iter()
            .map(|scenario| {
                let step = scenario.steps.iter().find_map(|step| {
                    step.value.strip_prefix("chaque destinataire fait passer son dossier par ")
                });
                let (stages, rest) = step.unwrap().split_once(", jusqu'à ").unwrap();
                let last = rest.split(' ').next().unwrap();
                (
                    process_of(feature, scenario).unwrap().to_owned(),
                    stages.to_owned(),
                    last.to_owned(),
                )
            })
            .collect();
        let obliged: BTreeSet<_> = JOURNEYS
            .iter()
            .flat_map(|journey| {
                // A démarche that obliges no status takes the usual way.
                let own: Vec<_> = journey.intermediate.iter().map(|status| status.name()).collect();
                let own = if own.is_empty() { vec!["SI_RECEIVED"] } else { own };
                let stages = ["SENT"].into_iter().chain(own).collect::<Vec<_>>().join(" puis ");
                journey.finals.iter().map(move |last| {
                    (journey.process.to_owned(), stages.clone(), last.name().to_owned())
                })
            })
            .collect();
        assert_eq!(played, obliged);
    }
}
