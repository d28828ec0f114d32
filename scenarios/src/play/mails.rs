//! The hub's mails, where its owner lets us read them (interfaces "read_mail"): ours are told by
//! the number or the id of their case, whoever else is written to.

use contract::operations::Method;
use serde_json::{Value, json};

use crate::actor::{Look, until};
use crate::check::{Needed as _, Step, Stop};
use crate::client::Call;
use crate::roles::Role;
use crate::world::World;

/// A mail of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// Subject and text.
    pub text: String,
}

impl World {
    /// The mails about the last télédossier: those that name its number, or the number or id of one
    /// of its cases.
    pub(crate) async fn own_mails(&mut self) -> Result<Vec<Mail>, Stop> {
        let address = self.session().target.may.read_mail.clone();
        let address = address.ok_or_else(|| {
            Stop::broken("lecture des courriels", "may.read_mail", "absent du fichier de cible")
        })?;
        let deposited = self.deposited()?;
        let names: Vec<String> = [deposited.number.clone(), deposited.id.clone()]
            .into_iter()
            .chain(deposited.cases.clone())
            .collect();
        let call = Call::at(Method::Get, &address, &self.session().target.may);
        let reply = self.send(call).await?.needed("lecture des courriels", 200)?;
        let mails = reply.array("").iter().map(|mail| {
            let field = |name: &str| mail[name].as_str().unwrap_or_default();
            Mail {
                to: field("to").to_owned(),
                text: format!("{}\n{}", field("subject"), field("body")),
            }
        });
        Ok(mails
            .filter(|mail| names.iter().any(|name| mail.text.contains(name.as_str())))
            .collect())
    }

    /// The mails about the last télédossier, once there are this many or the target's limit has
    /// passed.
    pub(crate) async fn await_mails(&mut self, count: usize) -> Result<Vec<Mail>, Stop> {
        let limit = self.session().target.limits.delivery;
        let waited = until(limit, async || {
            let mails = self.own_mails().await?;
            Ok::<_, Stop>(Look { done: mails.len() >= count, seen: mails })
        });
        Ok(waited.await?.seen)
    }

    /// Plays on a démarche where the SI's active subscription asks for one mail each time, or does
    /// not: the sandbox, set so for this scenario, or else one that is so. Gives the address that
    /// mails go to.
    pub(crate) async fn play_on_frequency(
        &mut self,
        each_time: bool,
        frequency: &str,
    ) -> Result<String, Stop> {
        if let Some(address) = self.set_sandbox_frequency(frequency).await? {
            return Ok(address);
        }
        for process in self.session().credentials.processes().to_vec() {
            if self.move_to(&process).is_err() {
                continue;
            }
            let si = json!(self.credential(Role::Si)?.organization);
            let Ok(found) = self.subscription_of(Role::Osl, &process, &si).await else {
                continue;
            };
            let wanted = found["notificationFrequency"]
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case("unitaire"))
                == each_time;
            let address = found["email"].as_str().unwrap_or_default();
            if wanted && found["status"] == "Actif" && !address.is_empty() {
                return Ok(address.to_owned());
            }
        }
        let which = if each_time { "« unitaire »" } else { "autre que « unitaire »" };
        Err(Stop::broken(
            "choix d'un abonnement",
            format!(
                "un SI joué par les accès, abonné avec une fréquence de notification {which} et une adresse"
            ),
            self.how_to_have_one(),
        ))
    }

    fn how_to_have_one(&self) -> &'static str {
        let target = &self.session().target;
        match (target.may.change_referential, &target.sandbox.process) {
            (false, _) => "aucun : abonnez-en un, ou permettez may.change_referential",
            (true, None) => "aucun : abonnez-en un, ou nommez une démarche d'essai dans [sandbox]",
            (true, Some(_)) => {
                "aucun, et la démarche d'essai n'est pas jouée par un OSL, un SI et un ADMIN : \
                 déclarez ces accès, ou abonnez un SI ainsi"
            }
        }
    }

    /// Sets the frequency and the address of the SI's subscription to the sandbox démarche, for
    /// this scenario. `None` when the target does not let us, or does not play these roles there.
    async fn set_sandbox_frequency(&mut self, frequency: &str) -> Result<Option<String>, Stop> {
        let target = self.session().target.clone();
        let Some(process) =
            target.sandbox.process.clone().filter(|_| target.may.change_referential)
        else {
            return Ok(None);
        };
        if self.move_to(&process).is_err() || !self.assign_also(Role::Admin) {
            return Ok(None);
        }
        let address =
            format!("guichet-{}@example.org", self.session().free_number().to_lowercase());
        let si = json!(self.credential(Role::Si)?.organization);
        let found = self.subscription_of(Role::Admin, &process, &si).await?;
        let id = found["id"].as_str().unwrap_or_default().to_owned();
        let (frequency, to) = (frequency.to_owned(), address.clone());
        let change = move |body: &mut Value| {
            body["notificationFrequency"] = json!(frequency);
            body["email"] = json!(to);
            body["status"] = json!("Actif");
        };
        self.change_subscription(&id, false, change)
            .await?
            .needed("choix de la fréquence de notification", 200)?;
        Ok(Some(address))
    }

    /// Lets the mails that may still be on their way come: as long as "nothing came" is watched on
    /// this hub.
    ///
    /// # Errors
    /// Never by itself.
    pub(crate) async fn let_mails_come(&mut self) -> Step {
        tokio::time::sleep(self.session().target.limits.quiet).await;
        Ok(())
    }
}
