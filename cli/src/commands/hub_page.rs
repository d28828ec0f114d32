//! The page of `etalon hub serve --live`: what the hub holds and is asked, as it changes, and what
//! a person may do: the moves of `etalon play`, moving the clock, switching the hub's faults.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::exchange::Exchange;
use contract::ids::ProcessCode;
use contract::operations::Scope;
use contract::status::CaseStatus;
use contract::timestamp::{Timestamp, TimestampError};
use live::{Fields, Site};
use reference_hub::RunningHub;
use reference_hub::domain::Teledossier;
use reference_hub::faults::{self, FaultEntry};
use reference_hub::store::Overview;
use reports::event::Evidence;
use reports::live::{Fault, MOVES, Mail, Players, Queue, ServedCase, ServedTeledossier, Service};
use reports::{Bodies, Lang, Redactor};
use scenarios::play::clock::{Ahead, move_by_hand};
use scenarios::roles::Credentials;
use scenarios::target::Target;

use super::play::{ByForm, prepare};
use super::{fail, learn_secrets};
use crate::exit::Exit;
use crate::live_page::{OnBoard, action};
use crate::output::redactor;

/// How many calls are shown of those that came at once: the page keeps no more.
const SHOWN_AT_ONCE: usize = 200;
/// How often it is looked what came.
const BREATH: Duration = Duration::from_millis(200);
/// How often what the hub holds is looked at while nobody calls: the hub does something by itself.
const LOOK: Duration = Duration::from_secs(1);

/// A page that follows a hub, until it is dropped.
pub(super) struct HubPage {
    screen: OnBoard,
    view: Arc<Service>,
    redactor: Redactor,
    has_clock: bool,
    looked: Option<Instant>,
    _served: live::Served,
}

impl HubPage {
    /// Serves it.
    pub(super) fn open(address: SocketAddr, hub: &RunningHub, lang: Lang) -> Result<Self, Exit> {
        let target = Target::parse(&hub.target_file(), Path::new("hub.toml"));
        let target = Arc::new(target.map_err(|error| fail(Exit::Bug, &error))?);
        learn_secrets(&target);
        let screen = OnBoard::default();
        let view = Arc::new(Service::new(lang));
        let all: Vec<_> = faults::entries().map(|fault| shown(fault, lang)).collect();
        let (urls, has_clock) = (hub.urls(), target.may.steer_clock.is_some());
        let page = view.page(&urls.teledossiers, &players(&target), &all, has_clock);
        let mut actions = moving(target, lang);
        actions.push(switching("break", true, hub, &view, &screen, lang));
        actions.push(switching("mend", false, hub, &view, &screen, lang));
        let on: Vec<_> = hub.conduct().faults().into_iter().map(|it| shown(it, lang)).collect();
        view.breaks(&on, &screen);
        let site = Site { page, actions, ..Site::default() };
        let served = screen.serve(address, site, lang)?;
        let redactor = redactor().of_bodies(Bodies::OfAHub);
        Ok(Self { screen, view, redactor, has_clock, looked: None, _served: served })
    }

    /// Shows what has come since the last time.
    pub(super) async fn look(&mut self, hub: &RunningHub) {
        let since = |limit| self.looked.is_none_or(|looked| looked.elapsed() > limit);
        if !since(BREATH) {
            return;
        }
        let is_due = since(LOOK);
        let exchanges = hub.take_exchanges();
        let skipped = exchanges.len().saturating_sub(SHOWN_AT_ONCE);
        for exchange in exchanges.iter().skip(skipped) {
            self.show_call(exchange);
        }
        if exchanges.is_empty() && !is_due {
            return;
        }
        self.looked = Some(Instant::now());
        if self.has_clock {
            self.view.time(&hub.now().to_string(), &self.screen);
        }
        if let Ok(overview) = hub.overview().await {
            self.show(&overview);
        }
    }

    fn show_call(&self, exchange: &Exchange) {
        let mut evidence = Evidence::Exchange(Box::new(exchange.clone()));
        self.redactor.evidence(&mut evidence);
        if let Evidence::Exchange(exchange) = evidence {
            self.view.called(&exchange, &self.screen);
        }
    }

    fn show(&self, overview: &Overview) {
        let teledossiers: Vec<_> = overview.teledossiers.iter().map(teledossier).collect();
        self.view.holds(&teledossiers, &self.screen);
        let queues = overview.queues.iter().map(|(organization, process, waiting)| Queue {
            organization: organization.clone(),
            process: process.clone(),
            waiting: *waiting,
        });
        self.view.queues(&queues.collect::<Vec<_>>(), &self.screen);
        let mails = overview.mails.iter().map(|mail| Mail {
            at: mail.at.to_string(),
            to: self.redactor.text(&mail.to),
            subject: self.redactor.text(&mail.subject),
            body: self.redactor.text(&mail.body),
        });
        self.view.mails(&mails.collect::<Vec<_>>(), &self.screen);
    }
}

fn shown(fault: &FaultEntry, lang: Lang) -> Fault {
    let said = fault.said();
    Fault { id: fault.id.to_owned(), title: lang.pick(&said.fr, &said.en).to_owned() }
}

fn teledossier(one: &Teledossier) -> ServedTeledossier {
    let cases = one.cases.iter().map(|case| ServedCase {
        number: case.external_id.clone(),
        recipient: case.recipient.to_string(),
        status: case.status.name().to_owned(),
        events: case
            .events
            .iter()
            .map(|event| {
                let (at, action) = (event.created.to_string(), event.action.name().to_owned());
                (at, action, event.status.name().to_owned())
            })
            .collect(),
    });
    ServedTeledossier {
        id: one.id.to_string(),
        number: one.external_id.clone(),
        process: one.process.to_string(),
        status: one.status.name().to_owned(),
        created: one.created.to_string(),
        files: one.files.len(),
        cases: cases.collect(),
    }
}

/// Switches a fault, and shows those that are on.
fn switching(
    name: &'static str,
    is_broken: bool,
    hub: &RunningHub,
    view: &Arc<Service>,
    screen: &OnBoard,
    lang: Lang,
) -> live::Action {
    let (conduct, view, screen) = (hub.conduct(), view.clone(), screen.clone());
    action(name, move |fields| {
        let fault = fields.get("fault").map(String::as_str).unwrap_or_default();
        conduct.set(fault, is_broken).map_err(|error| error.to_string())?;
        let on: Vec<_> = conduct.faults().into_iter().map(|it| shown(it, lang)).collect();
        view.breaks(&on, &screen);
        Ok(fault.to_owned())
    })
}

/// What moves can be made with.
fn players(target: &Target) -> Players {
    let plays = |scope, process: &ProcessCode| {
        target.credentials.iter().any(|one| one.scope == scope && one.covers(process))
    };
    let known = Credentials::of(target);
    let both = |process: &&ProcessCode| plays(Scope::Osl, process) && plays(Scope::Si, process);
    Players {
        processes: known.processes().iter().filter(both).map(ProcessCode::to_string).collect(),
        credentials: known.all().iter().map(|one| one.name.clone()).collect(),
        statuses: CaseStatus::ALL.iter().map(|status| status.name().to_owned()).collect(),
    }
}

/// What a person may do on the hub as its clients do: the moves, and moving its clock.
fn moving(target: Arc<Target>, lang: Lang) -> Vec<live::Action> {
    let by_form = Arc::new(ByForm::new(target, lang));
    let making = MOVES.iter().map(|form| {
        let by_form = by_form.clone();
        action(form.name, move |fields| by_form.make(form, fields))
    });
    let mut actions: Vec<_> = making.collect();
    actions.push(action("advance", move |fields| advance(&by_form, fields)));
    actions
}

/// Moves the clock by what a form says, by the route that a run takes: the hub's time then.
fn advance(by_form: &ByForm, fields: &Fields) -> Result<String, String> {
    let number = |name: &str| fields.get(name).and_then(|text| text.parse::<i64>().ok());
    let ahead = match fields.get("to") {
        Some(to) => Ahead::To(in_utc(to).map_err(|error| error.to_string())?),
        None => {
            let seconds = number("count").zip(number("unit"));
            let seconds = seconds.and_then(|(count, unit)| count.checked_mul(unit));
            Ahead::By(seconds.ok_or("count, unit ?")?)
        }
    };
    let session = prepare(&by_form.target, false).map_err(|error| error.to_string())?;
    let moved = by_form.runtime.block_on(move_by_hand(&session, ahead));
    let reply = moved.ok_or("may.steer_clock ?")?.map_err(|error| error.to_string())?;
    match reply.text("/now") {
        now if reply.is_success() && !now.is_empty() => Ok(now.to_owned()),
        _ => Err(reply.in_short()),
    }
}

/// The instant that a field for one holds: it says no offset, and no seconds where there are none.
fn in_utc(text: &str) -> Result<Timestamp, TimestampError> {
    let seconds = if text.matches(':').count() == 1 { ":00" } else { "" };
    format!("{text}{seconds}Z").parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_browsers_write_it() {
        let read = |text| in_utc(text).map(|instant| instant.to_string()).ok();
        assert_eq!(read("2026-12-01T09:30").as_deref(), Some("2026-12-01T09:30:00.000+00:00"));
        assert_eq!(read("2026-12-01T09:30:15").as_deref(), Some("2026-12-01T09:30:15.000+00:00"));
        assert_eq!(read("tomorrow"), None);
    }
}
