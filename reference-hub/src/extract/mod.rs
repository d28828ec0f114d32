//! From a call to a validated request: path ids, query parameters, technical headers, JSON bodies.
//! What is wrong with the form is refused here, all of it at once, in the words of the description;
//! what is wrong with the meaning is the domain's.

mod body;
mod headers;
mod path;
mod query;

use axum::body::Body;
use contract::description::Description;
use contract::operations::Operation;
use http::HeaderMap;
use http::request::Parts;

use crate::bench::FoundInfected;
use crate::domain::{Caller, DomainError};
use crate::error::Refusal;
use crate::faults::{Clause, Conduct, rule, spared};

pub(crate) use body::{drain, read_limited, throw_away};
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
    /// Which rules are kept.
    conduct: Conduct,
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
        conduct: &Conduct,
    ) -> Result<Self, Box<(Refusal, HeaderMap, Body)>> {
        let query = pairs(parts.uri.query().unwrap_or_default());
        let described = Description::bundled();
        let violations =
            described.parameter_violations(operation, &borrowed(&path), &query, &parts.headers);
        // A maxResult that is no number is refused; else it counts as absent.
        let strict = operation != Operation::ListNotifications || conduct.keeps(rule!("NOT-03"));
        if strict && !violations.is_empty() {
            let refusal = match spared::mistaken(operation, &violations, conduct) {
                Some(missing) => DomainError::NotFound(missing).into(),
                None => {
                    let (method, path) = (operation.method(), parts.uri.path());
                    Refusal::invalid(method, path, "parameters", &violations)
                }
            };
            return Err(Box::new((refusal, parts.headers, body)));
        }
        let bare = matches!(parts.method, http::Method::GET | http::Method::DELETE);
        if bare
            && parts.headers.contains_key(http::header::CONTENT_TYPE)
            && !conduct.keeps(rule!("WIRE-04"))
        {
            let (method, path) = (operation.method(), parts.uri.path());
            let reasons = ["a request without a body has no content type"];
            let refusal = Refusal::invalid(method, path, "@header.Content-Type", &reasons);
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
            conduct: conduct.clone(),
        })
    }

    fn refuse(&self, place: &str, reasons: &[impl ToString]) -> Refusal {
        Refusal::invalid(self.operation.method(), &self.full_path, place, reasons)
    }

    fn keeps(&self, clause: Clause) -> bool {
        self.conduct.keeps(clause)
    }
}

fn borrowed<'a>(path: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    path.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
