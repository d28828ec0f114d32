//! `self-test.html`: the score of a fault matrix, what was not as declared, then each family and
//! each fault.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::words::Words;
use super::{Combination, Control, Fault, Score, SelfTest};
use crate::render::frame::{Frame, Section, all, contents};
use crate::texts::Lang;

/// The page of a matrix.
pub fn render(matrix: &SelfTest, lang: Lang) -> String {
    let page = Page { matrix, lang, words: Words::of(lang) };
    let title = page.sentence();
    let frame = Frame {
        lang,
        title: &title,
        kind: page.words.kind,
        etalon: &matrix.etalon,
        id: "",
        script: "",
        more_style: "",
    };
    let sections = page.sections();
    let content = html! {
        (page.verdict())
        (contents(&sections, lang))
        (all(&sections))
    };
    let footer = html! {
        footer { p { (lang.labels().produced_by) " " (matrix.etalon) } }
    };
    frame.around(&content, &footer)
}

struct Page<'a> {
    matrix: &'a SelfTest,
    lang: Lang,
    words: &'static Words,
}

impl Page<'_> {
    fn sentence(&self) -> String {
        if self.matrix.void {
            return self.words.void.to_owned();
        }
        let score = self.matrix.score;
        format!("{}/{} {}", score.caught, score.total, self.words.caught)
    }

    fn is_as_declared(&self) -> bool {
        self.matrix.faults.iter().all(|fault| fault.as_declared)
            && self.matrix.combinations.iter().all(|one| one.as_declared)
    }

    fn verdict(&self) -> Markup {
        let (class, sign) = match (self.matrix.void, self.is_as_declared()) {
            (true, _) => ("open", "?"),
            (false, true) => ("good", "✓"),
            (false, false) => ("bad", "✗"),
        };
        let scope = match self.matrix.sample_one_in {
            Some(0) | None => self.words.whole.to_owned(),
            Some(one_in) => format!("{} {one_in}", self.words.sampled),
        };
        let score = self.matrix.score;
        html! {
            div.verdict.(class) {
                p.target { (self.words.judged) }
                h1 { span.sign aria-hidden="true" { (sign) } span { (self.sentence()) } }
                p { (self.words.exactly) (self.lang.colon()) (score.as_declared) "/" (score.total) }
            }
            dl.facts {
                div { dt { (self.words.scope) } dd { (scope) } }
                div { dt { (self.words.seed) } dd { (self.matrix.seed) } }
            }
            p.intro { (self.words.intro) }
        }
    }

    fn sections(&self) -> Vec<Section> {
        let words = self.words;
        let matrix = self.matrix;
        let otherwise: Vec<_> = matrix.faults.iter().filter(|one| !one.as_declared).collect();
        let every: Vec<_> = matrix.faults.iter().collect();
        let section = |id, title: &str, count: usize, body| Section {
            id,
            title: format!("{title} ({count})"),
            body,
        };
        let mut sections = Vec::new();
        if !otherwise.is_empty() {
            sections.push(section(
                "otherwise",
                words.otherwise,
                otherwise.len(),
                self.faults(&otherwise),
            ));
        }
        sections.push(section("families", words.families, matrix.families.len(), self.families()));
        sections.push(section("controls", words.controls, matrix.controls.len(), self.controls()));
        if !matrix.combinations.is_empty() {
            let body = self.combinations();
            sections.push(section(
                "combinations",
                words.combinations,
                matrix.combinations.len(),
                body,
            ));
        }
        sections.push(section("faults", words.faults, every.len(), self.faults(&every)));
        sections
    }

    fn families(&self) -> Markup {
        let row = |name: &str, score: Score| {
            html! { tr {
                th scope="row" { (name) }
                td.number { (score.total) } td.number { (score.caught) } td.number { (score.as_declared) }
            } }
        };
        html! {
            div.wide tabindex="0" role="group" aria-label={ (self.words.families) ", " (self.lang.labels().scrolls) } {
                table {
                    caption { (self.words.families) }
                    thead { tr {
                        th scope="col" { (self.words.family) }
                        th.number scope="col" { (self.words.faults) }
                        th.number scope="col" { (self.words.faults_caught) }
                        th.number scope="col" { (self.words.exactly) }
                    } }
                    tbody {
                        @for (family, score) in &self.matrix.families { (row(family, *score)) }
                        (row(self.words.total, self.matrix.score))
                    }
                }
            }
        }
    }

    fn controls(&self) -> Markup {
        let said = |control: &Control| {
            let sign = if control.holds { "✓" } else { "✗" };
            let parts = [
                self.listed(self.words.rules_failed, &control.failed),
                self.listed(self.lang.labels().undecided, &control.undecided),
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            format!("{sign} {} {}", self.control(&control.name), parts.join(" ; "))
        };
        html! { ul.notes { @for control in &self.matrix.controls { li { (said(control)) } } } }
    }

    /// A control in words.
    fn control<'a>(&self, name: &'a str) -> &'a str {
        match name {
            "whole" => self.words.control_whole,
            "harmless" => self.words.control_harmless,
            "broken" => self.words.control_broken,
            other => other,
        }
    }

    fn combinations(&self) -> Markup {
        let said = |one: &Combination| {
            let sign = if one.as_declared { "✓" } else { "✗" };
            let parts = [
                self.listed(self.words.missing, &one.missing),
                self.listed(self.words.unexpected, &one.unexpected),
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            format!("{sign} {} {}", one.faults.join(" "), parts.join(" ; "))
        };
        html! { ul.notes { @for one in &self.matrix.combinations { li { (said(one)) } } } }
    }

    fn faults(&self, faults: &[&Fault]) -> Markup {
        html! {
            div.wide tabindex="0" role="group" aria-label={ (self.words.faults) ", " (self.lang.labels().scrolls) } {
                table.rules {
                    caption { (self.words.faults) }
                    thead { tr {
                        th scope="col" { (self.words.fault) }
                        th scope="col" { (self.words.what_the_hub_does) }
                        th scope="col" { (self.words.rules_failed) }
                        th scope="col" { (self.words.result) }
                    } }
                    tbody { @for fault in faults { tr {
                        th.id scope="row" { (fault.id) }
                        td { (self.lang.pick(&fault.title_fr, &fault.title)) }
                        td { (joined(&fault.failed)) }
                        td.(if fault.as_declared { "passed" } else { "failed" }) { (self.result(fault)) }
                    } } }
                }
            }
        }
    }

    fn result(&self, fault: &Fault) -> Markup {
        let words = self.words;
        if fault.as_declared {
            let how = if fault.recorded { words.noted } else { words.as_declared };
            return html! { span.badge { "✓ " (how) } };
        }
        let parts = [
            fault.prevented.clone(),
            (!fault.caught).then(|| words.not_caught.to_owned()),
            self.listed(words.missing, &fault.missing),
            self.listed(words.unexpected, &fault.unexpected),
        ];
        html! {
            span.badge { "✗" } " "
            (parts.into_iter().flatten().collect::<Vec<_>>().join(" ; "))
        }
    }

    fn listed(&self, what: &str, names: &BTreeSet<String>) -> Option<String> {
        (!names.is_empty()).then(|| format!("{what}{}{}", self.lang.colon(), joined(names)))
    }
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn sample() -> SelfTest {
        let fault = |id: &str, as_declared: bool, failed: &[&str]| Fault {
            id: id.to_owned(),
            rule: "NOT-01".to_owned(),
            title: "a batch holds 30 <notifications>".to_owned(),
            title_fr: "un lot compte 30 <notifications>".to_owned(),
            caught: as_declared,
            as_declared,
            expected: names(&["NOT-01"]),
            failed: names(failed),
            unexpected: names(if as_declared { &[] } else { failed }),
            ..Fault::default()
        };
        let score = Score { caught: 1, as_declared: 1, total: 2 };
        SelfTest {
            etalon: "1.2.3".to_owned(),
            seed: 7,
            score,
            families: [("NOT".to_owned(), score)].into(),
            controls: vec![Control { name: "whole".to_owned(), holds: true, ..Control::default() }],
            faults: vec![
                fault("NOT-01", true, &["NOT-01"]),
                fault("NOT-01.other", false, &["CAS-04"]),
            ],
            combinations: vec![Combination {
                faults: vec!["NOT-01".to_owned(), "CAS-04".to_owned()],
                as_declared: true,
                ..Combination::default()
            }],
            ..SelfTest::default()
        }
    }

    #[test]
    fn the_score_comes_first_and_what_is_wrong_before_the_rest() {
        let page = render(&sample(), Lang::Fr);
        insta::assert_snapshot!("self-test.html", page);
        let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is missing"));
        assert!(at("1/2 fautes détectées") < at("Autrement que déclaré"));
        assert!(at("en échec, non attendu") < at("<section id=\"families\""));
        assert!(!page.contains("<notifications>"));
    }

    #[test]
    fn a_void_matrix_scores_nothing_and_one_that_went_as_declared_shows_nothing_to_mend() {
        let mut matrix = sample();
        matrix.void = true;
        assert!(render(&matrix, Lang::En).contains("Void matrix"));
        matrix.void = false;
        matrix.faults.truncate(1);
        let page = render(&matrix, Lang::En);
        assert!(!page.contains("Otherwise") && page.contains("verdict good"), "{page}");
        assert!(!page.contains("fautes"), "languages are mixed");
    }
}
