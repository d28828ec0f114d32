//! From a call to a validated request: path ids, query parameters, technical headers, JSON bodies.
//! What is wrong with the form is refused here, all of it at once, in the words of the description;
//! what is wrong with the meaning is the domain's.

mod body;
mod headers;
mod path;
mod query;
mod spared;

use axum::body::Body;
use contract::description::Description;
use contract::operations::Operation;
use http::HeaderMap;
use http::request::Parts;

use crate::bench::FoundInfected;
use crate::domain::Caller;
use crate::error::Refusal;
use crate::faults::{FaultSet, fault};

pub(crate) use body::{drain, read_limited};
pub(crate) use headers::Digest;
pub(crate) use path::path_values;
pub(crate) use query::{Query, pairs};

/// A call that passed the gate: who makes it, which operation it is, and what came with it.
pub(crate) struct Call {
    /// The operation, by its row of the access matrix.
    pub(crate) operation: Operation,
    /// Who calls, with the technical headers.
    pub(crate) caller: Caller,
    /// The values of the path's `{names}`, decoded.
    path: Vec<(&'static str, String)>,
    /// The query.
    pub(crate) query: Query,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// Whether a bench wants the file that comes found infected.
    pub(crate) found_infected: bool,
    /// The whole path, for messages.
    full_path: String,
    /// What is still to be read.
    pub(crate) body: Body,
    json_bytes: usize,
    /// The rules broken on purpose.
    faults: FaultSet,
}

impl Call {
    /// Reads everything but the body, and refuses what is wrong with it, giving the rest of the
    /// call back.
    pub(crate) fn read(
        operation: Operation,
        mut caller: Caller,
        parts: Parts,
        path: Vec<(&'static str, String)>,
        body: Body,
        json_bytes: usize,
        broken: &FaultSet,
    ) -> Result<Self, Box<(Refusal, HeaderMap, Body)>> {
        let query = pairs(parts.uri.query().unwrap_or_default());
        let described = Description::bundled();
        let faults =
            described.parameter_faults(operation, &borrowed(&path), &query, &parts.headers);
        // A maxResult that is no number then counts as absent.
        let lenient = operation == Operation::ListNotifications && broken.breaks(fault!("NOT-03"));
        if !faults.is_empty() && !lenient {
            let refusal = spared::mistaken(operation, &faults, broken).unwrap_or_else(|| {
                Refusal::invalid(operation.method(), parts.uri.path(), "parameters", &faults)
            });
            return Err(Box::new((refusal, parts.headers, body)));
        }
        caller.partner_info = headers::partner_info(&parts.headers);
        let full_path = parts.uri.path().to_owned();
        Ok(Self {
            operation,
            caller,
            path,
            query: Query(query),
            headers: parts.headers,
            found_infected: parts.extensions.get::<FoundInfected>().is_some(),
            full_path,
            body,
            json_bytes,
            faults: broken.clone(),
        })
    }

    fn refuse(&self, place: &str, faults: &[impl ToString]) -> Refusal {
        Refusal::invalid(self.operation.method(), &self.full_path, place, faults)
    }
}

fn borrowed<'a>(path: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    path.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
