//! `etalon load merge`: the shards of a campaign become one campaign, with its report, judged as
//! one.

use reports::load::directory::outcome;
use reports::load::write_load_reports;

use super::fail;
use crate::arguments::LoadMergeArguments;
use crate::exit::Exit;
use crate::sealing::sealing;
use crate::{load_summary, terminal};

pub(crate) fn run(arguments: &LoadMergeArguments) -> Exit {
    let sealing = match sealing(arguments.sign.as_deref()) {
        Ok(sealing) => sealing,
        Err(exit) => return exit,
    };
    let directory = &arguments.report;
    let run = match load::merge::merge(&arguments.runs, directory) {
        Ok(run) => run,
        Err(error) => return fail(Exit::Usage, &error),
    };
    if let Err(error) = load::percentiles::write(directory) {
        return fail(Exit::Usage, &error);
    }
    let lang = arguments.lang.into();
    if let Err(error) = write_load_reports(directory, &run, lang) {
        return fail(Exit::Usage, &error);
    }
    if let Err(error) = sealing.seal(directory, outcome(&run), lang) {
        return fail(Exit::Usage, &error);
    }
    terminal::write(&load_summary::lines(&run, directory, lang));
    Exit::of_load(&run)
}
