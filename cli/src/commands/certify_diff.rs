//! `etalon certify diff`: two runs compared rule by rule.

use std::path::Path;

use reports::diff::{Change, diff};
use reports::{Lang, open_run};

use super::fail;
use crate::exit::Exit;

pub(crate) fn run(before: &Path, after: &Path) -> Exit {
    let (before, after) = match (open_run(before), open_run(after)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(error), _) | (_, Err(error)) => return fail(Exit::Usage, &error),
    };
    let changes = diff(&before, &after, Lang::Fr);
    let name =
        |outcome: Option<reports::RuleOutcome>| outcome.map_or("-", reports::RuleOutcome::name);
    for change in &changes {
        println!(
            "{:<8} {:<16} → {:<16} {}",
            change.rule,
            name(change.before),
            name(change.after),
            change.title
        );
    }
    println!("{} règles diffèrent", changes.len());
    let worst = changes.iter().map(|change| change.change).min();
    match worst {
        Some(Change::NewlyFailing) => Exit::DoesNotConform,
        Some(Change::NoLongerDecided) => Exit::Undecided,
        _ => Exit::Success,
    }
}
