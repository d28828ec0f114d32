//! The hosts of a target, and where on them each call goes: put together once for what is called
//! often, and never by way of a URL. Connections of the addresses on one host are the same ones.

use std::sync::Arc;

use bytes::Bytes;
use contract::exchange::Api;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Uri};
use scenarios::target::Target;
use url::Url;

use super::connections::Connections;
use super::dial::Reach;
use crate::error::CampaignError;
use crate::plan::Http;

/// Where a call goes.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) api: Api,
    /// As it is written in the first line of the call.
    pub(crate) uri: Uri,
}

/// The address of an API.
pub(crate) struct Host {
    pub(crate) connections: Arc<Connections>,
    /// What is spoken there.
    pub(crate) http: Http,
    /// Headers of every call there.
    pub(crate) headers: HeaderMap,
    /// What comes before the path, for those who read.
    pub(crate) origin: String,
    /// What comes before an operation's path in the first line.
    before: String,
}

/// The addresses of a target.
pub(crate) struct Hosts {
    teledossiers: Host,
    referential: Host,
    token: Host,
}

impl Hosts {
    /// Those of a target, each with as many connections at most.
    pub(crate) fn new(target: &Target, reach: &Reach, most: usize) -> Result<Self, CampaignError> {
        let hub = &target.hub;
        let of = |url: &Url, path: &str, known: &[&Host]| Host::new(url, path, reach, most, known);
        let base = |url: &Url| url.path().trim_end_matches('/').to_owned();
        let url = hub.teledossiers_url.reveal();
        let teledossiers = of(url, &base(url), &[])?;
        let url = hub.referential_url.reveal();
        let referential = of(url, &base(url), &[&teledossiers])?;
        let url = hub.token_url.reveal();
        let token = of(url, url.path(), &[&teledossiers, &referential])?;
        Ok(Self { teledossiers, referential, token })
    }

    /// The address of an API.
    pub(crate) const fn of(&self, api: Api) -> &Host {
        match api {
            Api::Teledossiers | Api::Other => &self.teledossiers,
            Api::Referential => &self.referential,
            Api::Token => &self.token,
        }
    }

    /// What is at a path of an API, a query included.
    pub(crate) fn place(&self, api: Api, path: &str) -> Place {
        let text = format!("{}{path}", self.of(api).before);
        // Paths are percent-encoded by whoever makes them.
        Place { api, uri: Uri::from_maybe_shared(Bytes::from(text)).unwrap_or_default() }
    }
}

impl Host {
    fn new(
        url: &Url,
        path: &str,
        reach: &Reach,
        most: usize,
        known: &[&Self],
    ) -> Result<Self, CampaignError> {
        let origin = url.origin().ascii_serialization();
        let unsendable = || CampaignError::Unsendable(format!("{origin} is no address to call"));
        let uri = Uri::try_from(&origin).map_err(|_| unsendable())?;
        let authority = uri.authority().ok_or_else(unsendable)?.as_str();
        let mut headers = HeaderMap::new();
        let dialler = reach.dialler(uri.clone());
        let http = dialler.http();
        // HTTP/2 has a place of its own for it.
        if http == Http::One {
            headers.insert(HOST, HeaderValue::try_from(authority).map_err(|_| unsendable())?);
        }
        headers.extend(dialler.proxy_authorization().map(|it| (PROXY_AUTHORIZATION, it.clone())));
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        let before = if dialler.names_host() { origin.as_str() } else { "" };
        let before = format!("{before}{path}{query}");
        let same = known.iter().find(|host| host.origin == origin);
        let connections = same.map(|host| host.connections.clone());
        Ok(Self {
            connections: connections.unwrap_or_else(|| Arc::new(Connections::new(dialler, most))),
            http,
            headers,
            origin,
            before,
        })
    }
}
