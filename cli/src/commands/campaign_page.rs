//! The page of `etalon load run --live`: each second of the campaign as it passes, on a thread of
//! its own. The campaign would be the same without it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use live::{Fields, Site, View};
use load::live::{Line, Live, Snapshot};
use reports::Lang;
use reports::live::{Campaign, CampaignFigures, OperationFigures};
use reports::load::LoadRun;
use scenarios::target::Target;

use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::live_page::{OnBoard, action};

/// How often it is looked whether a second has passed.
const LOOK: Duration = Duration::from_millis(100);

/// What is followed.
pub(super) struct Followed<'a> {
    pub(super) live: &'a Arc<Live>,
    pub(super) length: Duration,
    pub(super) plan: &'a str,
    pub(super) target: &'a Target,
    pub(super) signals: &'a Signals,
    pub(super) lang: Lang,
}

/// A page that follows a campaign, until it is dropped.
pub(super) struct CampaignPage {
    screen: OnBoard,
    view: Arc<Campaign>,
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _served: live::Served,
}

impl CampaignPage {
    /// Serves it.
    pub(super) fn open(address: SocketAddr, of: &Followed<'_>) -> Result<Self, Exit> {
        let screen = OnBoard::default();
        let stop = of.signals.interrupt.stop.clone();
        let taken = of.lang.pick("C'est noté.", "Noted.");
        let stopping = action("stop", move |_| {
            stop.store(true, Ordering::Relaxed);
            Ok(taken.to_owned())
        });
        let page = Campaign::page(of.plan, &of.target.hub.name, of.lang);
        let view = Arc::new(Campaign::new(of.length.as_secs(), of.lang));
        let (actions, views) = (vec![stopping], vec![closer(&view)]);
        let site = Site { page, actions, views, ..Site::default() };
        let served = screen.serve(address, site, of.lang)?;
        of.live.watch();
        let has_ended = Arc::<AtomicBool>::default();
        let (live, ended) = (of.live.clone(), has_ended.clone());
        let (shown, following) = (screen.clone(), view.clone());
        let thread = std::thread::spawn(move || follow(&live, &ended, &following, &shown));
        Ok(Self { screen, view, has_ended, thread: Some(thread), _served: served })
    }

    /// Shows what came of the campaign.
    pub(super) fn finish(&mut self, run: &LoadRun) {
        self.stop_following();
        self.view.finished(run, &self.screen);
    }

    fn stop_following(&mut self) {
        self.has_ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for CampaignPage {
    fn drop(&mut self) {
        self.stop_following();
    }
}

/// The charts of a stretch of the campaign.
fn closer(view: &Arc<Campaign>) -> View {
    let view = view.clone();
    let draw = move |asked: &Fields| {
        let number = |name: &str| asked.get(name).and_then(|text| text.parse().ok());
        view.closer(number("length").unwrap_or(u64::MAX), number("to"))
    };
    View { name: "charts", draw: Box::new(draw) }
}

fn follow(live: &Live, has_ended: &AtomicBool, view: &Campaign, screen: &OnBoard) {
    let mut last = None;
    while !has_ended.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK);
        let snapshot = live.snapshot();
        let second = snapshot.second.as_ref().map(|second| second.second);
        if second != last
            && let Some(figures) = figures(snapshot)
        {
            last = second;
            view.on(&figures, screen);
        }
    }
}

fn figures(snapshot: Snapshot) -> Option<CampaignFigures> {
    let operation = |line: Line| OperationFigures {
        name: line.name.to_owned(),
        calls: line.calls,
        failures: line.failures,
        recent: line.response.reported(),
        since_start: line.since_start.reported(),
    };
    Some(CampaignFigures {
        second: snapshot.second?,
        operations: snapshot.lines.into_iter().map(operation).collect(),
        delivery: snapshot.delivery.reported(),
        failures: snapshot.failures,
        objectives: snapshot.objectives,
    })
}
