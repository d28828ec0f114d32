//! The instants of a replay, from a CSV file: the first column of each row, in seconds. A row that
//! is not understood is an error with its line: what is left out in silence would be another
//! campaign.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reports::bounded;
use serde::Deserialize;

use super::super::Refusal;

const KEY: &str = "arrivals.file";
/// Largest file that is read, in bytes: a day of 30 million calls takes a third of it.
const LARGEST: u64 = 1_000_000_000;

/// What is between the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Separator {
    #[serde(rename = ",")]
    Comma,
    /// With it a decimal may be written with a comma, as spreadsheets in French do.
    #[serde(rename = ";")]
    Semicolon,
}

/// The instants of a file; the first is the start of the measured campaign.
pub(super) fn replayed(
    path: &Path,
    separator: Option<Separator>,
    compression: f64,
    warm_up: Duration,
) -> Result<Arc<[Duration]>, Refusal> {
    let text = bounded::read_text(path, LARGEST)
        .map_err(|error| (KEY, format!("{} cannot be read: {error}", path.display())))?;
    let mut seconds = instants(&text, separator).map_err(|reason| (KEY, reason))?;
    seconds.sort_by(f64::total_cmp);
    let Some(first) = seconds.first().copied() else {
        return Err((KEY, format!("{} holds no instant", path.display())));
    };
    let due = |second: &f64| {
        let since = Duration::try_from_secs_f64((second - first) / compression).ok()?;
        since.checked_add(warm_up)
    };
    let instants: Option<Arc<[Duration]>> = seconds.iter().map(due).collect();
    instants.ok_or_else(|| (KEY, "holds an instant out of reach".to_owned()))
}

/// The instants of a text, in seconds, or which line is not understood. The first line may be a
/// heading.
fn instants(text: &str, separator: Option<Separator>) -> Result<Vec<f64>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut seconds = Vec::new();
    for (rank, row) in text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let wrong = |why: &str| Err(format!("line {}: {why}", rank + 1));
        if separator.is_none() && row.contains(';') {
            return wrong("has a semicolon: declare separator = \";\" or separator = \",\"");
        }
        let column = if separator == Some(Separator::Semicolon) { ';' } else { ',' };
        let field = unquoted(row.split(column).next().unwrap_or_default().trim());
        match number(field, separator) {
            Some(number) => seconds.push(number),
            None if rank == 0 && field.starts_with(char::is_alphabetic) => {}
            None => return wrong(&format!("\"{field}\" is no number of seconds")),
        }
    }
    Ok(seconds)
}

fn unquoted(field: &str) -> &str {
    field.strip_prefix('"').and_then(|field| field.strip_suffix('"')).unwrap_or(field).trim()
}

fn number(field: &str, separator: Option<Separator>) -> Option<f64> {
    let parsed = match separator {
        Some(Separator::Semicolon) => field.replacen(',', ".", 1).parse(),
        _ => field.parse(),
    };
    parsed.ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_understood_as_they_are_declared() {
        for (text, separator, seconds) in [
            ("time,call\n12.5,a\n10,b\n\n", None, vec![12.5, 10.0]),
            ("\u{feff}0.0\n\"0.5\"\n1.9\n-1\n.5\n", None, vec![0.0, 0.5, 1.9, -1.0, 0.5]),
            ("temps;appel\n0,5;a\n1.5;b\n", Some(Separator::Semicolon), vec![0.5, 1.5]),
            ("0.5,a;b\n", Some(Separator::Comma), vec![0.5]),
        ] {
            assert_eq!(instants(text, separator), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn a_row_that_is_not_understood_is_named_by_its_line() {
        for (text, separator, line) in [
            ("temps;appel\n0,5;a\n", None, 1),
            ("0.5\n0,5;a\n", None, 2),
            ("0.5\nbientôt\n", None, 2),
            ("0.5\n\"0.5\n", None, 2),
            ("0,5;a\n1.000,5;a\n", Some(Separator::Semicolon), 2),
            ("temps\n\ninf\n", None, 3),
        ] {
            let reason = instants(text, separator).unwrap_err();
            assert!(reason.starts_with(&format!("line {line}: ")), "{text}: {reason}");
        }
    }
}
