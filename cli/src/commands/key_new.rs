//! `etalon key new`: a key to sign reports with, and its public half.

use std::path::{Path, PathBuf};

use reports::envelope::SigningKey;

use super::fail;
use crate::exit::Exit;
use crate::output::result;

pub(crate) fn run(path: &Path) -> Exit {
    let public_path = PathBuf::from(format!("{}.pub", path.display()));
    // A key that lies there may have signed reports: it is never lost by a second thought.
    if let Some(there) = [path, &public_path].into_iter().find(|path| path.exists()) {
        let error = format!("{} is there already: give another path", there.display());
        return fail(Exit::Usage, &error);
    }
    let (key, private) = match SigningKey::generate() {
        Ok(pair) => pair,
        Err(error) => return fail(Exit::Bug, &error),
    };
    let public = key.public();
    for (path, text) in [(path, private), (&public_path, public.pem())] {
        if let Err(error) = reference_hub::private::write(path, &text) {
            return fail(Exit::Usage, &format!("{} cannot be written: {error}", path.display()));
        }
    }
    result(path.display());
    result(public_path.display());
    result(format_args!("keyid {}", public.id()));
    Exit::Success
}
