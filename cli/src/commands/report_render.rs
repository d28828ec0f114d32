//! `etalon report render`: a recorded run, or a load campaign, in any format, to standard output.

use std::path::Path;

use reports::directory::EVENTS_FILE;
use reports::load::{directory::open_load_run, render_load};
use reports::{Format, Lang, render_from_dir};

use super::fail;
use crate::exit::Exit;

pub(crate) fn run(directory: &Path, format: Format, lang: Lang) -> Exit {
    // A campaign keeps no events: its report is its record.
    let campaign = match directory.join(EVENTS_FILE).exists() {
        true => None,
        false => open_load_run(directory).ok(),
    };
    let text = match campaign {
        Some(run) => Ok(render_load(&run, format.into(), lang)),
        None => render_from_dir(directory, format, lang),
    };
    match text {
        Ok(text) => {
            println!("{}", text.trim_end());
            Exit::Success
        }
        Err(error) => fail(Exit::Usage, &error),
    }
}
