//! `etalon certify diff`: two runs compared rule by rule.

use std::path::Path;

use reports::diff::{Change, RuleChange, diff, lay_out};
use reports::open_run;

use super::fail;
use crate::arguments::{DiffArguments, FailOn};
use crate::exit::Exit;
use crate::output::results;

pub(crate) fn run(arguments: &DiffArguments) -> Exit {
    let open = |directory: &Path| open_run(directory).map_err(|error| fail(Exit::Usage, &error));
    let (before, after) = match (open(&arguments.before), open(&arguments.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(exit), _) | (_, Err(exit)) => return exit,
    };
    let lang = arguments.lang.into();
    let changes = diff(&before, &after, lang);
    results(&lay_out(&changes, arguments.format.into(), lang));
    judge(&changes, arguments.fail_on)
}

/// What a comparison amounts to: a rule that the later run no longer decides, or does not account
/// for, may have failed there as well as not.
fn judge(changes: &[RuleChange], fail_on: FailOn) -> Exit {
    let worst = changes.iter().map(|change| change.change).min();
    match (fail_on, worst) {
        (FailOn::None, _) | (_, None) => Exit::Success,
        (FailOn::Any, Some(_)) | (FailOn::Regression, Some(Change::Regressed)) => {
            Exit::DoesNotConform
        }
        (FailOn::Regression, Some(Change::NoLongerDecided | Change::Gone)) => Exit::Undecided,
        (FailOn::Regression, Some(_)) => Exit::Success,
    }
}
