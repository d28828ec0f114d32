//! What each operation of the access matrix does with a validated call: decode, ask the store,
//! encode. Thin: rules are the domain's, refusals become answers in [`crate::error`].

mod cases;
mod events;
mod files;
mod folders;
mod notifications;
mod organizations;
mod processes;
mod purge;
mod subscriptions;

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::domain::{Page, PageRequest};
use crate::error::{Refusal, json};
use crate::extract::{Call, Query};
use crate::hub::Hub;

/// What a handler gives.
type Handled = Result<Response<Body>, Refusal>;

/// Serves a call, by its operation's number.
pub(crate) async fn serve(hub: &Hub, call: Call) -> Handled {
    match call.operation.number {
        1 => folders::create(hub, call).await,
        2 => files::put_in_folder(hub, call).await,
        3 => events::create(hub, call).await,
        4 => folders::update(hub, call).await,
        5 => cases::update(hub, call).await,
        6 => events::update(hub, call).await,
        7 => files::put_in_event(hub, call).await,
        8 => folders::read(hub, call).await,
        9 => files::get_from_event(hub, call).await,
        10 => subscriptions::list(hub, &call),
        11 => subscriptions::read(hub, &call),
        12 => notifications::list(hub, call).await,
        13 => notifications::delete(hub, call).await,
        14 => cases::read(hub, call).await,
        15 => files::get_from_case(hub, call).await,
        16 => events::read(hub, call).await,
        17 => folders::delete(hub, call).await,
        18 => subscriptions::create(hub, call).await,
        19 => subscriptions::replace(hub, call).await,
        20 => organizations::create(hub, call).await,
        21 => organizations::replace(hub, call).await,
        22 => organizations::read(hub, &call),
        23 => organizations::list(hub, &call),
        24 => processes::create(hub, call).await,
        25 => processes::replace(hub, call).await,
        26 => processes::read(hub, &call),
        27 => processes::list(hub, &call),
        28 => events::delete(hub, call).await,
        29 => cases::migrate(hub, call).await,
        30 => purge::list(hub, call).await,
        31 => purge::confirm(hub, call).await,
        _ => Err(Refusal::NoRoute),
    }
}

/// An outcome that its command does not have: a bug of ours, told apart from what the client did.
fn unexpected(outcome: &crate::domain::Outcome) -> Refusal {
    Refusal::Unavailable(format!("a command came out as {outcome:?}"))
}

/// Which part of a list is asked for.
fn page_request(query: &Query) -> PageRequest {
    PageRequest {
        order_by: query.one("orderBy").map(str::to_owned),
        offset: query.number("offSet").unwrap_or(0),
        max_result: query.number("maxResult"),
    }
}

/// A part of a list, with where it lies in the whole: `Content-Range: <unit> 0-27/100` (contract
/// §6).
fn content_range<T: Serialize>(unit: &str, page: &Page<T>) -> Response<Body> {
    let mut answer = json(StatusCode::OK, &page.items);
    let last = (page.offset + page.items.len()).saturating_sub(1);
    let range = match page.items.len() {
        0 => format!("{unit} */{}", page.total),
        _ => format!("{unit} {}-{last}/{}", page.offset, page.total),
    };
    if let Ok(range) = HeaderValue::try_from(range) {
        answer.headers_mut().insert(header::CONTENT_RANGE, range);
    }
    answer
}
