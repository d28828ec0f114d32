//! How many connections the system lets this process have: each takes a file descriptor, and the
//! store and the binaries need some too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that are no connection's: the store, the log, the files that are read and written.
const OTHERS: usize = 512;

/// Asks the system for all the descriptors that it may give, and tells how many connections they
/// allow, at most as many as wanted.
pub(super) fn connections(wanted: usize) -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where this is refused, what there was before stays.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let descriptors = getrlimit(Resource::Nofile).current;
    let descriptors =
        descriptors.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    wanted.min(descriptors.saturating_sub(OTHERS).max(descriptors / 2))
}
