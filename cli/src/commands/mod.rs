//! One file a command. A command prints its results on standard output, what went wrong on standard
//! error, and gives its exit.

#![expect(clippy::print_stdout, reason = "listings end where nobody reads them any more")]

mod campaign_page;
mod certify_client;
mod certify_diff;
mod certify_hub;
mod clean;
mod client_page;
mod doctor;
mod explore;
mod hub_faults;
mod hub_page;
mod hub_run;
mod hub_serve;
mod init;
mod key_new;
mod list;
mod load_compare;
mod load_merge;
mod load_run;
mod play;
mod report_render;
mod report_verify;
mod rules;
mod self_test;
mod shell;
mod token;

use std::path::Path;

pub(crate) use play::PlayArguments;
use scenarios::target::Target;

use crate::arguments::{
    Arguments, CertifyCommand, Command, HubCommand, KeyCommand, LoadCommand, ReportCommand,
};
use crate::bundled;
use crate::exit::Exit;
use crate::keeper;
use crate::log;
use crate::output::{redactor, say};

/// Runs the command asked for.
pub(crate) fn run(arguments: Arguments) -> Exit {
    if !matches!(arguments.command, Command::Hub(HubCommand::Serve(_))) {
        log::start();
    }
    match arguments.command {
        Command::Hub(HubCommand::Serve(arguments)) => hub_serve::run(*arguments),
        Command::Hub(HubCommand::Faults) => hub_faults::run(),
        Command::Certify(CertifyCommand::Hub(arguments)) if arguments.explores() => {
            explore::run(&arguments)
        }
        Command::Certify(CertifyCommand::Hub(arguments)) => match &arguments.clean {
            Some(directory) => clean::run(&arguments, directory),
            None => certify_hub::run(&arguments),
        },
        Command::Certify(CertifyCommand::Client(arguments)) => certify_client::run(&arguments),
        Command::Certify(CertifyCommand::Diff(arguments)) => certify_diff::run(&arguments),
        Command::Load(LoadCommand::Run(arguments)) => load_run::run(&arguments),
        Command::Load(LoadCommand::Compare(arguments)) => load_compare::run(&arguments),
        Command::Load(LoadCommand::Merge(arguments)) => load_merge::run(&arguments),
        Command::Play(arguments) => play::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Report(ReportCommand::Render { run_dir, format, lang, print }) => {
            report_render::run(&run_dir, format, lang.into(), print)
        }
        Command::Report(ReportCommand::Verify(arguments)) => report_verify::run(&arguments),
        Command::Key(KeyCommand::New { path }) => key_new::run(&path),
        Command::KillHub { pid_file } => match bundled::kill(&pid_file) {
            Ok(()) => Exit::Success,
            Err(error) => fail(Exit::Usage, &error),
        },
        Command::Keep { command } => match keeper::keep(&command) {
            Ok(code) => Exit::Kept(code),
            Err(error) => fail(Exit::Bug, &format!("the shell could not be started: {error}")),
        },
        Command::Init { file } => init::run(&file),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Token(arguments) => token::run(&arguments),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man { directory } => shell::manual(&directory),
    }
}

/// Reads a target file; what it holds and nobody else may read is not shown from then on.
fn read_target(path: &Path) -> Result<Target, Exit> {
    let target = Target::read(path).map_err(|error| fail(Exit::Usage, &error))?;
    learn_secrets(&target);
    Ok(target)
}

/// Tells the redactor what a target holds and nobody else may read.
fn learn_secrets(target: &Target) {
    target.secrets().for_each(|secret| redactor().add_secret(secret));
    target.secret_headers().for_each(|name| redactor().add_header(name));
}

/// Says what went wrong, and gives the exit that goes with it.
pub(crate) fn fail(exit: Exit, error: &dyn std::fmt::Display) -> Exit {
    say(format_args!("etalon: {error}"));
    exit
}
