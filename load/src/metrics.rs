//! The figures of a running campaign for Prometheus, over plain HTTP: one page, whatever the path.
//! Text format 0.0.4.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::live::{Live, Snapshot};

/// Between two tries to accept a connection.
const RETRY: Duration = Duration::from_millis(200);

/// Serves the figures until the task is dropped.
pub async fn serve(
    address: SocketAddr,
    live: Arc<Live>,
) -> std::io::Result<tokio::task::JoinHandle<()>> {
    let listener = TcpListener::bind(address).await?;
    Ok(tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Without descriptors nobody is accepted, and the next try fails at once.
                tokio::time::sleep(RETRY).await;
                continue;
            };
            let live = live.clone();
            let service = service_fn(move |_| {
                let page = page(&live.snapshot());
                async move { Ok::<_, Infallible>(page) }
            });
            tokio::spawn(async move {
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    }))
}

fn page(snapshot: &Snapshot) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text(snapshot))));
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    response
}

/// The page.
pub fn text(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, lines: &[(String, f64)]| {
        let _ =
            writeln!(text, "# HELP etalon_load_{name} {help}\n# TYPE etalon_load_{name} {kind}");
        for (labels, value) in lines {
            let _ = writeln!(text, "etalon_load_{name}{labels} {value}");
        }
    };
    let one = |value: f64| [(String::new(), value)];
    metric(
        "starts_asked",
        "counter",
        "Journeys asked for since the warm-up.",
        &one(snapshot.asked),
    );
    metric(
        "starts_total",
        "counter",
        "Journeys started since the warm-up.",
        &one(snapshot.started as f64),
    );
    if let Some(second) = &snapshot.second {
        metric("in_flight", "gauge", "Journeys under way.", &one(second.in_flight as f64));
        metric(
            "connections",
            "gauge",
            "Open connections of the generator.",
            &one(second.connections as f64),
        );
        metric(
            "undelivered",
            "gauge",
            "Cases deposited and not processed yet.",
            &one(second.undelivered as f64),
        );
        metric(
            "cpu_seconds",
            "gauge",
            "Processor time of the generator in the last second.",
            &one(second.cpu_us as f64 / 1e6),
        );
        metric(
            "memory_bytes",
            "gauge",
            "Memory of the generator.",
            &one(second.memory_bytes as f64),
        );
    }
    let calls: Vec<_> = snapshot
        .lines
        .iter()
        .map(|line| (format!("{{operation=\"{}\"}}", line.name), line.calls as f64))
        .collect();
    metric("calls_total", "counter", "Calls since the warm-up.", &calls);
    let failures: Vec<_> = snapshot
        .failures
        .iter()
        .map(|(kind, count)| (format!("{{kind=\"{kind}\"}}"), *count as f64))
        .collect();
    metric("errors_total", "counter", "Calls without a good answer since the warm-up.", &failures);
    let latencies: Vec<_> = snapshot
        .lines
        .iter()
        .flat_map(|line| {
            let at = |quantile: &str, us: u64| {
                let labels = format!("{{operation=\"{}\",quantile=\"{quantile}\"}}", line.name);
                (labels, us as f64 / 1e6)
            };
            let response = line.response;
            [at("0.5", response.p50_us), at("0.99", response.p99_us), at("1", response.max_us)]
        })
        .collect();
    metric("response_seconds", "gauge", "Response time over the last ten seconds.", &latencies);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use reports::load::Phase;

    use super::*;
    use crate::fold::Latency;
    use crate::fold::tests::second;
    use crate::live::Line;

    #[test]
    fn a_page_has_a_type_for_each_metric_and_labels_by_operation() {
        let line = Line {
            name: "listNotifications",
            response: Latency { count: 3, p50_us: 500, p99_us: 1500, max_us: 2000 },
            since_start: Latency::default(),
            calls: 3,
            failures: 1,
        };
        let snapshot = Snapshot {
            lines: vec![line],
            failures: vec![("reset".to_owned(), 1)],
            ..Snapshot::default()
        };
        let text = text(&snapshot);
        assert!(
            text.contains("etalon_load_calls_total{operation=\"listNotifications\"} 3\n"),
            "{text}"
        );
        assert!(text.contains("etalon_load_errors_total{kind=\"reset\"} 1\n"), "{text}");
        assert!(text.contains("quantile=\"0.99\"} 0.0015\n"), "{text}");
        assert_eq!(text.matches("# TYPE").count(), text.matches("# HELP").count());
    }
    #[test]
    fn the_dashboard_draws_what_is_served_and_leaves_nothing_out() {
        let second = Some(second(0, Phase::Measured, 3, 1));
        let served = text(&Snapshot { second, ..Snapshot::default() });
        let named = |text: &str| -> BTreeSet<String> {
            let found = text.match_indices("etalon_load_").map(|(at, _)| &text[at..]);
            let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
            found.map(|rest| rest.chars().take_while(|c| is_name(*c)).collect()).collect()
        };
        assert_eq!(named(include_str!("../../deploy/grafana/etalon.json")), named(&served));
    }
}
