//! What seals the runs of this process: the tool that it is, and the key of `--sign`.

use std::path::Path;

use reports::envelope::SigningKey;
use reports::manifest::Tool;
use reports::seal::Sealing;

use crate::commands::fail;
use crate::exit::Exit;

/// The étalon that runs.
pub(crate) fn tool() -> Tool {
    Tool::etalon(option_env!("ETALON_BUILT_FROM"))
}

/// Reads the key before anything else is done: a run is long, and worth its signature.
pub(crate) fn sealing(key: Option<&Path>) -> Result<Sealing, Exit> {
    let key = key.map(SigningKey::read).transpose();
    let key = key.map_err(|error| fail(Exit::Usage, &error))?;
    Ok(Sealing { tool: tool(), key })
}
