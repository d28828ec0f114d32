//! `etalon report render`: a recorded run, or a load campaign, in any format, to standard output.

use std::path::Path;

use load::records::{RecordError, fold_again};
use reports::directory::EVENTS_FILE;
use reports::load::render_load;
use reports::manifest::MANIFEST_FILE;
use reports::render::{Print, page as page_of};
use reports::{Format, Lang, har_from_dir, open_run, render_from_dir};

use super::fail;
use crate::arguments::{PrintExtent, RenderFormat};
use crate::exit::Exit;
use crate::output::{page, say};

pub(crate) fn run(directory: &Path, format: RenderFormat, lang: Lang, print: PrintExtent) -> Exit {
    let text = match format {
        RenderFormat::Har => har_from_dir(directory, lang),
        RenderFormat::Report(format) => {
            // A campaign keeps no events: it is folded again from its seconds and its histograms.
            let campaign = match directory.join(EVENTS_FILE).exists() {
                true => None,
                false => match fold_again(directory) {
                    Ok(run) => Some(run),
                    Err(RecordError::Report(_)) => None,
                    Err(error) => return fail(Exit::Usage, &error),
                },
            };
            match campaign {
                Some(run) => Ok(render_load(&run, format.into(), lang)),
                None if format == Format::Html && print == PrintExtent::Full => {
                    open_run(directory).map(|run| page_of(&run, lang, Print::Full))
                }
                None => render_from_dir(directory, format, lang),
            }
        }
    };
    match text {
        Ok(text) => {
            if !directory.join(MANIFEST_FILE).exists() {
                say("not sealed: nothing proves that this record is as its run left it");
            }
            page(text.trim_end());
            Exit::Success
        }
        Err(error) => fail(Exit::Usage, &error),
    }
}
