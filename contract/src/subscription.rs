//! Wire form of subscriptions: an organization's entitlement to receive a démarche (contract §5;
//! OAS-SUB-1.2.3).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ids::{
    BranchCode, CompanyRegister, OrganizationIdentifier, OrganizationType, ProcessCode,
    SubscriptionId,
};
use crate::status::SubscriptionStatus;
use crate::timestamp::Timestamp;

/// The subscribing organization; answers add its name, requests may carry it back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscriber {
    /// `SI`, as a rule.
    #[serde(rename = "type")]
    pub kind: OrganizationType,
    /// SIRET.
    pub company_register: CompanyRegister,
    /// Code guichet or commune code.
    pub branch_code: BranchCode,
    /// Name of the organization, from the référentiel.
    #[serde(default)]
    pub name: Option<String>,
}

impl Subscriber {
    /// The triple that identifies the organization.
    pub fn identifier(&self) -> OrganizationIdentifier {
        OrganizationIdentifier {
            kind: self.kind.clone(),
            company_register: self.company_register.clone(),
            branch_code: self.branch_code.clone(),
        }
    }
}

/// The person who administers the subscription on the subscriber's side.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LocalAdministrator {
    /// E-mail address.
    pub email: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// What they do.
    pub function: Option<String>,
    /// Telephone number; an empty text counts as none.
    pub phone_number: Option<String>,
    /// Mobile number; an empty text counts as none.
    pub mobile_number: Option<String>,
}

/// What a request says of a subscription, and what the hub stores of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscriptionRequest {
    /// Number of the request on DataPass.
    pub datapass_id: i64,
    /// Code of the démarche.
    pub process_code: ProcessCode,
    /// Who subscribes.
    pub subscriber: Subscriber,
    /// `PORTAIL`, `API` or `SFTP`.
    #[serde(default)]
    pub access_mode: Option<String>,
    /// `unitaire`, `aucune`…, compared without case.
    pub notification_frequency: String,
    /// Active from 00:01 of this day.
    #[serde(default)]
    pub activate_date_time: Option<Timestamp>,
    /// When it was validated.
    #[serde(default)]
    pub validate_date_time: Option<Timestamp>,
    /// When it was refused.
    #[serde(default)]
    pub reject_date_time: Option<Timestamp>,
    /// When it ends.
    #[serde(default)]
    pub end_date_time: Option<Timestamp>,
    /// When it last changed, as the requester says.
    #[serde(default)]
    pub update_date_time: Option<Timestamp>,
    /// Documented as `{email}`; taken and given back as sent.
    #[serde(default)]
    pub delegation_actor: Option<Value>,
    /// Why it was refused.
    #[serde(default)]
    pub rejection_reason: Option<String>,
    /// Where it stands; absent: unchanged, or `Inactif` at creation.
    #[serde(default)]
    pub status: Option<SubscriptionStatus>,
    /// Where mails go.
    #[serde(default)]
    pub email: Option<String>,
    /// The person who administers it.
    pub local_administrator: LocalAdministrator,
}

/// A subscription as the hub shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Identifier given by the hub.
    pub id: SubscriptionId,
    /// When it was created.
    pub creation_date_time: Timestamp,
    /// What was asked, as it stands now; `status` is always filled.
    #[serde(flatten)]
    pub content: SubscriptionRequest,
}
