//! `etalon load compare`: how much each operation's times changed from one campaign to another, and
//! whether that can be told from chance. It fails only by what --fail-if asks.

use std::path::PathBuf;

use load::compare::criterion::{Criterion, Decision};
use load::compare::{Change, Comparison, Row, Unlike, compare};

use super::fail;
use crate::arguments::LoadCompareArguments;
use crate::exit::Exit;
use crate::output::{listed, say};

pub(crate) fn run(arguments: &LoadCompareArguments) -> Exit {
    let side = |first: &PathBuf, more: &[PathBuf]| -> Vec<PathBuf> {
        std::iter::once(first).chain(more).cloned().collect()
    };
    let base = side(&arguments.base, &arguments.more_base);
    let new = side(&arguments.new, &arguments.more_new);
    let comparison = match compare(&base, &new, arguments.seed) {
        Ok(comparison) => comparison,
        Err(error) => return fail(Exit::Usage, &error),
    };
    listed(format_args!(
        "{:<28} {:<9} {:>7} {:>12} {:>12} {:>9} {:>20}  verdict",
        "operation", "clock", "", "base", "new", "change", "99 % interval"
    ));
    comparison.rows.iter().for_each(show);
    remarks(&comparison, base.len().min(new.len()));
    let decisions = arguments.fail_if.iter().map(|criterion| decided(criterion, &comparison));
    decisions.min().unwrap_or(Exit::Success)
}

fn show(row: &Row) {
    let interval = row.interval.map_or_else(
        || "–".to_owned(),
        |(low, high)| format!("{:+.1} … {:+.1} %", low * 100.0, high * 100.0),
    );
    let verdict = match row.verdict {
        Change::Better => "better",
        Change::Worse => "worse",
        Change::CannotTell => "cannot tell",
        Change::TooFew => "too few calls to tell",
    };
    listed(format_args!(
        "{:<28} {:<9} {:>7} {:>9} µs {:>9} µs {:>+7.1} % {interval:>20}  {verdict}",
        row.subject,
        row.clock.name(),
        format!("p{}", row.percentile),
        row.base_us,
        row.new_us,
        row.change * 100.0,
    ));
}

/// What a reader of the figures must know.
fn remarks(comparison: &Comparison, runs: usize) {
    for (side, subjects) in [("base", &comparison.only_base), ("new", &comparison.only_new)] {
        if !subjects.is_empty() {
            let names: Vec<&str> = subjects.iter().map(String::as_str).collect();
            say(format_args!("only in {side}: {}", names.join(", ")));
        }
    }
    for unlike in &comparison.unlike {
        say(match unlike {
            Unlike::Errors(base, new) => format!(
                "more calls failed: {:.2} % of them, {:.2} % before: times that are not longer prove nothing",
                new * 100.0,
                base * 100.0
            ),
            Unlike::Load(base, new) => format!(
                "another load: {new:.1} journeys a second were due, {base:.1} before: times that are not longer prove nothing"
            ),
        });
    }
    for run in &comparison.invalid {
        say(format_args!(
            "{} is invalid (its generator was the bottleneck, or it was not measured to its end): nothing is decided from it",
            run.display()
        ));
    }
    if runs == 1 {
        say(
            "a side has one run: what differs from one run to the next is not in its intervals; add runs with --base and --new",
        );
    }
}

fn decided(criterion: &Criterion, comparison: &Comparison) -> Exit {
    let (exit, says) = match criterion.verdict(comparison) {
        Decision::Holds => (Exit::Success, "holds"),
        Decision::Exceeded => (Exit::DoesNotConform, "is exceeded"),
        Decision::Undecided => (Exit::Undecided, "cannot be told"),
    };
    let subject = criterion.subject.as_deref().unwrap_or("every operation");
    listed(format_args!(
        "{subject}: {} p{} at most +{} % {says}",
        criterion.clock.name(),
        criterion.percentile,
        criterion.more_than * 100.0
    ));
    exit
}
