//! What is asked of a hub, and the request that is made of it, from a head that is put together
//! once for each system. Sends nothing.

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::{Either, Full};
use scenarios::client::Generated;
use scenarios::target::{Secret, Target};
use url::Url;

use super::connections::Sent;
use super::files::{Sending, SentDigest};
use super::hosts::Place;
use crate::error::CampaignError;
use crate::series::SeriesKey;
use crate::systems::System;

/// What is sent.
pub(crate) enum Content<'a> {
    /// Nothing.
    None,
    /// JSON.
    Json(Bytes),
    /// A text of this type.
    Text(&'static str, String),
    /// A file.
    File(&'a Generated),
}

/// What is wanted of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Its status.
    Status,
    /// Its body.
    Body,
    /// The digest of its body, which is not kept.
    Digest,
}

/// A call to be made.
pub(crate) struct Asked<'a> {
    pub(crate) subject: SeriesKey,
    pub(crate) system: &'a System,
    pub(crate) method: Method,
    pub(crate) place: Place,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) content: Content<'a>,
    pub(crate) expected: u16,
    pub(crate) wanted: Wanted,
    pub(crate) due: Instant,
    pub(crate) measured: bool,
}

/// The headers of every call.
pub(super) struct Heads(HeaderMap);

impl Heads {
    /// Those of a target; refuses what its file says that would not be sent.
    pub(super) fn new(target: &Target) -> Result<Self, CampaignError> {
        check_base("teledossiers_url", &target.hub.teledossiers_url)?;
        check_base("referential_url", &target.hub.referential_url)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert("editorname", HeaderValue::from_static("etalon"));
        headers.insert("applicationname", HeaderValue::from_static("etalon load"));
        headers.insert("softwareversion", HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
        headers.extend(sendable("[http]", &target.http.headers)?);
        for credential in target.credentials.iter().filter(|one| !one.headers.is_empty()) {
            sendable(&format!("credential \"{}\":", credential.name), &credential.headers)?;
        }
        Ok(Self(headers))
    }

    /// The headers of a call, without those of its body and of its host.
    pub(super) fn of(&self, asked: &Asked<'_>) -> HeaderMap {
        let head = asked.system.head.get_or_init(|| {
            let mut head = self.0.clone();
            head.extend(asked.system.headers.clone());
            // Room for what each call adds, and the place where it goes.
            head.reserve(4);
            head.insert(AUTHORIZATION, HeaderValue::from_static(""));
            head
        });
        let mut head = head.clone();
        match &asked.authorization {
            Some(value) => head.insert(AUTHORIZATION, value.clone()),
            None => head.remove(AUTHORIZATION),
        };
        head
    }

    /// What is sent, with these headers of its host's; and the digest to come of a file.
    pub(super) fn request(
        &self,
        asked: &Asked<'_>,
        of_host: &HeaderMap,
    ) -> (Request<Sent>, Option<SentDigest>) {
        let mut digest = None;
        let (kind, body) = match &asked.content {
            Content::None => (None, Either::Left(Full::default())),
            Content::Json(json) => {
                (Some("application/json"), Either::Left(Full::new(json.clone())))
            }
            Content::Text(kind, text) => {
                (Some(*kind), Either::Left(Full::new(Bytes::from(text.clone()))))
            }
            Content::File(file) => {
                let (sending, sent) = Sending::new(file);
                digest = Some(sent);
                (Some("application/octet-stream"), Either::Right(sending))
            }
        };
        let mut headers = self.of(asked);
        for (name, value) in of_host {
            headers.insert(name, value.clone());
        }
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let mut request = Request::new(body);
        *request.method_mut() = asked.method.clone();
        *request.uri_mut() = asked.place.uri.clone();
        *request.headers_mut() = headers;
        (request, digest)
    }
}

/// Headers of a target file, as they are sent.
fn sendable(whose: &str, headers: &BTreeMap<String, Secret>) -> Result<HeaderMap, CampaignError> {
    let sendable = headers.iter().map(|(name, value)| {
        match (HeaderName::try_from(name), HeaderValue::try_from(value.reveal())) {
            (Ok(name), Ok(value)) => Ok((name, value)),
            _ => Err(CampaignError::Unsendable(format!(
                "{whose} headers \"{name}\" cannot be sent: a name has letters, digits and \
                 dashes, a value no line end"
            ))),
        }
    });
    sendable.collect()
}

/// That nothing but the path of a base URL would be left out of the URLs made from it.
fn check_base(key: &str, url: &Url) -> Result<(), CampaignError> {
    let left_out = [
        (url.query().is_some(), "a query"),
        (url.fragment().is_some(), "a fragment"),
        (!url.username().is_empty() || url.password().is_some(), "a user name"),
    ];
    match left_out.into_iter().find(|(is_there, _)| *is_there) {
        None => Ok(()),
        Some((_, what)) => Err(CampaignError::Unsendable(format!(
            "hub.{key} has {what}, which is not sent with each call: write the address without it; \
             what a gateway wants goes into [http] headers"
        ))),
    }
}
