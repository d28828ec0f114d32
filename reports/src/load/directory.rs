//! The directory of a campaign. The names of its files are an interface that others script against.

use std::path::{Path, PathBuf};

use super::{Clock, LOAD_REPORT_FORMAT, LoadRun, LoadVerdict, objective_sentence, render_load};
use crate::bounded;
use crate::directory::ReportError;
use crate::manifest::{self, Kind, Outcome, TargetOfRun, TestResult};
use crate::texts::Lang;

/// The histograms of each second: an HdrHistogram interval log, version 2, in microseconds; see
/// [`histogram_tag`].
pub const HISTOGRAMS_FILE: &str = "histograms.hlog";
/// The account of every case, one a line.
pub const AUDIT_FILE: &str = "audit.jsonl";
/// The directory of the `.hgrm` files: one for each operation or journey and clock.
pub const PERCENTILES_DIRECTORY: &str = "percentiles";

/// The tag of a histogram in the interval log: `response.listNotifications`.
pub fn histogram_tag(clock: Clock, subject: &str) -> String {
    format!("{}.{subject}", clock.name())
}

/// The clock and the subject of a tag; none when it is no tag of ours.
pub fn split_histogram_tag(tag: &str) -> Option<(Clock, &str)> {
    let (name, subject) = tag.split_once('.')?;
    let clock = Clock::ALL.into_iter().find(|clock| clock.name() == name)?;
    (!subject.is_empty()).then_some((clock, subject))
}

/// A format of the report of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadFormat {
    /// `report.html`: for people; self-contained.
    Html,
    /// `report.json`: the model itself; its schema is in `docs/schemas/load-report.schema.json`.
    Json,
    /// `junit.xml`: for continuous integration, objectives as tests.
    Junit,
    /// `summary.md`: for a merge request or a ticket.
    Markdown,
    /// `intervals.csv`: a line a second, for spreadsheets.
    Csv,
}

impl LoadFormat {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Html, Self::Json, Self::Junit, Self::Markdown, Self::Csv];

    /// The file that holds it in the directory of a campaign.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Json => "report.json",
            Self::Junit => "junit.xml",
            Self::Markdown => "summary.md",
            Self::Csv => "intervals.csv",
        }
    }
}

impl From<crate::Format> for LoadFormat {
    fn from(format: crate::Format) -> Self {
        match format {
            crate::Format::Html => Self::Html,
            crate::Format::Json => Self::Json,
            crate::Format::Junit => Self::Junit,
            crate::Format::Markdown => Self::Markdown,
        }
    }
}

/// Why a campaign could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LoadReportError {
    /// Reading failed.
    #[error(
        "cannot read {}: {source}; give the directory that \"load run\" printed", .path.display()
    )]
    Reading {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not the report of a campaign.
    #[error(
        "{} is not the report of a load campaign ({source}); give the directory of one, and not that of a certification",
        .path.display()
    )]
    NotACampaign {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A later étalon wrote it.
    #[error(
        "{} is in format {found}, and this étalon reads up to {LOAD_REPORT_FORMAT}: use the version that wrote it, or a \
         later one", .path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// A file is not as the campaign left it.
    #[error(transparent)]
    Altered(#[from] ReportError),
    /// Writing failed.
    #[error("cannot write {}: {source}; check the rights and the room left there", .path.display())]
    Writing {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// Reads the campaign of a directory, once its record was held to its manifest.
pub fn open_load_run(directory: &Path) -> Result<LoadRun, LoadReportError> {
    hold_record(directory)?;
    let path = directory.join(LoadFormat::Json.file_name());
    let bytes = match bounded::read(&path, bounded::WRITTEN) {
        Ok(bytes) => bytes,
        Err(source) => return Err(LoadReportError::Reading { path, source }),
    };
    match serde_json::from_slice::<LoadRun>(&bytes) {
        Err(source) => Err(LoadReportError::NotACampaign { path, source }),
        Ok(run) if run.format > LOAD_REPORT_FORMAT => {
            Err(LoadReportError::NewerFormat { path, found: run.format })
        }
        Ok(run) => Ok(run),
    }
}

/// What a campaign amounts to, as its manifest says it.
pub fn outcome(run: &LoadRun) -> Outcome {
    let mut counts = vec![("calls", run.all_calls.count), ("errors", run.all_calls.errors)];
    if let Some(audit) = &run.audit {
        counts.extend([("deposited", audit.deposited), ("delivered", audit.delivered)]);
    }
    let facts = &run.run;
    Outcome {
        run: facts.id.clone(),
        kind: Kind::Load,
        target: TargetOfRun {
            name: facts.target.name.clone(),
            version: facts.target.version.clone(),
            url: facts.target.url.clone(),
        },
        verdict: run.verdict.name().to_owned(),
        result: match run.verdict {
            LoadVerdict::WithinObjectives => TestResult::Passed,
            LoadVerdict::OutsideObjectives | LoadVerdict::Invalid => TestResult::Failed,
        },
        counts: counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        outcomes: run
            .objectives
            .iter()
            .zip(1..)
            .map(|(objective, rank)| {
                let sentence = objective_sentence(objective, Lang::En);
                (format!("{rank}. {sentence}"), objective.outcome.name().to_owned())
            })
            .collect(),
        catalogue_edition: None,
    }
}

/// Every rendered file of a campaign, by its name.
pub fn rendered(run: &LoadRun, lang: Lang) -> Vec<(&'static str, String)> {
    LoadFormat::ALL.map(|format| (format.file_name(), render_load(run, format, lang))).into()
}

/// Holds the record of a campaign to its manifest; says whether there is one.
pub fn hold_record(directory: &Path) -> Result<bool, ReportError> {
    let names = [LoadFormat::Json.file_name(), HISTOGRAMS_FILE, AUDIT_FILE];
    manifest::hold(directory, &names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_back() {
        for clock in Clock::ALL {
            let tag = histogram_tag(clock, "listNotifications");
            assert_eq!(split_histogram_tag(&tag), Some((clock, "listNotifications")));
        }
        for no_tag in ["", "response", "response.", "listNotifications.response"] {
            assert_eq!(split_histogram_tag(no_tag), None);
        }
    }

    #[test]
    fn what_is_no_campaign_says_what_to_give() {
        let directory = tempfile::tempdir().unwrap();
        let missing = open_load_run(directory.path()).unwrap_err().to_string();
        assert!(missing.contains("that \"load run\" printed"), "{missing}");
        std::fs::write(directory.path().join("report.json"), "{\"format\": 1}").unwrap();
        let other = open_load_run(directory.path()).unwrap_err().to_string();
        assert!(other.contains("not that of a certification"), "{other}");
    }
}
