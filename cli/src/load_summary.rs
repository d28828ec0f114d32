//! What the terminal is told of a campaign, the verdict last: the calls as a table of at most 80
//! columns, the errors, the objectives, why the generator was in the way. Lays out; judges nothing.

use std::path::Path;

use reports::Lang;
use reports::load::figures::{integer, latency, share};
use reports::load::{
    LoadFormat, LoadRun, LoadVerdict, Outcome, Timed, bottleneck_sentence, error_name,
    load_verdict_sentence, objective_sentence, observed_sentence, outcome_name,
};

use crate::terminal::{Line, Tone, fitted};

/// Room for the name of an operation.
const NAME_WIDTH: usize = 32;

/// Everything that is told of a campaign.
pub(crate) fn lines(run: &LoadRun, directory: &Path, lang: Lang) -> Vec<Line> {
    let mut lines = operations(run, lang);
    errors(run, lang, &mut lines);
    objectives(run, lang, &mut lines);
    for bottleneck in &run.generator.bottlenecks {
        lines.push(Line(Tone::Warning, format!("! {}", bottleneck_sentence(bottleneck, lang))));
    }
    lines.push(Line(Tone::Plain, String::new()));
    let page = directory.join(LoadFormat::Html.file_name());
    lines.push(Line(Tone::Plain, page.display().to_string()));
    let (tone, sign) = match run.verdict {
        LoadVerdict::WithinObjectives => (Tone::Good, "✓"),
        LoadVerdict::OutsideObjectives => (Tone::Bad, "✗"),
        LoadVerdict::Invalid => (Tone::Warning, "?"),
    };
    lines.push(Line(tone, format!("{sign} {}", load_verdict_sentence(run, lang))));
    lines
}

/// The response times of each operation, and of all calls.
fn operations(run: &LoadRun, lang: Lang) -> Vec<Line> {
    let row = |name: &str, [calls, p50, p99, errors]: [&str; 4]| {
        format!("{} {calls:>10} {p50:>11} {p99:>11} {errors:>11}", fitted(name, NAME_WIDTH))
    };
    let (title, calls, errors, all) = match lang {
        Lang::Fr => ("Temps de réponse", "appels", "erreurs", "Tous les appels"),
        Lang::En => ("Response time", "calls", "errors", "All calls"),
    };
    let of = |name: &str, timed: &Timed| {
        let told = |at: Option<u64>| at.map_or_else(|| "–".to_owned(), |us| latency(us, lang));
        let times = timed.response_time.as_ref();
        let p50 = told(times.map(|times| times.latency_us_p50));
        let p99 = told(times.map(|times| times.latency_us_p99));
        let (count, errors) = match timed.errors {
            0 => (integer(timed.count, lang), "·".to_owned()),
            errors => (integer(timed.count, lang), integer(errors, lang)),
        };
        let tone = if timed.errors == 0 { Tone::Plain } else { Tone::Bad };
        Line(tone, row(name, [&count, &p50, &p99, &errors]))
    };
    let mut lines = vec![Line(Tone::Faint, row(title, [calls, "p50", "p99", errors]))];
    lines.extend(run.operations.iter().map(|timed| of(&timed.name, timed)));
    lines.push(of(all, &run.all_calls));
    lines
}

fn errors(run: &LoadRun, lang: Lang, lines: &mut Vec<Line>) {
    for (kind, count) in &run.errors {
        let of_all = share(*count as f64 / run.all_calls.count.max(1) as f64, lang);
        let (count, name) = (integer(*count, lang), error_name(kind, lang));
        lines.push(Line(Tone::Bad, format!("✗ {name}{}{count} ({of_all})", lang.colon())));
    }
}

fn objectives(run: &LoadRun, lang: Lang, lines: &mut Vec<Line>) {
    if !run.objectives.is_empty() {
        lines.push(Line(Tone::Plain, String::new()));
    }
    for objective in &run.objectives {
        let (tone, sign) = match objective.outcome {
            // Of a campaign that decides nothing nothing is good.
            Outcome::Kept if run.verdict == LoadVerdict::Invalid => (Tone::Plain, "·"),
            Outcome::Kept => (Tone::Plain, "✓"),
            Outcome::Broken => (Tone::Bad, "✗"),
            Outcome::NotMeasured => (Tone::Warning, "?"),
        };
        let what = objective_sentence(objective, lang);
        let (outcome, observed) =
            (outcome_name(objective.outcome, lang), observed_sentence(objective, lang));
        lines.push(Line(tone, format!("{sign} {what} — {outcome}{}{observed}", lang.colon())));
    }
}

#[cfg(test)]
mod tests {
    use reports::load::Bottleneck;

    use super::*;
    use crate::terminal::shown;

    fn recorded() -> LoadRun {
        let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records/load");
        let text = std::fs::read_to_string(record.join("report.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_terminal_shows_a_campaign_and_its_table_fits() {
        let told = lines(&recorded(), Path::new("report"), Lang::Fr);
        for line in told.iter().take_while(|line| !line.1.is_empty()) {
            assert!(line.1.chars().count() <= 80, "{}", line.1);
        }
        insta::assert_snapshot!("campaign", shown(&told));
    }

    #[test]
    fn a_terminal_says_why_a_campaign_is_invalid() {
        let mut run = recorded();
        run.generator.bottlenecks =
            vec![Bottleneck::LateStarts { latency_us_p99: 132_000, limit_us: 20_000 }];
        let told = lines(&run.judged(), Path::new("report"), Lang::En);
        assert!(told.iter().any(|line| line.1.contains("132")), "{}", shown(&told));
        insta::assert_snapshot!("invalid_campaign", shown(&told));
    }
}
