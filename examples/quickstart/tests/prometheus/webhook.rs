//! What Alertmanager tells, as whoever is called gets it.

use axum::extract::{Path, State};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server that keeps what it is told.
pub(crate) struct Webhook {
    /// Where it listens; pages below it are receivers.
    pub(crate) url: String,
    told: Told,
    server: JoinHandle<()>,
}

/// Each alert that came, with its receiver.
type Told = Arc<Mutex<Vec<(String, Value)>>>;

impl Webhook {
    pub(crate) async fn start() -> Webhook {
        let told = Told::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let router = Router::new().route("/{receiver}", post(keep)).with_state(Arc::clone(&told));
        let server = tokio::spawn(async { axum::serve(listener, router).await.expect("it serves") });
        Webhook { url, told, server }
    }

    /// The first alert with these labels and of this status (`firing`, `resolved`) that a receiver was told of.
    pub(crate) fn told(&self, receiver: &str, status: &str, labels: &[(&str, &str)]) -> Option<Value> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let matches = |alert: &Value| {
            alert["status"] == status && labels.iter().all(|(name, value)| alert["labels"][name] == *value)
        };
        told.iter().find(|(to, alert)| to == receiver && matches(alert)).map(|(_, alert)| alert.clone())
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn keep(Path(receiver): Path<String>, State(told): State<Told>, Json(message): Json<Value>) {
    let alerts = message["alerts"].as_array().into_iter().flatten();
    let alerts = alerts.map(|alert| (receiver.clone(), alert.clone()));
    told.lock().unwrap_or_else(PoisonError::into_inner).extend(alerts);
}
