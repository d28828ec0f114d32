//! The hub's mails, where its owner lets us read them (`[may] read_mail`). No document says what a
//! mail names: ours are those that name our télédossier, and those that came since to the address
//! of its SI (contract §6, "Event": "by address and time").

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

/// Where the SI of a scenario is written to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox {
    pub(crate) address: String,
    /// Whether this scenario drew the address: nobody else is written to there.
    is_ours_alone: bool,
    /// How many mails had come there before the scenario.
    earlier: usize,
}

impl Mailbox {
    pub(crate) fn receives(&self, mail: &Mail) -> bool {
        mail.to.eq_ignore_ascii_case(&self.address)
    }

    /// Of the hub's mails, those about a télédossier that goes by these names; at an address that
    /// is ours alone, whatever came there too.
    fn about(&self, names: &[String], mails: Vec<Mail>) -> Vec<Mail> {
        let is_ours =
            |mail: &Mail| mail.names_one_of(names) || (self.is_ours_alone && self.receives(mail));
        mails.into_iter().filter(is_ours).collect()
    }

    /// How many mails came since to an address of many.
    fn came_since(&self, mails: &[Mail]) -> usize {
        let there = mails.iter().filter(|mail| !self.is_ours_alone && self.receives(mail)).count();
        there.saturating_sub(self.earlier)
    }
}

impl Mail {
    fn names_one_of(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.text.contains(name.as_str()))
    }
}

impl World {
    /// What the last télédossier may be named by in a mail.
    fn names(&self) -> Result<Vec<String>, Stop> {
        let deposited = self.deposited()?;
        let names = [deposited.number.clone(), deposited.id.clone()];
        Ok(names.into_iter().chain(deposited.cases.clone()).collect())
    }

    /// The mails about the last télédossier.
    pub(crate) async fn own_mails(&mut self) -> Result<Vec<Mail>, Stop> {
        let (names, mails) = (self.names()?, self.all_mails().await?);
        Ok(self.memory::<Mailbox>().about(&names, mails))
    }

    /// That no mail about our télédossier came can be said, unless some came to an address of many:
    /// this hub's may name nothing.
    async fn need_told_apart(&mut self) -> Step {
        let mails = self.all_mails().await?;
        match self.memory::<Mailbox>().came_since(&mails) {
            0 => Ok(()),
            count => Err(Stop::broken(
                "attente d'un courriel",
                "des courriels qui nomment leur télédossier, ou une démarche d'essai ([sandbox])",
                format!("{count} courriel(s) à cette adresse, qui n'en nomment pas le nôtre"),
            )),
        }
    }

    async fn all_mails(&mut self) -> Result<Vec<Mail>, Stop> {
        let address = self.session().target.may.read_mail.clone();
        let address = address.ok_or_else(|| {
            Stop::broken("lecture des courriels", "may.read_mail", "absent du fichier de cible")
        })?;
        let call = Call::at(Method::Get, &address, &self.session().target.may);
        let reply = self.send(call).await?.needed("lecture des courriels", 200)?;
        let mails = reply.array("").iter().map(|mail| {
            let field = |name: &str| mail[name].as_str().unwrap_or_default();
            Mail {
                to: field("to").to_owned(),
                text: format!("{}\n{}", field("subject"), field("body")),
            }
        });
        Ok(mails.collect())
    }

    /// The mails about the last télédossier, once there are this many or the target's limit has
    /// passed; broken off where it cannot be said that there is none.
    pub(crate) async fn await_mails(&mut self, count: usize) -> Result<Vec<Mail>, Stop> {
        let limit = self.session().target.limits.delivery;
        let waited = until(limit, async || {
            let mails = self.own_mails().await?;
            Ok::<_, Stop>(Look { done: mails.len() >= count, seen: mails })
        });
        let mails = waited.await?.seen;
        if mails.is_empty() {
            self.need_told_apart().await?;
        }
        Ok(mails)
    }

    /// Plays on a démarche where the SI's active subscription asks for one mail each time, or does
    /// not: the sandbox, set so for this scenario, or else one that is so.
    pub(crate) async fn play_on_frequency(&mut self, each_time: bool, frequency: &str) -> Step {
        if let Some(address) = self.set_sandbox_frequency(frequency).await? {
            *self.memory() = Mailbox { address, is_ours_alone: true, earlier: 0 };
            return Ok(());
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
                let mut mailbox = Mailbox { address: address.to_owned(), ..Mailbox::default() };
                let mails = self.all_mails().await?;
                mailbox.earlier = mails.iter().filter(|mail| mailbox.receives(mail)).count();
                *self.memory() = mailbox;
                return Ok(());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, text: &str) -> Mail {
        Mail { to: to.to_owned(), text: text.to_owned() }
    }

    fn told(mailbox: &Mailbox, mails: &[Mail]) -> Vec<String> {
        let own = mailbox.about(&["DGS-1".to_owned()], mails.to_vec());
        own.into_iter().map(|mail| mail.text).collect()
    }

    #[test]
    fn a_mail_that_names_nothing_is_ours_at_an_address_that_is_ours_alone() {
        let mailbox =
            Mailbox { address: "a@example.org".to_owned(), is_ours_alone: true, earlier: 0 };
        let mails = [mail("A@example.org", "à traiter"), mail("b@example.org", "à traiter")];
        assert_eq!(told(&mailbox, &mails), ["à traiter"]);
        let elsewhere = [mail("b@example.org", "DGS-1"), mail("b@example.org", "DGS-2")];
        assert_eq!(told(&mailbox, &elsewhere), ["DGS-1"], "sent to the wrong address, it is ours");
    }

    #[test]
    fn at_an_address_of_many_those_that_name_ours_count_and_others_leave_a_doubt() {
        let mailbox =
            Mailbox { address: "a@example.org".to_owned(), is_ours_alone: false, earlier: 1 };
        let earlier = mail("a@example.org", "before");
        let named =
            [earlier.clone(), mail("a@example.org", "DGS-2"), mail("a@example.org", "DGS-1")];
        assert_eq!(told(&mailbox, &named), ["DGS-1"]);
        let unnamed = [earlier.clone(), mail("a@example.org", "à traiter")];
        assert!(told(&mailbox, &unnamed).is_empty());
        assert_eq!(mailbox.came_since(&unnamed), 1);
        assert_eq!(mailbox.came_since(&[earlier, mail("b@example.org", "à traiter")]), 0);
    }
}
