//! The directory of a run: reads its record back, judges it, and writes the reports beside it. The
//! names of the files are an interface that others script against.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};

use contract::exchange::Exchange;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::alteration::Altered;
use crate::chain::{ChainError, Record};
use crate::event::{EVENT_FORMAT, Event};
use crate::fold::{Fold, FoldError};
use crate::fresh;
use crate::manifest::{self, Kind, Outcome, TargetOfRun, TestResult};
use crate::render::har::Har;
use crate::render::{Format, render};
use crate::run::{RuleOutcome, Run};
use crate::texts::Lang;
use crate::verdict::Verdict;

/// The whole run, one event a line.
pub const EVENTS_FILE: &str = "events.jsonl";
/// Every request and answer, one a line.
pub const EXCHANGES_FILE: &str = "exchanges.jsonl";

/// The validation sheet of a client.
pub(crate) const SHEET_FILE: &str = "sheet.html";

/// Why a run could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There is no run there.
    #[error(
        "{} holds no run: its {EVENTS_FILE} is missing; give the directory that the certification \
         printed, such as etalon-report/2026-11-21-ab12cd34", .0.display()
    )]
    NoRun(PathBuf),
    /// A line is not an event.
    #[error(
        "line {line} of {} is not an event of a run ({source}); if the file was edited, restore it, \
         otherwise run the certification again", .path.display()
    )]
    BadLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A line is not the one that was written there.
    #[error(
        "{}: {source}; copy it again from where it was made, or run the certification again",
        .path.display()
    )]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: ChainError,
    },
    /// The record of a campaign cannot be folded again.
    #[error("{}: {told}", .path.display())]
    Campaign {
        /// Its directory.
        path: PathBuf,
        /// Why.
        told: String,
    },
    /// A file is not as the run left it.
    #[error(transparent)]
    Altered(#[from] Altered),
    /// A later étalon wrote it.
    #[error(
        "{} was recorded in format {found}, and this étalon reads up to {EVENT_FORMAT}: render it \
         with the version of étalon that recorded it, or a later one", .path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
    },
    /// The record says too little.
    #[error("{}: {source}", .path.display())]
    Incomplete {
        /// The file.
        path: PathBuf,
        /// What is missing.
        source: FoldError,
    },
    /// Reading failed.
    #[error("cannot read {}: {source}; check that the file is there and readable", .path.display())]
    Reading {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Writing failed.
    #[error(
        "cannot write {}: {source}; check the rights and the room left there, or give another \
         directory with --report", .path.display()
    )]
    Writing {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl ReportError {
    pub(crate) fn writing(path: &Path, source: std::io::Error) -> Self {
        Self::Writing { path: path.to_owned(), source }
    }

    pub(crate) fn reading(path: &Path, source: std::io::Error) -> Self {
        Self::Reading { path: path.to_owned(), source }
    }
}

/// Reads a run back from its directory, and judges it. Its record is hostile until it was held to
/// its chains, and to the manifest where there is one: a run that is going on, one that was killed,
/// and one of before have none.
pub fn open_run(directory: &Path) -> Result<Run, ReportError> {
    manifest::hold(directory, &[EVENTS_FILE, EXCHANGES_FILE])?;
    let path = directory.join(EVENTS_FILE);
    let mut fold = None;
    let head = for_each_line(&path, |line, value| {
        let format = value["format"].as_u64().unwrap_or(0);
        if line == 1 && format > u64::from(EVENT_FORMAT) {
            return Err(ReportError::NewerFormat { path: path.clone(), found: format });
        }
        let event = serde_json::from_value(value).map_err(|source| ReportError::BadLine {
            path: path.clone(),
            line,
            source,
        })?;
        match (&mut fold, event) {
            (None, Event::RunStarted(start)) => fold = Some(Fold::new(*start)),
            (None, _) => return Err(no_start(&path)),
            (Some(fold), event) => fold.apply(event),
        }
        Ok(())
    })?;
    let mut run = fold.ok_or_else(|| no_start(&path))?.finish();
    run.head = head;
    take_exchanges(&mut run, &directory.join(EXCHANGES_FILE))?;
    Ok(run)
}

fn no_start(path: &Path) -> ReportError {
    ReportError::Incomplete { path: path.to_owned(), source: FoldError::NoStart }
}

/// How many answers are asked for the hub's clock: the first ones, before a run steers any.
const CLOCK_READINGS: usize = 25;

/// Takes the exchanges that the reports show, and no other: there may be a great many. A run
/// without its exchanges is still a run.
fn take_exchanges(run: &mut Run, path: &Path) -> Result<(), ReportError> {
    if !path.exists() {
        return Ok(());
    }
    let cited: BTreeSet<String> = run.cited_exchanges().map(str::to_owned).collect();
    let mut readings = Vec::new();
    for_each_line(path, |_, line| {
        let is_cited = line["id"].as_str().is_some_and(|id| cited.contains(id));
        if !is_cited && readings.len() == CLOCK_READINGS {
            return Ok(());
        }
        // What is no exchange shows nothing: the reports say that it is missing.
        if let Ok(exchange) = serde_json::from_value::<Exchange>(line) {
            if readings.len() < CLOCK_READINGS {
                readings.extend(ahead_ms(&exchange));
            }
            run.exchanges.extend(is_cited.then(|| (exchange.id.clone(), exchange)));
        }
        Ok(())
    })?;
    readings.sort_unstable();
    let middle = readings.get(readings.len() / 2).filter(|_| run.client.is_none());
    run.clock_ahead_s = middle.map(|ms| (*ms as f64 / 1_000.0).round() as i64);
    Ok(())
}

/// By how many milliseconds the `Date` of an answer is ahead of the middle of its call; a date has
/// no fractions, so half a second is its most likely one.
fn ahead_ms(exchange: &Exchange) -> Option<i64> {
    let date = OffsetDateTime::parse(exchange.answer_header("date")?, &Rfc2822).ok()?;
    let half_way = i64::try_from(exchange.duration_us / 2_000).ok()?;
    Some(date.unix_timestamp() * 1_000 + 500 - exchange.sent_at.unix_ms() - half_way)
}

/// Hands over every exchange of a record. What is no exchange shows nothing, and is passed over.
pub fn for_each_exchange(
    directory: &Path,
    mut each: impl FnMut(Exchange),
) -> Result<(), ReportError> {
    manifest::hold(directory, &[EXCHANGES_FILE])?;
    for_each_line(&directory.join(EXCHANGES_FILE), |_, line| {
        serde_json::from_value(line).ok().into_iter().for_each(&mut each);
        Ok(())
    })
    .map(drop)
}

/// Reads a record, and gives the head of its chain.
fn for_each_line(
    path: &Path,
    mut each: impl FnMut(u64, Value) -> Result<(), ReportError>,
) -> Result<Option<String>, ReportError> {
    let file = File::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => {
            ReportError::NoRun(path.parent().unwrap_or(Path::new("")).to_owned())
        }
        _ => ReportError::reading(path, source),
    })?;
    let mut record = Record::new(BufReader::new(file));
    for line in record.by_ref() {
        let (line, value) = line.map_err(|source| match source {
            ChainError::Reading(source) => ReportError::reading(path, source),
            source => ReportError::Record { path: path.to_owned(), source },
        })?;
        each(line, value)?;
    }
    Ok(record.head().map(str::to_owned))
}

/// Writes every report of a run into its directory.
pub(crate) fn write_reports(directory: &Path, run: &Run, lang: Lang) -> Result<(), ReportError> {
    for (name, text) in rendered(run, lang) {
        let path = directory.join(name);
        fresh::write(&path, text).map_err(|source| ReportError::writing(&path, source))?;
    }
    Ok(())
}

/// What a run amounts to, as its manifest says it.
pub fn outcome(run: &Run) -> Outcome {
    let outcomes = RuleOutcome::ALL.into_iter();
    let outcomes = outcomes.map(|outcome| (outcome.name(), run.counts.get(outcome)));
    let counts = std::iter::once(("expected", run.counts.expected)).chain(outcomes);
    let target = &run.header.target;
    Outcome {
        run: run.header.id.clone(),
        kind: if run.client.is_some() { Kind::Client } else { Kind::Hub },
        target: TargetOfRun {
            name: target.name.clone(),
            version: target.version.clone(),
            url: target.url.clone(),
        },
        verdict: run.verdict.name().to_owned(),
        result: match run.verdict {
            Verdict::Conforms if run.mandatory.expected_failure > 0 => TestResult::Warned,
            Verdict::Conforms => TestResult::Passed,
            Verdict::DoesNotConform | Verdict::Undecided => TestResult::Failed,
        },
        counts: counts.map(|(name, count)| (name.to_owned(), count as u64)).collect(),
        outcomes: run
            .rules
            .iter()
            .map(|rule| (rule.id.to_string(), rule.outcome.name().to_owned()))
            .collect(),
        catalogue_edition: run.header.catalogue_edition,
    }
}

/// Every rendered file of a run, by its name.
pub(crate) fn rendered(run: &Run, lang: Lang) -> Vec<(&'static str, String)> {
    let sheet = crate::render::sheet(run).map(|sheet| (SHEET_FILE, sheet));
    let reports = Format::ALL.map(|format| (format.file_name(), render(run, format, lang)));
    reports.into_iter().chain(sheet).collect()
}

/// Renders a recorded run again.
pub fn render_from_dir(
    directory: &Path,
    format: Format,
    lang: Lang,
) -> Result<String, ReportError> {
    open_run(directory).map(|run| render(&run, format, lang))
}

/// Every exchange of a recorded run, as a HAR.
pub fn har_from_dir(directory: &Path, lang: Lang) -> Result<String, ReportError> {
    let run = open_run(directory)?;
    let mut har = Har::new(&run, lang);
    for_each_line(&directory.join(EXCHANGES_FILE), |_, line| {
        // Marks of a bench are no exchanges.
        if let Ok(exchange) = serde_json::from_value::<Exchange>(line) {
            har.push(&exchange);
        }
        Ok(())
    })?;
    Ok(har.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(events: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(EVENTS_FILE), events).unwrap();
        open_run(directory.path()).unwrap_err().to_string()
    }

    #[test]
    fn each_way_of_being_no_run_says_what_to_do() {
        let nowhere = open_run(Path::new("/nowhere/at-all")).unwrap_err().to_string();
        assert!(nowhere.contains("give the directory"), "{nowhere}");
        assert!(opened("").contains("run the certification again"));
        assert!(
            opened("{\"event\":\"note\",\"level\":\"info\",\"text\":\"\"}\n")
                .contains("run_started")
        );
        assert!(opened("no json\n").contains("line 1"));
        assert!(opened("{\"event\":\"unheard of\"}\n").contains("line 1"));
        assert!(opened("{\"event\":\"run_started\",\"format\":99}\n").contains("format 99"));
    }
}
