//! The page of `etalon certify client --live`: the session as it goes, what the client needs, and
//! the buttons. The session would be the same without it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, PoisonError};

use client_bench::{Launch, Options, journal, judge_so_far};
use reports::Event;
use reports::directory::EXCHANGES_FILE;
use reports::event::Evidence;
use reports::live::{ClientSession, Handed};

use super::certify_client::{shell, toml_of};
use crate::arguments::CertifyClientArguments;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::live_page::{OnBoard, action};

/// A page that follows a session, until it is dropped.
pub(super) struct ClientPage {
    screen: OnBoard,
    view: Arc<ClientSession>,
    /// Where the record of the session grows.
    directory: PathBuf,
    _served: live::Served,
}

/// Serves it.
pub(super) fn open(
    address: SocketAddr,
    arguments: &CertifyClientArguments,
    options: &Options,
    told: &[BTreeMap<String, String>],
    signals: &Signals,
) -> Result<ClientPage, Exit> {
    let lang = arguments.lang.into();
    let by_hand = !matches!(options.launch, Launch::Command(_));
    let view = Arc::new(ClientSession::new(by_hand, lang));
    let screen = OnBoard::default();
    let handed = Handed { shell: shell(told), toml: toml_of(told), variables: told.to_vec() };
    view.hand_over(&handed, &screen);
    let (turn_over, stop) = (options.turn_over.clone(), signals.interrupt.stop.clone());
    let again = options.again.clone();
    let next =
        lang.pick("Il est joué après celui en cours.", "It is played after the present one.");
    let taken = lang.pick("C'est noté.", "Noted.");
    let actions = vec![
        action("turn-over", move |_| {
            turn_over.store(true, Ordering::Relaxed);
            Ok(taken.to_owned())
        }),
        action("again", move |fields| {
            let scenario = fields.get("scenario").cloned().unwrap_or_default();
            let mut asked = again.lock().unwrap_or_else(PoisonError::into_inner);
            if !asked.contains(&scenario) {
                asked.push_back(scenario);
            }
            Ok(next.to_owned())
        }),
        action("stop", move |_| {
            stop.store(true, Ordering::Relaxed);
            Ok(taken.to_owned())
        }),
    ];
    let site = live::Site { page: view.page(), actions, ..live::Site::default() };
    let served = screen.serve(address, site, lang)?;
    Ok(ClientPage { screen, view, directory: options.directory.clone(), _served: served })
}

impl ClientPage {
    /// What follows the session. The record is judged as far as it goes at the end of each
    /// scenario, aside: the session does not wait for it.
    pub(super) fn listener(&self) -> impl Fn(&Event) + Send + Sync + use<> {
        let (screen, view) = (self.screen.clone(), self.view.clone());
        let judge = judge_aside(&self.directory, &screen, &view);
        move |event| {
            view.on(event, &screen);
            if let Event::ExchangeMade { exchange: Evidence::Mark { mark, .. } } = event
                && mark["what"] == "scenario_ended"
            {
                // One that is asked for already judges this scenario too.
                let _ = judge.try_send(());
            }
        }
    }
}

/// A thread that judges the record as it stands whenever it is asked to, until nobody can ask.
fn judge_aside(directory: &Path, screen: &OnBoard, view: &Arc<ClientSession>) -> SyncSender<()> {
    let (ask, asked) = sync_channel(1);
    let record = directory.join(EXCHANGES_FILE);
    let (screen, view) = (screen.clone(), view.clone());
    std::thread::spawn(move || {
        for () in asked {
            let lines = journal::read(&record).ok();
            if let Some(events) = lines.and_then(|lines| judge_so_far(&lines).ok()) {
                view.judged_so_far(&events, &screen);
            }
        }
    });
    ask
}
