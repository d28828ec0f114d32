//! The étalon command: the reference hub, the certification of hubs, and their reports. The only
//! room that prints, reads the command line or ends the process; what it prints on standard output
//! are results, everything else goes to standard error.

mod annotations;
mod arguments;
mod bundled;
mod client_watch;
mod commands;
mod exit;
mod expectations;
mod fail_fast;
mod interrupt;
mod keeper;
mod live_page;
mod load_progress;
mod load_summary;
mod log;
mod output;
mod progress;
mod sealing;
mod summary;
mod terminal;
mod version;

use clap::Parser as _;

use arguments::Arguments;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    rustix::process::umask(arguments.report_mode.mask());
    exit::guarded(|| commands::run(arguments)).into()
}
