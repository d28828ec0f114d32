//! The enrolment of an SI by hand (contract §9, cinématique 3): its organization, its subscription,
//! the activation of it. It changes the référentiel, which the owner of the hub must allow.

use std::sync::Arc;
use std::time::SystemTime;

use contract::ids::{OrganizationIdentifier, ProcessCode};
use contract::operations::{Operation, Scope};
use contract::timestamp::Timestamp;
use serde_json::{Value, json};

use super::{ByHand, NotDone, Turn, Usage, What, granted};
use crate::client::Call;
use crate::play::referential::{organization_id, subscription_body, unused_organization};
use crate::play::restoration::writable;
use crate::target::Credential;

/// Who is enrolled, and on what.
#[derive(Clone, Debug, Default)]
pub struct Enrolment {
    /// The démarche; without it, the sandbox of the target.
    pub process: Option<ProcessCode>,
    /// The organization; without it, a new one under a number that no register gives.
    pub organization: Option<OrganizationIdentifier>,
}

impl ByHand<'_> {
    pub(super) async fn enrol(&mut self, enrolment: &Enrolment) -> Result<(), NotDone> {
        if !self.session.target.may.change_referential {
            return Err(Usage::ReferentialLocked.into());
        }
        let sandbox = self.session.target.sandbox.process.clone();
        let nobody = |part| Usage::Nobody { part, on: "[sandbox]".to_owned() };
        let process = enrolment.process.clone().or(sandbox);
        let process = process.ok_or_else(|| nobody("a démarche to enrol on (--process)"))?;
        let (registrar, administrator) = self.enrollers()?;

        let mut organization = unused_organization(self.session);
        if let Some(given) = &enrolment.organization {
            for (name, value) in json!(given).as_object().into_iter().flatten() {
                organization[name] = value.clone();
            }
        }
        let id = organization_id(&organization);
        let mut turn = self.turn(&administrator);
        let created = self.know_organization(&mut turn, &id, &organization).await?;
        let subscription = self
            .subscribe(&mut turn, &registrar, subscription_body(&process, &organization))
            .await?;
        let process = process.to_string();
        self.tell(turn, What::Enrolled { process, created, subscription }, &id, &id);
        Ok(())
    }

    /// Who registers the subscription, and who administers the référentiel: DATAPASS and ADMIN as
    /// far as the target has both, unless one was named for all of it.
    fn enrollers(&self) -> Result<(Arc<Credential>, Arc<Credential>), Usage> {
        if let Some(named) = self.named()? {
            return Ok((named.clone(), named));
        }
        let (datapass, admin) = (self.first_of(Scope::Datapass), self.first_of(Scope::Admin));
        let nobody = || Usage::Nobody { part: "DATAPASS or ADMIN", on: "this hub".to_owned() };
        let registrar = datapass.clone().or_else(|| admin.clone()).ok_or_else(nobody)?;
        let administrator = admin.or(datapass).ok_or_else(nobody)?;
        Ok((registrar, administrator))
    }

    /// Creates the organization where the hub does not know it: whether it had to.
    async fn know_organization(
        &self,
        turn: &mut Turn<'_>,
        id: &str,
        organization: &Value,
    ) -> Result<bool, NotDone> {
        let call = Call::operation(Operation::GetOrganization, &[id]);
        let read = turn.actor().send(call).await?;
        if read.status() != 404 {
            granted(Ok(read))?;
            return Ok(false);
        }
        let call = Call::operation(Operation::CreateOrganization, &[]).json(organization);
        granted(turn.actor().send(call).await)?;
        Ok(true)
    }

    /// Registers a subscription and activates it: its id.
    async fn subscribe(
        &self,
        turn: &mut Turn<'_>,
        registrar: &Arc<Credential>,
        body: Value,
    ) -> Result<String, NotDone> {
        let mut registering = self.turn(registrar);
        let call = Call::operation(Operation::CreateSubscription, &[]).json(body);
        let created = granted(registering.actor().send(call).await)?;
        turn.replies.append(&mut registering.replies);
        let id = created.text("/id").to_owned();
        let call = Call::operation(Operation::GetSubscription, &[&id]);
        let mut subscription = writable(granted(turn.actor().send(call).await)?.json());
        subscription["status"] = json!("Actif");
        subscription["activateDateTime"] = json!(Timestamp::from(SystemTime::now()));
        let call = Call::operation(Operation::UpdateSubscription, &[&id]).json(subscription);
        granted(turn.actor().send(call).await)?;
        Ok(id)
    }
}
