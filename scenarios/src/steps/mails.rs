//! Words of the mails: who is written to, when, and what is not shown there.

use cucumber::{given, then, when};
use serde_json::json;

use crate::actor::{Enclosure, joining, notified, silent};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::play::mails::{Mail, Mailbox};
use crate::roles::Role;
use crate::world::World;

/// How many mails had come before what is watched.
#[derive(Clone, Copy, Default)]
struct Before(usize);

/// Name of an applicant that no hub writes by chance.
const SINGULAR: [&str; 3] =
    ["Théophraste", "Quatrefages-Étalon", "theophraste.quatrefages@example.org"];

#[given(expr = "un SI abonné avec la fréquence de notification {string}")]
async fn subscribed_with(world: &mut World, frequency: String) -> Step {
    let each_time = frequency.eq_ignore_ascii_case("unitaire");
    *world.memory() = Before(0);
    world.play_on_frequency(each_time, &frequency).await
}

#[when("l'OSL termine ce télédossier")]
async fn completes(world: &mut World) -> Step {
    world.complete().await
}

#[when("l'OSL dépose pour ce SI un télédossier dont le demandeur porte un nom singulier")]
async fn deposits_singular(world: &mut World) -> Step {
    let mut draft = world.describe(&[Role::Si])?;
    let [first_name, last_name, email] = SINGULAR;
    draft.body["applicant"] =
        json!({ "firstName": first_name, "lastName": last_name, "email": email });
    world.create_needed(draft).await?;
    world.upload_all().await?;
    world.complete().await
}

#[given("un télédossier déposé pour ce SI, averti par courriel")]
async fn deposited_and_mailed(world: &mut World) -> Step {
    world.deposit(&[Role::Si]).await?;
    let mails = world.await_mails(1).await?;
    if mails.is_empty() {
        return Err(Stop::broken("attente du courriel de dépôt", "un courriel", "aucun"));
    }
    world.let_mails_come().await?;
    *world.memory() = Before(world.own_mails().await?.len());
    Ok(())
}

#[then(expr = "aucun nouveau courriel ne part pour ce télédossier {rule}")]
async fn no_more_mail(world: &mut World, rule: Rule) -> Step {
    world.let_mails_come().await?;
    let (Before(before), mails) = (*world.memory(), world.own_mails().await?);
    let expected = match before {
        0 => "aucun courriel".to_owned(),
        count => format!("toujours {count} courriel(s)"),
    };
    world.check(&rule, expected, told(&mails), mails.len() == before)
}

#[then(expr = "un seul courriel part, à l'adresse de l'abonnement {rule}")]
async fn one_mail(world: &mut World, rule: Rule) -> Step {
    world.await_mails(1).await?;
    world.let_mails_come().await?;
    let mailbox = world.memory::<Mailbox>().clone();
    let mails = world.own_mails().await?;
    let holds = mails.len() == 1 && mails.iter().all(|mail| mailbox.receives(mail));
    world.check(&rule, format!("un courriel à {}", mailbox.address), told(&mails), holds)
}

#[then(expr = "le SI en est averti par courriel {rule}")]
async fn mailed(world: &mut World, rule: Rule) -> Step {
    let mailbox = world.memory::<Mailbox>().clone();
    let mails = world.await_mails(1).await?;
    let holds = mails.iter().any(|mail| mailbox.receives(mail));
    world.check(&rule, format!("un courriel à {}", mailbox.address), told(&mails), holds)
}

#[then(expr = "un nouveau courriel part, à l'adresse de l'abonnement {rule}")]
async fn one_more_mail(world: &mut World, rule: Rule) -> Step {
    let (Before(before), mailbox) = (*world.memory(), world.memory::<Mailbox>().clone());
    let mails = world.await_mails(before + 1).await?;
    let new = mails.get(before..).unwrap_or_default();
    let holds = !new.is_empty() && mails.iter().all(|mail| mailbox.receives(mail));
    world.check(&rule, format!("un courriel de plus à {}", mailbox.address), told(new), holds)
}

fn told(mails: &[Mail]) -> String {
    match mails {
        [] => "aucun courriel".to_owned(),
        some => format!(
            "{} courriel(s) à {}",
            some.len(),
            some.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>().join(", ")
        ),
    }
}

#[when(regex = "^l'OSL envoie au SI un événement qui (le notifie|ne le notifie pas)$")]
async fn sends_event(world: &mut World, how: String) -> Step {
    let case = world.case_id()?;
    let event = if how == "le notifie" { notified } else { silent };
    world
        .send_event(Role::Osl, &case, event("STATUS_UPDATE"))
        .await?
        .needed("événement de l'OSL", 201)?;
    Ok(())
}

#[when(
    regex = "^l'OSL prépare un dépôt de pièces complémentaires qui (rouvre le dossier|laisse le dossier en l'état)$"
)]
async fn prepares_deposit(world: &mut World, effect: String) -> Step {
    let case = world.case_id()?;
    let (_, mime_type) = world.profile().map(|profile| {
        let (kind, mime_type) = profile.first_kind();
        (kind.to_owned(), mime_type.to_owned())
    })?;
    let enclosures = [Enclosure::of(&mime_type, &case)];
    let mut body = joining(&enclosures, true);
    if effect == "rouvre le dossier" {
        body["caseCurrentStatus"] = json!("CLOSED");
        body["caseNewStatus"] = json!("HUBEE_NOTIFIED");
    }
    world
        .join(Role::Osl, &case, &enclosures, body)
        .await?
        .needed("création d'un événement avec pièces", 201)?;
    world.upload_event_files(Role::Osl, &case).await
}

#[when("l'OSL transmet ce dépôt de pièces complémentaires")]
async fn transmits(world: &mut World) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    world
        .set_event_status(Role::Osl, &case, &event, "SENT")
        .await?
        .needed("transmission de l'événement", 204)?;
    Ok(())
}

#[then(expr = "ce que le courriel montre du demandeur est relevé {rule}")]
async fn shows_of_applicant(world: &mut World, rule: Rule) -> Step {
    let mails = world.await_mails(1).await?;
    if mails.is_empty() {
        return Err(Stop::broken("attente du courriel de dépôt", "un courriel", "aucun"));
    }
    let text = mails.iter().map(|mail| mail.text.to_lowercase()).collect::<Vec<_>>().join("\n");
    let shown = ["le prénom", "le nom", "l'adresse"]
        .into_iter()
        .zip(SINGULAR)
        .filter(|(_, value)| text.contains(&value.to_lowercase()));
    let shown: Vec<_> = shown.map(|(what, _)| what).collect();
    let observed = if shown.is_empty() {
        "rien du demandeur".to_owned()
    } else {
        format!("le courriel montre {}", shown.join(", "))
    };
    world.record(&rule, observed);
    Ok(())
}
