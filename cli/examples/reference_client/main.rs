//! A client of our own, good, and with one switchable fault for each rule of clients: the proof
//! that `etalon certify client` passes who does well, and names what each fault breaks. It finds
//! what it needs in its environment, as any client under certification does. It is an example of
//! how to keep the rules, not a product: it keeps nothing between two runs.
//!
//! `reference_client [--fault NAME] [--service]`

#![expect(clippy::print_stderr, reason = "an example says what it does where it is run")]

mod datapass;
mod hub;
mod osl;
mod si;

use std::time::Duration;

use hub::Hub;

/// The faults that it can be started with.
const FAULTS: &[&str] = &[
    "dead",
    "idle",
    "crash",
    "wrong-scope",
    "token-each-call",
    "die-on-401",
    "no-headers",
    "first-batch-only",
    "delete-first",
    "never-delete",
    "skip-attachment",
    "no-intermediate",
    "skip-received",
    "wrong-size",
    "unknown-action",
    "download-infected",
    "give-up-on-infected",
    "no-digest",
    "blind-retry",
    "hammer",
    "delete-on-error",
    "same-number",
    "wrong-case-number",
    "silent-rejection",
    "wrong-recipient",
    "complete-twice",
    "never-close",
    "never-reopen",
    "enrol-twice",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let fault = arguments
        .iter()
        .position(|one| one == "--fault")
        .and_then(|at| arguments.get(at + 1))
        .cloned();
    let fault = fault.unwrap_or_default();
    if !fault.is_empty() && !FAULTS.contains(&fault.as_str()) {
        eprintln!("no such fault: {}", FAULTS.join(", "));
        return std::process::ExitCode::from(2);
    }
    match fault.as_str() {
        "dead" => return std::process::ExitCode::from(9),
        "idle" => return std::process::ExitCode::SUCCESS,
        _ => {}
    }
    let is_service = arguments.iter().any(|one| one == "--service");
    let mut hub = Hub::from_environment(fault);
    loop {
        if let Err(error) = turn(&mut hub).await {
            eprintln!("{error}");
            if !is_service {
                return std::process::ExitCode::FAILURE;
            }
        }
        if !is_service {
            return std::process::ExitCode::SUCCESS;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn turn(hub: &mut Hub) -> Result<(), hub::Failure> {
    match hub.scope.as_str() {
        "OSL" => osl::turn(hub).await,
        "DATAPASS" | "ADMIN" => datapass::turn(hub).await,
        _ => si::turn(hub).await,
    }
}
