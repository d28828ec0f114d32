//! What a pipeline is told of a run, in its own form: GitHub by workflow commands on standard
//! output, GitLab by a file beside the report. GitHub takes commands from any line that a step
//! writes, and lines of ours quote the hub: while a run goes on it is told to take none, up to a
//! word that nobody else knows. Writes no finding of its own.

use std::path::Path;

use reports::render::annotations::{CODE_QUALITY_FILE, code_quality, workflow_commands};
use reports::{Lang, Run, fresh};

use crate::arguments::Annotations as Asked;
use crate::output::{redactor, result, say};

/// Who is told.
pub(crate) enum Annotations {
    GitHub(Silence),
    GitLab,
    Nobody,
}

impl Annotations {
    /// Takes what was asked for, or else what the environment tells.
    pub(crate) fn start(asked: Asked) -> Self {
        let told_by = |name: &str| std::env::var(name).is_ok_and(|value| value == "true");
        match asked {
            Asked::Github => Self::GitHub(Silence::begin()),
            Asked::Gitlab => Self::GitLab,
            Asked::None => Self::Nobody,
            Asked::Auto if told_by("GITHUB_ACTIONS") => Self::GitHub(Silence::begin()),
            Asked::Auto if told_by("GITLAB_CI") => Self::GitLab,
            Asked::Auto => Self::Nobody,
        }
    }

    /// Tells of a run that ended.
    pub(crate) fn tell(&self, run: &Run, directory: &Path, lang: Lang) {
        match self {
            Self::GitHub(silence) => {
                silence.end();
                workflow_commands(run, lang).iter().for_each(result);
                silence.resume();
            }
            Self::GitLab => {
                let path = directory.join(CODE_QUALITY_FILE);
                if let Err(error) = fresh::write(&path, redactor().text(&code_quality(run, lang))) {
                    say(format_args!("cannot write {}: {error}", path.display()));
                }
            }
            Self::Nobody => {}
        }
    }
}

/// A time in which GitHub takes no commands. It ends with this value.
pub(crate) struct Silence {
    word: String,
}

impl Silence {
    fn begin() -> Self {
        let silence = Self { word: scenarios::run::draw_run_id() + &scenarios::run::draw_run_id() };
        silence.resume();
        silence
    }

    fn resume(&self) {
        result(format_args!("::stop-commands::{}", self.word));
    }

    fn end(&self) {
        result(format_args!("::{}::", self.word));
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        self.end();
    }
}
