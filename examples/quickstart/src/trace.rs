//! Continues the trace of whoever calls.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use obs_runtime::TraceContext;

/// Attaches the context of the `traceparent` header for as long as the request is handled. What is observed
/// meanwhile keeps the trace as an example of its latency, if the trace is sampled.
pub async fn from_caller(request: Request, next: Next) -> Response {
    let header = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    match header.and_then(TraceContext::parse_traceparent) {
        Some(context) => context.in_future(next.run(request)).await,
        None => next.run(request).await,
    }
}
