//! A reference hub in service: its télédossiers with their statuses and events, its queues, its
//! journal of calls, its mails, and what a person may do to it.

use contract::exchange::Exchange;
use maud::{Markup, html};

use super::client::call;
use super::moves::{Players, folders, forms};
use super::words::Words;
use super::{Screen, list, page, section};
use crate::render::frame::table;
use crate::texts::{Lang, time_of_day};

/// A télédossier, as it is shown: nothing of its applicant.
pub struct ServedTeledossier {
    /// Its identifier.
    pub id: String,
    /// Its number.
    pub number: String,
    /// Its démarche.
    pub process: String,
    /// Its global status.
    pub status: String,
    /// When it was created.
    pub created: String,
    /// How many files were announced.
    pub files: usize,
    /// One for each recipient.
    pub cases: Vec<ServedCase>,
}

/// A recipient's part.
pub struct ServedCase {
    /// Its number.
    pub number: String,
    /// Who gets it.
    pub recipient: String,
    /// Where it stands.
    pub status: String,
    /// Its events, oldest first: when, what and where it stands.
    pub events: Vec<(String, String, String)>,
}

/// The notifications of a démarche that wait for an organization.
pub struct Queue {
    /// The organization.
    pub organization: String,
    /// The démarche.
    pub process: String,
    /// How many.
    pub waiting: u64,
}

/// A mail.
pub struct Mail {
    /// When it was written.
    pub at: String,
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
}

/// What a hub may do wrong on purpose.
pub struct Fault {
    /// Its name.
    pub id: String,
    /// What the hub then does.
    pub title: String,
}

/// Follows a hub.
pub struct Service {
    lang: Lang,
}

impl Service {
    /// Follows one.
    pub const fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// Its page: with what moves can be made on it, the faults that it can have, whether its clock
    /// can be moved.
    pub fn page(&self, url: &str, players: &Players, faults: &[Fault], clock: bool) -> String {
        let words = Words::of(self.lang);
        let filled = |id: &str, none: &str| html! { div id=(id) { p { (none) } } };
        let teledossiers = filled("teledossiers", words.no_teledossier);
        let calls = list("calls", words.service_calls, words.no_service_call);
        let content = html! {
            div.verdict.going {
                p.target { (url) }
                h1 { (words.service) }
            }
            (section("teledossier", words.teledossiers, &teledossiers))
            (section("move", words.moves, &forms(players, self.lang)))
            @if clock { (section("time", words.clock, &clock_forms(words))) }
            (section("queue", words.queues, &filled("queues", words.queues_empty)))
            (section("call", words.service_calls, &calls))
            (section("mail", words.mails, &filled("mails", words.no_mail)))
            (section("fault", words.faults, &self.fault_forms(faults)))
        };
        page(words.service, self.lang, &content)
    }

    fn fault_forms(&self, faults: &[Fault]) -> Markup {
        let words = Words::of(self.lang);
        html! {
            p.intro { (words.faults_about) }
            form.move method="post" action="/actions/break" {
                label { (words.fault) " "
                    select name="fault" {
                        @for fault in faults {
                            option value=(fault.id) {
                                (fault.id) " — " (fault.title)
                            }
                        }
                    }
                }
                button type="submit" { (words.break_it) }
                output {}
            }
            div #faults { p { (words.no_fault) } }
        }
    }

    /// Shows a call, masked as in a record.
    pub fn called(&self, exchange: &Exchange, screen: &dyn Screen) {
        screen.add("calls", call(exchange, self.lang).into_string());
    }

    /// Shows the latest télédossiers.
    pub fn holds(&self, teledossiers: &[ServedTeledossier], screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let content = html! {
            @if teledossiers.is_empty() { p { (words.no_teledossier) } }
            @for one in teledossiers { (self.teledossier(one)) }
        };
        screen.show("teledossiers", content.into_string());
        let known = teledossiers.iter().map(|one| (one.id.as_str(), one.number.as_str()));
        let known: Vec<_> = known.collect();
        screen.show("folders", folders(&known, self.lang).into_string());
    }

    /// Shows the hub's time.
    pub fn time(&self, now: &str, screen: &dyn Screen) {
        screen.show("now", html! { p.figures-line { strong { (now) } } }.into_string());
    }

    fn teledossier(&self, one: &ServedTeledossier) -> Markup {
        let words = Words::of(self.lang);
        html! {
            details.exchange id={ "t-" (one.id) } {
                summary {
                    strong { (one.number) } " " span.badge.recorded { (one.status) }
                    span.meta {
                        (one.process) " · " (one.cases.len()) " " (words.cases) " · "
                        (one.files) " " (words.files) " · " (time_of_day(&one.created))
                    }
                }
                @for case in &one.cases {
                    h3 { (case.number) " " span.badge.recorded { (case.status) } }
                    p.meta { (case.recipient) }
                    @if case.events.is_empty() { p.meta { (words.no_event) } }
                    @else {
                        ul.plain {
                            @for (at, action, status) in &case.events {
                                li { (time_of_day(at)) " " (action) " → " (status) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Shows the queues.
    pub fn queues(&self, queues: &[Queue], screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let rows = html! {
            thead { tr {
                th scope="col" { (words.organization) }
                th scope="col" { (self.lang.labels().process) }
                th.number scope="col" { (words.waiting) }
            } }
            tbody { @for queue in queues { tr {
                th scope="row" { (queue.organization) }
                td { (queue.process) }
                td.number { (queue.waiting) }
            } } }
        };
        let content = match queues {
            [] => html! { p { (words.queues_empty) } },
            _ => table(words.queues, self.lang, &rows),
        };
        screen.show("queues", content.into_string());
    }

    /// Shows the latest mails.
    pub fn mails(&self, mails: &[Mail], screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let content = html! {
            @if mails.is_empty() { p { (words.no_mail) } }
            @for (rank, mail) in mails.iter().enumerate() {
                // The newest comes first: what is opened is told apart from the other end.
                details.exchange id={ "mail-" (mails.len() - rank) } {
                    summary { (mail.subject) span.meta { (mail.to) " · " (time_of_day(&mail.at)) } }
                    pre tabindex="0" { (mail.body) }
                }
            }
        };
        screen.show("mails", content.into_string());
    }

    /// Shows the faults that are on.
    pub fn breaks(&self, faults: &[Fault], screen: &dyn Screen) {
        let words = Words::of(self.lang);
        let content = html! {
            @if faults.is_empty() { p { (words.no_fault) } }
            @for fault in faults {
                form.move.on method="post" action="/actions/mend" {
                    input type="hidden" name="fault" value=(fault.id);
                    p { strong { (fault.id) } " — " (fault.title) }
                    button type="submit" aria-label={ (words.mend_it) (self.lang.colon()) (fault.id) } {
                        (words.mend_it)
                    }
                    output {}
                }
            }
        };
        screen.show("faults", content.into_string());
    }
}

/// The clock, and how it is moved: it never goes back.
fn clock_forms(words: &Words) -> Markup {
    let units = [(60, words.minutes), (3600, words.hours), (86_400, words.days)];
    html! {
        p.intro { (words.clock_about) }
        div #now {}
        div.move-forms {
            form.move method="post" action="/actions/advance" {
                label for="advance-count" { (words.advance_by) }
                input type="number" min="1" max="100000" value="1" required #advance-count name="count";
                label for="advance-unit" { (words.unit) }
                select #advance-unit name="unit" {
                    @for (seconds, name) in units { option value=(seconds) { (name) } }
                }
                button type="submit" { (words.advance) }
                output {}
            }
            form.move method="post" action="/actions/advance" {
                label for="advance-to" { (words.instant) }
                input type="datetime-local" step="1" required #advance-to name="to";
                button type="submit" { (words.set_clock) }
                output {}
            }
        }
    }
}
