//! The target file of a running hub (interfaces, "Target file"): where it answers, with which
//! credentials, what it allows and what its options leave off. Written for this very hub, secrets
//! included; it reads none.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use contract::ids::{OrganizationIdentifier, ProcessCode};
use contract::operations::Scope;
use contract::quota::Quota;
use serde::Serialize;

use crate::config::{Config, Gateway};
use crate::control::MAILS;
use crate::domain::Coverage;
use crate::gateway::STATISTICS;
use crate::referential::{Credential, Referential, Secret};
use crate::running::Urls;

/// The démarche and the organization that a run may change.
const SANDBOX_PROCESS: &str = "ETALON";
const SANDBOX_ORGANIZATION: &str = "SI-21380544300016-38544";
/// A type of attachment that the démarche allows: it is none of those in use.
const SANDBOX_ATTACHMENT_TYPE: &str = "document";
/// What the hub takes beside the delays it was asked for.
const MARGIN: Duration = Duration::from_secs(5);
/// How long after a delivery nothing more comes.
const QUIET: Duration = Duration::from_millis(200);

/// Calls a second: the bundled hub has no neighbours to spare.
const MOST: u32 = 10_000;

/// What a target file is written from.
pub(crate) struct Offer<'a> {
    pub(crate) urls: &'a Urls,
    pub(crate) config: &'a Config,
    pub(crate) control_secret: Option<&'a Secret>,
    pub(crate) authority: Option<&'a Path>,
    pub(crate) referential: &'a Referential,
}

#[derive(Serialize)]
struct TargetFile<'a> {
    hub: HubTable<'a>,
    limits: LimitsTable,
    may: MayTable<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<SandboxTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http: Option<HttpTable>,
    report: ReportTable,
    not_offered: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    quota: BTreeMap<&'static str, Vec<String>>,
    credential: Vec<CredentialTable<'a>>,
}

#[derive(Serialize)]
struct HubTable<'a> {
    name: &'static str,
    version: &'static str,
    contract: &'static str,
    teledossiers_url: &'a str,
    referential_url: &'a str,
    token_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ca_certificate: Option<&'a Path>,
}

#[derive(Serialize)]
struct LimitsTable {
    delivery: String,
    scan: String,
    quiet: String,
    rate: u32,
}

#[derive(Serialize)]
struct MayTable<'a> {
    send_eicar: bool,
    upload_up_to: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    steer_clock: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_mail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_statistics: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    control_secret: Option<&'a str>,
    change_referential: bool,
    exceed_quota: bool,
}

#[derive(Serialize)]
struct HttpTable {
    token_request: &'static str,
}

#[derive(Serialize)]
struct ReportTable {
    /// Nobody's data is on a hub of tests.
    keep_bodies: bool,
}

#[derive(Serialize)]
struct SandboxTable {
    process: &'static str,
    organization: &'static str,
    attachment_type: &'static str,
}

#[derive(Serialize)]
struct CredentialTable<'a> {
    name: &'a str,
    scope: Scope,
    client_id: &'a str,
    client_secret: &'a str,
    organization: &'a OrganizationIdentifier,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    processes: Vec<&'a str>,
}

/// The text of the target file.
pub(crate) fn write(offer: &Offer<'_>) -> String {
    let Offer { urls, config, control_secret, authority, referential } = offer;
    let sandbox = sandbox(referential);
    let behind_piste = config.gateway == Gateway::Piste;
    let file = TargetFile {
        hub: HubTable {
            name: "Hub de référence",
            version: "1.2.7",
            contract: "CI-SI-1.2.6",
            teledossiers_url: &urls.teledossiers,
            referential_url: &urls.referential,
            token_url: &urls.token,
            ca_certificate: *authority,
        },
        limits: LimitsTable {
            delivery: written(config.delivery_delay + MARGIN),
            scan: written(config.scan_delay + MARGIN),
            quiet: written(config.delivery_delay + QUIET),
            rate: MOST,
        },
        may: MayTable {
            send_eicar: true,
            upload_up_to: "25MB",
            steer_clock: urls.clock.as_deref(),
            read_mail: urls.mails.as_deref(),
            read_statistics: statistics(urls.mails.as_deref(), config),
            control_secret: control_secret.map(Secret::expose),
            change_referential: sandbox.is_some(),
            exceed_quota: !config.quotas.is_empty(),
        },
        sandbox,
        http: behind_piste.then_some(HttpTable { token_request: "post" }),
        report: ReportTable { keep_bodies: true },
        not_offered: not_offered(config, control_secret.is_some()),
        quota: quotas(&config.quotas),
        credential: credentials(referential, behind_piste.then_some("openid")),
    };
    // A table of plain values always has a TOML form.
    toml::to_string(&file).unwrap_or_default()
}

/// Where the statistics are, where there is a gateway that keeps some: beside the mails.
fn statistics(mails: Option<&str>, config: &Config) -> Option<String> {
    let counts = config.gateway == Gateway::Piste || !config.quotas.is_empty();
    let mails = mails.filter(|_| counts)?;
    Some(mails.strip_suffix(MAILS)?.to_owned() + STATISTICS)
}

/// What one application may do, as the target file names it.
fn quotas(quotas: &[Quota]) -> BTreeMap<&'static str, Vec<String>> {
    let mut table: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for quota in quotas {
        table.entry(quota.key()).or_default().push(quota.measure());
    }
    table
}

fn sandbox(referential: &Referential) -> Option<SandboxTable> {
    let known = referential.processes().any(|process| process.code.as_str() == SANDBOX_PROCESS);
    known.then_some(SandboxTable {
        process: SANDBOX_PROCESS,
        organization: SANDBOX_ORGANIZATION,
        attachment_type: SANDBOX_ATTACHMENT_TYPE,
    })
}

fn not_offered(config: &Config, is_controlled: bool) -> BTreeMap<&'static str, &'static str> {
    let mut reasons = BTreeMap::new();
    reasons.insert("RESTART", "a hub in the foreground is restarted by whoever started it");
    if config.tls.is_none() {
        reasons.insert("TLS", "served in clear: start the hub with --tls");
    }
    if !is_controlled {
        reasons.insert("MAIL", "mails are shown to nobody: start the hub with --control-secret");
    }
    if config.steerable_clock && !is_controlled {
        reasons
            .insert("CLOCK", "the clock is nobody's to move: start the hub with --control-secret");
        reasons.insert("TTL", "tokens live longer than a run: start the hub with --control-secret or a short --token-ttl");
    }
    if !config.steerable_clock {
        reasons.insert("CLOCK", "the clock is the system's: start the hub with --clock steerable");
        reasons.insert("TTL", "tokens live longer than a run: start the hub with --clock steerable or a short --token-ttl");
    }
    if config.token_ttl <= Duration::from_secs(120) {
        reasons.remove("TTL");
    }
    reasons
}

fn credentials<'a>(
    referential: &'a Referential,
    token_scope: Option<&'static str>,
) -> Vec<CredentialTable<'a>> {
    let table = |credential| CredentialTable { token_scope, ..table(credential, referential) };
    let mut tables: Vec<_> = referential.credentials().map(table).collect();
    tables.sort_by_key(|table| table.name);
    tables
}

fn table<'a>(credential: &'a Credential, referential: &'a Referential) -> CredentialTable<'a> {
    let mut processes: Vec<&str> = match &credential.coverage {
        Coverage::Only(codes) => codes.iter().map(ProcessCode::as_str).collect(),
        Coverage::All => referential
            .processes_of(&credential.organization)
            .map(|process| process.code.as_str())
            .collect(),
    };
    processes.sort_unstable();
    CredentialTable {
        name: &credential.name,
        scope: credential.scope,
        client_id: &credential.client_id,
        client_secret: credential.client_secret.expose(),
        organization: &credential.organization,
        token_scope: None,
        processes,
    }
}

fn written(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_options_leave_off_is_said() {
        let off = not_offered(&Config::default(), true);
        assert_eq!(off.keys().copied().collect::<Vec<_>>(), ["CLOCK", "RESTART", "TLS", "TTL"]);
        let on = Config {
            steerable_clock: true,
            tls: Some(crate::config::Tls::default()),
            ..Config::default()
        };
        assert_eq!(not_offered(&on, true).keys().copied().collect::<Vec<_>>(), ["RESTART"]);
        assert_eq!(
            not_offered(&on, false).keys().copied().collect::<Vec<_>>(),
            ["CLOCK", "MAIL", "RESTART", "TTL"]
        );
        let short = Config { token_ttl: Duration::from_secs(60), ..Config::default() };
        assert!(!not_offered(&short, true).contains_key("TTL"));
    }

    #[test]
    fn quotas_are_named_by_what_they_count() {
        let given = ["600/min", "50/s", "1MB/s", "getCase=5/s"];
        let table = quotas(&given.map(|text| text.parse().unwrap()));
        assert_eq!(table["requests"], ["600/min", "50/s"]);
        assert_eq!((&table["bytes"][0][..], &table["getCase"][0][..]), ("1000000B/s", "5/s"));
    }

    #[test]
    fn durations_are_written_without_losing_anything() {
        assert_eq!(written(Duration::from_secs(12)), "12s");
        assert_eq!(written(Duration::from_millis(2200)), "2200ms");
    }
}
