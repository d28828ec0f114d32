//! What seals the runs of this process, and says where they come from: the tool that it is, the
//! machine, the command line, the target, and the key of `--sign`.

use std::path::Path;

use contract::bilingual::Bilingual;
use contract::rules::Catalogue;
use reference_hub::faults::entries;
use reports::envelope::SigningKey;
use reports::manifest::Tool;
use reports::provenance::Provenance;
use reports::seal::Sealing;
use scenarios::target::Target;

use crate::commands::fail;
use crate::exit::Exit;

/// The étalon that runs.
pub(crate) fn tool() -> Tool {
    Tool::etalon(option_env!("ETALON_COMMIT"))
}

/// Where a run of this process comes from.
pub(crate) fn provenance(target: &Target, is_bundled: bool, faults: &[String]) -> Provenance {
    let (limits, may) = (&target.limits, &target.may);
    let settings = [
        ("limits.rate", limits.rate.map_or_else(String::new, |rate| rate.to_string())),
        ("limits.concurrency", limits.concurrency.to_string()),
        ("limits.delivery", format!("{:?}", limits.delivery)),
        ("limits.scan", format!("{:?}", limits.scan)),
        ("limits.max_batch", limits.max_batch.to_string()),
        ("may.send_eicar", may.send_eicar.to_string()),
        ("may.upload_up_to", may.upload_up_to.to_string()),
        ("may.steer_clock", may.steer_clock.is_some().to_string()),
        ("may.read_mail", may.read_mail.is_some().to_string()),
        ("may.read_statistics", may.read_statistics.is_some().to_string()),
        ("may.restart_command", may.restart_command.is_some().to_string()),
        ("may.change_referential", may.change_referential.to_string()),
        ("may.exceed_quota", may.exceed_quota.to_string()),
        ("quota", target.quotas.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    ];
    let settings = settings.into_iter().filter(|(_, value)| !value.is_empty());
    let credentials = target.credentials.iter();
    Provenance {
        tool: tool(),
        catalogue: Catalogue::bundled_digest(),
        features: String::new(),
        command: std::env::args().collect::<Vec<_>>().join(" "),
        machine: machine(),
        is_bundled,
        faults: faults.to_vec(),
        fault_titles: faults.iter().filter_map(|fault| titled(fault)).collect(),
        settings: settings.map(|(key, value)| (key.to_owned(), value)).collect(),
        credentials: credentials
            .map(|one| (one.name.clone(), one.scope.name().to_owned()))
            .collect(),
    }
}

/// A fault as it was asked for, with what the hub does under it.
fn titled(fault: &str) -> Option<(String, Bilingual)> {
    let entry = entries().find(|entry| entry.id.eq_ignore_ascii_case(fault))?;
    Some((fault.to_owned(), entry.said()))
}

/// The machine and its system, as far as they tell.
fn machine() -> String {
    let kernel = |what: &str| std::fs::read_to_string(format!("/proc/sys/kernel/{what}")).ok();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let told = [
        kernel("hostname"),
        Some(format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)),
        kernel("osrelease"),
        Some(format!("{processors} CPU")),
    ];
    let told: Vec<_> = told.into_iter().flatten().map(|one| one.trim().to_owned()).collect();
    told.join(", ")
}

/// Reads the key before anything else is done: a run is long, and worth its signature.
pub(crate) fn sealing(key: Option<&Path>) -> Result<Sealing, Exit> {
    let key = key.map(SigningKey::read).transpose();
    let key = key.map_err(|error| fail(Exit::Usage, &error))?;
    Ok(Sealing { tool: tool(), key })
}
