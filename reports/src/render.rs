//! The reports: each format is one projection of the judged run, in its own module, and knows no
//! other.

pub mod annotations;
pub(crate) mod documents;
pub(crate) mod frame;
pub(crate) mod har;
mod html;
mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
mod sheet;
mod unfinished;

pub(crate) use html::{exchange_as_it_was, verdict};
pub(crate) use sheet::render as sheet;
pub(crate) use unfinished::unfinished;

use std::str::FromStr;

use crate::run::{RuleOutcome, Run, ScenarioOutcome};
use crate::texts::Lang;
use crate::verdict::Verdict;

/// A format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `report.html`: for people; self-contained.
    Html,
    /// `report.json`: for scripts; its schema is in `docs/schemas/report.schema.json`.
    Json,
    /// `junit.xml`: for continuous integration.
    Junit,
    /// `summary.md`: for a merge request or a ticket.
    Markdown,
}

/// A format that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a format of the report: use html, json, junit or markdown")]
pub struct UnknownFormat(String);

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Html, Self::Json, Self::Junit, Self::Markdown];

    /// The file that holds it in the directory of a run.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Json => "report.json",
            Self::Junit => "junit.xml",
            Self::Markdown => "summary.md",
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "html" => Ok(Self::Html),
            "json" => Ok(Self::Json),
            "junit" => Ok(Self::Junit),
            "markdown" => Ok(Self::Markdown),
            _ => Err(UnknownFormat(text.to_owned())),
        }
    }
}

/// How much of the page is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Print {
    /// Ten pages at most: the verdict, what failed, what was not decided, every rule by its
    /// outcome.
    #[default]
    Summary,
    /// All of it, exchanges included.
    Full,
}

/// Renders the page of a run, to be printed in this way.
pub fn page(run: &Run, lang: Lang, print: Print) -> String {
    html::render(run, lang, print)
}

/// Renders a run.
pub fn render(run: &Run, format: Format, lang: Lang) -> String {
    match format {
        Format::Html => page(run, lang, Print::default()),
        Format::Json => json::render(run, lang),
        Format::Junit => junit::render(run, lang),
        Format::Markdown => markdown::render(run, lang),
    }
}

/// A sign beside a word, so that neither colour nor shape alone carries the meaning.
pub(crate) fn rule_sign(outcome: RuleOutcome) -> &'static str {
    match outcome {
        RuleOutcome::Passed => "✓",
        RuleOutcome::Failed => "✗",
        RuleOutcome::ExpectedFailure => "≈",
        RuleOutcome::NotApplicable => "∅",
        RuleOutcome::Inconclusive => "?",
        RuleOutcome::NotRun => "!",
        RuleOutcome::Recorded => "•",
        RuleOutcome::NotScored => "–",
    }
}

pub(crate) fn scenario_sign(outcome: ScenarioOutcome) -> &'static str {
    match outcome {
        ScenarioOutcome::Passed => "✓",
        ScenarioOutcome::Failed => "✗",
        ScenarioOutcome::Broken => "!",
        ScenarioOutcome::Inconclusive => "?",
        ScenarioOutcome::NotApplicable => "∅",
        ScenarioOutcome::NotRun => "–",
    }
}

fn verdict_sign(run: &Run) -> &'static str {
    match run.verdict {
        Verdict::Conforms if run.reserves() > 0 => rule_sign(RuleOutcome::ExpectedFailure),
        Verdict::Conforms => "✓",
        Verdict::DoesNotConform => "✗",
        Verdict::Undecided => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, RuleInScope};
    use crate::fold::fold;
    use crate::redact::Redactor;
    use crate::{event, sample};
    use contract::exchange::BodyExcerpt;
    use contract::rules::{Catalogue, ContractVersion, Family};
    use maud::html;
    use serde_json::to_value;
    use std::collections::BTreeMap;

    /// The sample as it would be read back from its files: redacted.
    fn redacted() -> Run {
        let redactor = Redactor::new();
        redactor.add_secret(sample::CANARY);
        let events = sample::events().into_iter().map(|mut event| {
            if let Event::ExchangeMade { exchange } = &mut event {
                redactor.evidence(exchange);
                return event;
            }
            let mut line = to_value(event).unwrap();
            redactor.event(&mut line);
            serde_json::from_value(line).unwrap()
        });
        fold(events).unwrap()
    }

    #[test]
    fn each_format_shows_the_sample_run() {
        for format in Format::ALL {
            insta::assert_snapshot!(format.file_name(), render(&redacted(), format, Lang::Fr));
        }
    }

    #[test]
    fn each_format_speaks_english() {
        let run = redacted();
        for format in Format::ALL {
            let text = render(&run, format, Lang::En);
            assert!(text.contains("Does not conform"), "{format:?}");
            assert!(!text.contains("en échec"), "{format:?} mixes languages");
        }
        insta::assert_snapshot!("summary.en.md", render(&run, Format::Markdown, Lang::En));
    }

    #[test]
    fn each_format_says_the_verdict_first() {
        let run = redacted();
        let sentence = crate::texts::verdict_sentence(&run, Lang::Fr);
        for format in Format::ALL {
            let text = render(&run, format, Lang::Fr);
            let at = text.find(&sentence).unwrap_or_else(|| panic!("{format:?} says no verdict"));
            let rule = text.find("NOT-01").unwrap();
            assert!(at < rule, "{format:?}");
        }
    }

    #[test]
    fn a_hostile_text_stays_a_text() {
        let run = redacted();
        let html = render(&run, Format::Html, Lang::Fr);
        assert_eq!(html.matches("<script").count(), 1, "our own");
        assert!(!html.contains("<b>accentué") && !html.contains("<un>"));
        assert!(html.contains("&lt;script&gt;"));
        let junit = render(&run, Format::Junit, Lang::Fr);
        assert!(!junit.contains("<script") && !junit.contains("]]>") && !junit.contains('\u{1b}'));
        let markdown = render(&run, Format::Markdown, Lang::Fr);
        assert!(!markdown.contains("<script") && !markdown.contains("@all"));
    }

    #[test]
    fn the_page_loads_nothing() {
        let html = render(&redacted(), Format::Html, Lang::Fr);
        for loading in ["<link", "<img", "@import", "url(", " src=", "<iframe"] {
            assert!(!html.contains(loading), "the page contains {loading}");
        }
    }

    #[test]
    fn the_page_runs_the_script_that_its_policy_names_and_no_other() {
        use base64::Engine as _;
        use sha2::Digest as _;
        let html = render(&redacted(), Format::Html, Lang::Fr);
        let script = html.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next());
        let digest = sha2::Sha256::digest(script.unwrap());
        let digest = base64::engine::general_purpose::STANDARD.encode(digest);
        assert!(html.contains(&format!("script-src 'sha256-{digest}'")), "another script");
        assert!(!html.contains("script-src 'unsafe"));
    }

    #[test]
    fn every_link_of_the_page_leads_somewhere() {
        for lang in [Lang::Fr, Lang::En] {
            let html = render(&redacted(), Format::Html, lang);
            for link in html.split("href=\"#").skip(1) {
                let to = link.split('"').next().unwrap();
                assert!(html.contains(&format!("id=\"{to}\"")), "nothing is called {to}");
            }
        }
    }

    #[test]
    fn a_rule_that_passed_shows_what_decided_it() {
        let page = render(&redacted(), Format::Html, Lang::Fr);
        let rule = page.split("id=\"r-FOL-01\"").nth(1).unwrap();
        let rule = rule.split("</article>").next().unwrap();
        for part in ["Preuves de FOL-01", "Attendu", "Échange décisif", "POST /folders", "201"] {
            assert!(rule.contains(part), "{part}: {rule}");
        }
        let report: serde_json::Value =
            serde_json::from_str(&render(&redacted(), Format::Json, Lang::Fr)).unwrap();
        let rules = report["rules"].as_array().unwrap();
        let rule = rules.iter().find(|rule| rule["id"] == "FOL-01").unwrap();
        assert_eq!(rule["checks"][0]["outcome"], "passed");
        assert!(rule["checks"][0]["decisive"].as_str().is_some_and(|id| id.starts_with("ex-")));
    }

    #[test]
    fn families_bear_the_titles_of_the_catalogue() {
        let catalogue = Catalogue::bundled();
        let first = |family: &Family| {
            catalogue.rules().iter().find(|rule| rule.id.family() == family.id).unwrap()
        };
        let in_scope = |rule| RuleInScope::of(rule, ContractVersion::CiSi126, &BTreeMap::new());
        let rules = catalogue.families().iter().map(|family| in_scope(first(family))).collect();
        let start = Event::run_started(event::RunHeader::default(), rules, Vec::new());
        let run = fold([start]).unwrap();
        for lang in [Lang::Fr, Lang::En] {
            let page = render(&run, Format::Html, lang);
            for family in catalogue.families() {
                let title = lang.pick(&family.title.fr, &family.title.en);
                let heading = html! { h3 { (family.id) " — " (title) } }.into_string();
                assert!(page.contains(&heading), "{heading}");
            }
        }
    }

    #[test]
    fn a_body_that_was_kept_whole_is_not_said_to_be_cut() {
        let text = format!("[{}1]", "1,".repeat(10_000));
        for (head, is_cut) in [(text.as_str(), false), (&text[..4_096], true)] {
            let mut run = redacted();
            run.exchanges.remove("ex-000004");
            let exchange = run.exchanges.get_mut("ex-000003").unwrap();
            exchange.request_body = BodyExcerpt::seen(text.len() as u64, &[0; 32], head.as_bytes());
            let page = render(&run, Format::Html, Lang::Fr);
            assert_eq!(page.contains(Lang::Fr.labels().body_cut), is_cut);
            assert_eq!(page.contains("corps.bin"), is_cut);
        }
    }

    #[test]
    fn an_empty_run_has_its_reports_too() {
        let start = Event::run_started(event::RunHeader::default(), Vec::new(), Vec::new());
        let run = fold([start]).unwrap();
        for format in Format::ALL {
            let text = render(&run, format, Lang::Fr);
            assert!(text.contains("aucun scénario"), "{format:?}: {text}");
        }
    }
}
