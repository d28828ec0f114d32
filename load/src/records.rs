//! Records of campaigns, read back and folded again: one to render it, several shards as one. What
//! a report says of what its seconds and histograms say is not believed.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use reports::load::directory::{LoadReportError, open_load_run};
use reports::load::{LoadRun, Timed};

use crate::fold::{Circumstances, fold};
use crate::histograms::BySlot;
use crate::interval_log::{Interval, Log, LogError};
use crate::series::Clock;

/// Why a record cannot be folded again.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The report cannot be read.
    #[error(transparent)]
    Report(#[from] LoadReportError),
    /// Histograms cannot be read or written.
    #[error(transparent)]
    Histograms(#[from] LogError),
    /// Its parts contradict each other.
    #[error(
        "{}: report.json counts {told} calls and histograms.hlog {found}: the record is not whole; copy it again, or run the \
         campaign again", .directory.display()
    )]
    NotWhole {
        /// The directory.
        directory: PathBuf,
        /// Calls that the report counts.
        told: u64,
        /// Calls in the log.
        found: u64,
    },
}

/// A record that is being read.
pub(crate) struct Record {
    directory: PathBuf,
    pub(crate) run: LoadRun,
    log: Peekable<Log>,
    calls: u64,
}

impl Record {
    pub(crate) fn open(directory: &Path) -> Result<Self, RecordError> {
        Ok(Self {
            directory: directory.to_owned(),
            run: open_load_run(directory)?,
            log: Log::open(directory)?.peekable(),
            calls: 0,
        })
    }

    /// Adds the histograms of a second; those of the seconds before were read.
    pub(crate) fn read(&mut self, second: u64, into: &mut BySlot<u32>) -> Result<(), RecordError> {
        let of_another = |interval: &Interval| interval.second != second;
        while let Some(interval) =
            self.log.next_if(|interval| !interval.as_ref().is_ok_and(of_another))
        {
            let Interval { clock, subject, histogram, .. } = interval?;
            if subject.is_call() && clock == Clock::Response {
                self.calls += histogram.len();
            }
            into.add_all(subject, clock, &histogram);
        }
        Ok(())
    }

    /// That everything was read, and is as many calls as the report counts.
    pub(crate) fn check_whole(mut self) -> Result<(), RecordError> {
        if let Some(Err(error)) = self.log.find(Result::is_err) {
            return Err(error.into());
        }
        let (told, found) = (self.run.all_calls.count, self.calls);
        if told == found {
            return Ok(());
        }
        Err(RecordError::NotWhole { directory: self.directory, told, found })
    }
}

/// The campaign of a directory, folded again from its record.
pub fn fold_again(directory: &Path) -> Result<LoadRun, RecordError> {
    let mut record = Record::open(directory)?;
    let (circumstances, seconds) = (circumstances(&record.run), record.run.seconds.clone());
    let run = fold(circumstances, seconds, |second, into| record.read(second, into))?;
    record.check_whole()?;
    Ok(run)
}

/// What a report says that its seconds and histograms do not.
pub(crate) fn circumstances(run: &LoadRun) -> Circumstances {
    let told = run.seconds.iter().any(|second| !second.errors_by_operation.is_empty());
    let of = |timed: &Timed| (timed.name.clone(), timed.errors_by_kind.clone());
    Circumstances {
        run: run.run.clone(),
        asked_journeys: run.achieved.asked_journeys,
        asked_calls: run.achieved.asked_calls,
        sent_bytes: run.achieved.sent_bytes,
        received_bytes: run.achieved.received_bytes,
        warm_up: run.warm_up,
        objectives: run.objectives.clone(),
        steps: run.steps.clone(),
        generator: run.generator.clone(),
        audit: run.audit.clone(),
        errors: if told { BTreeMap::new() } else { run.operations.iter().map(of).collect() },
        samples: run.samples.clone(),
        refused_by_quota: run.refused_by_quota.clone(),
        reconciliation: run.reconciliation.clone(),
    }
}
