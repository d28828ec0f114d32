//! `etalon hub serve`: the reference hub in the foreground, until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reference_hub::config::{Config, Durability, Gateway, Tls};
use reference_hub::private::write;
use reference_hub::referential::Secret;
use reference_hub::{RunningHub, start};
use reports::Lang;

use super::fail;
use super::hub_page::HubPage;
use crate::arguments::{ClockKind, DurabilityKind, GatewayKind, ServeArguments};
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::output::result;

/// How long work in progress may go on once the hub has stopped.
const LEFT_TO_WORK: Duration = Duration::from_secs(2);

pub(crate) fn run(arguments: ServeArguments) -> Exit {
    reference_hub::log::start();
    let write_target = arguments.write_target.clone();
    let input_ended = if arguments.until_input_ends { watch_input() } else { Arc::default() };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(Exit::Bug, &error),
    };
    let live = arguments.live.map(|address| (address, arguments.lang.into()));
    let asked = Asked { write_target: write_target.as_deref(), input_ended: &input_ended, live };
    let exit = runtime.block_on(serve(config(arguments), &asked));
    // What is in the middle of something long (a scan) is not waited for.
    runtime.shutdown_timeout(LEFT_TO_WORK);
    exit
}

/// What is asked beside the settings of the hub.
struct Asked<'a> {
    write_target: Option<&'a Path>,
    input_ended: &'a AtomicBool,
    /// Where its page is served, and in which language.
    live: Option<(SocketAddr, Lang)>,
}

fn config(arguments: ServeArguments) -> Config {
    Config {
        listen: arguments.listen,
        base_path: arguments.base_path,
        data: arguments.data,
        token_ttl: arguments.token_ttl,
        referential: arguments.referential,
        tls: arguments.tls.map(|authority_directory| Tls { authority_directory }),
        faults: arguments.fault,
        record_fault_sites: arguments.record_fault_sites,
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
            GatewayKind::Piste => Gateway::Piste,
        },
        quotas: arguments.quota,
        antivirus: arguments.antivirus,
        smtp: arguments.smtp,
        scan_delay: arguments.scan_delay,
        delivery_delay: arguments.delivery_delay,
        control_secret: arguments
            .control_secret
            .or_else(|| std::env::var("ETALON_CONTROL_SECRET").ok())
            .filter(|secret| !secret.is_empty())
            .map(Secret::from),
        journal: arguments.live.is_some(),
        ..Config::default()
    }
}

async fn serve(config: Config, asked: &Asked<'_>) -> Exit {
    let signals = Signals::listen();
    let hub = match start(config).await {
        Ok(hub) => hub,
        Err(error) => return fail(Exit::Usage, &error),
    };
    if let Some(path) = asked.write_target
        && let Err(error) = write(path, &hub.target_file())
    {
        let path = path.display();
        return fail(Exit::Usage, &format!("the target file {path} cannot be written: {error}"));
    }
    announce(&hub);
    let open = |(address, lang)| HubPage::open(address, &hub, lang);
    let mut page = match asked.live.map(open).transpose() {
        Ok(page) => page,
        Err(exit) => return exit,
    };
    while signals.exit().is_none() && !asked.input_ended.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if let Some(page) = &mut page {
            page.look(&hub).await;
        }
    }
    let panics = hub.panics();
    hub.stop().await;
    if panics > 0 {
        fail(Exit::Bug, &format!("{panics} panics: bugs of the reference hub"))
    } else {
        Exit::Success
    }
}

/// Becomes true when standard input ends; it is read on a thread of its own, and what it says does
/// not matter.
fn watch_input() -> Arc<AtomicBool> {
    let ended = Arc::<AtomicBool>::default();
    let watching = ended.clone();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        watching.store(true, Ordering::Relaxed);
    });
    ended
}

fn announce(hub: &RunningHub) {
    let urls = hub.urls();
    result(format_args!("teledossiers {}", urls.teledossiers));
    result(format_args!("referential  {}", urls.referential));
    result(format_args!("token        {}", urls.token));
    if let Some((path, _)) = hub.authority() {
        result(format_args!("authority    {}", path.display()));
    }
}
