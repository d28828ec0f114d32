//! The target file: which hub to certify, what its owner allows, and the credentials that play the
//! roles. Parses and checks; connects to nothing. The format is documented in
//! `docs/target-file.md`.

mod quota;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use contract::ids::{OrganizationIdentifier, ProcessCode};
use contract::malformed::told;
use contract::operations::Scope;
use contract::quota::Quota;
use contract::rules::{Catalogue, ContractVersion};
use reports::bounded;
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::token_request::TokenRequestForm;

/// What can be wrong with a target file.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It cannot be read.
    #[error(
        "the target file {path} cannot be read: {source}. Check the path, or write one with `etalon hub serve --write-target FILE`"
    )]
    Unreadable {
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not the TOML that is expected.
    #[error("the target file {path} is wrong: {message} (see docs/target-file.md for every key)")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Line, column and reason.
        message: String,
    },
    /// A credential's secret is missing.
    #[error(
        "credential \"{0}\" has no secret: give client_secret, or client_secret_env with the name of a variable that is set"
    )]
    NoSecret(String),
    /// The control secret is missing.
    #[error("may.control_secret_env names {0}, and no such variable is set")]
    NoControlSecret(String),
    /// No credential at all.
    #[error("the target file declares no [[credential]]: without one no rule can be played")]
    NoCredential,
    /// Two credentials share a name.
    #[error("two credentials are called \"{0}\": give each its own name")]
    SameName(String),
    /// A file that the target names cannot be read.
    #[error("{what} {path} cannot be read: {source}")]
    Companion {
        /// What it is for.
        what: &'static str,
        /// Where it was looked for.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A secret that shows itself nowhere but where it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that sends it and for redaction.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// A URL, whose password shows itself nowhere but where it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// The URL itself, for whoever calls it.
    pub const fn reveal(&self) -> &Url {
        &self.0
    }
}

impl std::ops::Deref for Address {
    type Target = Url;

    fn deref(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        if shown.password().is_some() {
            // Only a URL without a host refuses one.
            let _ = shown.set_password(Some("***"));
        }
        fmt::Display::fmt(&shown, formatter)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let url = Url::parse(&String::deserialize(deserializer)?).ok();
        // The text is not told: it may hold a password.
        url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("this is no URL: write http://… or https://…"))
    }
}

/// A target file, parsed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The hub itself.
    pub hub: Hub,
    /// How long and how hard it may be tried.
    #[serde(default)]
    pub limits: Limits,
    /// What its owner allows.
    #[serde(default)]
    pub may: May,
    /// Where the référentiel may be changed.
    #[serde(default)]
    pub sandbox: Sandbox,
    /// What it openly does not offer: a rule id or a need, with the reason.
    #[serde(default)]
    pub not_offered: BTreeMap<String, String>,
    /// Rules that its owner contests, and why: reported beside the verdict, never instead of it.
    #[serde(default)]
    pub disputed: BTreeMap<String, String>,
    /// What a gateway before it lets one application do.
    #[serde(default, rename = "quota", deserialize_with = "quota::read")]
    pub quotas: Vec<Quota>,
    /// How to reach it.
    #[serde(default)]
    pub http: Http,
    /// What its reports keep.
    #[serde(default)]
    pub report: Report,
    /// Who can be played.
    #[serde(default, rename = "credential")]
    pub credentials: Vec<Credential>,
}

/// The hub to certify.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    /// Its name in the report.
    pub name: String,
    /// Its version in the report.
    #[serde(default)]
    pub version: Option<String>,
    /// Which frozen contract is required of it.
    #[serde(default = "newest_contract")]
    pub contract: ContractVersion,
    /// Base of the télédossiers API.
    pub teledossiers_url: Address,
    /// Base of the référentiel API.
    pub referential_url: Address,
    /// The token endpoint.
    pub token_url: Address,
    /// A private authority, in PEM, relative to the target file.
    #[serde(default)]
    pub ca_certificate: Option<PathBuf>,
}

/// How long and how hard a hub may be tried.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// From completion to a visible notification.
    #[serde(deserialize_with = "duration")]
    pub delivery: Duration,
    /// From upload to a final attachment status.
    #[serde(deserialize_with = "duration")]
    pub scan: Duration,
    /// How far `maxResult` may be widened to find our own notifications.
    pub max_batch: u32,
    /// How long "nothing came" is watched, after a later positive is visible.
    #[serde(deserialize_with = "duration")]
    pub quiet: Duration,
    /// Requests a second at most.
    pub rate: Option<f64>,
    /// For one request.
    #[serde(deserialize_with = "duration")]
    pub request_timeout: Duration,
    /// Scenarios at a time.
    pub concurrency: usize,
}

fn newest_contract() -> ContractVersion {
    ContractVersion::CiSi126
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            delivery: Duration::from_secs(600),
            scan: Duration::from_secs(120),
            max_batch: 5000,
            quiet: Duration::from_secs(2),
            rate: None,
            request_timeout: Duration::from_secs(30),
            concurrency: 8,
        }
    }
}

/// What the owner of the hub allows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct May {
    /// Sending the EICAR test file.
    pub send_eicar: bool,
    /// Largest file to send, in bytes.
    #[serde(deserialize_with = "size")]
    pub upload_up_to: u64,
    /// Where the clock is moved (reference hub only).
    pub steer_clock: Option<Address>,
    /// Where mails are read (reference hub, or a capture server).
    pub read_mail: Option<Address>,
    /// Where the statistics of a gateway are read.
    pub read_statistics: Option<Address>,
    /// What opens these, sent as a Bearer token.
    pub control_secret: Option<Secret>,
    /// Name of the environment variable that holds it.
    control_secret_env: Option<String>,
    /// Restarts the hub.
    pub restart_command: Option<RestartCommand>,
    /// Changing what `[sandbox]` names.
    pub change_referential: bool,
    /// Calls beyond what `[quota]` declares.
    pub exceed_quota: bool,
}

/// What restarts the hub.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum RestartCommand {
    /// A line for the shell.
    Line(String),
    /// A program and its arguments: no shell is needed.
    Program(Vec<String>),
}

/// Where the référentiel may be changed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sandbox {
    /// A démarche that tests may change.
    pub process: Option<ProcessCode>,
    /// An organization that tests may change.
    #[serde(deserialize_with = "organization")]
    pub organization: Option<OrganizationIdentifier>,
    /// A type of attachment that the démarche allows, when it is none of those in use.
    pub attachment_type: Option<String>,
}

/// How to reach the hub.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// A proxy to go through.
    pub proxy: Option<Address>,
    /// Headers that a gateway wants on every call: what they carry is a secret.
    pub headers: BTreeMap<String, Secret>,
    /// How a token is asked for.
    pub token_request: TokenRequestForm,
    /// A client certificate and its key, in one PEM file.
    pub client_certificate: Option<PathBuf>,
}

/// What the reports keep of what they show.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Report {
    /// Bodies and files as they are: nobody's data is on this hub.
    pub keep_bodies: bool,
}

/// One credential: a client id and its secret, for one organization and its démarches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// What the reports call it.
    #[serde(default)]
    pub name: String,
    /// The actor it plays.
    #[serde(deserialize_with = "scope")]
    pub scope: Scope,
    /// Client id.
    pub client_id: String,
    /// Its secret.
    #[serde(default)]
    client_secret: Option<Secret>,
    /// Name of the environment variable that holds the secret.
    #[serde(default)]
    client_secret_env: Option<String>,
    /// Whose credential it is.
    #[serde(default)]
    pub organization: Option<OrganizationIdentifier>,
    /// The démarches it covers; those of an ADMIN or DATAPASS credential are not asked for.
    #[serde(default)]
    pub processes: Vec<ProcessCode>,
    /// What a gateway calls its scope, when it is not the actor's name.
    #[serde(default)]
    token_scope: Option<String>,
    /// Headers of its own that a gateway wants on its calls: secrets too.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// How its token is asked for: `[http] token_request`.
    #[serde(skip)]
    pub token_request: TokenRequestForm,
}

impl Credential {
    /// The secret; [`Target::parse`] saw to it that there is one.
    pub fn secret(&self) -> &Secret {
        self.client_secret.as_ref().expect("a parsed target has a secret for each credential")
    }

    /// The same under another client id.
    pub(crate) fn with_client_id(&self, client_id: String) -> Self {
        Self { client_id, ..self.clone() }
    }

    /// The same with another secret.
    pub(crate) fn with_secret(&self, secret: String) -> Self {
        Self { client_secret: Some(Secret(secret)), ..self.clone() }
    }

    /// What a scope of the contract is called when this credential asks for it.
    pub(crate) fn scope_as_asked<'a>(&'a self, scope: &'a str) -> &'a str {
        match &self.token_scope {
            Some(named) if scope == self.scope.name() => named,
            _ => scope,
        }
    }

    /// Whether it covers a démarche.
    pub fn covers(&self, process: &ProcessCode) -> bool {
        self.processes.contains(process)
    }
}

impl Target {
    /// Reads a target file.
    ///
    /// # Errors
    /// When it cannot be read, is not what is expected, or names a file or variable that is not
    /// there.
    pub fn read(path: &Path) -> Result<Self, TargetError> {
        let text = bounded::read_text(path, bounded::GIVEN)
            .map_err(|source| TargetError::Unreadable { path: path.to_owned(), source })?;
        let mut target = Self::parse(&text, path)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        for companion in [&mut target.hub.ca_certificate, &mut target.http.client_certificate]
            .into_iter()
            .flatten()
        {
            *companion = folder.join(&*companion);
        }
        Ok(target)
    }

    /// Parses the text of a target file; `path` is for messages.
    pub fn parse(text: &str, path: &Path) -> Result<Self, TargetError> {
        let malformed = |message: String| TargetError::Malformed { path: path.to_owned(), message };
        let mut target: Self =
            toml::from_str(text).map_err(|error| malformed(told(text, &error)))?;
        if target.credentials.is_empty() {
            return Err(TargetError::NoCredential);
        }
        let mut names = BTreeSet::new();
        for (index, credential) in target.credentials.iter_mut().enumerate() {
            credential.token_request = target.http.token_request;
            credential.complete(index)?;
            if !names.insert(credential.name.clone()) {
                return Err(TargetError::SameName(credential.name.clone()));
            }
            if matches!(credential.scope, Scope::Osl | Scope::Si) && credential.processes.is_empty()
            {
                return Err(malformed(format!(
                    "credential \"{}\" names no démarche: fill processes = [\"…\"]",
                    credential.name
                )));
            }
            if matches!(credential.scope, Scope::Osl | Scope::Si)
                && credential.organization.is_none()
            {
                return Err(malformed(format!(
                    "credential \"{}\" names no organization = {{ type, companyRegister, branchCode }}",
                    credential.name
                )));
            }
        }
        if let Some(name) = &target.may.control_secret_env {
            let secret = std::env::var(name).ok().filter(|secret| !secret.is_empty());
            let secret = secret.ok_or_else(|| TargetError::NoControlSecret(name.clone()))?;
            target.may.control_secret = Some(Secret(secret));
        }
        let reasons = [("not_offered", &target.not_offered), ("disputed", &target.disputed)];
        for (table, name, reason) in reasons
            .iter()
            .flat_map(|(table, all)| all.iter().map(move |(name, why)| (table, name, why)))
        {
            if reason.trim().is_empty() {
                return Err(malformed(format!(
                    "[{table}] \"{name}\" gives no reason: the report needs one"
                )));
            }
        }
        let unknown = |id: &&String| {
            let rules = Catalogue::bundled().rules();
            !rules.iter().any(|rule| rule.id.as_str() == id.as_str())
        };
        if let Some(id) = target.disputed.keys().find(unknown) {
            return Err(malformed(format!(
                "[disputed] \"{id}\" is no rule: `etalon rules` lists them"
            )));
        }
        if target.limits.concurrency == 0 {
            return Err(malformed(
                "limits.concurrency is 0: at least 1 scenario runs at a time".to_owned(),
            ));
        }
        Ok(target)
    }
}

impl Target {
    /// All that it holds and nobody else may read: secrets, values of headers, the password of a
    /// proxy.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let headers = self.credentials.iter().flat_map(|credential| credential.headers.values());
        let all = self.credentials.iter().map(Credential::secret);
        let all = all.chain(&self.may.control_secret).chain(self.http.headers.values());
        let all = all.chain(headers).map(Secret::reveal);
        let may = &self.may;
        let addresses = [&self.http.proxy, &may.steer_clock, &may.read_mail, &may.read_statistics];
        let urls = [&self.hub.teledossiers_url, &self.hub.referential_url, &self.hub.token_url];
        let urls = addresses.into_iter().flatten().chain(urls);
        all.chain(urls.filter_map(|url| url.password()))
    }
}

impl Target {
    /// Whether any of its addresses asks for a certificate that must be trusted.
    pub fn needs_certificates(&self) -> bool {
        let always = [&self.hub.teledossiers_url, &self.hub.referential_url, &self.hub.token_url];
        let may = &self.may;
        let some = [&self.http.proxy, &may.steer_clock, &may.read_mail, &may.read_statistics];
        let mut addresses = always.into_iter().chain(some.into_iter().flatten());
        addresses.any(|address| address.scheme() == "https")
    }

    /// Names of the headers that it adds to calls: what they carry is a secret.
    pub fn secret_headers(&self) -> impl Iterator<Item = &str> {
        let own = self.credentials.iter().flat_map(|credential| credential.headers.keys());
        self.http.headers.keys().chain(own).map(String::as_str)
    }
}

impl Credential {
    fn complete(&mut self, index: usize) -> Result<(), TargetError> {
        if self.name.is_empty() {
            self.name = format!("{}-{}", self.scope.name().to_lowercase(), index + 1);
        }
        if self.client_secret.is_none() {
            let variable = self.client_secret_env.as_deref();
            self.client_secret = variable.and_then(|name| std::env::var(name).ok()).map(Secret);
        }
        match &self.client_secret {
            Some(secret) if !secret.reveal().is_empty() => Ok(()),
            _ => Err(TargetError::NoSecret(self.name.clone())),
        }
    }
}

fn scope<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Scope, D::Error> {
    Scope::try_from(String::deserialize(deserializer)?.as_str()).map_err(serde::de::Error::custom)
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|error| {
        serde::de::Error::custom(format!(
            "\"{text}\" is no duration ({error}): write 500ms, 2s or 10m"
        ))
    })
}

fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    parse_size(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

fn organization<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<OrganizationIdentifier>, D::Error> {
    Option::<String>::deserialize(deserializer)?
        .map(|text| text.parse().map_err(serde::de::Error::custom))
        .transpose()
}

/// Reads a size such as `20MB` (decimal units) as bytes.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text
        .trim_end_matches(|character: char| character.is_ascii_alphabetic() || character == ' ');
    let unit = match text[digits.len()..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => 0,
    };
    match digits.trim().parse::<u64>() {
        Ok(number) if unit > 0 => Ok(number.saturating_mul(unit)),
        _ => Err(format!("\"{text}\" is no size: write 500KB, 20MB or 1GB")),
    }
}

#[cfg(test)]
mod tests;
