//! The body of a request on its way: at once, or held back for a moment. Decides nothing: which of
//! the two, the client does.

use std::time::Duration;

use bytes::Bytes;
use futures::{FutureExt as _, stream};
use http::header::CONTENT_LENGTH;

use super::call::{Body, Call};

/// How long a body is held back, as curl does for what is long (RFC 9110 §10.1.1: a client need not
/// wait for ever).
const HELD_BACK: Duration = Duration::from_secs(1);

/// When the body of a request follows its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// At once.
    AtOnce,
    /// After a while, in which a refusal has the time to come.
    HeldBack,
}

/// A request with the body of a call.
pub(super) fn with_body_of(
    call: &Call,
    pace: Pace,
    request: reqwest::RequestBuilder,
) -> reqwest::RequestBuilder {
    let (blocks, length): (Box<dyn Iterator<Item = Bytes> + Send + Sync>, u64) =
        match (&call.body, pace) {
            (Body::None, _) => return request,
            (Body::Generated(file), _) => (Box::new(file.blocks()), file.length()),
            (body, Pace::AtOnce) => return request.body(body.bytes()),
            (body, Pace::HeldBack) => {
                let bytes = body.bytes();
                let length = bytes.len() as u64;
                (Box::new(std::iter::once(bytes)), length)
            }
        };
    let pause = match pace {
        Pace::AtOnce => Duration::ZERO,
        Pace::HeldBack => HELD_BACK,
    };
    let begins = tokio::time::sleep(pause);
    let body = begins.map(|()| stream::iter(blocks.map(Ok::<_, std::io::Error>))).flatten_stream();
    request.header(CONTENT_LENGTH, length).body(reqwest::Body::wrap_stream(body))
}
