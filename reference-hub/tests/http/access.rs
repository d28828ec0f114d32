//! The access matrix and the order of refusals (rules ACC, ERR-04).

use contract::exchange::Api;
use contract::operations::{Access, Operation, Scope};
use reference_hub::Config;

use crate::support::Bench;

/// A path of an operation, with identifiers that nothing has.
fn path(template: &str) -> String {
    let unknown = "00000000-0000-4000-8000-000000000000";
    template
        .replace("{organizationId}", "SI-00000000000000-0")
        .replace("{processCode}", "NOTHING")
        .split('/')
        .map(|segment| if segment.starts_with('{') { unknown } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test]
async fn every_operation_is_routed_and_keeps_to_its_row_of_the_matrix() {
    let bench = Bench::start(Config::default()).await;
    for scope in Scope::ALL {
        let token = bench.token(scope.name()).await;
        for operation in Operation::ALL {
            let call =
                match operation.api() {
                    Api::Referential => bench
                        .referential(operation.method().name(), &path(operation.path_template())),
                    _ => bench
                        .teledossiers(operation.method().name(), &path(operation.path_template())),
                };
            let answer = call.token(&token).header("content-type", "application/json").send().await;
            let told = format!(
                "{} as {}: {} {}",
                operation.operation_id(),
                scope.name(),
                answer.status,
                answer.text()
            );
            match operation.access(scope) {
                Access::Refused => assert_eq!(
                    (answer.status, answer.message().as_str()),
                    (403, "Unauthorized user"),
                    "{told}"
                ),
                _ => assert!(
                    matches!(answer.status, 200 | 204 | 400 | 404)
                        && !answer.text().contains("Resource"),
                    "{told}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn what_is_nowhere_is_404_and_another_method_405() {
    let bench = Bench::start(Config::default()).await;
    let token = bench.token("OSL").await;
    let id = "00000000-0000-4000-8000-000000000000";
    for (method, path, status) in [
        ("GET", "/nowhere".to_owned(), 404),
        ("GET", String::new(), 404),
        ("GET", "/folders/".to_owned(), 404),
        ("DELETE", "/folders".to_owned(), 405),
        ("POST", format!("/folders/{id}"), 405),
        ("POST", format!("/cases/{id}"), 405),
        ("POST", format!("/cases/{id}/events/{id}"), 405),
        ("OPTIONS", "/folders".to_owned(), 405),
        ("BREW", "/folders".to_owned(), 405),
    ] {
        let answer = bench.teledossiers(method, &path).token(&token).send().await;
        assert_eq!(answer.status, status, "{method} {path}");
        answer.message();
    }
    let answer = bench
        .teledossiers("POST", &format!("/folders/{id}"))
        .token(&token)
        .header("x-http-method-override", "patch");
    let answer =
        answer.json(&serde_json::json!({ "globalStatus": "HUBEE_COMPLETED" })).send().await;
    assert_eq!((answer.status, answer.message().as_str()), (404, "Folder is not found"));
    assert_eq!(bench.teledossiers("HEAD", "/notifications").token(&token).send().await.status, 200);
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_400_after_the_scope() {
    let bench = Bench::start(Config::default()).await;
    let (osl, si) = (bench.token("OSL").await, bench.token("SI").await);
    assert_eq!(bench.teledossiers("GET", "/folders/no-uuid").token(&osl).send().await.status, 400);
    assert_eq!(bench.teledossiers("GET", "/folders/no-uuid").token(&si).send().await.status, 403);
}

#[tokio::test]
async fn a_hub_stands_under_another_path_and_under_https() {
    let config = Config {
        base_path: "/hub/test".into(),
        tls: Some(reference_hub::config::Tls::default()),
        ..Config::default()
    };
    let bench = Bench::start(config).await;
    assert!(bench.hub.urls().teledossiers.starts_with("https://"));
    let token = bench.token("SI").await;
    assert_eq!(bench.teledossiers("GET", "/notifications").token(&token).send().await.status, 200);
    assert_eq!(bench.call("GET", &bench.hub.urls().health).send().await.status, 200);
}
