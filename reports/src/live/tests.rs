//! What views show, and that it has a place on their pages.

use std::cell::RefCell;
use std::collections::BTreeMap;

use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use serde_json::json;

use super::*;
use crate::event::{Event, Evidence};
use crate::load::{Phase, Second};
use crate::texts::verdict_sentence;
use crate::{fold, sample};

/// What was shown, by the ids of the elements.
#[derive(Default)]
struct Shown {
    parts: RefCell<BTreeMap<String, String>>,
    lists: RefCell<BTreeMap<String, Vec<String>>>,
}

impl Screen for Shown {
    fn show(&self, part: &str, content: String) {
        self.parts.borrow_mut().insert(part.to_owned(), content);
    }

    fn add(&self, list: &str, item: String) {
        self.lists.borrow_mut().entry(list.to_owned()).or_default().push(item);
    }
}

impl Shown {
    fn part(&self, id: &str) -> String {
        self.parts.borrow().get(id).cloned().unwrap_or_default()
    }

    fn list(&self, id: &str) -> Vec<String> {
        self.lists.borrow().get(id).cloned().unwrap_or_default()
    }

    /// Fails unless each of these has its element, on the page or in a part of it.
    fn has_its_places_on(&self, page: &str) {
        let (parts, lists) = (self.parts.borrow(), self.lists.borrow());
        let all = parts.values().fold(page.to_owned(), |all, part| all + part);
        for id in parts.keys().chain(lists.keys()) {
            assert!(all.contains(&format!("id=\"{id}\"")), "nowhere to show {id}");
        }
    }
}

#[test]
fn a_certification_fills_its_families_and_ends_with_the_verdict_of_the_report() {
    let (shown, view) = (Shown::default(), Certification::new(Lang::Fr));
    let events = sample::events();
    let (last, before) = events.split_last().unwrap();
    before.iter().for_each(|event| view.on(event, &shown));
    let run = fold(events.clone()).unwrap();
    let sentence = verdict_sentence(&run, Lang::Fr);
    assert!(!shown.part("verdict").contains(&sentence), "the verdict comes at the end");
    assert!(shown.part("progress").contains("scénarios"), "{}", shown.part("progress"));
    let failed = run.rules.iter().find(|rule| rule.outcome == crate::RuleOutcome::Failed).unwrap();
    let finding = &failed.findings[0];
    let told = shown.list("failures");
    let of_it: Vec<_> = told.iter().filter(|one| one.contains(failed.id.as_str())).collect();
    assert!(!of_it.is_empty() && of_it[0].contains("Attendu") && of_it[0].contains("Constaté"));
    assert!(shown.part(&format!("family-{}", failed.family)).contains("en échec"), "{finding:?}");
    view.on(last, &shown);
    let escaped = html! { (sentence) }.into_string();
    assert!(shown.part("verdict").contains(&escaped), "{}", shown.part("verdict"));
    let families = run.families();
    for (family, rules) in families {
        let all = format!("{n} sur {n} décidées", n = rules.len());
        assert!(shown.part(&format!("family-{family}")).contains(&all), "{family}");
    }
    shown.has_its_places_on(&Certification::page(Lang::Fr));
}

#[test]
fn a_failure_that_is_seen_again_is_told_once() {
    let (shown, view) = (Shown::default(), Certification::new(Lang::Fr));
    for event in sample::events() {
        view.on(&event, &shown);
        if let Event::CheckMade(_) = event {
            view.on(&event, &shown);
        }
    }
    let mut told = shown.list("failures");
    let count = told.len();
    told.sort();
    told.dedup();
    assert!(count > 0 && told.len() == count, "{count} told, {} differ", told.len());
}

fn call_of_a_client() -> Event {
    let body = BodyExcerpt { text: Some("<é".repeat(5000)), length: 15_000, ..Default::default() };
    let exchange = Exchange {
        id: "ex-000001".into(),
        scenario: None,
        actor: None,
        method: "GET".into(),
        url: "http://hub/notifications?<script>".into(),
        path: "/notifications".into(),
        api: Api::Teledossiers,
        query: None,
        request_headers: Vec::new(),
        request_body: BodyExcerpt::default(),
        sent_at: "2026-11-21T09:15:02Z".parse().unwrap(),
        duration_us: 1500,
        answer: Answer::Received {
            status: 200,
            version: "HTTP/1.1".into(),
            headers: Vec::new(),
            body,
        },
    };
    Event::ExchangeMade { exchange: Evidence::Exchange(Box::new(exchange)) }
}

#[test]
fn a_session_says_what_is_awaited_and_shows_each_call_within_bounds() {
    let (shown, view) = (Shown::default(), ClientSession::new(true, Lang::Fr));
    let mark =
        |mark| Event::ExchangeMade { exchange: Evidence::Mark { id: "mark-000001".into(), mark } };
    let mut events = sample::events();
    view.on(&events.remove(0), &shown);
    assert!(shown.part("rules").contains("à venir"));
    let id = "client:1".to_owned();
    view.on(&Event::ScenarioStarted { id, at: "2026-11-21T09:15:02Z".into() }, &shown);
    view.on(&mark(json!({ "what": "deposited", "number": "DGS-1", "attachments": [] })), &shown);
    assert!(shown.part("now").contains("le client doit le relever"));
    view.on(&mark(json!({ "what": "pass_ended", "why": "done" })), &shown);
    assert!(!shown.part("now").contains("le client doit le relever"));
    view.on(&call_of_a_client(), &shown);
    let calls = shown.list("calls");
    assert!(calls[0].contains("→ <strong>200</strong>") && !calls[0].contains("<script>"));
    assert!(calls[0].len() < 60_000, "{}", calls[0].len());
    assert!(calls[0].contains("seul le début est conservé"));
    let handed = Handed {
        shell: "export A='b'\n".into(),
        toml: "A = \"b\"\n".into(),
        variables: vec![BTreeMap::from([("A".to_owned(), "b".to_owned())])],
    };
    view.hand_over(&handed, &shown);
    let credentials = shown.part("credentials");
    assert!(credentials.contains("id=\"dot-env\">A='b'\n"), "{credentials}");
    assert!(credentials.contains("&quot;key&quot;: &quot;A&quot;"), "{credentials}");
    shown.has_its_places_on(&view.page());
    assert!(
        !ClientSession::new(false, Lang::Fr).page().contains("turn-over"),
        "a program ends its turn"
    );
}

#[test]
fn a_campaign_shows_its_seconds_and_a_hub_what_it_holds() {
    let shown = Shown::default();
    let view = Campaign::new(60, Lang::En);
    for rank in 0..3 {
        let second: Second = serde_json::from_value(json!({
            "second": rank, "phase": Phase::Measured, "asked_starts": 4.0, "started": 5, "waited_for_worker": 0,
            "calls": 12, "errors": 1, "errors_by_kind": {}, "in_flight": 2, "connections": 1, "cpu_us": 0,
            "memory_bytes": 0, "undelivered": 3, "response": null, "service": null
        }))
        .unwrap();
        let failures = vec![("reset".to_owned(), rank)];
        let (operations, objectives) = (Vec::new(), Vec::new());
        let figures = CampaignFigures { second, operations, delivery: None, failures, objectives };
        view.on(&figures, &shown);
    }
    assert!(
        shown.part("figures").contains("<strong>3\u{a0}s</strong> of 60"),
        "{}",
        shown.part("figures")
    );
    assert!(
        shown.part("charts").contains("<svg") && shown.part("errors").contains("connection reset")
    );
    shown.has_its_places_on(&Campaign::page("plan", "hub", Lang::En));
    for (length, to, drawn) in [(2, None, "1\" data-to=\"3"), (1, Some(2), "1\" data-to=\"2")] {
        let closer = view.closer(length, to);
        assert!(closer.contains(&format!("data-from=\"{drawn}\"")), "{closer:.200}");
    }
    assert!(view.closer(5, Some(0)).contains("data-from=\"0\""), "nothing to draw is no harm");

    let (shown, view) = (Shown::default(), Service::new(Lang::Fr));
    let case = ServedCase {
        number: "DGS-1-01".into(),
        recipient: "SI-1".into(),
        status: "SENT".into(),
        events: vec![("2026-11-21T09:15:02Z".into(), "STATUS_UPDATE".into(), "RECEIVED".into())],
    };
    let teledossier = ServedTeledossier {
        id: "t".into(),
        number: "DGS-1".into(),
        process: "CERTDC".into(),
        status: "SENT".into(),
        created: "2026-11-21T09:15:02Z".into(),
        files: 2,
        cases: vec![case],
    };
    view.holds(&[teledossier], &shown);
    view.queues(
        &[Queue { organization: "SI-1".into(), process: "CERTDC".into(), waiting: 3 }],
        &shown,
    );
    view.mails(&[], &shown);
    view.breaks(&[Fault { id: "NOT-01".into(), title: "oublie".into() }], &shown);
    assert!(shown.part("teledossiers").contains("STATUS_UPDATE → RECEIVED"));
    assert!(shown.part("faults").contains("value=\"NOT-01\""));
    view.time("2026-11-21T09:15:02Z", &shown);
    assert!(shown.part("folders").contains("<option value=\"t\">DGS-1</option>"));
    let players = Players {
        processes: vec!["CERTDC".into()],
        credentials: vec!["osl-1".into()],
        statuses: vec!["DONE".into()],
    };
    shown.has_its_places_on(&view.page("http://hub", &players, &[], true));
    assert!(!view.page("http://hub", &players, &[], false).contains("/actions/advance"));
}
