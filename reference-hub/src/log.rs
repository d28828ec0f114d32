//! Where the hub's log goes and how much of it: one line of JSON an entry, on standard error. The
//! level is set by `ETALON_LOG` in the syntax of `tracing-subscriber`. Only a program that is
//! nothing but a hub calls this; a library leaves logging to who uses it.

use tracing_subscriber::EnvFilter;

/// Starts logging; does nothing when somebody already did.
pub fn start() {
    let filter = EnvFilter::try_from_env("ETALON_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(std::io::stderr)
        // Where the log cannot be written (a full disk), neither can that be told: the attempt
        // would panic.
        .log_internal_errors(false)
        .with_env_filter(filter)
        .try_init();
}
