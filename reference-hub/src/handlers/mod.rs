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
use contract::operations::Operation;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::domain::{Page, PageRequest};
use crate::error::{Refusal, json};
use crate::extract::{Call, Query};
use crate::hub::Hub;

/// What a handler gives.
type Handled = Result<Response<Body>, Refusal>;

/// Serves a call.
pub(crate) async fn serve(hub: &Hub, call: Call) -> Handled {
    match call.operation {
        Operation::CreateFolder => folders::create(hub, call).await,
        Operation::PutFolderAttachment => files::put_in_folder(hub, call).await,
        Operation::CreateEvent => events::create(hub, call).await,
        Operation::UpdateFolder => folders::update(hub, call).await,
        Operation::UpdateCase => cases::update(hub, call).await,
        Operation::UpdateEvent => events::update(hub, call).await,
        Operation::PutEventAttachment => files::put_in_event(hub, call).await,
        Operation::GetFolder => folders::read(hub, call).await,
        Operation::GetEventAttachment => files::get_from_event(hub, call).await,
        Operation::ListSubscriptions => subscriptions::list(hub, &call),
        Operation::GetSubscription => subscriptions::read(hub, &call),
        Operation::ListNotifications => notifications::list(hub, call).await,
        Operation::DeleteNotification => notifications::delete(hub, call).await,
        Operation::GetCase => cases::read(hub, call).await,
        Operation::GetCaseAttachment => files::get_from_case(hub, call).await,
        Operation::GetEvent => events::read(hub, call).await,
        Operation::DeleteFolder => folders::delete(hub, call).await,
        Operation::CreateSubscription => subscriptions::create(hub, call).await,
        Operation::UpdateSubscription => subscriptions::replace(hub, call).await,
        Operation::CreateOrganization => organizations::create(hub, call).await,
        Operation::UpdateOrganization => organizations::replace(hub, call).await,
        Operation::GetOrganization => organizations::read(hub, &call),
        Operation::ListOrganizations => organizations::list(hub, &call),
        Operation::CreateProcess => processes::create(hub, call).await,
        Operation::UpdateProcess => processes::replace(hub, call).await,
        Operation::GetProcess => processes::read(hub, &call),
        Operation::ListProcesses => processes::list(hub, &call),
        Operation::DeleteEvent => events::delete(hub, call).await,
        Operation::MigrateCases => cases::migrate(hub, call).await,
        Operation::ListAttachmentsForPurge => purge::list(hub, call).await,
        Operation::ConfirmPurge => purge::confirm(hub, call).await,
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
