//! Where the moves made by hand are remembered: a file for each hub, under `$XDG_STATE_HOME`. It
//! holds ids, numbers and names of credentials, and no secret.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use reports::fresh;
use scenarios::by_hand::Memory;
use scenarios::target::Target;

/// What can be wrong with it.
#[derive(Debug, thiserror::Error)]
pub(super) enum MemoryError {
    /// There is nowhere to keep it.
    #[error(
        "nowhere to remember what is made by hand: set XDG_STATE_HOME to the absolute path of a \
         directory"
    )]
    Nowhere,
    /// It cannot be read or written.
    #[error("what was made by hand is remembered in {path}, which cannot be used: {source}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It does not hold what is expected.
    #[error("{path} does not hold what was made by hand ({source}): remove it to start afresh")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// The file of one hub.
pub(super) struct MemoryFile(PathBuf);

impl MemoryFile {
    /// The file of the hub that a target names.
    pub(super) fn of(target: &Target) -> Result<Self, MemoryError> {
        let state = directory(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"));
        let state = state.ok_or(MemoryError::Nowhere)?;
        Ok(Self(state.join("etalon").join(format!("play-{}.json", name_of(target)))))
    }

    /// What is remembered: nothing at first.
    pub(super) fn read(&self) -> Result<Memory, MemoryError> {
        match std::fs::read_to_string(&self.0) {
            Ok(text) => serde_json::from_str(&text)
                .map_err(|source| MemoryError::Malformed { path: self.0.clone(), source }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Memory::default()),
            Err(source) => Err(self.unusable(source)),
        }
    }

    /// Keeps what must be remembered.
    pub(super) fn write(&self, memory: &Memory) -> Result<(), MemoryError> {
        let above = self.0.parent().unwrap_or(Path::new("."));
        let text = serde_json::json!(memory).to_string();
        let written = std::fs::create_dir_all(above).and_then(|()| fresh::write(&self.0, text));
        written.map_err(|source| self.unusable(source))
    }

    fn unusable(&self, source: io::Error) -> MemoryError {
        MemoryError::Unusable { path: self.0.clone(), source }
    }
}

/// Where the state of programs goes (XDG Base Directory Specification: a relative path counts as
/// none).
fn directory(state_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    let state_home = state_home.and_then(absolute);
    state_home.or_else(|| Some(home.and_then(absolute)?.join(".local/state")))
}

/// The hub, by its address, as a name of a file.
fn name_of(target: &Target) -> String {
    let url = &target.hub.teledossiers_url;
    let port = url.port_or_known_default().unwrap_or_default();
    let address = format!("{}-{port}{}", url.host_str().unwrap_or_default(), url.path());
    let safe = |one: char| if one.is_ascii_alphanumeric() || one == '.' { one } else { '-' };
    address.trim_end_matches('/').chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: &str = "[hub]\nname='x'\nteledossiers_url='https://me:hidden@hub.example.org/td/v1/'\nreferential_url='http://h/r'\ntoken_url='http://h/o'\n[[credential]]\nscope='ADMIN'\nclient_id='a'\nclient_secret='s'\n";

    #[test]
    fn the_state_of_programs_goes_where_the_environment_says() {
        let path = |text: &str| Some(OsString::from(text));
        let found = |state: Option<OsString>, home| {
            directory(state, home).map(|path| path.display().to_string())
        };
        assert_eq!(found(path("/state"), path("/home/me")).as_deref(), Some("/state"));
        for unset in [None, path("relative"), path("")] {
            let home = found(unset.clone(), path("/home/me"));
            assert_eq!(home.as_deref(), Some("/home/me/.local/state"));
            assert_eq!(found(unset, None), None);
        }
    }

    #[test]
    fn a_file_is_named_by_the_address_without_its_secrets() {
        let target = Target::parse(TARGET, Path::new("t")).unwrap();
        assert_eq!(name_of(&target), "hub.example.org-443-td-v1");
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = MemoryFile(directory.path().join("etalon/play-hub.json"));
        assert_eq!(file.read().unwrap(), Memory::default());
        file.write(&Memory::default()).unwrap();
        assert_eq!(file.read().unwrap(), Memory::default());
        std::fs::write(&file.0, "{").unwrap();
        let error = file.read().unwrap_err().to_string();
        assert!(error.contains("remove it"), "{error}");
    }
}
