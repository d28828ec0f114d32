//! Exit codes, in one place (they are scripted against): what each means, which one wins, and how an error becomes one.

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use reports::{Run, Verdict};
use scenarios::run::{Ended, RunError};

/// How a command ends, in order of precedence: the first that applies wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Stopped by the user (Ctrl-C), after writing the report.
    Interrupted,
    /// Stopped by a request to terminate, after writing the report.
    Terminated,
    /// A bug of ours: a panic anywhere.
    Bug,
    /// The command line or the target is wrong, or a declared credential is refused.
    Usage,
    /// The target does not conform.
    DoesNotConform,
    /// The target was unreachable, or stopped answering.
    Unreachable,
    /// Nothing failed, but a mandatory rule was not decided.
    Undecided,
    /// Conforms, or done.
    Success,
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::DoesNotConform => 1,
            Self::Usage => 2,
            Self::Undecided => 3,
            Self::Unreachable => 4,
            Self::Bug => 70,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// What a judged run amounts to.
    pub(crate) fn of(run: &Run, ended: Ended) -> Self {
        let verdict = match run.verdict {
            Verdict::DoesNotConform => Self::DoesNotConform,
            Verdict::Undecided => Self::Undecided,
            Verdict::Conforms => Self::Success,
        };
        let bug = (ended.panics > 0 || run.panics > 0).then_some(Self::Bug);
        let unreachable = ended.unreachable.then_some(Self::Unreachable);
        [bug, unreachable, Some(verdict)].into_iter().flatten().min().unwrap_or(Self::Bug)
    }

    /// What prevented a run.
    pub(crate) const fn of_error(error: &RunError) -> Self {
        match error {
            RunError::Target(_) | RunError::CredentialRefused { .. } | RunError::NothingSelected => Self::Usage,
            RunError::Unreachable(_) => Self::Unreachable,
            RunError::Feature(_) => Self::Bug,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Runs a command; a panic that nothing caught is a bug, and says so by its code.
pub(crate) fn guarded(command: impl FnOnce() -> Exit) -> Exit {
    std::panic::catch_unwind(AssertUnwindSafe(command)).unwrap_or(Exit::Bug)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_precedence_holds() {
        let order = [Exit::Bug, Exit::Usage, Exit::DoesNotConform, Exit::Unreachable, Exit::Undecided, Exit::Success];
        assert!(order.is_sorted());
        assert_eq!(order.map(Exit::code), [70, 2, 1, 4, 3, 0]);
    }
}
