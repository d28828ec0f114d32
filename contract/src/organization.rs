//! Wire form of organizations, and of the software that partners declare (contract §5;
//! OAS-ORG-1.1.0).

use serde::{Deserialize, Serialize};

use crate::ids::{BranchCode, CompanyRegister, OrganizationIdentifier, OrganizationType};
use crate::timestamp::Timestamp;

/// The software behind a call, from the technical headers (contract §1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PartnerInfo {
    /// Header `editorName`.
    pub editor_name: Option<String>,
    /// Header `applicationName`.
    pub application_name: Option<String>,
    /// Header `softwareVersion`.
    pub software_version: Option<String>,
}

/// An organization, in requests and answers; the dates are the hub's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// `SI`, `OSL`, `ADMIN` (also spelled `ADM_NAT`).
    #[serde(rename = "type")]
    pub kind: OrganizationType,
    /// SIRET.
    pub company_register: CompanyRegister,
    /// Code guichet or commune code.
    pub branch_code: BranchCode,
    /// Name, 100 characters at most.
    pub name: String,
    /// Code, 10 characters at most.
    #[serde(default)]
    pub code: Option<String>,
    /// Country, 100 characters at most.
    #[serde(default)]
    pub country: Option<String>,
    /// Postal code (divergence D21).
    pub postal_code: String,
    /// Territory, 255 characters at most.
    pub territory: String,
    /// E-mail address (divergence D21).
    #[serde(default)]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default)]
    pub phone_number: Option<String>,
    /// `Actif`…, 20 characters at most.
    pub status: String,
    /// When it was created.
    #[serde(default)]
    pub create_date_time: Option<Timestamp>,
    /// When it last changed.
    #[serde(default)]
    pub update_date_time: Option<Timestamp>,
}

impl Organization {
    /// The triple that identifies it.
    pub fn identifier(&self) -> OrganizationIdentifier {
        OrganizationIdentifier {
            kind: self.kind.clone(),
            company_register: self.company_register.clone(),
            branch_code: self.branch_code.clone(),
        }
    }
}
