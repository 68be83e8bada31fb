//! The pages as an axum router, for programs whose server is axum's.

use crate::http::{self, Response};
use crate::offload::offload;
use crate::slots::Slots;
use ::axum::Router;
use ::axum::body::Body;
use ::axum::http::header::{ACCEPT, ACCEPT_ENCODING};
use ::axum::http::{HeaderMap, HeaderName, Response as AxumResponse};
use ::axum::routing::get;
use std::sync::Arc;

/// Requests for one kind of page that are being answered at once, each on a thread. A polled metric that hangs takes all
/// those of scrapes in time, and a check that hangs those of health for as long as its timeout: neither takes the other's.
const AT_ONCE: usize = 4;

/// `/metrics`, `/catalogue`, `/health`, `/health/live` and `/health/ready`, to be merged into a router or served by
/// itself.
///
/// Pages are made on threads of their own, since checks and polled metrics can block: four scrapes and four other pages at
/// once; the surplus gets a 503. `/health/live` asks nobody, and is always answered.
///
/// ```
/// use axum::{Router, routing::get};
/// let app: Router = Router::new().route("/", get(|| async { "hello" })).merge(obs_runtime::axum::router());
/// # drop(app);
/// ```
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let (scrapes, others) = (Slots::new(AT_ONCE), Slots::new(AT_ONCE));
    let page = |make: fn(&HeaderMap) -> Response, slots: &Arc<Slots>| {
        let slots = Arc::clone(slots);
        get(move |headers: HeaderMap| answer(make, headers, slots))
    };
    Router::new()
        .route("/metrics", page(metrics, &scrapes))
        .route("/catalogue", page(|_| http::catalogue(), &others))
        .route("/health", page(|_| http::health(), &others))
        .route("/health/live", get(async || convert(http::live())))
        .route("/health/ready", page(|_| http::ready(), &others))
}

fn metrics(headers: &HeaderMap) -> Response {
    let all = |name: HeaderName| {
        let values: Vec<&str> =
            headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        (!values.is_empty()).then(|| values.join(","))
    };
    http::metrics(all(ACCEPT).as_deref(), all(ACCEPT_ENCODING).as_deref())
}

async fn answer(
    make: fn(&HeaderMap) -> Response,
    headers: HeaderMap,
    slots: Arc<Slots>,
) -> AxumResponse<Body> {
    let Some(slot) = slots.take() else {
        return convert(Response::text(503, "too many requests at once; try again"));
    };
    let work = move || {
        let _slot = slot;
        make(&headers)
    };
    let made = match offload("obs-page", work) {
        Ok(page) => page.await,
        Err(_) => return convert(Response::text(503, "no thread for the page; try again")),
    };
    let panicked = || Response::text(500, "the page could not be made: something it asks has panicked");
    convert(made.unwrap_or_else(panicked))
}

fn convert(response: Response) -> AxumResponse<Body> {
    let builder = AxumResponse::builder().status(response.status);
    let builder = response.headers().fold(builder, |builder, (name, value)| builder.header(name, value));
    // Fails for a status or header that HTTP does not know; ours are all constants.
    builder.body(Body::from(response.body)).unwrap_or_default()
}
