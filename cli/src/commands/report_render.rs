//! `etalon report render`: a recorded run in any format, to standard output.

use std::path::Path;

use reports::{Format, Lang, render_from_dir};

use super::fail;
use crate::exit::Exit;

pub(crate) fn run(directory: &Path, format: Format, lang: Lang) -> Exit {
    match render_from_dir(directory, format, lang) {
        Ok(text) => {
            println!("{}", text.trim_end());
            Exit::Success
        }
        Err(error) => fail(Exit::Usage, &error),
    }
}
