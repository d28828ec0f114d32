//! The référentiel's three resources as one table: by which operations each is created, read,
//! listed and changed, what names one, what its list is filtered and ordered by. The sentences
//! about them are in [`super::referential`] and [`super::referential_lists`].

use std::str::FromStr;

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use serde_json::{Value, json};

use super::folders_life::west;
use crate::check::{Needed as _, Stop};
use crate::client::{Call, Reply};
use crate::play::referential::{organization_id, subscription_body, unused_organization};
use crate::play::restoration::writable;
use crate::roles::Role;
use crate::world::World;

/// A resource of the référentiel, as the features name it, alone or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "resource", regex = r"organisations?|démarches?|abonnements?")]
pub(super) enum Resource {
    Organization,
    Process,
    Subscription,
}

impl FromStr for Resource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim_end_matches('s') {
            "organisation" => Ok(Self::Organization),
            "démarche" => Ok(Self::Process),
            "abonnement" => Ok(Self::Subscription),
            _ => Err(format!("« {text} » is no resource of the référentiel")),
        }
    }
}

/// What a resource can be done with.
pub(super) struct Descriptor {
    /// Its name, many of it, in French.
    pub(super) plural: &'static str,
    pub(super) create: Operation,
    pub(super) read: Operation,
    pub(super) list: Operation,
    pub(super) update: Operation,
    /// Who creates it, when the features do not say.
    pub(super) creator: Role,
    /// What its path names it by, from its body.
    pub(super) id: fn(&Value) -> String,
    /// Whether what was sent and what is read back are the same in one field.
    pub(super) same: fn(&str, &Value, &Value) -> bool,
    /// Whether its list is given in pages, and the order that makes them steady.
    pub(super) pages: Option<&'static str>,
    pub(super) filters: &'static [Filter],
    pub(super) orders: &'static [Order],
    /// How a list that is filtered by what nothing bears may be refused: an empty list may be a
    /// 404 (contract §6), and an unknown value may be wrong, or foreign.
    pub(super) emptiness: &'static [u16],
    /// What to do where the list is too short to show anything.
    pub(super) advice: &'static str,
}

/// What a list is filtered by.
pub(super) struct Filter {
    /// As the features call it.
    pub(super) name: &'static str,
    /// The parameter of the query.
    pub(super) parameter: &'static str,
    /// Where the value stands in an item.
    pub(super) place: &'static str,
    /// Values that may be borne by none.
    pub(super) unborne: &'static [&'static str],
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// As the features call it.
    pub(super) name: &'static str,
    /// The value of `orderBy`.
    pub(super) parameter: &'static str,
    /// Where the value stands in an item.
    pub(super) place: &'static str,
    pub(super) descending: bool,
}

impl Order {
    /// An ascending order that the features call as the wire does.
    const fn ascending(name: &'static str, place: &'static str) -> Self {
        Self { name, parameter: name, place, descending: false }
    }
}

/// A SIRET of nobody.
const NOBODY: &[&str] = &["00000000000000"];
/// A démarche of nobody.
pub(super) const UNKNOWN_CODE: &str = "ETALON-INCONNUE";

static ORGANIZATION: Descriptor = Descriptor {
    plural: "organisations",
    create: Operation::CreateOrganization,
    read: Operation::GetOrganization,
    list: Operation::ListOrganizations,
    update: Operation::UpdateOrganization,
    creator: Role::Admin,
    id: organization_id,
    same: |_, sent, read| sent == read,
    pages: Some("company_register"),
    filters: &[
        Filter { name: "type", parameter: "type", place: "type", unborne: &["ETALON"] },
        Filter {
            name: "SIRET",
            parameter: "company_register",
            place: "companyRegister",
            unborne: NOBODY,
        },
    ],
    orders: &[
        Order::ascending("company_register", "companyRegister"),
        Order::ascending("branche_code", "branchCode"),
    ],
    emptiness: &[400, 404],
    advice: "",
};

static PROCESS: Descriptor = Descriptor {
    plural: "démarches",
    create: Operation::CreateProcess,
    read: Operation::GetProcess,
    list: Operation::ListProcesses,
    update: Operation::UpdateProcess,
    creator: Role::Admin,
    id: |process| process["code"].as_str().unwrap_or_default().to_owned(),
    same: |_, sent, read| same_sets(sent, read),
    pages: None,
    filters: &[Filter {
        name: "OSL",
        parameter: "companyRegister",
        place: "osl.companyRegister",
        unborne: NOBODY,
    }],
    orders: &[Order::ascending("code", "code"), Order::ascending("name", "name")],
    emptiness: &[400, 404],
    advice: "",
};

static SUBSCRIPTION: Descriptor = Descriptor {
    plural: "abonnements",
    create: Operation::CreateSubscription,
    read: Operation::GetSubscription,
    list: Operation::ListSubscriptions,
    update: Operation::UpdateSubscription,
    creator: Role::Datapass,
    id: |subscription| subscription["id"].as_str().unwrap_or_default().to_owned(),
    same: same_choice,
    pages: Some("asc(process_code)"),
    filters: &[
        Filter {
            name: "code démarche",
            parameter: "processCode",
            place: "processCode",
            unborne: &[UNKNOWN_CODE],
        },
        Filter {
            name: "statut",
            parameter: "status",
            place: "status",
            unborne: &["Suspendu", "Refusé", "Inactif", "Actif"],
        },
        Filter {
            name: "SIRET",
            parameter: "companyRegister",
            place: "subscriber.companyRegister",
            unborne: NOBODY,
        },
    ],
    orders: &[
        Order {
            name: "SIRET croissant",
            parameter: "asc(si_company_register)",
            place: "subscriber.companyRegister",
            descending: false,
        },
        Order {
            name: "SIRET décroissant",
            parameter: "desc(si_company_register)",
            place: "subscriber.companyRegister",
            descending: true,
        },
    ],
    emptiness: &[400, 403, 404],
    advice: " ; déclarez un accès OSL dont les démarches ont plusieurs abonnés",
};

/// An organization may come back with its name, an empty list as nothing, and the formats and types
/// of a démarche in another order: they are sets, no document gives their order a meaning (contract
/// §5).
fn same_sets(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        (Value::Array(sent), Value::Array(read)) => {
            sent.len() == read.len()
                && sent.iter().all(|item| read.contains(item))
                && read.iter().all(|item| sent.contains(item))
        }
        (Value::Object(sent), Value::Object(read)) => {
            sent.iter().all(|(name, value)| read.get(name) == Some(value))
        }
        (Value::Array(sent), Value::Null) => sent.is_empty(),
        _ => sent == read,
    }
}

/// Dates are compared by their instants, to the second; addresses, modes and frequencies by no
/// case; what is empty may come back as nothing, and an organization with its name (contract §5).
fn same_choice(field: &str, sent: &Value, read: &Value) -> bool {
    let (sent, read) = match (sent, read) {
        (Value::Object(sent), Value::Object(read)) => {
            return sent.iter().all(|(name, value)| {
                same_choice(name, value, read.get(name).unwrap_or(&Value::Null))
            });
        }
        (Value::String(sent), Value::Null) => return sent.is_empty(),
        (Value::String(sent), Value::String(read)) => (sent, read),
        // One of nulls.
        (Value::Object(sent), Value::Null) => return sent.values().all(Value::is_null),
        _ => return sent == read,
    };
    let instant = |text: &str| text.parse::<Timestamp>().map(|date| date.unix_ms() / 1000).ok();
    match (instant(sent), instant(read), field) {
        (Some(sent), Some(read), _) => sent == read,
        (_, _, "accessMode" | "notificationFrequency" | "email") => sent.eq_ignore_ascii_case(read),
        _ => sent == read,
    }
}

impl Resource {
    pub(super) const fn descriptor(self) -> &'static Descriptor {
        match self {
            Self::Organization => &ORGANIZATION,
            Self::Process => &PROCESS,
            Self::Subscription => &SUBSCRIPTION,
        }
    }

    /// A well-formed body of one that no hub has yet; `organization` is who subscribes.
    pub(super) async fn unused(
        self,
        world: &mut World,
        organization: Option<&Value>,
    ) -> Result<Value, Stop> {
        match self {
            Self::Organization => Ok(unused_organization(world.session())),
            Self::Process => unused_process(world).await,
            Self::Subscription => {
                let organization = organization.ok_or_else(|| {
                    Stop::broken("recherche de l'organisation", "une organisation", "aucune")
                })?;
                Ok(subscription_body(&world.process()?, organization))
            }
        }
    }

    /// Creates one as a role; what comes into being stays, and is listed so.
    pub(super) async fn create(
        self,
        world: &mut World,
        role: Role,
        body: Value,
    ) -> Result<Reply, Stop> {
        match self {
            Self::Organization => world.create_organization(body).await,
            Self::Process => create_process(world, role, body).await,
            Self::Subscription => world.create_subscription(role, body).await,
        }
    }
}

/// The démarche of the sandbox, under another code.
async fn unused_process(world: &mut World) -> Result<Value, Stop> {
    let sandbox = world.process()?;
    let read = world
        .send_as(Role::Admin, Call::operation(Operation::GetProcess, &[sandbox.as_str()]))
        .await?;
    let mut body = writable(read.needed("lecture de la démarche d'essai", 200)?.json());
    body["code"] = json!(format!("ETALON-{}", world.session().free_number()));
    body["name"] = json!("Étalon, démarche d'essai créée par une certification");
    body["description"] = json!("Ce que cette démarche admet");
    body["legalJustification"] = json!("Code de l'étalonnage, article 1");
    Ok(body)
}

async fn create_process(world: &mut World, role: Role, body: Value) -> Result<Reply, Stop> {
    let code = (PROCESS.id)(&body);
    let reply = world.send_as(role, Call::operation(PROCESS.create, &[]).json(body)).await?;
    if reply.status() == 201 {
        let left = format!("démarche {code} (l'API ne permet pas de la supprimer)");
        world.session().ledger.leave(left);
    }
    Ok(reply)
}

/// A date that a table of the features names, from the hub's own time, with an offset that is not
/// the hub's.
pub(super) fn date_named(now: Timestamp, name: &str) -> Option<Timestamp> {
    const DAY_SECONDS: i64 = 24 * 60 * 60;
    let days = match name {
        "avant-hier" => 2,
        "hier" => 1,
        _ => return None,
    };
    Some(west(now.plus_seconds(-days * DAY_SECONDS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_compared_as_the_contract_lets_it_come() {
        assert!(same_sets(&json!(["a", "b"]), &json!(["b", "a"])));
        assert!(same_sets(&json!([]), &Value::Null));
        assert!(!same_sets(&json!(["a"]), &json!(["a", "b"])));
        let (noon, same_noon) =
            (json!("2026-01-01T12:00:00.250Z"), json!("2026-01-01T13:00:00+01:00"));
        assert!(same_choice("activateDateTime", &noon, &same_noon));
        assert!(same_choice("notificationFrequency", &json!("unitaire"), &json!("Unitaire")));
        assert!(!same_choice("rejectionReason", &json!("non"), &json!("Non")));
        let administrator = json!({"email": "a@example.org", "phoneNumber": "", "function": "b"});
        let mut kept = json!({"email": "A@example.org", "function": "b", "firstName": null});
        assert!(same_choice("localAdministrator", &administrator, &kept));
        kept["function"] = Value::Null;
        assert!(!same_choice("localAdministrator", &administrator, &kept));
    }
}
