//! What a hub may not do, on the wire: each of these must be failed, and by its own rule. They keep
//! the proxy honest, for a proxy that alters nothing would leave the suite as green.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::bends::{edit_json, every_object};
use crate::proxy::{Alteration, Answer, Call};

/// How a hub may be broken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Break {
    /// A télédossier that is read has lost its applicant.
    LostApplicant,
    /// The list of notifications is a page for people.
    HtmlPage,
    /// A downloaded file lacks its second half.
    HalfAFile,
    /// Each notification is listed twice, under two ids.
    NotifiedTwice,
    /// A creation answers 200.
    CreatedIsOk,
    /// A token endpoint that does not say how long its tokens live.
    EndlessToken,
    /// Errors without a code.
    NoCode,
    /// A refused call is answered like one that was not found.
    ForbiddenIsNotFound,
    /// A télédossier comes back without its accents.
    Ascii,
}

impl Alteration for Break {
    fn name(&self) -> String {
        format!("{self:?}")
    }

    fn alter(&self, call: &Call, answer: &mut Answer) -> bool {
        let read = call.method == Method::GET && answer.status == StatusCode::OK;
        match self {
            Self::LostApplicant => {
                let folder = read && call.path.contains("/folders/");
                folder && edit_json(answer, |body| remove(body, "applicant"))
            }
            Self::HtmlPage => {
                let notifications = read && call.path.ends_with("/notifications");
                if notifications {
                    answer.body = Bytes::from_static(b"<html><body>Maintenance</body></html>");
                    let html = HeaderValue::from_static("text/html");
                    answer.headers.insert(CONTENT_TYPE, html);
                }
                notifications
            }
            Self::HalfAFile => {
                let file = read && call.path.contains("/attachments/");
                if file {
                    answer.body.truncate(answer.body.len() / 2);
                }
                file
            }
            Self::NotifiedTwice => {
                let notifications = read && call.path.ends_with("/notifications");
                notifications && edit_json(answer, twice)
            }
            Self::CreatedIsOk => {
                let created = answer.status == StatusCode::CREATED;
                if created {
                    answer.status = StatusCode::OK;
                }
                created
            }
            Self::EndlessToken => {
                let token = call.path.ends_with("/token") && answer.status == StatusCode::OK;
                token && edit_json(answer, |body| remove(body, "expires_in"))
            }
            Self::NoCode => {
                answer.status.is_client_error()
                    && edit_json(answer, |body| {
                        every_object(body, &mut |members| members.remove("code").is_some())
                    })
            }
            Self::ForbiddenIsNotFound => {
                let forbidden = answer.status == StatusCode::FORBIDDEN;
                if forbidden {
                    answer.status = StatusCode::NOT_FOUND;
                }
                forbidden
            }
            Self::Ascii => {
                let folder = read && call.path.contains("/folders/");
                folder && edit_json(answer, only_ascii)
            }
        }
    }
}

fn remove(body: &mut Value, name: &str) -> bool {
    body.as_object_mut().is_some_and(|members| members.remove(name).is_some())
}

fn twice(body: &mut Value) -> bool {
    let Some(items) = body.as_array_mut() else {
        return false;
    };
    let copies: Vec<_> = items
        .iter()
        .map(|item| {
            let mut copy = item.clone();
            // Another notification of the same thing: its id differs in its last digit.
            let id = item["id"].as_str().unwrap_or_default();
            let last = if id.ends_with('0') { "1" } else { "0" };
            copy["id"] = json!(format!("{}{last}", &id[..id.len().saturating_sub(1)]));
            copy
        })
        .collect();
    items.extend(copies);
    !items.is_empty()
}

fn only_ascii(value: &mut Value) -> bool {
    match value {
        Value::String(text) if !text.is_ascii() => {
            *text =
                text.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect();
            true
        }
        Value::Array(items) => items.iter_mut().fold(false, |any, item| any | only_ascii(item)),
        Value::Object(members) => {
            members.values_mut().fold(false, |any, member| any | only_ascii(member))
        }
        _ => false,
    }
}
