//! The reports of a campaign: each format is one projection of the model, in its own module, and
//! knows no other.

pub mod csv;
mod html;
mod json;
mod junit;
mod markdown;

use std::path::Path;

pub(crate) use html::{CHARTS_STYLE, SoFar, verdict};

use super::directory::{LoadFormat, LoadReportError, rendered};
use super::{LoadRun, LoadVerdict, Outcome};
use crate::texts::Lang;

/// Renders a campaign.
pub fn render_load(run: &LoadRun, format: LoadFormat, lang: Lang) -> String {
    match format {
        LoadFormat::Html => html::render(run, lang),
        LoadFormat::Json => json::render(run, lang),
        LoadFormat::Junit => junit::render(run, lang),
        LoadFormat::Markdown => markdown::render(run, lang),
        LoadFormat::Csv => csv::render(run),
    }
}

/// Writes every report of a campaign into its directory.
pub fn write_load_reports(
    directory: &Path,
    run: &LoadRun,
    lang: Lang,
) -> Result<(), LoadReportError> {
    for (name, text) in rendered(run, lang) {
        let path = directory.join(name);
        crate::fresh::write(&path, text)
            .map_err(|source| LoadReportError::Writing { path, source })?;
    }
    Ok(())
}

/// A sign beside a word, so that neither colour nor shape alone carries the meaning.
fn outcome_sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Kept => "✓",
        Outcome::Broken => "✗",
        Outcome::NotMeasured => "?",
    }
}

fn verdict_sign(verdict: LoadVerdict) -> &'static str {
    match verdict {
        LoadVerdict::WithinObjectives => "✓",
        LoadVerdict::OutsideObjectives => "✗",
        LoadVerdict::Invalid => "?",
    }
}

#[cfg(test)]
mod tests;
