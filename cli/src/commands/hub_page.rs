//! The page of `etalon hub serve --live`: what the hub holds and is asked, as it changes, and what
//! a person may do: deposit, as an OSL over HTTP, and switch the hub's faults.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::exchange::Exchange;
use contract::journeys;
use contract::numbering::free_number;
use contract::operations::Scope;
use live::Fields;
use reference_hub::RunningHub;
use reference_hub::domain::Teledossier;
use reference_hub::faults::{self, FaultEntry};
use reference_hub::store::Overview;
use reports::event::Evidence;
use reports::live::{Fault, Mail, Queue, ServedCase, ServedTeledossier, Service};
use reports::{Bodies, Lang, Redactor};
use scenarios::actor::{Actor, ActorError, Deposited, Draft, described, digest_of};
use scenarios::client::{Client, Witness};
use scenarios::run::draw_run_id;
use scenarios::target::{Credential, Target};

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
    looked: Option<Instant>,
    _served: live::Served,
}

impl HubPage {
    /// Serves it.
    pub(super) fn open(address: SocketAddr, hub: &RunningHub) -> Result<Self, Exit> {
        let lang = Lang::Fr;
        let target = Target::parse(&hub.target_file(), Path::new("hub.toml"));
        let target = Arc::new(target.map_err(|error| fail(Exit::Bug, &error))?);
        learn_secrets(&target);
        let screen = OnBoard::default();
        let view = Arc::new(Service::new(lang));
        let all: Vec<_> = faults::entries().map(shown).collect();
        let page = view.page(&hub.urls().teledossiers, &processes(&target), &all);
        let actions = vec![
            depositing(target)?,
            switching("break", true, hub, &view, &screen),
            switching("mend", false, hub, &view, &screen),
        ];
        let on: Vec<_> = hub.conduct().faults().into_iter().map(shown).collect();
        view.breaks(&on, &screen);
        let served = screen.serve(address, page, actions, lang)?;
        let redactor = redactor().of_bodies(Bodies::OfAHub);
        Ok(Self { screen, view, redactor, looked: None, _served: served })
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

fn shown(fault: &FaultEntry) -> Fault {
    Fault { id: fault.id.to_owned(), title: fault.said().fr }
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
) -> live::Action {
    let (conduct, view, screen) = (hub.conduct(), view.clone(), screen.clone());
    action(name, move |fields| {
        let fault = fields.get("fault").map(String::as_str).unwrap_or_default();
        conduct.set(fault, is_broken).map_err(|error| error.to_string())?;
        let on: Vec<_> = conduct.faults().into_iter().map(shown).collect();
        view.breaks(&on, &screen);
        Ok(fault.to_owned())
    })
}

/// The démarches on which somebody can deposit for somebody.
fn processes(target: &Target) -> Vec<String> {
    let played = |scope, process: &str| players(target, scope, process).next().is_some();
    let known = journeys::JOURNEYS.iter().map(|journey| journey.process);
    known
        .filter(|process| played(Scope::Osl, process) && played(Scope::Si, process))
        .map(str::to_owned)
        .collect()
}

fn players<'a>(
    target: &'a Target,
    scope: Scope,
    process: &'a str,
) -> impl Iterator<Item = &'a Credential> {
    target.credentials.iter().filter(move |credential| {
        credential.scope == scope
            && credential.processes.iter().any(|code| code.as_str() == process)
    })
}

/// Keeps nothing of the calls of the form: the hub's own journal shows them.
struct Blind;

impl Witness for Blind {
    fn witness(&self, _: &Exchange, _: &[u8], _: &[u8]) {}
}

fn depositing(target: Arc<Target>) -> Result<live::Action, Exit> {
    let client = Client::new(target.clone(), Arc::new(Blind));
    let client = client.map_err(|error| fail(Exit::Bug, &error))?;
    let runtime = tokio::runtime::Handle::current();
    let (run, count) = (draw_run_id(), std::sync::atomic::AtomicU32::new(0));
    Ok(action("deposit", move |fields: &Fields| {
        let process = fields.get("process").map(String::as_str).unwrap_or_default();
        let rank = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let number = free_number(&run, rank);
        runtime.block_on(deposit(&client, &target, process, &number))
    }))
}

/// Deposits a télédossier with a file of each type in use, and completes it: its number.
async fn deposit(
    client: &Client,
    target: &Target,
    process: &str,
    number: &str,
) -> Result<String, String> {
    let journey = journeys::of(process).ok_or_else(|| format!("{process} ?"))?;
    let osl = players(target, Scope::Osl, process).next();
    let osl = Arc::new(osl.ok_or_else(|| format!("{process} ?"))?.clone());
    let mut recipients: Vec<_> = Vec::new();
    for si in players(target, Scope::Si, process) {
        if !recipients.contains(&si.organization) {
            recipients.push(si.organization.clone());
        }
    }
    recipients.truncate(usize::from(journey.recipients).max(1));
    let number = format!("{}{number}", journey.number_prefix);
    let mut draft = Draft::of(&described(process, &number, recipients));
    draft.attach_in_use(journey);
    let made = make(&mut Actor::new(client, &osl), &osl, draft).await;
    made.map(|()| number).map_err(|error| redactor().text(&error.to_string()))
}

async fn make(
    actor: &mut Actor<'_>,
    osl: &Arc<Credential>,
    draft: Draft,
) -> Result<(), ActorError> {
    let created = actor.create_folder(&draft).await?.granted("le dépôt", 201)?;
    let deposited = Deposited::of(osl, draft, Vec::new(), &created);
    for (file, bytes) in deposited.attachments.iter().zip(&deposited.draft.files) {
        let digest = [("digest", digest_of(bytes))];
        let digest = digest.each_ref().map(|(name, value)| (*name, value.as_str()));
        actor
            .upload(&deposited.id, file, bytes.clone(), &digest)
            .await?
            .granted("l'envoi d'une pièce", 204)?;
    }
    actor.complete(&deposited.id).await?.granted("la complétude", 204)?;
    Ok(())
}
