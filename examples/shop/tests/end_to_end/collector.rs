//! A collector that keeps the spans it is sent, as JSON.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// One that takes OTLP as JSON.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    spans: Arc<Mutex<Vec<Value>>>,
}

impl Collector {
    pub(crate) async fn start() -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let spans = Arc::<Mutex<Vec<Value>>>::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&spans));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Collector { address, spans }
    }

    /// The spans of a trace.
    pub(crate) fn trace(&self, id: &str) -> Vec<Value> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.iter().filter(|span| span["traceId"] == id).cloned().collect()
    }
}

async fn take(State(kept): State<Arc<Mutex<Vec<Value>>>>, Json(mut request): Json<Value>) -> Json<Value> {
    let mut spans = Vec::new();
    for resource in request["resourceSpans"].as_array_mut().into_iter().flatten() {
        for scope in resource["scopeSpans"].as_array_mut().into_iter().flatten() {
            spans.extend(scope["spans"].as_array_mut().into_iter().flatten().map(Value::take));
        }
    }
    kept.lock().unwrap_or_else(PoisonError::into_inner).extend(spans);
    Json(serde_json::json!({}))
}
