//! What can be found to have happened to a file of a run, and how it is told. Finds nothing itself.

use std::path::{Path, PathBuf};

use crate::texts::Lang;

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// It is not there.
    Missing,
    /// It was not there when the run was sealed.
    Added,
    /// Its bytes are others.
    Changed,
    /// It is a link or a directory by now.
    Replaced,
    /// Its bytes are others, from a line on; what is said of the line.
    Line(String),
    /// It is not the signature of this manifest by this key.
    NotSigned,
    /// It cannot be read as what it should be.
    Unreadable,
    /// What it says is not what the record says.
    Contradicted,
}

impl Alteration {
    /// The same in words.
    pub fn sentence(&self, lang: Lang) -> String {
        let words = match self {
            Self::Missing => lang.pick("absent", "is missing"),
            Self::Added => {
                lang.pick("ajouté après la fin de l'exécution", "was added after the run")
            }
            Self::Changed => {
                lang.pick("modifié après la fin de l'exécution", "was changed after the run")
            }
            Self::Replaced => lang.pick("n'est plus un fichier", "is no file any more"),
            Self::Line(at) => {
                let words =
                    lang.pick("modifié après la fin de l'exécution", "was changed after the run");
                return format!("{words} ({at})");
            }
            Self::NotSigned => lang.pick(
                "n'est pas la signature de ce manifeste par cette clé",
                "is not the signature of this manifest by this key",
            ),
            Self::Unreadable => lang.pick("illisible", "cannot be read as what it was"),
            Self::Contradicted => lang.pick(
                "ne dit pas ce que dit l'enregistrement",
                "does not say what the record says",
            ),
        };
        words.to_owned()
    }
}

/// A file, and what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name in the directory of the run.
    pub file: String,
    /// What happened.
    pub alteration: Alteration,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} {}: it is not as the run left it; copy the directory again from where it was made, or run again",
    .path.display(), .alteration.sentence(Lang::En)
)]
pub struct Altered {
    path: PathBuf,
    alteration: Alteration,
}

impl Altered {
    /// A file of a directory.
    pub fn of(directory: &Path, file: &str, alteration: Alteration) -> Self {
        Self { path: directory.join(file), alteration }
    }
}
