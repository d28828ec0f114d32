//! What must not leave the program: secrets collected during the run, whatever stands in an
//! `Authorization` header, and applicants' data in kept bodies. Everything written to a file or a
//! terminal passes through here on its way out. Judges nothing, and is not meant to protect what
//! étalon holds in memory.

mod applicant;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use contract::exchange::{Answer, BodyExcerpt, Exchange};
use contract::rules::{Catalogue, RuleId};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::event::Evidence;

/// What stands in place of a secret.
pub(crate) const MASK: &str = "[masqué]";

/// A secret shorter than this cannot be told from ordinary text, and is masked only where it stands
/// in a header that carries credentials.
const SHORTEST_SECRET: usize = 4;

/// Headers that carry credentials: their values never leave.
const SECRET_HEADERS: [&str; 7] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "apikey",
    "x-auth-token",
];

/// JSON properties and form fields whose values never leave.
const SECRET_FIELDS: [&str; 5] =
    ["access_token", "refresh_token", "id_token", "client_secret", "client_assertion"];

/// Keys of an event whose values are words of ours, and structure its line.
const STRUCTURE: [&str; 4] = ["event", "outcome", "level", "kind"];

/// The secrets of a run, shared by everything that writes.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    forms: BTreeSet<String>,
    /// Forms that no search looks for yet.
    fresh: Vec<String>,
    /// Together they look for every form that is not fresh, each for more of them than the next. A
    /// hub whose tokens live for one call gives thousands of secrets: one search for all would be
    /// built anew for each, in time that grows with all.
    searches: Vec<Arc<Search>>,
}

/// Looks for some forms.
struct Search {
    forms: Vec<String>,
    automaton: AhoCorasick,
}

impl Known {
    /// Searches that look for every form.
    fn searches(&mut self) -> Vec<Arc<Search>> {
        if !self.fresh.is_empty() {
            let mut forms = std::mem::take(&mut self.fresh);
            while let Some(last) = self.searches.pop_if(|last| last.forms.len() <= 2 * forms.len())
            {
                forms.extend(last.forms.iter().cloned());
            }
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .build(&forms)
                .expect("the secrets of a run are far fewer than the automaton's limit of states");
            self.searches.push(Arc::new(Search { forms, automaton }));
        }
        self.searches.clone()
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} forms of secrets", self.forms.len())
    }
}

impl Redactor {
    /// A redactor that knows no secret yet, and masks what is secret by its place.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret: a client secret, a token. It is masked wherever it stands, also
    /// percent-encoded, as base64 and escaped in JSON.
    pub fn add_secret(&self, secret: &str) {
        if secret.len() < SHORTEST_SECRET {
            return;
        }
        let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        self.add_forms([
            secret.to_owned(),
            encoded.replace("%20", "+"),
            encoded.to_lowercase(),
            // Dots, hyphens and such may travel unencoded.
            percent_encoded_but_for_marks(secret),
            escaped(secret),
            escaped(&escaped(secret)),
            encoded,
        ]);
        self.add_base64(secret);
    }

    /// Adds a client id and its secret: the secret alone, and the pair as HTTP Basic carries it.
    pub fn add_credential(&self, client_id: &str, client_secret: &str) {
        self.add_secret(client_secret);
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        self.add_base64(&format!("{client_id}:{client_secret}"));
        self.add_base64(&format!("{}:{}", encode(client_id), encode(client_secret)));
    }

    fn add_base64(&self, text: &str) {
        let whole = BASE64_STANDARD.encode(text);
        let encoded = utf8_percent_encode(&whole, NON_ALPHANUMERIC).to_string();
        let without_padding = BASE64_STANDARD_NO_PAD.encode(text);
        self.add_forms([encoded, whole, without_padding, BASE64_URL_SAFE_NO_PAD.encode(text)]);
    }

    fn add_forms(&self, forms: impl IntoIterator<Item = String>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for form in forms {
            if form.len() >= SHORTEST_SECRET && known.forms.insert(form.clone()) {
                known.fresh.push(form);
            }
        }
    }

    /// The text without any secret or applicant's data.
    pub fn text(&self, text: &str) -> String {
        let text = self.without_secrets(text);
        let text = without_secret_fields(&text);
        applicant::masked(&text)
    }

    fn without_secrets(&self, text: &str) -> String {
        let searches = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.searches()
        };
        let mut found: Vec<Range<usize>> = searches
            .iter()
            .flat_map(|search| search.automaton.find_overlapping_iter(text))
            .map(|found| found.range())
            .collect();
        found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        masked_at(text, &found)
    }

    /// Redacts every text of an event, given as JSON; its own words (`event`, `outcome`…) and the
    /// names of rules stay. What an exchange carries is for [`Self::evidence`].
    pub fn event(&self, event: &mut Value) {
        self.inside(event);
    }

    /// Redacts an exchange, or what a bench noted.
    pub fn evidence(&self, evidence: &mut Evidence) {
        match evidence {
            Evidence::Exchange(exchange) => self.exchange(exchange),
            Evidence::Mark { mark, .. } => self.everything(mark),
            Evidence::Place { .. } => {}
        }
    }

    /// Redacts an exchange. Its fields are named one by one: one that is added is thought of here.
    pub fn exchange(&self, exchange: &mut Exchange) {
        let Exchange {
            id,
            scenario,
            actor,
            method,
            url,
            path,
            api: _,
            query,
            request_headers,
            request_body,
            sent_at: _,
            duration_us: _,
            answer,
        } = exchange;
        let given = [scenario, actor, query].into_iter().flatten();
        for text in [id, method, url, path].into_iter().chain(given) {
            *text = self.text(text);
        }
        self.headers(request_headers);
        self.body(request_body);
        match answer {
            Answer::Received { status: _, version, headers, body } => {
                *version = self.text(version);
                self.headers(headers);
                self.body(body);
            }
            Answer::Broken(why) => *why = self.text(why),
        }
    }

    /// Masks what headers carry; the scheme of a credential stays, since a reader needs it.
    fn headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            if SECRET_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
                let scheme = scheme.filter(|scheme| {
                    ["bearer", "basic", "digest"].contains(&scheme.to_ascii_lowercase().as_str())
                });
                *value =
                    scheme.map_or_else(|| MASK.to_owned(), |scheme| format!("{scheme} {MASK}"));
            }
            *name = self.text(name);
            *value = self.text(value);
        }
    }

    fn body(&self, body: &mut BodyExcerpt) {
        if let Some(text) = &mut body.text {
            *text = self.text(text);
            if !body.whole {
                self.mask_cut_secret(text);
            }
        }
    }

    /// An excerpt may end in the middle of a secret: what there is of it goes too.
    fn mask_cut_secret(&self, text: &mut String) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let beginnings = known.forms.iter().flat_map(|form| {
            let ends = form.char_indices().map(|(at, _)| at);
            ends.filter(|at| *at >= SHORTEST_SECRET).map(|at| &form[..at])
        });
        let cut = beginnings.filter(|start| text.ends_with(start)).map(str::len).max();
        if let Some(length) = cut {
            text.truncate(text.len() - length);
            text.push_str(MASK);
        }
    }

    fn inside(&self, value: &mut Value) {
        match value {
            // Who reads the record needs them, and they are in every report anyway.
            Value::String(text) if is_rule(text) => {}
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.inside(value)),
            Value::Object(fields) => {
                let free = fields.iter_mut().filter(|(key, _)| !STRUCTURE.contains(&key.as_str()));
                free.for_each(|(_, value)| self.inside(value));
            }
            _ => {}
        }
    }

    fn everything(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.everything(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.everything(value)),
            _ => {}
        }
    }
}

fn is_rule(text: &str) -> bool {
    RuleId::try_from(text).is_ok_and(|id| Catalogue::bundled().rule(&id).is_ok())
}

/// The text with a mask in place of each of these ranges, which come in order; what overlaps is one
/// secret.
fn masked_at(text: &str, ranges: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut shown_to = 0;
    let mut ranges = ranges.iter().peekable();
    while let Some(first) = ranges.next() {
        let mut end = first.end;
        while let Some(next) = ranges.next_if(|next| next.start < end) {
            end = end.max(next.end);
        }
        masked.push_str(&text[shown_to..first.start]);
        masked.push_str(MASK);
        shown_to = end;
    }
    masked.push_str(&text[shown_to..]);
    masked
}

fn percent_encoded_but_for_marks(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

/// The text as it stands inside a JSON string.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Masks `"access_token":"…"` and `client_secret=…` in a text, whether or not their values are
/// known.
fn without_secret_fields(text: &str) -> String {
    if !SECRET_FIELDS.iter().any(|field| text.contains(field)) {
        return text.to_owned();
    }
    let mut masked = text.to_owned();
    for field in SECRET_FIELDS {
        masked = applicant::with_json_values_replaced(&masked, field, |_| MASK.to_owned());
        masked = with_form_value_masked(&masked, field);
    }
    masked
}

fn with_form_value_masked(text: &str, field: &str) -> String {
    let mark = format!("{field}=");
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&mark) {
        let value = at + mark.len();
        masked.push_str(&rest[..value]);
        rest = &rest[value..];
        if !rest.starts_with(MASK) {
            masked.push_str(MASK);
            let end = rest.find(|c: char| c == '&' || c == '"' || c.is_whitespace());
            rest = &rest[end.unwrap_or(rest.len())..];
        }
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use serde_json::json;

    const CANARY: &str = "Canari/é=\"42\"+fin";

    fn redactor() -> Redactor {
        let redactor = Redactor::new();
        redactor.add_credential("osl-1", CANARY);
        redactor
    }

    /// Every form in which the canary may travel.
    fn forms() -> Vec<String> {
        let encoded = utf8_percent_encode(CANARY, NON_ALPHANUMERIC).to_string();
        vec![
            CANARY.to_owned(),
            json!(CANARY).to_string(),
            json!(json!({ "secret": CANARY }).to_string()).to_string(),
            BASE64_STANDARD.encode(format!("osl-1:{CANARY}")),
            BASE64_STANDARD.encode(format!("osl%2D1:{encoded}")),
            BASE64_STANDARD.encode(CANARY),
            encoded,
        ]
    }

    #[test]
    fn a_canary_is_masked_in_each_of_its_forms() {
        for form in forms() {
            let shown = redactor().text(&format!("avant {form} après"));
            assert!(shown.contains(MASK), "{form} gave {shown}");
            assert!(!shown.contains("Canari") && !shown.contains("42"), "{form} gave {shown}");
            assert!(shown.starts_with("avant ") && shown.ends_with(" après"), "{shown}");
        }
    }

    /// A hub whose tokens live for one call.
    #[test]
    fn thousands_of_secrets_that_come_one_by_one_are_all_masked_by_few_searches() {
        let redactor = Redactor::new();
        let token = |rank: usize| format!("jeton-{rank:06}-fin");
        for rank in 0..3_000 {
            redactor.add_secret(&token(rank));
            assert_eq!(redactor.text(&token(rank)), MASK);
        }
        for rank in [0, 1, 1_500, 2_999] {
            assert_eq!(redactor.text(&token(rank)), MASK, "{rank}");
        }
        assert!(redactor.known.lock().unwrap().searches.len() < 15);
    }

    #[test]
    fn secrets_that_overlap_leave_nothing_between_them() {
        let redactor = Redactor::new();
        for secret in ["abcdef", "defghi", "abcd"] {
            redactor.add_secret(secret);
            assert_eq!(redactor.text(""), "");
        }
        assert_eq!(redactor.text("<abcdefghi>"), format!("<{MASK}>"));
        assert_eq!(redactor.text("<abcd|defghi>"), format!("<{MASK}|{MASK}>"));
    }

    #[test]
    fn a_secret_added_later_is_known_to_every_clone() {
        let redactor = redactor();
        let clone = redactor.clone();
        assert_eq!(clone.text("jeton-0123"), "jeton-0123");
        redactor.add_secret("jeton-0123");
        assert_eq!(clone.text("jeton-0123"), MASK);
    }

    #[test]
    fn the_longest_of_two_secrets_is_masked_whole() {
        let redactor = Redactor::new();
        redactor.add_secret("abcd");
        redactor.add_secret("abcdefgh");
        assert_eq!(redactor.text("abcdefgh"), MASK);
    }

    #[test]
    fn credentials_are_masked_by_their_place_even_when_unknown() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut exchange = Exchange {
            request_headers: vec![
                pair("Authorization", "Bearer inconnu"),
                pair("accept", "*/*"),
                pair("cookie", "a=b"),
            ],
            request_body: BodyExcerpt::of(
                b"grant_type=client_credentials&client_secret=inconnu&scope=SI",
            ),
            answer: Answer::Received {
                status: 200,
                version: "HTTP/1.1".into(),
                headers: vec![pair("set-cookie", "s=inconnu")],
                body: BodyExcerpt::of(br#"{"access_token": "inconnu", "expires_in": 3600}"#),
            },
            ..sample::exchange()
        };
        Redactor::new().exchange(&mut exchange);
        assert_eq!(exchange.request_headers[0].1, "Bearer [masqué]");
        assert_eq!(exchange.request_headers[1].1, "*/*");
        let text = serde_json::to_string(&exchange).unwrap();
        assert!(!text.contains("inconnu"), "{text}");
        assert!(text.contains("expires_in") && text.contains("scope=SI"), "{text}");
    }

    #[test]
    fn a_secret_cut_by_the_end_of_an_excerpt_is_masked() {
        let head = "…, \"jeton\": \"Canari/é=";
        let mut exchange = Exchange {
            request_body: BodyExcerpt::seen(9_000, &[0; 32], head.as_bytes()),
            ..sample::exchange()
        };
        redactor().exchange(&mut exchange);
        assert_eq!(exchange.request_body.text.unwrap(), "…, \"jeton\": \"[masqué]");
    }

    #[test]
    fn the_name_of_a_rule_stays_where_it_stands_alone() {
        let redactor = Redactor::new();
        redactor.add_secret("NOT-");
        let mut event = json!({ "rule": "NOT-01", "observed": "NOT-01 ?", "text": "NOT-99" });
        redactor.event(&mut event);
        let masked = json!({ "rule": "NOT-01", "observed": format!("{MASK}01 ?"), "text": format!("{MASK}99") });
        assert_eq!(event, masked);
    }

    #[test]
    fn the_words_that_structure_an_event_stay_even_when_a_secret_equals_one() {
        let redactor = Redactor::new();
        redactor.add_secret("passed");
        let mut event = json!({ "event": "check_made", "outcome": "passed", "observed": "passed" });
        redactor.event(&mut event);
        assert_eq!(event, json!({ "event": "check_made", "outcome": "passed", "observed": MASK }));
    }

    #[test]
    fn what_is_shown_of_a_redactor_says_no_secret() {
        assert!(!format!("{:?}", redactor()).contains("Canari"));
    }
}
