//! Reads a référentiel file (`--referential FILE`): organizations, démarches, subscriptions,
//! credentials, in TOML. The format is described at the top of the bundled file, which is its
//! example. Faults tell the line and what to do.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use contract::ids::{OrganizationIdentifier, ProcessCode, SubscriptionId};
use contract::malformed::told;
use contract::operations::Scope;
use contract::organization::Organization;
use contract::process::Process;
use contract::status::{CaseStatus, SubscriptionStatus};
use contract::subscription::{LocalAdministrator, Subscriber, Subscription, SubscriptionRequest};
use contract::timestamp::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use super::{Credential, Referential, Secret, SubscriptionRecord};
use crate::domain::Coverage;

/// The file a hub starts with when none is given.
const BUNDLED: &str = include_str!("../../referential.toml");

/// A référentiel to start with.
#[derive(Clone, Debug)]
pub struct Seed(Referential);

/// A référentiel file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// It cannot be read.
    #[error("The référentiel {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what it should be.
    #[error("The référentiel {} is wrong: {reason}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Where and why, and what to do.
        reason: String,
    },
}

impl Seed {
    /// The bundled référentiel.
    ///
    /// # Panics
    /// Never: a test reads it.
    pub fn bundled() -> Self {
        Self::parse(BUNDLED).expect("the bundled référentiel is read by a test")
    }

    /// The référentiel of a file.
    pub fn read(path: &Path) -> Result<Self, SeedError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| SeedError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|reason| SeedError::Wrong { path: path.to_owned(), reason })
    }

    /// The référentiel of a text; the error says where and why it is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| told(text, &error))?;
        let mut reading =
            Reading { text, referential: Referential::default(), names: HashSet::new() };
        file.organization.into_iter().try_for_each(|entry| reading.organization(entry))?;
        file.process.into_iter().try_for_each(|entry| reading.process(entry))?;
        file.subscription.into_iter().try_for_each(|entry| reading.subscription(&entry))?;
        file.credential.into_iter().try_for_each(|entry| reading.credential(entry))?;
        Ok(Self(reading.referential))
    }

    /// The snapshot.
    pub(crate) fn into_referential(self) -> Referential {
        self.0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    organization: Vec<OrganizationEntry>,
    #[serde(default)]
    process: Vec<ProcessEntry>,
    #[serde(default)]
    subscription: Vec<SubscriptionEntry>,
    #[serde(default)]
    credential: Vec<CredentialEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganizationEntry {
    id: Spanned<String>,
    name: String,
    code: Option<String>,
    country: Option<String>,
    postal_code: String,
    territory: String,
    email: Option<String>,
    phone_number: Option<String>,
    #[serde(default = "active")]
    status: String,
}

fn active() -> String {
    SubscriptionStatus::Active.name().to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProcessEntry {
    code: Spanned<String>,
    name: String,
    description: Option<String>,
    #[serde(default = "yes")]
    is_activated: bool,
    osl: Spanned<String>,
    attachment_formats: Vec<String>,
    si_attachment_formats: Vec<String>,
    attachment_types: Vec<String>,
    attachment_max_size: u64,
    status_before_file_deletion: CaseStatus,
    days_before_file_deletion: u32,
    days_before_archiving: u32,
    days_before_folder_deletion: u32,
    #[serde(default = "yes")]
    message_to_transmitter: bool,
    #[serde(default)]
    message_with_status: bool,
    #[serde(default)]
    authorized_awaiting: bool,
    #[serde(default = "automatic")]
    subscription_validation: String,
}

fn yes() -> bool {
    true
}

fn automatic() -> String {
    "Auto".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscriptionEntry {
    subscriber: Spanned<String>,
    processes: Vec<Spanned<String>>,
    #[serde(default = "set_active")]
    status: SubscriptionStatus,
    notification_frequency: String,
    access_mode: Option<String>,
    email: Option<String>,
    datapass_id: i64,
    activate_date_time: Option<Timestamp>,
    rejection_reason: Option<String>,
}

fn set_active() -> SubscriptionStatus {
    SubscriptionStatus::Active
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialEntry {
    name: String,
    scope: Spanned<String>,
    client_id: Spanned<String>,
    client_secret: Option<String>,
    organization: Spanned<String>,
    processes: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    one_for_each_process: bool,
}

/// A file being read: later entries refer to earlier ones.
struct Reading<'a> {
    text: &'a str,
    referential: Referential,
    names: HashSet<String>,
}

impl Reading<'_> {
    fn wrong(&self, span: Range<usize>, reason: impl std::fmt::Display) -> String {
        let line = self.text[..span.start.min(self.text.len())].matches('\n').count() + 1;
        format!("line {line}: {reason}")
    }

    fn identifier(&self, id: &Spanned<String>) -> Result<OrganizationIdentifier, String> {
        id.get_ref().parse().map_err(|error| self.wrong(id.span(), error))
    }

    fn known_organization(&self, id: &Spanned<String>) -> Result<OrganizationIdentifier, String> {
        let identifier = self.identifier(id)?;
        match self.referential.organization(&identifier) {
            Some(_) => Ok(identifier),
            None => Err(self.wrong(
                id.span(),
                format!("no organization {identifier}: add an [[organization]] with this id"),
            )),
        }
    }

    fn known_process(&self, code: &Spanned<String>) -> Result<ProcessCode, String> {
        let parsed = ProcessCode::try_from(code.get_ref().as_str())
            .map_err(|error| self.wrong(code.span(), error))?;
        match self.referential.process(&parsed) {
            Some(_) => Ok(parsed),
            None => Err(self.wrong(
                code.span(),
                format!("no process {parsed}: add a [[process]] with this code"),
            )),
        }
    }

    fn organization(&mut self, entry: OrganizationEntry) -> Result<(), String> {
        let OrganizationIdentifier { kind, company_register, branch_code } =
            self.identifier(&entry.id)?;
        let organization = Organization {
            kind,
            company_register,
            branch_code,
            name: entry.name,
            code: entry.code,
            country: entry.country,
            postal_code: entry.postal_code,
            territory: entry.territory,
            email: entry.email,
            phone_number: entry.phone_number,
            status: entry.status,
            create_date_time: Some(beginning()),
            update_date_time: Some(beginning()),
        };
        if self.referential.organization(&organization.identifier()).is_some() {
            return Err(self.wrong(entry.id.span(), "this organization is there twice: keep one"));
        }
        self.referential.put_organization(organization);
        Ok(())
    }

    fn process(&mut self, entry: ProcessEntry) -> Result<(), String> {
        let code = ProcessCode::try_from(entry.code.get_ref().as_str())
            .map_err(|error| self.wrong(entry.code.span(), error))?;
        if self.referential.process(&code).is_some() {
            return Err(self.wrong(entry.code.span(), "this process is there twice: keep one"));
        }
        let osl = self.known_organization(&entry.osl)?;
        self.referential.put_process(Process {
            code,
            name: entry.name,
            description: entry.description,
            is_activated: entry.is_activated,
            osl,
            attachment_formats_enabled: entry.attachment_formats,
            si_attachment_formats_enabled: entry.si_attachment_formats,
            attachment_types_enabled: entry.attachment_types,
            attachment_max_size_enabled: entry.attachment_max_size,
            status_before_file_deletion: entry.status_before_file_deletion,
            time_before_file_deletion: entry.days_before_file_deletion,
            time_before_archiving: entry.days_before_archiving,
            time_before_folder_deletion: entry.days_before_folder_deletion,
            message_to_transmitter: entry.message_to_transmitter,
            message_with_status: entry.message_with_status,
            authorized_awaiting: entry.authorized_awaiting,
            subscription_validation: entry.subscription_validation,
            legal_justification: None,
            creation_date_time: Some(beginning()),
            update_date_time: Some(beginning()),
        });
        Ok(())
    }

    fn subscription(&mut self, entry: &SubscriptionEntry) -> Result<(), String> {
        let subscriber = self.known_organization(&entry.subscriber)?;
        for process in &entry.processes {
            let code = self.known_process(process)?;
            if self.referential.subscription_of(&code, &subscriber).is_some() {
                return Err(self.wrong(
                    process.span(),
                    format!("{subscriber} subscribes to {code} twice: keep one"),
                ));
            }
            let request = entry.request(&code, &subscriber);
            self.referential.put_subscription(SubscriptionRecord {
                subscription: Subscription {
                    id: stable_id(&code, &subscriber),
                    creation_date_time: beginning(),
                    content: request,
                },
                held_back: entry.status == SubscriptionStatus::Inactive
                    && entry.activate_date_time.is_none(),
            });
        }
        Ok(())
    }

    fn credential(&mut self, entry: CredentialEntry) -> Result<(), String> {
        let scope = Scope::try_from(entry.scope.get_ref().as_str())
            .map_err(|error| self.wrong(entry.scope.span(), error))?;
        let organization = self.known_organization(&entry.organization)?;
        let processes = entry.processes.as_deref().unwrap_or_default();
        let processes: Vec<ProcessCode> =
            processes.iter().map(|code| self.known_process(code)).collect::<Result<_, _>>()?;
        let client_id = entry.client_id.get_ref();
        let span = entry.client_id.span();
        if entry.one_for_each_process {
            for code in processes {
                let suffix = code.as_str().to_lowercase();
                self.put_credential(
                    span.clone(),
                    Credential {
                        name: format!("{}-{suffix}", entry.name),
                        scope,
                        client_id: format!("{client_id}-{suffix}"),
                        client_secret: secret(entry.client_secret.clone()),
                        organization: organization.clone(),
                        coverage: Coverage::Only([code].into()),
                    },
                )?;
            }
            return Ok(());
        }
        let coverage = match entry.processes {
            Some(_) => Coverage::Only(processes.into()),
            None => Coverage::All,
        };
        let client_secret = secret(entry.client_secret);
        let client_id = client_id.clone();
        self.put_credential(
            span,
            Credential {
                name: entry.name,
                scope,
                client_id,
                client_secret,
                organization,
                coverage,
            },
        )
    }

    fn put_credential(&mut self, span: Range<usize>, credential: Credential) -> Result<(), String> {
        if self.referential.credential(&credential.client_id).is_some() {
            return Err(self.wrong(
                span,
                format!("the client id {} is there twice: choose another", credential.client_id),
            ));
        }
        if !self.names.insert(credential.name.clone()) {
            return Err(self.wrong(
                span,
                format!("two credentials are named {}: choose another name", credential.name),
            ));
        }
        self.referential.put_credential(credential);
        Ok(())
    }
}

impl SubscriptionEntry {
    fn request(
        &self,
        process: &ProcessCode,
        subscriber: &OrganizationIdentifier,
    ) -> SubscriptionRequest {
        let refused = self.status == SubscriptionStatus::Refused;
        SubscriptionRequest {
            datapass_id: self.datapass_id,
            process_code: process.clone(),
            subscriber: Subscriber {
                kind: subscriber.kind.clone(),
                company_register: subscriber.company_register.clone(),
                branch_code: subscriber.branch_code.clone(),
                name: None,
            },
            access_mode: self.access_mode.clone(),
            notification_frequency: self.notification_frequency.clone(),
            activate_date_time: self.activate_date_time,
            validate_date_time: None,
            reject_date_time: refused.then(beginning),
            end_date_time: None,
            update_date_time: Some(beginning()),
            delegation_actor: None,
            rejection_reason: self.rejection_reason.clone(),
            status: Some(self.status),
            email: self.email.clone(),
            local_administrator: LocalAdministrator {
                email: self.email.clone().unwrap_or_else(|| "administrateur@example.fr".to_owned()),
                ..LocalAdministrator::default()
            },
        }
    }
}

/// The creation date of everything a file brings: it has none of its own.
fn beginning() -> Timestamp {
    Timestamp::from_unix_ms(1_704_067_200_000).expect("2024-01-01 is a date")
}

/// The same at every start, so that a subscription read before a restart is found after it.
fn stable_id(process: &ProcessCode, subscriber: &OrganizationIdentifier) -> SubscriptionId {
    let digest = Sha256::digest(format!("{process} {subscriber}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    SubscriptionId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The secret written in the file, or one made for this start.
fn secret(written: Option<String>) -> Secret {
    written.map_or_else(Secret::made_up, Secret::from)
}
