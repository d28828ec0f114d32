//! The token request of a credential, in the form that the target file declares (contract §2;
//! divergence D23). Writes it; whoever calls sends it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::target::Credential;

/// How a hub, or the gateway before it, is asked for a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenRequestForm {
    /// A form, the client id and its secret by HTTP Basic (RFC 6749 §2.3.1, §4.4.2).
    #[default]
    Basic,
    /// A form that holds the client id and its secret too.
    Post,
    /// A JSON object, the client id and its secret by HTTP Basic.
    Json,
}

/// A token request, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its body.
    pub body: String,
    /// Its `Authorization`, when the pair is not in the body.
    pub authorization: Option<String>,
}

impl TokenRequest {
    /// The request of a credential for a scope of the contract.
    pub fn of(credential: &Credential, scope: &str) -> Self {
        let scope = credential.scope_as_asked(scope);
        let (id, secret) = (credential.client_id.as_str(), credential.secret().reveal());
        let grant = [("grant_type", "client_credentials"), ("scope", scope)];
        let mut form = Serializer::new(String::new());
        form.extend_pairs(grant);
        if credential.token_request == TokenRequestForm::Post {
            form.extend_pairs([("client_id", id), ("client_secret", secret)]);
        }
        let (content_type, body) = match credential.token_request {
            TokenRequestForm::Basic | TokenRequestForm::Post => {
                ("application/x-www-form-urlencoded", form.finish())
            }
            TokenRequestForm::Json => (
                "application/json",
                json!({ "grant_type": "client_credentials", "scope": scope }).to_string(),
            ),
        };
        let by_basic = credential.token_request != TokenRequestForm::Post;
        Self { content_type, body, authorization: by_basic.then(|| basic(id, secret)) }
    }
}

/// HTTP Basic, id and secret form-encoded each (RFC 6749 §2.3.1): a colon or a percent sign in one
/// of them is told apart.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    format!("Basic {}", BASE64_STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::target::Target;

    fn request(http: &str, credential: &str) -> TokenRequest {
        let text = format!(
            "[hub]\nname='x'\nteledossiers_url='http://h/t'\nreferential_url='http://h/r'\ntoken_url='http://h/o'\n\
             [http]\n{http}\n[[credential]]\nscope='DATAPASS'\nclient_id='a:b'\nclient_secret='c%d é'\n{credential}\n"
        );
        let target = Target::parse(&text, Path::new("hub.toml")).unwrap();
        TokenRequest::of(&target.credentials[0], "DATAPASS")
    }

    #[test]
    fn by_default_it_is_a_form_under_basic_and_each_half_is_encoded() {
        let asked = request("", "");
        assert_eq!(asked.body, "grant_type=client_credentials&scope=DATAPASS");
        let pair = asked.authorization.unwrap();
        let pair = BASE64_STANDARD.decode(pair.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(pair, b"a%3Ab:c%25d+%C3%A9");
    }

    #[test]
    fn a_gateway_gets_the_pair_in_the_body_or_json_and_its_own_scope() {
        let posted = request("token_request = 'post'", "token_scope = 'openid'");
        assert_eq!(
            (posted.body.as_str(), posted.authorization),
            (
                "grant_type=client_credentials&scope=openid&client_id=a%3Ab&client_secret=c%25d+%C3%A9",
                None
            )
        );
        let json = request("token_request = 'json'", "");
        assert_eq!(json.content_type, "application/json");
        assert_eq!(json.body, r#"{"grant_type":"client_credentials","scope":"DATAPASS"}"#);
        assert!(json.authorization.is_some());
    }
}
