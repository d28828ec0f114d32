//! One exchange for each kind of failure of each operation, for the report: the first of its kind,
//! redacted at once. Everything else about failures is counted, not kept.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use contract::timestamp::Timestamp;
use http::{HeaderMap, Method};
use parking_lot::Mutex;
use reports::load::FailureSample;
use reports::{Bodies, Redactor};
use scenarios::target::Target;

use crate::failure::Failure;
use crate::plan::Http;
use crate::series::SeriesKey;
use crate::systems::System;
use crate::traffic::hosts::Place;

/// Most samples: a hub that fails in a hundred ways is described by fewer.
const MOST: usize = 40;

/// A call that failed, as it went.
pub(crate) struct Glimpse<'a> {
    pub(crate) subject: SeriesKey,
    pub(crate) system: &'a System,
    pub(crate) method: &'a Method,
    pub(crate) origin: &'a str,
    pub(crate) http: Http,
    pub(crate) place: &'a Place,
    pub(crate) request_headers: &'a HeaderMap,
    /// What was sent, a file excepted.
    pub(crate) request_body: &'a [u8],
    pub(crate) took: Duration,
    /// Status, headers and the beginning of the body, when an answer came.
    pub(crate) answer: Option<(u16, &'a HeaderMap, &'a Bytes)>,
}

/// The samples of a campaign.
pub(crate) struct Samples {
    target: Arc<Target>,
    /// Made when something fails first: most campaigns need none.
    redactor: OnceLock<Redactor>,
    taken: Mutex<BTreeMap<(SeriesKey, Failure), FailureSample>>,
}

impl Samples {
    /// None yet.
    pub(crate) fn new(target: Arc<Target>) -> Self {
        Self { target, redactor: OnceLock::new(), taken: Mutex::default() }
    }

    /// Whether a failure has no sample yet.
    pub(crate) fn wants(&self, subject: SeriesKey, failure: Failure) -> bool {
        let taken = self.taken.lock();
        taken.len() < MOST && !taken.contains_key(&(subject, failure))
    }

    /// Takes a sample of a failure; `reason` says what the status does not.
    pub(crate) fn take(&self, failure: Failure, reason: Option<String>, seen: &Glimpse<'_>) {
        if !self.wants(seen.subject, failure) {
            return;
        }
        let mut exchange = self.exchange(failure, seen);
        let redactor = self.redactor();
        for value in seen.request_headers.get_all(http::header::AUTHORIZATION) {
            let secret = value.to_str().ok().and_then(|value| value.split_once(' '));
            secret.into_iter().for_each(|(_, secret)| redactor.add_secret(secret));
        }
        redactor.exchange(&mut exchange);
        let sample = FailureSample {
            operation: seen.subject.name().to_owned(),
            kind: failure.name(),
            reason: reason.map(|reason| redactor.text(&reason)),
            exchange,
        };
        self.taken.lock().entry((seen.subject, failure)).or_insert(sample);
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<FailureSample> {
        self.taken.lock().values().cloned().collect()
    }

    fn redactor(&self) -> &Redactor {
        self.redactor.get_or_init(|| {
            let kept = self.target.report.keep_bodies;
            let bodies = if kept { Bodies::Kept } else { Bodies::OfAHub };
            let redactor = Redactor::new().of_bodies(bodies);
            self.target.secrets().for_each(|secret| redactor.add_secret(secret));
            self.target.secret_headers().for_each(|name| redactor.add_header(name));
            redactor
        })
    }

    fn exchange(&self, failure: Failure, seen: &Glimpse<'_>) -> Exchange {
        let hub = &self.target.hub;
        let (api, uri) = (seen.place.api, &seen.place.uri);
        let base = match api {
            Api::Referential => &hub.referential_url,
            Api::Token => &hub.token_url,
            Api::Teledossiers | Api::Other => &hub.teledossiers_url,
        };
        let (path, query) = (uri.path(), uri.query());
        let asking = query.map_or_else(String::new, |query| format!("?{query}"));
        let below = path.strip_prefix(base.path().trim_end_matches('/')).unwrap_or(path);
        let answer = match seen.answer {
            Some((status, headers, body)) => Answer::Received {
                status,
                version: format!("{:?}", seen.http.version()),
                headers: named(headers),
                body: BodyExcerpt::of(body),
            },
            None => Answer::Broken(failure.name()),
        };
        Exchange {
            id: String::new(),
            scenario: None,
            actor: Some(seen.system.credential.name.clone()),
            method: seen.method.to_string(),
            url: format!("{}{path}{asking}", seen.origin),
            path: below.to_owned(),
            api,
            query: query.map(str::to_owned),
            request_headers: named(seen.request_headers),
            request_body: BodyExcerpt::of(seen.request_body),
            sent_at: Timestamp::from(
                SystemTime::now().checked_sub(seen.took).unwrap_or(SystemTime::UNIX_EPOCH),
            ),
            duration_us: u64::try_from(seen.took.as_micros()).unwrap_or(u64::MAX),
            answer,
        }
    }
}

fn named(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}
