//! Sealing a run that has ended: its manifest, and the signature when there is a key. Comes after
//! everything else that is written into its directory, the logs of programs included.

use std::path::Path;

use crate::directory::{ReportError, outcome};
use crate::envelope::SigningKey;
use crate::manifest::{self, Outcome, Tool};
use crate::run::Run;
use crate::texts::Lang;

/// How the runs of a process are sealed.
#[derive(Debug, Default)]
pub struct Sealing {
    /// What writes them.
    pub tool: Tool,
    /// What signs them.
    pub key: Option<SigningKey>,
}

impl Sealing {
    /// Seals the directory of a certification.
    pub fn seal_run(&self, directory: &Path, run: &Run, lang: Lang) -> Result<(), ReportError> {
        self.seal(directory, outcome(run), lang)
    }

    /// Seals a directory whose reports are in this language.
    pub fn seal(&self, directory: &Path, outcome: Outcome, lang: Lang) -> Result<(), ReportError> {
        let bytes = manifest::write(directory, outcome, self.tool.clone(), lang)?;
        self.key.as_ref().map_or(Ok(()), |key| key.sign(directory, &bytes))
    }
}
