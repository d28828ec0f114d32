//! The référentiel of the bundled hub during a campaign: the démarches in use, and as many systems
//! as the plan wants, each with a credential of its own. Its secrets are test values, made from the
//! seed; they open nothing but that hub.

use std::fmt::Write as _;

use contract::journeys::{JOURNEYS, ProcessJourney as Profile};

use crate::plan::Plan;
use crate::plan::size::LARGEST;
use crate::random::mix;
use crate::systems::MADE;

/// SIRET of the depositors and of the recipients: numbers that no establishment has.
const DEPOSITOR_REGISTER: &str = "00000000000001";
const RECIPIENT_REGISTER: &str = "00000000000002";

/// The text of a référentiel file for `etalon hub serve --referential`.
pub fn text(plan: &Plan) -> String {
    let profiles: Vec<&Profile> = JOURNEYS.iter().filter(|profile| can_be_made(profile)).collect();
    let mut depositors: Vec<&str> = profiles.iter().map(|profile| profile.osl).collect();
    depositors.sort_unstable();
    depositors.dedup();
    let recipients = (plan.systems as usize).saturating_sub(depositors.len()).max(1);
    let mut text = String::from("# Made by `etalon load run` for one campaign.\n");
    for (rank, osl) in depositors.iter().enumerate() {
        organization(&mut text, &depositor(rank), osl);
    }
    for rank in 0..recipients {
        organization(&mut text, &recipient(rank), &format!("Service {rank}"));
    }
    for profile in &profiles {
        let osl = depositors.iter().position(|osl| *osl == profile.osl).unwrap_or(0);
        process(&mut text, profile, &depositor(osl));
    }
    for rank in 0..recipients {
        let code = profiles[rank % profiles.len()].process;
        let organization = recipient(rank);
        let _ = write!(
            text,
            "\n[[subscription]]\nsubscriber = \"{organization}\"\nprocesses = [\"{code}\"]\nnotification_frequency = \"aucune\"\ndatapass_id = {}\n",
            rank + 1
        );
    }
    for (rank, osl) in depositors.iter().enumerate() {
        let name = format!("osl-{}", osl.to_lowercase());
        credential(&mut text, plan.seed, &name, "OSL", &depositor(rank), None);
    }
    for rank in 0..recipients {
        let code = profiles[rank % profiles.len()].process;
        credential(&mut text, plan.seed, &format!("si-{rank}"), "SI", &recipient(rank), Some(code));
    }
    text
}

fn can_be_made(profile: &Profile) -> bool {
    profile
        .attachments
        .iter()
        .any(|kind| kind.mime_types.iter().any(|mime_type| MADE.contains(mime_type)))
}

fn depositor(rank: usize) -> String {
    format!("OSL-{DEPOSITOR_REGISTER}-{rank:05}")
}

fn recipient(rank: usize) -> String {
    format!("SI-{RECIPIENT_REGISTER}-{rank:06}")
}

fn organization(text: &mut String, id: &str, name: &str) {
    let _ = write!(
        text,
        "\n[[organization]]\nid = \"{id}\"\nname = \"{name}\"\npostal_code = \"75000\"\nterritory = \"National\"\n"
    );
}

fn process(text: &mut String, profile: &Profile, osl: &str) {
    let kinds: Vec<&str> = profile.attachments.iter().map(|kind| kind.kind).collect();
    let mut formats: Vec<&str> =
        profile.attachments.iter().flat_map(|kind| kind.mime_types).copied().collect();
    formats.sort_unstable();
    formats.dedup();
    let code = profile.process;
    let _ = write!(
        text,
        "\n[[process]]\ncode = \"{code}\"\nname = \"{code}\"\nosl = \"{osl}\"\nattachment_formats = {formats:?}\n\
         si_attachment_formats = [\"application/xml\", \"application/pdf\", \"application/json\"]\nattachment_types = {kinds:?}\n\
         attachment_max_size = {LARGEST}\nstatus_before_file_deletion = \"CLOSED\"\ndays_before_file_deletion = 30\n\
         days_before_archiving = 90\ndays_before_folder_deletion = 365\n"
    );
}

fn credential(
    text: &mut String,
    seed: u64,
    name: &str,
    scope: &str,
    organization: &str,
    process: Option<&str>,
) {
    let secret = name.bytes().fold(seed, |hash, byte| mix(hash ^ u64::from(byte)));
    let _ = write!(
        text,
        "\n[[credential]]\nname = \"{name}\"\nscope = \"{scope}\"\nclient_id = \"{name}\"\nclient_secret = \"{secret:016x}\"\norganization = \"{organization}\"\n"
    );
    if let Some(process) = process {
        let _ = writeln!(text, "processes = [\"{process}\"]");
    }
}
