//! A hub where a sweep moves what is completed to HUBEE_NOTIFIED: HUBEE_COMPLETED shows for a while
//! (contract §6, "Completion"). The hub behind has done it already; only what is shown waits.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use http::Method;
use parking_lot::Mutex;
use serde_json::Value;

use crate::bends::{edit_json, every_object};
use crate::proxy::{Alteration, Answer, Call};

const COMPLETED: &str = "HUBEE_COMPLETED";
const NOTIFIED: &str = "HUBEE_NOTIFIED";

/// Shows HUBEE_COMPLETED for this long after a completion.
pub(crate) struct Settling {
    time: Duration,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The cases of each folder, as its creation answered.
    cases: HashMap<String, Vec<String>>,
    /// Until when a folder or a case is shown unsettled, by id.
    unsettled: HashMap<String, Instant>,
}

impl Settling {
    pub(crate) fn after(time: Duration) -> Self {
        Self { time, known: Mutex::default() }
    }

    /// What a successful write says about the statuses to come.
    fn learn(&self, call: &Call, answer: &Answer) {
        let mut known = self.known.lock();
        let overridden = call.headers.contains_key("x-http-method-override");
        let patched = call.method == Method::PATCH || overridden;
        let sent: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let segments: Vec<_> = call.path.rsplit('/').collect();
        match segments[..] {
            ["folders", ..] if call.method == Method::POST => {
                let folder: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                let cases = folder["cases"].as_array().into_iter().flatten();
                let ids = cases.filter_map(|case| Some(case["id"].as_str()?.to_owned()));
                let id = folder["id"].as_str().unwrap_or_default().to_owned();
                known.cases.insert(id, ids.collect());
            }
            [folder, "folders", ..] if patched => {
                let completed = sent["globalStatus"] == COMPLETED;
                self.set(&mut known, folder, completed);
                if completed {
                    for case in known.cases.get(folder).cloned().unwrap_or_default() {
                        self.set(&mut known, &case, true);
                    }
                }
            }
            [case, "cases", ..] if patched => {
                self.set(&mut known, case, sent["status"] == COMPLETED);
            }
            ["events", case, ..] if sent["caseNewStatus"].is_string() => {
                self.set(&mut known, case, sent["caseNewStatus"] == COMPLETED);
            }
            _ => {}
        }
    }

    fn set(&self, known: &mut Known, id: &str, completed: bool) {
        if completed {
            let settled_at = Instant::now() + self.time;
            known.unsettled.insert(id.to_owned(), settled_at);
        } else {
            // Somebody set a status by hand: no sweep stands between.
            known.unsettled.remove(id);
        }
    }
}

impl Alteration for Settling {
    fn name(&self) -> String {
        format!("Settling({:?})", self.time)
    }

    fn alter(&self, call: &Call, answer: &mut Answer) -> bool {
        if !answer.status.is_success() {
            return false;
        }
        self.learn(call, answer);
        let known = self.known.lock();
        edit_json(answer, |body| {
            every_object(body, &mut |members| {
                let id = members.get("id").and_then(Value::as_str);
                let unsettled = id
                    .and_then(|id| known.unsettled.get(id))
                    .is_some_and(|until| Instant::now() < *until);
                let mut shown = false;
                for name in ["globalStatus", "status"] {
                    if unsettled && members.get(name).is_some_and(|status| status == NOTIFIED) {
                        members.insert(name.to_owned(), COMPLETED.into());
                        shown = true;
                    }
                }
                shown
            })
        })
    }
}
