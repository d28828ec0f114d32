//! The certification of a client while it runs: the scenario under way and what is awaited of the
//! client, its calls as they come, what becomes of each rule, and what the client needs to call the
//! bench, to be copied.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use contract::exchange::{Answer, BodyExcerpt, EXCERPT_BYTES, Exchange};
use maud::{Markup, html};
use serde_json::json;

use super::certification::note;
use super::words::Words;
use super::{Screen, awaited, button, list, page, section};
use crate::event::{Event, Evidence};
use crate::fold;
use crate::render::{exchange_as_it_was, rule_sign, scenario_sign, verdict};
use crate::run::{RuleOutcome, Run, ScenarioOutcome, ScenarioResult};
use crate::texts::{Lang, outcome_name, rule_title, scenario_outcome_name};

/// What a client is given, in the forms in which it may want it.
pub struct Handed {
    /// Variables for a shell.
    pub shell: String,
    /// A TOML file.
    pub toml: String,
    /// The variables of the client of each démarche.
    pub variables: Vec<BTreeMap<String, String>>,
}

/// Follows the certification of a client.
pub struct ClientSession {
    lang: Lang,
    /// Whether a person may say that the client has had its turn.
    by_hand: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of the first event: what is to be judged.
    start: Option<Event>,
    events: Vec<Event>,
    names: HashMap<String, String>,
    scenario: String,
    awaited: Vec<String>,
}

impl ClientSession {
    /// Follows one from its start.
    pub fn new(by_hand: bool, lang: Lang) -> Self {
        Self { lang, by_hand, state: Mutex::default() }
    }

    /// Its page.
    pub fn page(&self) -> String {
        let (lang, words) = (self.lang, Words::of(self.lang));
        let now = html! {
            div #now { p { (words.preparing) } }
            div.moves {
                @if self.by_hand { (button("turn-over", words.turn_over, words.turn_over_about)) }
                (button("stop", words.stop, words.stop_about))
            }
        };
        let needed = html! {
            p.intro { (words.credentials_about) }
            div #credentials {}
        };
        let notes = lang.labels().notes;
        let content = html! {
            div #verdict role="status" { div.verdict.going { h1 { (words.going_on) } } }
            (section("present", words.now, &now))
            (section("env", words.credentials, &needed))
            (section("scenario", lang.labels().scenarios, &html! {
                p.intro { (words.again_about) }
                form.move method="post" action="/actions/again" {
                    div #scenarios { p { (words.none_over) } }
                    output {}
                }
            }))
            (section("call", words.calls, &list("calls", words.calls, words.no_call)))
            (section("rule", words.verdicts, &html! { div #rules {} }))
            (section("bench", words.told, &list("told", words.told, words.nothing_told)))
            (section("note", notes, &list("notes", notes, words.no_note)))
        };
        page(words.client_session, lang, &content)
    }

    /// Shows what the client is given.
    pub fn hand_over(&self, handed: &Handed, screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let dot_env = handed.shell.lines().map(|line| line.trim_start_matches("export "));
        let forms = [
            ("shell", words.shell, handed.shell.clone()),
            ("dot-env", words.dot_env, dot_env.map(|line| format!("{line}\n")).collect()),
            ("toml", words.toml, handed.toml.clone()),
            ("postman", words.postman, postman(&handed.variables)),
        ];
        let content = html! {
            @for (id, name, text) in forms {
                div.handed {
                    details id={ "env-" (id) } {
                        summary id={ (id) "-name" } { (name) }
                        pre tabindex="0" id=(id) { (text) }
                    }
                    button type="button" data-copy=(id) data-copied=(words.copied)
                        aria-describedby={ (id) "-name" } { (words.copy) }
                }
            }
        };
        screen.show("credentials", content.into_string());
    }

    /// Takes an event in, and shows what it changes.
    pub fn on(&self, event: &Event, screen: &dyn Screen) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::RunStarted(start) => {
                let names = start.scenarios.iter().map(|one| (one.id.clone(), one.name.clone()));
                state.names = names.collect();
                state.start = Some(event.clone());
                self.show_rules(&state, &[], screen);
            }
            Event::ScenarioStarted { id, at } if !at.is_empty() => {
                state.scenario = state.names.get(id).unwrap_or(id).clone();
                state.awaited.clear();
                self.show_now(&state, screen);
                let name = &state.scenario;
                screen.add("told", html! { p.told.begins { "▶ " (name) } }.into_string());
            }
            Event::ExchangeMade { exchange: Evidence::Exchange(exchange) } => {
                screen.add("calls", call(exchange, self.lang).into_string());
            }
            Event::ExchangeMade { exchange: Evidence::Mark { mark, .. } } => {
                if let Some(line) = awaited(mark, self.lang) {
                    self.tell(mark["what"] == "pass_ended", line, &mut state, screen);
                }
            }
            Event::ExchangeMade { .. } => {}
            Event::Note { level, text } => {
                screen.add("notes", note(*level, text, self.lang));
                state.events.push(event.clone());
            }
            Event::RunFinished(_) => {
                state.events.push(event.clone());
                self.show_end(&state, screen);
            }
            _ => state.events.push(event.clone()),
        }
    }

    /// Shows what became of the rules so far, by these events of the judge.
    pub fn judged_so_far(&self, events: &[Event], screen: &dyn Screen) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Once the end has come, it is not undone by what was judged before.
        if !state.events.iter().any(|event| matches!(event, Event::RunFinished(_))) {
            self.show_rules(&state, events, screen);
        }
    }

    fn tell(&self, is_end: bool, line: String, state: &mut State, screen: &dyn Screen) {
        screen.add("told", html! { p.told { (line) } }.into_string());
        if is_end {
            state.awaited.clear();
        } else {
            state.awaited.push(line);
        }
        self.show_now(state, screen);
    }

    fn show_now(&self, state: &State, screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Of very many of the same the last ones say what there is to say.
        let shown = &state.awaited[state.awaited.len().saturating_sub(6)..];
        let content = html! {
            p.scenario-now lang=(Lang::Fr.code()) { strong { (state.scenario) } }
            p.meta { (words.turn) " " span.timer data-since=(now.as_millis()) { "0:00" } }
            h3 { (words.expected_of_client) }
            @if shown.is_empty() { p { (words.nothing_awaited) } }
            @else { ul.plain { @for line in shown { li { (line) } } } }
        };
        screen.show("now", content.into_string());
    }

    fn show_rules(&self, state: &State, events: &[Event], screen: &dyn Screen) {
        let all = state.start.iter().chain(events).cloned();
        if let Ok(run) = fold(all) {
            screen.show("rules", rules(&run, self.lang).into_string());
            self.show_scenarios(&run, screen);
        }
    }

    /// The scenarios that are over, each to be played again.
    fn show_scenarios(&self, run: &Run, screen: &dyn Screen) {
        let (lang, words) = (self.lang, Words::of(self.lang));
        let over = |one: &&ScenarioResult| one.outcome != ScenarioOutcome::NotRun;
        let over: Vec<_> = run.scenarios.iter().filter(over).collect();
        let content = html! {
            @if over.is_empty() { p { (words.none_over) } }
            ul.plain.verdicts.again { @for one in over { li {
                span.badge.(one.outcome.name()) {
                    span aria-hidden="true" { (scenario_sign(one.outcome)) } " "
                    (scenario_outcome_name(one.outcome, lang))
                }
                span id={ "name-" (one.id) } lang=(Lang::Fr.code()) { (one.name) }
                button type="submit" name="scenario" value=(one.id) id={ "again-" (one.id) }
                    aria-describedby={ "name-" (one.id) } { (words.play_again) }
            } } }
        };
        screen.show("scenarios", content.into_string());
    }

    fn show_end(&self, state: &State, screen: &dyn Screen) {
        let Ok(run) = fold(state.start.iter().chain(&state.events).cloned()) else { return };
        let words = Words::of(self.lang);
        screen.show("verdict", verdict(&run, self.lang).into_string());
        screen.show("rules", rules(&run, self.lang).into_string());
        self.show_scenarios(&run, screen);
        screen.show("now", html! { p { (words.none_under_way) } }.into_string());
    }
}

/// The rules, and what became of them.
fn rules(run: &Run, lang: Lang) -> Markup {
    let words = Words::of(lang);
    html! {
        ul.plain.verdicts {
            @for rule in &run.rules {
                li {
                    @if rule.outcome == RuleOutcome::NotRun {
                        span.badge.not_scored { "… " (words.to_come) }
                    } @else {
                        span.badge.(rule.outcome.name()) {
                            span aria-hidden="true" { (rule_sign(rule.outcome)) } " "
                            (outcome_name(rule.outcome, 1, lang))
                        }
                    }
                    span { span.id { (rule.id) } " " (rule_title(rule, lang)) }
                }
            }
        }
    }
}

/// A call, folded: opened, it shows what was sent and answered, masked as in the record.
pub(super) fn call(exchange: &Exchange, lang: Lang) -> Markup {
    let mut shown = exchange.clone();
    // Where the hub is stands above: what differs is the rest.
    let query = exchange.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
    shown.url = format!("{}{query}", exchange.path);
    cut(&mut shown.request_body);
    if let Answer::Received { body, .. } = &mut shown.answer {
        cut(body);
    }
    exchange_as_it_was(&shown, lang)
}

/// Keeps of a body what fits on a page.
fn cut(body: &mut BodyExcerpt) {
    let Some(text) = &mut body.text else { return };
    if text.len() > EXCERPT_BYTES {
        text.truncate(text.floor_char_boundary(EXCERPT_BYTES));
        body.whole = false;
    }
}

/// What Postman imports as an environment: of each démarche its own variables.
fn postman(variables: &[BTreeMap<String, String>]) -> String {
    let of_one = |(rank, one): (usize, &BTreeMap<String, String>)| {
        let named = move |name: &String| match rank {
            0 => name.clone(),
            _ => format!("{name}_{}", rank + 1),
        };
        let values = one.iter();
        let value = |(name, value)| json!({ "key": named(name), "value": value, "enabled": true });
        values.map(value).collect::<Vec<_>>()
    };
    let values: Vec<_> = variables.iter().enumerate().flat_map(of_one).collect();
    format!("{:#}", json!({ "name": "étalon", "values": values }))
}
