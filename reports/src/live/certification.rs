//! A certification of a hub while it runs: how far it is, the families of rules filling up, and
//! each failure with what was expected and observed, at once. At its end the verdict stands there,
//! folded from the same events as the report's.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use contract::rules::{Level, RuleId};
use maud::{Markup, html};

use super::words::Words;
use super::{Screen, bar, list, page, section};
use crate::event::{Check, CheckOutcome, Event, NoteLevel, RuleInScope, RunStarted, ScenarioEnd};
use crate::fold::Fold;
use crate::render::{rule_sign, verdict};
use crate::run::{RuleOutcome, Run};
use crate::texts::{Lang, agreed, family_title, outcome_name, spaced, told};

/// Failures that are told once each; of more, repetitions are told too.
const REMEMBERED: usize = 2000;

/// Follows a certification.
pub struct Certification {
    lang: Lang,
    state: Mutex<Option<State>>,
}

struct State {
    start: RunStarted,
    fold: Fold,
    under_way: Vec<String>,
    names: HashMap<String, String>,
    planned: usize,
    done: usize,
    failed: usize,
    /// What was told of failures, by rule, expectation and observation.
    told: HashSet<(RuleId, String, String)>,
}

impl Certification {
    /// Follows one from its start.
    pub fn new(lang: Lang) -> Self {
        Self { lang, state: Mutex::default() }
    }

    /// Its page.
    pub fn page(lang: Lang) -> String {
        let words = Words::of(lang);
        let under_way = html! { div #under-way { p { (words.none_under_way) } } };
        let notes = lang.labels().notes;
        let content = html! {
            div #verdict role="status" { h1 { (words.preparing) } }
            (section("progress-of", words.progress, &html! { div #progress {} }))
            (section("under", words.under_way, &under_way))
            (section("fail", words.failures, &list("failures", words.failures, words.no_failure)))
            (section("fam", words.families, &html! { div #families {} }))
            (section("note", notes, &list("notes", notes, words.no_note)))
        };
        page(words.certification, lang, &content)
    }

    /// Takes an event in, and shows what it changes.
    pub fn on(&self, event: &Event, screen: &dyn Screen) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Event::RunStarted(start) = event {
            let started = State::of(start);
            self.show_start(&started, screen);
            *state = Some(started);
            return;
        }
        let Some(following) = state.as_mut() else { return };
        match event {
            // What was exchanged is not judged by: it is not kept here.
            Event::ExchangeMade { .. } => return,
            _ => following.fold.apply(event.clone()),
        }
        match event {
            Event::ScenarioStarted { id, .. } => {
                following.under_way.push(id.clone());
                self.show_under_way(following, screen);
            }
            Event::CheckMade(check) if check.outcome == CheckOutcome::Failed => {
                self.tell_failure(check, following, screen);
                self.show_families(following, |rule| rule.id == check.rule, screen);
            }
            Event::ScenarioFinished { id, outcome, .. } => {
                following.under_way.retain(|one| one != id);
                following.done += 1;
                following.failed += usize::from(*outcome != ScenarioEnd::Passed);
                following.fold.complete_scenarios();
                self.show_under_way(following, screen);
                self.show_progress(following, screen);
                let ended = following.start.scenarios.iter().find(|planned| planned.id == *id);
                let rules = ended.map(|planned| planned.rules.clone()).unwrap_or_default();
                self.show_families(following, |rule| rules.contains(&rule.id), screen);
            }
            Event::Note { level, text } => screen.add("notes", note(*level, text, self.lang)),
            Event::RunFinished(_) => {
                if let Some(ended) = state.take() {
                    self.show_end(&ended.fold.finish(), screen);
                }
            }
            _ => {}
        }
    }

    fn show_start(&self, state: &State, screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let target = &state.start.run.target;
        let title = html! {
            div.verdict.going {
                p.target {
                    (self.lang.labels().target) (self.lang.colon()) strong { (target.name) } " "
                    (target.url)
                }
                h1 { (words.going_on) }
            }
        };
        screen.show("verdict", title.into_string());
        let families = html! {
            ul.plain.families {
                @for family in state.families() {
                    li.live-family id={ "family-" (family) } {}
                }
            }
        };
        screen.show("families", families.into_string());
        self.show_families(state, |_| true, screen);
        self.show_progress(state, screen);
    }

    fn show_progress(&self, state: &State, screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let State { done, planned, failed, .. } = state;
        let progress = html! {
            p.figures-line {
                strong { (done) } " " (words.of) " " (planned) " "
                (self.lang.labels().scenarios.to_lowercase())
                ", " strong { (failed) } " " (words.in_failure)
            }
            (bar(&[("passed", done - failed), ("failed", *failed)], *planned))
        };
        screen.show("progress", progress.into_string());
    }

    fn show_under_way(&self, state: &State, screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let names = state.under_way.iter().filter_map(|id| state.names.get(id));
        let under_way = html! {
            @if state.under_way.is_empty() { p { (words.none_under_way) } }
            @else { ul lang=(Lang::Fr.code()) { @for name in names { li { (name) } } } }
        };
        screen.show("under-way", under_way.into_string());
    }

    /// Shows again the families of these rules.
    fn show_families(
        &self,
        state: &State,
        concerned: impl Fn(&RuleInScope) -> bool,
        screen: &dyn Screen,
    ) {
        for family in state.families() {
            let mut rules = state.start.rules.iter().filter(|rule| rule.family == family);
            if rules.any(&concerned) {
                let rules = state.start.rules.iter().filter(|rule| rule.family == family);
                let outcomes: Vec<_> = rules.map(|rule| state.fold.decided(rule)).collect();
                let content = tally(family, &outcomes, self.lang).into_string();
                screen.show(&format!("family-{family}"), content);
            }
        }
    }

    fn tell_failure(&self, check: &Check, state: &mut State, screen: &dyn Screen) {
        let Some(rule) = state.start.rules.iter().find(|rule| rule.id == check.rule) else {
            return;
        };
        let key = (check.rule.clone(), check.expected.clone(), check.observed.clone());
        if rule.level == Level::Recorded || state.told.contains(&key) {
            return;
        }
        if state.told.len() < REMEMBERED {
            state.told.insert(key);
        }
        let name = check.scenario.as_ref().and_then(|id| state.names.get(id));
        screen.add("failures", failure(rule, check, name, self.lang).into_string());
    }

    fn show_end(&self, run: &Run, screen: &dyn Screen) {
        let lang = self.lang;
        screen.show("verdict", verdict(run, lang).into_string());
        let none = html! { p { (Words::of(lang).none_under_way) } };
        screen.show("under-way", none.into_string());
        for (family, rules) in run.families() {
            let outcomes: Vec<_> = rules.iter().map(|rule| Some(rule.outcome)).collect();
            let content = tally(family, &outcomes, lang).into_string();
            screen.show(&format!("family-{family}"), content);
        }
    }
}

impl State {
    fn of(start: &RunStarted) -> Self {
        let to_run = start.scenarios.iter().filter(|planned| planned.skipped.is_none());
        let names: HashMap<_, _> =
            to_run.map(|planned| (planned.id.clone(), planned.name.clone())).collect();
        Self {
            fold: Fold::new(start.clone()),
            start: start.clone(),
            under_way: Vec::new(),
            planned: names.len(),
            names,
            done: 0,
            failed: 0,
            told: HashSet::new(),
        }
    }

    /// The families, in the order of the catalogue.
    fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = Vec::new();
        for rule in &self.start.rules {
            if !families.contains(&rule.family.as_str()) {
                families.push(&rule.family);
            }
        }
        families
    }
}

/// A family: how many of its rules are decided, and how.
fn tally(family: &str, outcomes: &[Option<RuleOutcome>], lang: Lang) -> Markup {
    let words = Words::of(lang);
    let mut counts = BTreeMap::<usize, (RuleOutcome, usize)>::new();
    for outcome in outcomes.iter().flatten() {
        let rank = RuleOutcome::ALL.iter().position(|one| one == outcome).unwrap_or_default();
        counts.entry(rank).or_insert((*outcome, 0)).1 += 1;
    }
    let decided = outcomes.iter().flatten().count();
    let parts: Vec<_> = counts.values().map(|(outcome, count)| (outcome.name(), *count)).collect();
    html! {
        h3 { (family) " — " (family_title(family, lang)) }
        (bar(&parts, outcomes.len()))
        p.tally {
            span.decided { (decided) " " (words.of) " " (outcomes.len()) " " (words.decided) }
            @for (outcome, count) in counts.values() {
                span.(outcome.name()) {
                    (rule_sign(*outcome)) " " (count) " " (outcome_name(*outcome, *count, lang))
                }
            }
        }
    }
}

/// A failure, with what was expected and observed.
fn failure(rule: &RuleInScope, check: &Check, scenario: Option<&String>, lang: Lang) -> Markup {
    let labels = lang.labels();
    html! {
        article.card.failed {
            h3 { span.id { (rule.id) } " " (lang.pick(&rule.title.fr, &rule.title.en)) }
            @if let Some(name) = scenario {
                p.meta {
                    (labels.in_scenario) (lang.colon()) span lang=(Lang::Fr.code()) { (name) }
                }
            }
            dl.compare {
                div.expected { dt { (labels.expected) } dd { (said(&check.expected, lang)) } }
                div.observed { dt { (labels.observed) } dd { (said(&check.observed, lang)) } }
                @if let Some(note) = &check.note {
                    div.note { dt { (labels.note) } dd { (said(note, lang)) } }
                }
            }
        }
    }
}

/// What the run itself says, as far as possible in the language of the page.
pub(super) fn said(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => spaced(&agreed(text)),
        Lang::En => told(text, lang),
    }
}

/// A note, as an item.
pub(super) fn note(level: NoteLevel, text: &str, lang: Lang) -> String {
    let labels = lang.labels();
    let level = match level {
        NoteLevel::Info => labels.info,
        NoteLevel::Warning => labels.warning,
    };
    html! { p.told { strong { (level) } (lang.colon()) (said(text, lang)) } }.into_string()
}
