//! `etalon completions` and `etalon man`: what a shell and `man` need to know of the commands, made
//! from the commands themselves.

use std::io::Write as _;
use std::path::Path;

use clap::CommandFactory as _;

use super::fail;
use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::output::listed;

pub(crate) fn completions(shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "etalon", &mut script);
    match std::io::stdout().write_all(&script) {
        Ok(()) => Exit::Success,
        Err(_) => Exit::Unread,
    }
}

pub(crate) fn manual(directory: &Path) -> Exit {
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), directory));
    match written {
        Ok(()) => {
            listed(format_args!("man -l {}", directory.join("etalon.1").display()));
            Exit::Success
        }
        Err(error) => {
            let error = format!("the manual cannot be written to {}: {error}", directory.display());
            fail(Exit::Usage, &error)
        }
    }
}
