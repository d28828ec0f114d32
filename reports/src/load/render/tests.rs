//! Each format, of the sample campaigns.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::load::directory::open_load_run;
use crate::load::{load_verdict_sentence, sample};

const SCHEMA: &str = include_str!("../../../../docs/schemas/load-report.schema.json");

fn deviations(report: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let report: Value = serde_json::from_str(report).unwrap();
    let errors = validator.iter_errors(&report);
    errors.map(|error| format!("{error} at {}", error.instance_path())).collect()
}

#[test]
fn each_format_shows_the_sample_campaign() {
    for format in [LoadFormat::Html, LoadFormat::Junit, LoadFormat::Markdown] {
        let name = format!("load.{}", format.file_name());
        insta::assert_snapshot!(name, render_load(&sample::run(), format, Lang::Fr));
    }
    let csv = render_load(&sample::run(), LoadFormat::Csv, Lang::Fr);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + sample::run().seconds.len());
    insta::assert_snapshot!("load.intervals.csv", [lines[0], lines[1], lines[71]].join("\n"));
}

#[test]
fn the_report_keeps_its_schema_and_is_read_back() {
    let runs = [
        sample::run(),
        sample::invalid_run(),
        sample::kept_run(),
        sample::losing_run(),
        sample::hopeless_run(),
    ];
    for run in runs {
        let json = render_load(&run, LoadFormat::Json, Lang::Fr);
        assert_eq!(deviations(&json), [""; 0]);
        let directory = tempfile::tempdir().unwrap();
        write_load_reports(directory.path(), &run, Lang::En).unwrap();
        assert_eq!(open_load_run(directory.path()).unwrap(), run);
    }
}

#[test]
fn a_total_failure_is_the_headline_and_is_shown_by_its_exchange() {
    let run = sample::hopeless_run();
    let sentence = load_verdict_sentence(&run, Lang::Fr);
    assert!(sentence.starts_with("Échec total"), "{sentence}");
    assert!(sentence.contains("12") && sentence.contains("createFolder"), "{sentence}");
    let html = render_load(&run, LoadFormat::Html, Lang::Fr);
    assert!(html.contains("&lt;b&gt;no&lt;/b&gt;") && html.contains("curl -sS"), "no exchange");
    let summary = render_load(&run, LoadFormat::Markdown, Lang::Fr);
    assert!(summary.contains("POST /folders → HTTP/1.1 400"), "{summary}");
    let slow = sample::invalid_run();
    let run = crate::load::LoadRun { generator: slow.generator, ..run }.judged();
    assert!(load_verdict_sentence(&run, Lang::En).starts_with("Total failure"));
    assert_eq!(run.verdict, LoadVerdict::Invalid);
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    let json = render_load(&sample::run(), LoadFormat::Json, Lang::Fr);
    for (from, to) in [
        ("\"outside_objectives\"", "\"perhaps\""),
        ("\"latency_us_p99\"", "\"p99\""),
        ("\"phase\": \"measured\"", "\"phase\": \"over\""),
        ("\"measure\": \"latency\"", "\"measure\": \"beauty\""),
    ] {
        assert!(json.contains(from), "{from}");
        assert!(!deviations(&json.replace(from, to)).is_empty(), "{to}");
    }
}

#[test]
fn a_verdict_is_what_was_measured() {
    assert_eq!(sample::run().verdict, LoadVerdict::OutsideObjectives);
    assert_eq!(sample::invalid_run().verdict, LoadVerdict::Invalid);
    assert_eq!(sample::kept_run().verdict, LoadVerdict::WithinObjectives);
    assert_eq!(sample::losing_run().verdict, LoadVerdict::OutsideObjectives);
    let mut interrupted = sample::kept_run();
    interrupted.run.interrupted = true;
    assert_eq!(interrupted.judged().verdict, LoadVerdict::Invalid);
    let mut unmeasured = sample::kept_run();
    unmeasured.objectives[0].outcome = Outcome::NotMeasured;
    assert_eq!(unmeasured.judged().verdict, LoadVerdict::Invalid);
    let mut pending = sample::kept_run();
    if let Some(audit) = &mut pending.audit {
        audit.pending.add("C0FFEE42-000001");
    }
    assert_eq!(pending.judged().verdict, LoadVerdict::Invalid);
    let spoilt: [fn(&mut crate::load::Audit); 2] =
        [|audit| audit.deposited = 0, |audit| audit.unread_queues = 1];
    for spoil in spoilt {
        let mut unproven = sample::kept_run();
        unproven.audit.as_mut().map(spoil);
        assert_eq!(unproven.judged().verdict, LoadVerdict::Invalid);
    }
    // The generator's faults never hide what the hub did to the télédossiers.
    let mut both = sample::losing_run();
    both.generator.bottlenecks = sample::invalid_run().generator.bottlenecks;
    let both = both.judged();
    assert_eq!(both.verdict, LoadVerdict::OutsideObjectives);
    let sentence = load_verdict_sentence(&both, Lang::Fr);
    assert!(
        sentence.starts_with("Campagne invalide") && sentence.contains("2 perdus"),
        "{sentence}"
    );
}

#[test]
fn each_format_says_the_verdict_first_in_both_languages() {
    for lang in [Lang::Fr, Lang::En] {
        for run in [sample::run(), sample::invalid_run(), sample::losing_run()] {
            let sentence = load_verdict_sentence(&run, lang);
            for format in
                [LoadFormat::Html, LoadFormat::Json, LoadFormat::Junit, LoadFormat::Markdown]
            {
                let text =
                    render_load(&run, format, lang).replace("&#39;", "'").replace("&apos;", "'");
                let at =
                    text.find(&sentence).unwrap_or_else(|| panic!("{format:?} lacks {sentence}"));
                let first_figure = text.find("listNotifications").unwrap();
                assert!(at < first_figure, "{format:?}");
            }
        }
    }
    let english = render_load(&sample::run(), LoadFormat::Html, Lang::En);
    for word in ["Opération", "Objectif", "Centile", "Temps"] {
        assert!(!english.contains(word), "the English page says {word}");
    }
}

#[test]
fn a_bottleneck_is_the_first_line_of_the_page_and_of_the_summary() {
    let run = sample::invalid_run();
    let page = render_load(&run, LoadFormat::Html, Lang::Fr);
    let heading = page.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).unwrap();
    assert!(heading.contains("Campagne invalide"), "{heading}");
    let summary = render_load(&run, LoadFormat::Markdown, Lang::Fr);
    assert!(summary.lines().next().is_some_and(|line| line.contains("Campagne invalide")));
    // No objective of it is green for a pipeline.
    let junit = render_load(&run, LoadFormat::Junit, Lang::Fr);
    assert!(junit.contains("errors=\"7\"") && junit.contains("failures=\"0\""), "{junit}");
}

#[test]
fn a_hostile_text_stays_a_text_and_the_page_loads_nothing() {
    for format in [LoadFormat::Html, LoadFormat::Junit, LoadFormat::Markdown] {
        assert!(
            !render_load(&sample::losing_run(), format, Lang::Fr).contains("<script"),
            "{format:?}"
        );
    }
    let page = render_load(&sample::run(), LoadFormat::Html, Lang::Fr);
    for loading in ["<link", "<script", "<img", "@import", "url(", " src=", "<iframe"] {
        assert!(!page.contains(loading), "the page contains {loading}");
    }
}

/// Every number and every text of a report.
fn scalars(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Number(number) => drop(found.insert(plain(&number.to_string()))),
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| scalars(value, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                found.insert(key.clone());
                scalars(value, found);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// A number without the fraction that says nothing.
fn plain(number: &str) -> String {
    number.strip_suffix(".0").unwrap_or(number).to_owned()
}

/// What stands between two marks, and the rest without it.
fn cut(page: &str, open: &str, close: &str) -> (Vec<String>, String) {
    let (mut inside, mut outside, mut rest) = (Vec::new(), String::new(), page);
    while let Some((before, after)) = rest.split_once(open) {
        let (content, after) = after.split_once(close).expect("what opens closes");
        outside.push_str(before);
        inside.push(content.to_owned());
        rest = after;
    }
    outside.push_str(rest);
    (inside, outside)
}

#[test]
fn every_number_of_the_page_is_in_the_report() {
    for run in [sample::run(), sample::invalid_run(), sample::losing_run()] {
        let json = serde_json::from_str(&render_load(&run, LoadFormat::Json, Lang::Fr)).unwrap();
        let mut known = BTreeSet::new();
        scalars(&json, &mut known);
        let page = render_load(&run, LoadFormat::Html, Lang::Fr);
        let (data, rest) = cut(&page, "<data value=\"", "</data>");
        assert!(data.len() > 300, "only {} figures", data.len());
        for figure in &data {
            let value = figure.split('"').next().unwrap();
            assert!(known.contains(&plain(value)), "{figure} is not in report.json");
        }
        assert_no_other_number(&run, rest);
    }
}

/// Outside `<data>`, digits are only names (percentiles, rules), axes, and what the campaign says
/// in words.
fn assert_no_other_number(run: &LoadRun, mut rest: String) {
    for (open, close) in [
        ("<head>", "</head>"),
        ("<svg", "</svg>"),
        ("<thead>", "</thead>"),
        ("<pre>", "</pre>"),
        ("<h1>", "</h1>"),
        ("<span class=\"constant\">", "</span>"),
    ] {
        rest = cut(&rest, open, close).1;
    }
    let (_, mut text) = cut(&rest, "<", ">");
    let facts = &run.run;
    let mut words = vec![
        crate::texts::instant(&facts.started_at, Lang::Fr),
        facts.target.url.clone(),
        facts.etalon.clone(),
        facts.id.clone(),
        "DEL-04".into(),
        "p99".into(),
        "p50".into(),
        "99e centile".into(),
        super::super::texts::Labels::of(Lang::Fr).curve_text.into(),
    ];
    words.extend(
        run.generator
            .bottlenecks
            .iter()
            .map(|b| super::super::texts::bottleneck_sentence(b, Lang::Fr)),
    );
    words.extend(
        run.audit
            .iter()
            .flat_map(super::super::audit::Audit::violations)
            .flat_map(|(_, f)| f.cases.clone()),
    );
    // A sentence goes before the words that it holds.
    words.sort_by_key(|word: &String| std::cmp::Reverse(word.len()));
    for word in words {
        text = text.replace(&maud::html! { (word) }.into_string(), "");
    }
    let left = text.find(|c: char| c.is_ascii_digit()).map(|at| {
        let around = at.saturating_sub(60)..(at + 20).min(text.len());
        text.get(around).map(str::to_owned)
    });
    assert_eq!(left, None, "a number of the page is in no <data>");
}

/// Whether Chromium is there; says so when it is not, and only then is a test of the page skipped.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = names.into_iter().find(|name| {
        std::process::Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|answer| answer.status.success())
    });
    if found.is_none() {
        eprintln!("skipped: no Chromium here to open the page with; .ci/install installs it");
    }
    found
}

#[test]
fn the_page_opens_in_a_browser_and_prints() {
    let Some(chromium) = chromium() else { return };
    let directory = tempfile::tempdir().unwrap();
    write_load_reports(directory.path(), &sample::run(), Lang::Fr).unwrap();
    let page = format!("file://{}", directory.path().join("report.html").display());
    let picture = directory.path().join("page.png");
    let paper = directory.path().join("page.pdf");
    let open = |profile: &str, arguments: &[String]| {
        let answer = std::process::Command::new(chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args(["--disable-dev-shm-usage", "--enable-logging=stderr", "--window-size=390,900"])
            .arg(format!("--user-data-dir={}", directory.path().join(profile).display()))
            .args(arguments)
            .arg(&page)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(!said.contains("Content Security Policy") && !said.contains("CONSOLE"), "{said}");
        String::from_utf8_lossy(&answer.stdout).into_owned()
    };
    let dom = open("dom", &["--dump-dom".to_owned()]);
    assert_eq!(
        dom.matches("<svg").count(),
        5,
        "a chart is missing from the page as the browser reads it"
    );
    assert!(dom.contains("</footer>"), "the browser did not read the page to its end");
    open("picture", &[format!("--screenshot={}", picture.display())]);
    let pixels = std::fs::read(&picture).unwrap();
    assert!(
        pixels.starts_with(b"\x89PNG") && pixels.len() > 10_000,
        "the page is blank: {} bytes",
        pixels.len()
    );
    open(
        "paper",
        &["--no-pdf-header-footer".to_owned(), format!("--print-to-pdf={}", paper.display())],
    );
    assert!(std::fs::read(&paper).unwrap().starts_with(b"%PDF"));
}
