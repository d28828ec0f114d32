//! Connections as the client keeps them: tells whether a call opened its own or went over one kept
//! from an earlier call. What is made of it is decided in `contract::retry`.

use std::cell::Cell;
use std::future::Future;

use tower::util::MapRequestLayer;

tokio::task_local! {
    /// Whether the call that this task makes opened a connection.
    static OPENED: Cell<bool>;
}

/// Has every connection noted by the call that opens it.
pub(super) fn noted(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder.connector_layer(MapRequestLayer::new(|destination| {
        // Outside a call that is watched nobody asks.
        let _ = OPENED.try_with(|opened| opened.set(true));
        destination
    }))
}

/// Makes a call, and tells whether it went over a connection that was kept.
pub(super) async fn watched<T>(call: impl Future<Output = T>) -> (T, bool) {
    OPENED
        .scope(Cell::new(false), async {
            let outcome = call.await;
            (outcome, OPENED.with(|opened| !opened.get()))
        })
        .await
}
