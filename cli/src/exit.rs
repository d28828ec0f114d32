//! Exit codes, in one place (they are scripted against): what each means, which one wins, and how
//! an error becomes one.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use load::CampaignError;
use reports::load::{LoadRun, LoadVerdict};
use reports::{Run, Verdict};
use scenarios::actor::ActorError;
use scenarios::by_hand::NotDone;
use scenarios::client::ClientError;
use scenarios::run::{Ended, RunError};

/// How a command ends, in order of precedence: the first that applies wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Stopped by the user (Ctrl-C), after writing the report.
    Interrupted,
    /// Stopped by a request to terminate, after writing the report.
    Terminated,
    /// Nobody reads the results any more (`etalon rules | head`): as any program that writes into a
    /// closed pipe.
    Unread,
    /// A bug of ours: a panic anywhere.
    Bug,
    /// The command line or the target is wrong, or a declared credential is refused.
    Usage,
    /// The target does not conform, or did not do what a move made by hand asked for.
    DoesNotConform,
    /// The target was unreachable, or stopped answering.
    Unreachable,
    /// Nothing failed, but a mandatory rule was not decided.
    Undecided,
    /// Conforms, or done.
    Success,
    /// As the client's program that was kept: nobody but the session reads it.
    Kept(u8),
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
            Self::Unread => 141,
            Self::Terminated => 143,
            Self::Kept(code) => code,
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

    /// What a campaign amounts to: the hub's faults before the generator's.
    pub(crate) const fn of_load(run: &LoadRun) -> Self {
        match run.verdict {
            LoadVerdict::OutsideObjectives => Self::DoesNotConform,
            LoadVerdict::Invalid if run.run.unreachable.is_some() => Self::Unreachable,
            LoadVerdict::Invalid => Self::Undecided,
            LoadVerdict::WithinObjectives => Self::Success,
        }
    }

    /// What prevented a campaign.
    pub(crate) const fn of_campaign_error(error: &CampaignError) -> Self {
        match error {
            CampaignError::Unreachable(_) | CampaignError::NoToken(..) => Self::Unreachable,
            CampaignError::Lack(_) => Self::Undecided,
            CampaignError::Goose(_) => Self::Bug,
            CampaignError::Stopped => Self::Interrupted,
            CampaignError::Systems(_)
            | CampaignError::Target(_)
            | CampaignError::Unsendable(_)
            | CampaignError::Refused(_)
            | CampaignError::NothingTaken(_)
            | CampaignError::Directory(_)
            | CampaignError::Alarm(_) => Self::Usage,
        }
    }

    /// What prevented a move made by hand.
    pub(crate) const fn of_move(error: &NotDone) -> Self {
        match error {
            NotDone::NoAnswer(ActorError::Client(error)) => match error {
                ClientError::Unreachable { .. } | ClientError::Broken { .. } => Self::Unreachable,
                ClientError::NoToken { .. } | ClientError::Unsendable { .. } => Self::Usage,
                ClientError::AskedToWait { .. } | ClientError::UsedUp { .. } => {
                    Self::DoesNotConform
                }
            },
            NotDone::Usage(_) => Self::Usage,
            NotDone::NoAnswer(ActorError::Refused { .. })
            | NotDone::Refused(_)
            | NotDone::NotAsExpected(_) => Self::DoesNotConform,
        }
    }

    /// What prevented a run.
    pub(crate) const fn of_error(error: &RunError) -> Self {
        match error {
            RunError::Target(_)
            | RunError::CredentialRefused { .. }
            | RunError::NotThisApi { .. }
            | RunError::NothingSelected => Self::Usage,
            RunError::TokenTooLong { .. } => Self::Undecided,
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

/// Runs a command; a panic that nothing caught is a bug, and says so by its code. That the standard
/// library panics when standard output is closed is no bug, and needs no words.
pub(crate) fn guarded(command: impl FnOnce() -> Exit) -> Exit {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !is_closed_output(panic.payload()) && !is_step_that_stopped(panic.payload()) {
            told(panic);
        }
    }));
    match std::panic::catch_unwind(AssertUnwindSafe(command)) {
        Ok(exit) => exit,
        Err(payload) if is_closed_output(payload.as_ref()) => Exit::Unread,
        Err(_) => Exit::Bug,
    }
}

/// The Gherkin runner carries a step's error as a panic, and silences the hook of the process
/// meanwhile; of several runs at once, the first to end gives the hook back under the others.
fn is_step_that_stopped(payload: &(dyn Any + Send)) -> bool {
    payload
        .downcast_ref::<String>()
        .is_some_and(|text| scenarios::check::Stop::read(text).is_some())
}

fn is_closed_output(payload: &(dyn Any + Send)) -> bool {
    payload.downcast_ref::<String>().is_some_and(|text| {
        text.starts_with("failed printing to stdout") && text.contains("Broken pipe")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_precedence_holds() {
        let order = [
            Exit::Bug,
            Exit::Usage,
            Exit::DoesNotConform,
            Exit::Unreachable,
            Exit::Undecided,
            Exit::Success,
        ];
        assert!(order.is_sorted());
        assert_eq!(order.map(Exit::code), [70, 2, 1, 4, 3, 0]);
    }
}
