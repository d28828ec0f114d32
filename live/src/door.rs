//! Who gets in. The link holds a token that is exchanged once for a cookie, so that it stays in no
//! history and no Referer. A page of another origin gets nothing, neither under a name that it
//! gave this machine's address (`Host`) nor by what it makes the browser send (`Origin`,
//! `Sec-Fetch-Site`).

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::Request;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, header};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

/// What stands before the token in the path of the link.
const OPENING: &str = "/open/";

/// Why somebody does not get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The address was asked for under a name that is not its own.
    #[error(
        "Cette page ne répond qu'à l'adresse de cette machine. / This page answers at the address of this machine only."
    )]
    Host,
    /// A page of another origin asks.
    #[error(
        "Une page d'une autre origine n'a rien à demander ici. / A page of another origin has nothing to ask for here."
    )]
    Origin,
    /// No cookie, or not ours.
    #[error(
        "Cette page s'ouvre par le lien qu'étalon a écrit dans son terminal. / This page opens by the link that étalon wrote in its terminal."
    )]
    NoCookie,
    /// No such token, or one that was used.
    #[error(
        "Ce lien a déjà servi, ou n'est pas d'ici : il ne s'ouvre qu'une fois. / This link was used before, or is not from here: it opens once only."
    )]
    NoToken,
}

/// What is wanted of somebody who asks.
pub(crate) struct Door {
    address: SocketAddr,
    token: String,
    was_opened: AtomicBool,
    secret: String,
    cookie_name: String,
}

/// Who asks.
pub(crate) enum Admitted {
    /// Somebody who has just opened the link, and is given the cookie.
    New(HeaderValue),
    /// Somebody who has the cookie.
    Known,
}

fn random() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

impl Door {
    /// Of the page that is served at an address.
    pub(crate) fn of(address: SocketAddr) -> Self {
        Self {
            address,
            token: random(),
            was_opened: AtomicBool::new(false),
            secret: random(),
            // Cookies are of a machine, whatever the port: two pages must not take each other's.
            cookie_name: format!("etalon-live-{}", address.port()),
        }
    }

    /// The link, which opens once.
    pub(crate) fn link(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let here: IpAddr = match address.ip() {
                IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            };
            address.set_ip(here);
        }
        format!("http://{address}{OPENING}{}", self.token)
    }

    /// Lets in who may come in.
    pub(crate) fn admit(&self, request: &Request) -> Result<Admitted, Refusal> {
        let headers = request.headers();
        let host = text(headers, header::HOST).filter(|host| self.is_ours(host));
        let host = host.ok_or(Refusal::Host)?;
        let is_read = [Method::GET, Method::HEAD].contains(request.method());
        if let Some(token) = request.uri().path().strip_prefix(OPENING) {
            // A browser that fetches ahead what may never be looked at does not use the link up.
            let is_meant = *request.method() == Method::GET && !headers.contains_key("sec-purpose");
            return self.open(token, is_meant).map(Admitted::New);
        }
        if !self.has_cookie(headers) {
            return Err(Refusal::NoCookie);
        }
        let origin = text(headers, header::ORIGIN);
        let own = format!("http://{host}");
        // A browser says where what is sent by a page comes from.
        if origin.map_or(!is_read, |origin| origin != own) || comes_from_elsewhere(headers) {
            return Err(Refusal::Origin);
        }
        Ok(Admitted::Known)
    }

    fn open(&self, token: &str, is_meant: bool) -> Result<HeaderValue, Refusal> {
        let is_right = is_meant && same(token, &self.token);
        if !is_right || self.was_opened.swap(true, Ordering::Relaxed) {
            return Err(Refusal::NoToken);
        }
        let (name, secret) = (&self.cookie_name, &self.secret);
        let cookie = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict");
        HeaderValue::try_from(cookie).map_err(|_| Refusal::NoToken)
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = all.flat_map(|cookies| cookies.split(';')).filter_map(|one| {
            let (name, value) = one.trim().split_once('=')?;
            (name == self.cookie_name).then_some(value)
        });
        pairs.any(|value| same(value, &self.secret))
    }

    /// Whether a name is this machine's: addresses are, and localhost. A page of the web may give
    /// its own name this address, so no other name is. The port may be another: that of a tunnel.
    fn is_ours(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().trim_matches(['[', ']']);
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let address = name.parse::<IpAddr>();
        address.is_ok_and(|ip| ip.is_loopback() || !self.address.ip().is_loopback())
    }
}

/// Whether a browser says that another page asks. That a person follows a link is no such thing:
/// the page is shown to that person, and to nobody else.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = text(headers, "sec-fetch-site");
    let is_from_here = site.is_none_or(|site| ["same-origin", "none"].contains(&site));
    let is_shown = text(headers, "sec-fetch-mode") == Some("navigate")
        && text(headers, "sec-fetch-dest") == Some("document");
    !is_from_here && !is_shown
}

fn text(headers: &HeaderMap, name: impl header::AsHeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
