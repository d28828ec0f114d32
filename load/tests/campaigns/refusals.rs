//! Targets on which no campaign can be run, and what is said of each.

use std::net::SocketAddr;
use std::sync::Arc;

use load::systems::Shard;
use load::{Campaign, CampaignError};
use scenarios::target::Target;

use crate::{campaign, server};

const PLAN: &str = r#"
name = "essai"
[arrivals]
form = "constant"
calls_per_second = 1
duration = "1s"
[journeys]
poll = 1
"#;

fn prepared(target: &Arc<Target>) -> Result<Campaign, CampaignError> {
    let (plan, stop) = (campaign::plan(PLAN), Arc::default());
    Campaign::new(plan, target, Shard::WHOLE, "ESSAI001".to_owned(), None, stop)
}

fn greeting(address: SocketAddr) -> CampaignError {
    let campaign = prepared(&server::target(address)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(campaign.greet()).unwrap_err()
}

#[test]
fn a_token_endpoint_that_fails_refuses_no_credential() {
    let failing = greeting(server::answering(500));
    assert!(matches!(failing, CampaignError::NoToken(..)), "{failing}");
    assert!(failing.to_string().contains("status_500"), "{failing}");
    let refusing = greeting(server::answering(401));
    assert!(matches!(refusing, CampaignError::Refused(_)), "{refusing}");
}

#[test]
fn a_target_that_is_not_there_is_named_with_the_call() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = greeting(unused).to_string();
    assert!(error.contains("POST /oauth2/token: refused"), "{error}");
}

#[test]
fn what_would_not_be_sent_is_refused() {
    let text = server::target_text("127.0.0.1:1".parse().unwrap(), 1);
    let refused = |text: &str| match prepared(&server::parsed(text)) {
        Err(CampaignError::Unsendable(reason)) => reason,
        other => panic!("{text}: {:?}", other.err()),
    };
    let query = refused(&text.replace("/teledossiers/v1", "/teledossiers/v1?key=1"));
    assert!(query.contains("hub.teledossiers_url has a query"), "{query}");
    let header = refused(&format!("{text}\n[http]\nheaders = {{ \"x key\" = \"hidden\" }}"));
    assert!(header.contains("\"x key\"") && !header.contains("hidden"), "{header}");
}
