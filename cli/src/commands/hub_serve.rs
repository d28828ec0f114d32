//! `etalon hub serve`: the reference hub in the foreground, until it is told to stop.

use std::path::Path;
use std::time::Duration;

use reference_hub::config::{Config, Durability, Gateway, Tls};
use reference_hub::{RunningHub, start};

use super::fail;
use crate::arguments::{ClockKind, DurabilityKind, GatewayKind, ServeArguments};
use crate::exit::Exit;
use crate::interrupt::Signals;

pub(crate) fn run(arguments: ServeArguments) -> Exit {
    reference_hub::log::start();
    let write_target = arguments.write_target.clone();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(Exit::Bug, &error),
    };
    runtime.block_on(serve(config(arguments), write_target.as_deref()))
}

fn config(arguments: ServeArguments) -> Config {
    Config {
        listen: arguments.listen,
        base_path: arguments.base_path,
        data: arguments.data,
        token_ttl: arguments.token_ttl,
        referential: arguments.referential,
        tls: arguments.tls.map(|authority_directory| Tls {
            authority_directory,
        }),
        faults: arguments.fault,
        steerable_clock: arguments.clock == ClockKind::Steerable,
        durability: match arguments.durability {
            DurabilityKind::Process => Durability::Process,
            DurabilityKind::Power => Durability::Power,
        },
        strict_numbering: arguments.strict_numbering,
        strict_transitions: arguments.strict_transitions,
        gateway: match arguments.gateway {
            GatewayKind::Plain => Gateway::Plain,
            GatewayKind::Wso2 => Gateway::Wso2,
        },
        antivirus: arguments.antivirus,
        smtp: arguments.smtp,
        scan_delay: arguments.scan_delay,
        delivery_delay: arguments.delivery_delay,
        ..Config::default()
    }
}

async fn serve(config: Config, write_target: Option<&Path>) -> Exit {
    let signals = Signals::listen();
    let hub = match start(config).await {
        Ok(hub) => hub,
        Err(error) => return fail(Exit::Usage, &error),
    };
    if let Some(path) = write_target {
        if let Err(error) = write_whole(path, &hub.target_file()) {
            return fail(
                Exit::Usage,
                &format!(
                    "the target file {} cannot be written: {error}",
                    path.display()
                ),
            );
        }
    }
    announce(&hub);
    while signals.exit().is_none() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let panics = hub.panics();
    hub.stop().await;
    if panics > 0 {
        fail(
            Exit::Bug,
            &format!("{panics} panics: bugs of the reference hub"),
        )
    } else {
        Exit::Success
    }
}

fn announce(hub: &RunningHub) {
    let urls = hub.urls();
    println!("teledossiers {}", urls.teledossiers);
    println!("referential  {}", urls.referential);
    println!("token        {}", urls.token);
    if let Some((path, _)) = hub.authority() {
        println!("authority    {}", path.display());
    }
}

/// Writes a file so that nobody sees half of it; it holds secrets, so only its owner may read it.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let staged = path.with_extension("staged");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&staged)?;
    file.write_all(text.as_bytes())?;
    std::fs::rename(&staged, path)
}
