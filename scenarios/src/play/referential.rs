//! The référentiel, where a target lets us change it: new organizations under numbers that no
//! register gives, their subscriptions to the sandbox démarche, and télédossiers addressed to them.
//! What the API cannot delete is listed as left behind; what existed before is put back (see
//! [`super::restoration`]).

use contract::ids::ProcessCode;
use contract::operations::Operation;
use serde_json::{Value, json};

use super::restoration::writable;
use crate::actor::{Draft, files};
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::session::Session;
use crate::world::World;

/// How far a list is read: as clients do (contract §6, "Subscriptions").
pub(crate) const WHOLE_LIST: u32 = 5000;

/// A SIRET that no register gives and that no other run draws, as a rule; its check digits are
/// right.
pub(crate) fn unused_siret(session: &Session) -> String {
    let run =
        session.run_id.bytes().fold(0_u64, |sum, byte| (sum * 36 + u64::from(byte)) % 10_000_000);
    let counter: u64 = session
        .free_number()
        .bytes()
        .rev()
        .take(5)
        .fold((0, 1), |(sum, unit), byte| {
            let digit = char::from(byte).to_digit(36).unwrap_or(0);
            (sum + u64::from(digit) * unit, unit * 36)
        })
        .0
        % 10_000;
    let siren = checked(&format!("9{run:07}"));
    checked(&format!("{siren}{counter:04}"))
}

/// Another SIRET of the same company, its check digits right; none of what is no SIRET.
pub(crate) fn sibling_siret(siret: &str) -> Option<String> {
    let is_siret = siret.len() == 14 && siret.bytes().all(|byte| byte.is_ascii_digit());
    let siren = siret.get(..9).filter(|_| is_siret)?;
    let sibling = |counter: u32| checked(&format!("{siren}{counter:04}"));
    [9741, 9742].map(sibling).into_iter().find(|sibling| sibling != siret)
}

/// Digits followed by their check digit (Luhn, as SIREN and SIRET have it).
fn checked(digits: &str) -> String {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|digit| digit.to_digit(10))
        .enumerate()
        .map(|(rank, digit)| {
            let weighed = if rank % 2 == 0 { digit * 2 } else { digit };
            if weighed > 9 { weighed - 9 } else { weighed }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// The body of an organization that does not exist yet: an SI.
pub(crate) fn unused_organization(session: &Session) -> Value {
    json!({
        "type": "SI",
        "companyRegister": unused_siret(session),
        "branchCode": "00001",
        "name": format!("Étalon {} (essai)", session.run_id),
        "code": "ETALON",
        "country": "France",
        "postalCode": "38000",
        "territory": "Grenoble",
        "email": "etalon@example.org",
        "phoneNumber": "0400000000",
        "status": "Actif",
    })
}

/// The path identifier of an organization, from its body.
pub(crate) fn organization_id(body: &Value) -> String {
    let part = |name: &str| body[name].as_str().unwrap_or_default();
    format!("{}-{}-{}", part("type"), part("companyRegister"), part("branchCode"))
}

/// The triple that names an organization in other objects, from its body.
pub fn triple(organization: &Value) -> Value {
    json!({
        "type": organization["type"],
        "companyRegister": organization["companyRegister"],
        "branchCode": organization["branchCode"],
    })
}

/// The body of a subscription of an organization to a démarche.
pub(crate) fn subscription_body(process: &ProcessCode, organization: &Value) -> Value {
    json!({
        "datapassId": 1_000_000_001,
        "processCode": process,
        "subscriber": triple(organization),
        "accessMode": "API",
        "notificationFrequency": "aucune",
        "email": "etalon@example.org",
        "localAdministrator": {
            "email": "administrateur@example.org",
            "firstName": "Dominique",
            "lastName": "Étalon",
            "function": "Responsable",
            "phoneNumber": "0400000000",
        },
    })
}

/// The reading of a list of subscriptions, whole unless it says otherwise.
pub(crate) fn subscriptions_list(query: &[(&str, &str)]) -> Call {
    let mut call = Call::operation(Operation::ListSubscriptions, &[]);
    for (name, value) in query {
        call = call.query(name, value);
    }
    if query.iter().any(|(name, _)| *name == "maxResult") {
        call
    } else {
        call.query("maxResult", WHOLE_LIST)
    }
}

/// What became of a deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The hub took it and its completion.
    Taken,
    /// The hub refused it, at that stage and with that answer.
    Refused(String),
}

impl Outcome {
    /// A few words for the report.
    pub(crate) fn in_french(&self) -> String {
        match self {
            Self::Taken => "le télédossier accepté".to_owned(),
            Self::Refused(why) => format!("refusé {why}"),
        }
    }
}

impl World {
    /// Creates an organization as the administrator; what comes into being stays, and is listed so.
    pub(crate) async fn create_organization(&mut self, body: Value) -> Result<Reply, Stop> {
        let id = organization_id(&body);
        let reply = self
            .send_as(Role::Admin, Call::operation(Operation::CreateOrganization, &[]).json(body))
            .await?;
        if reply.status() == 201 {
            self.session()
                .ledger
                .leave(format!("organisation {id} (l'API ne permet pas de la supprimer)"));
        }
        Ok(reply)
    }

    /// Creates a subscription as a role; what comes into being stays, and is listed so.
    pub(crate) async fn create_subscription(
        &mut self,
        role: Role,
        body: Value,
    ) -> Result<Reply, Stop> {
        let of = organization_id(&body["subscriber"]);
        let reply = self
            .send_as(role, Call::operation(Operation::CreateSubscription, &[]).json(body))
            .await?;
        if reply.status() == 201 {
            self.session().ledger.leave(format!(
                "abonnement {} de {of} (l'API ne permet pas de le supprimer)",
                reply.text("/id")
            ));
        }
        Ok(reply)
    }

    /// A list of subscriptions as a role reads it.
    pub(crate) async fn list_subscriptions(
        &mut self,
        role: Role,
        query: &[(&str, &str)],
    ) -> Result<Reply, Stop> {
        self.send_as(role, subscriptions_list(query)).await
    }

    /// The subscription of an organization to a démarche, as a role reads it.
    pub(crate) async fn subscription_of(
        &mut self,
        role: Role,
        process: &ProcessCode,
        organization: &Value,
    ) -> Result<Value, Stop> {
        let register = organization["companyRegister"].as_str().unwrap_or_default().to_owned();
        let query = [("processCode", process.as_str()), ("companyRegister", register.as_str())];
        let list =
            self.list_subscriptions(role, &query).await?.needed("lecture des abonnements", 200)?;
        let wanted = triple(organization);
        let found = list.array("").iter().find(|found| {
            triple(&found["subscriber"]) == wanted && found["processCode"] == process.as_str()
        });
        found.cloned().ok_or_else(|| {
            Stop::broken(
                "recherche d'un abonnement",
                format!("{} abonné à {process}", organization_id(&wanted)),
                "aucun",
            )
        })
    }

    /// Changes a subscription as the administrator. One that existed before this scenario is put
    /// back after it.
    pub(crate) async fn change_subscription(
        &mut self,
        id: &str,
        ours: bool,
        change: impl FnOnce(&mut Value),
    ) -> Result<Reply, Stop> {
        let read =
            self.send_as(Role::Admin, Call::operation(Operation::GetSubscription, &[id])).await?;
        let before = read.needed("lecture d'un abonnement", 200)?.json().clone();
        let admin = self.credential(Role::Admin)?;
        let put = |body: Value| {
            Call::operation(Operation::UpdateSubscription, &[id]).json(body).by(&admin)
        };
        if !ours {
            self.session().restorations.promise(
                self.scenario(),
                format!("l'abonnement {id}"),
                put(writable(&before)),
            );
        }
        let mut after = writable(&before);
        change(&mut after);
        self.send(put(after)).await
    }

    /// Describes a well-formed télédossier with one file, addressed to an organization that no
    /// credential plays.
    pub(crate) fn describe_for(&self, organization: &Value) -> Result<Draft, Stop> {
        let mut draft = self.describe_bare(&[])?;
        let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
        draft.body["cases"] =
            json!([{ "externalId": format!("{number}-01"), "recipient": triple(organization) }]);
        let profile = self.profile()?;
        let (kind, mime_type) = profile.first_kind();
        draft.attach(kind, mime_type, files::of(mime_type, &number), &[]);
        Ok(draft)
    }

    /// Deposits from beginning to end, up to the hub's first refusal, wherever it comes (divergence
    /// D9).
    pub(crate) async fn try_deposit(&mut self, draft: Draft) -> Result<Outcome, Stop> {
        let created = self.create(Role::Osl, draft).await?;
        if created.status() != 201 {
            return Ok(Outcome::Refused(format!("à la création : {}", created.in_short())));
        }
        let files = self.deposited()?.draft.files.clone();
        for (rank, bytes) in files.into_iter().enumerate() {
            let sent = self.upload(rank, bytes).await?;
            if !sent.is_success() {
                return Ok(Outcome::Refused(format!("à l'envoi du fichier : {}", sent.in_short())));
            }
            let status = self.settled_attachment(rank).await?;
            if status != "RECEIVED" {
                return Ok(Outcome::Refused(format!("à l'envoi du fichier : {status}")));
            }
        }
        let completed = self.set_folder_status("HUBEE_COMPLETED").await?;
        if completed.is_success() {
            Ok(Outcome::Taken)
        } else {
            Ok(Outcome::Refused(format!("à la complétude : {}", completed.in_short())))
        }
    }

    /// Makes sure that an organization is known, as the enrolment does (contract §9, cinématique
    /// 3).
    pub(crate) async fn enrol_organization(&mut self) -> Result<Value, Stop> {
        let body = unused_organization(self.session());
        self.create_organization(body.clone()).await?.needed("création d'une organisation", 201)?;
        Ok(body)
    }

    /// Breaks the scenario unless its last call succeeded.
    pub(crate) fn need_success(&self, what: &str) -> Step {
        let reply = self.reply()?;
        if reply.is_success() {
            Ok(())
        } else {
            Err(Stop::broken(what, "une réponse 2xx", reply.in_short()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_the_registers() {
        // Numbers of the documents (contract §7).
        assert_eq!(checked("21380544"), "213805443");
        assert_eq!(checked("2138054430001"), "21380544300016");
        assert_eq!(checked("1100140160001"), "11001401600015");
    }
}
