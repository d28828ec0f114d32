//! `etalon certify hub --clean DIR`: takes away what a run that was killed left on the hub.

use std::path::Path;
use std::sync::Arc;

use reports::event::Cleanup;
use reports::possession;
use scenarios::leftovers::{LeftoversError, clean_behind};

use super::hub_run::redactor_for;
use super::{fail, read_target};
use crate::arguments::CertifyHubArguments;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::output::result;

pub(crate) fn run(arguments: &CertifyHubArguments, directory: &Path) -> Exit {
    match clean(arguments, directory) {
        Ok(cleanup) => tell(&cleanup),
        Err(exit) => exit,
    }
}

fn clean(arguments: &CertifyHubArguments, directory: &Path) -> Result<Cleanup, Exit> {
    let path = arguments.target.as_deref().unwrap_or(Path::new("hub.toml"));
    let target = Arc::new(read_target(path)?);
    let _possession = possession::hold(directory).map_err(|error| fail(Exit::Usage, &error))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| fail(Exit::Bug, &error))?;
    let redactor = redactor_for(&target);
    let signals = Signals::listen();
    let cleaned = clean_behind(directory, target, &signals.interrupt, redactor);
    runtime.block_on(cleaned).map_err(|error| match &error {
        LeftoversError::Run(cause) => fail(Exit::of_error(cause), &error),
        _ => fail(Exit::Usage, &error),
    })
}

fn tell(cleanup: &Cleanup) -> Exit {
    result(format_args!(
        "{} télédossiers étaient restés, {} sont clos ou supprimés",
        cleanup.created, cleanup.removed
    ));
    cleanup.left.iter().for_each(|left| result(format_args!("reste : {left}")));
    if cleanup.left.is_empty() { Exit::Success } else { Exit::Undecided }
}
