//! A small HTTP client: for payments, for the traffic, and to read the service's own metrics.

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use obs_runtime::TraceContext;
use serde::Serialize;
use std::error::Error;

/// Keeps connections open between requests; clones share them.
#[derive(Clone, Debug)]
pub struct Client {
    hyper: Hyper<HttpConnector, Full<Bytes>>,
}

/// Why there is no response, as text: nobody asks more of it here.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HttpError(String);

impl Client {
    /// A client without connections.
    #[allow(clippy::new_without_default)] // It needs a runtime, which `default` does not suggest.
    pub fn new() -> Client {
        Client { hyper: Hyper::builder(TokioExecutor::new()).build_http() }
    }

    /// Fetches a page.
    pub async fn get(&self, url: &str) -> Result<(StatusCode, Bytes), HttpError> {
        self.send(Method::GET, url, Bytes::new()).await
    }

    /// Posts JSON.
    pub async fn post(&self, url: &str, body: &impl Serialize) -> Result<(StatusCode, Bytes), HttpError> {
        let body = serde_json::to_vec(body).map_err(|error| HttpError(error.to_string()))?;
        self.send(Method::POST, url, body.into()).await
    }

    async fn send(&self, method: Method, url: &str, body: Bytes) -> Result<(StatusCode, Bytes), HttpError> {
        let mut request = Request::builder().method(method).uri(url).header(CONTENT_TYPE, "application/json");
        // Whoever is called continues our trace.
        if let Some(context) = TraceContext::current() {
            request = request.header("traceparent", context.to_traceparent());
        }
        let request = request.body(Full::new(body)).map_err(|error| HttpError(error.to_string()))?;
        let response = self.hyper.request(request).await.map_err(|error| HttpError(causes(&error)))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| HttpError(causes(&error)))?;
        Ok((status, body.to_bytes()))
    }
}

/// An error and what caused it, which hyper does not print by itself.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
