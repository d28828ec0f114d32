//! Wire form of errors (contract §2 and §3; SFD-1.2.2 "Gestion des erreurs"), and how to find a
//! code and a message in whichever form a hub or its gateway answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The ordinary error body: every fault of the request in one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemBody {
    /// One for each fault.
    pub errors: Vec<Problem>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub code: u16,
    /// For people.
    pub message: String,
}

impl ProblemBody {
    /// A body with one fault.
    pub fn one(code: u16, message: impl Into<String>) -> Self {
        Self { errors: vec![Problem { code, message: message.into() }] }
    }
}

/// The body of a gateway in front of the hub (contract §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayFaultBody {
    /// Its only fault.
    pub fault: GatewayFault,
}

/// A gateway's fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GatewayFault {
    /// `900901` invalid credentials, `900902` missing credentials.
    pub code: u32,
    /// For people.
    pub message: String,
    /// More for people.
    pub description: String,
}

/// The codes and messages of an error body, in either form; empty when it carries none.
pub fn codes_and_messages(body: &Value) -> Vec<(String, String)> {
    let faults = match (body.get("errors").and_then(Value::as_array), body.get("fault")) {
        (Some(errors), _) => errors.iter().collect(),
        (None, Some(fault)) => vec![fault],
        (None, None) => Vec::new(),
    };
    faults.into_iter().filter_map(code_and_message).collect()
}

fn code_and_message(fault: &Value) -> Option<(String, String)> {
    let code = match fault.get("code")? {
        Value::Number(number) => number.to_string(),
        Value::String(text) if !text.is_empty() => text.clone(),
        _ => return None,
    };
    let message = fault.get("message")?.as_str().filter(|message| !message.trim().is_empty())?;
    Some((code, message.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_carry_a_code_and_a_message() {
        let hub = json!({"errors": [{"code": 404, "message": "Case is not found"}]});
        let gateway = json!({"fault": {"code": 900_901, "message": "Invalid Credentials", "description": "…"}});
        assert_eq!(codes_and_messages(&hub), [("404".to_owned(), "Case is not found".to_owned())]);
        assert_eq!(codes_and_messages(&gateway)[0].0, "900901");
    }

    #[test]
    fn an_empty_message_or_no_code_is_nothing() {
        for body in [
            json!({}),
            json!({"errors": []}),
            json!({"errors": [{"code": 404, "message": " "}]}),
            json!({"errors": [{"message": "x"}]}),
        ] {
            assert!(codes_and_messages(&body).is_empty(), "{body}");
        }
    }
}
