//! `etalon report verify`: whether a report is what its run left, and what cannot be proved of it.

use std::path::Path;

use load::records::{RecordError, fold_again};
use reports::envelope::VerifyingKey;
use reports::load::directory::LoadReportError;
use reports::load::directory::{outcome, rendered};
use reports::manifest::Kind;
use reports::verify::{self, Again, Seal, Verified};
use reports::{Lang, ReportError};

use super::fail;
use crate::arguments::VerifyArguments;
use crate::exit::Exit;
use crate::output::result;
use crate::sealing::tool;

pub(crate) fn run(arguments: &VerifyArguments) -> Exit {
    let key = arguments.key.as_deref().map(VerifyingKey::read).transpose();
    let key = match key {
        Ok(key) => key,
        Err(error) => return fail(Exit::Usage, &error),
    };
    let directory = &arguments.run_dir;
    if !directory.is_dir() {
        let error = format!("{} is no directory of a run", directory.display());
        return fail(Exit::Usage, &error);
    }
    let verified = verify::verify(directory, key.as_ref());
    let verified = verified.and_then(|mut verified| {
        if verified.is_whole() {
            let again = again(directory, &verified)?;
            verified.hold_to(directory, &tool(), &again)?;
        }
        Ok(verified)
    });
    match verified {
        Ok(verified) => tell(&verified, arguments.lang.into()),
        // What its own record refuses was altered before it was sealed, or never sealed.
        Err(error @ (ReportError::Record { .. } | ReportError::BadLine { .. })) => {
            fail(Exit::DoesNotConform, &error)
        }
        Err(error) => fail(Exit::Usage, &error),
    }
}

/// The record, folded again.
fn again(directory: &Path, verified: &Verified) -> Result<Again<'static>, ReportError> {
    let is_load = match &verified.manifest {
        Some(manifest) => manifest.outcome().kind == Kind::Load,
        None => !directory.join(reports::directory::EVENTS_FILE).exists(),
    };
    if !is_load {
        return verify::fold_again(directory);
    }
    match fold_again(directory) {
        Ok(run) => Ok(Again {
            outcome: outcome(&run),
            rendered: Box::new(move |lang| rendered(&run, lang)),
        }),
        Err(RecordError::Report(LoadReportError::Altered(error))) => Err(error),
        Err(error) => {
            Err(ReportError::Campaign { path: directory.to_owned(), told: error.to_string() })
        }
    }
}

fn tell(verified: &Verified, lang: Lang) -> Exit {
    for finding in &verified.findings {
        result(format_args!("{} : {}", finding.file, finding.alteration.sentence(lang)));
    }
    if !verified.findings.is_empty() {
        return Exit::DoesNotConform;
    }
    if let Some(manifest) = &verified.manifest {
        let run = manifest.outcome();
        result(format_args!("{} {} {}", run.run, run.verdict, run.target.name));
    }
    if verified.manifest.is_some() {
        result(verified.rendering(lang));
    }
    result(verified.seal.sentence(lang));
    match verified.seal {
        Seal::Signed => Exit::Success,
        Seal::NoKey | Seal::NotSigned | Seal::None => Exit::Undecided,
    }
}
