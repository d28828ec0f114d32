//! What étalon says of its own work, for whoever looks for a fault in it: nothing unless
//! `ETALON_LOG` asks for it, in the syntax of `tracing-subscriber` (`debug`, `scenarios=debug`).
//! On standard error, redacted as all that leaves; a hub that is served logs by itself.

use std::io;

use tracing_subscriber::EnvFilter;

use crate::output::say;

/// Starts logging, when it is asked for.
pub(crate) fn start() {
    let Ok(filter) = EnvFilter::try_from_env("ETALON_LOG") else { return };
    let _ = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(|| Leaving)
        // Where the log cannot be written, neither can that be told: the attempt would panic.
        .log_internal_errors(false)
        .with_env_filter(filter)
        .try_init();
}

/// Each entry comes in one writing.
struct Leaving;

impl io::Write for Leaving {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        say(String::from_utf8_lossy(entry).trim_end());
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
