//! The pages, for programs that have an HTTP server of their own.
//!
//! Each function is one endpoint: it takes what it needs of the request and returns the whole response.
//! They block for as long as the metrics take to read (well under a millisecond, plus what polled
//! functions take) or the health checks take to answer (at most their timeouts), so an async server calls
//! them where blocking is allowed. `axum::router` (feature `axum`) does that.

use crate::builder::installed;
use crate::exposition::{self, Format};
use crate::health::{Facts, Report};
use crate::self_metrics;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Instant, SystemTime};

/// How long the last page was, so that the next one is allocated in one piece.
static LAST_PAGE: AtomicUsize = AtomicUsize::new(16 * 1024);

/// A response, without what only a server knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: &'static str,
    /// The `Content-Encoding` header, if there is to be one.
    pub content_encoding: Option<&'static str>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// All headers but those of the connection and the length.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let always = [("content-type", self.content_type), ("cache-control", "no-store")];
        always.into_iter().chain(self.content_encoding.map(|encoding| ("content-encoding", encoding)))
    }

    #[cfg(any(feature = "server", feature = "axum"))]
    pub(crate) fn text(status: u16, text: impl Into<String>) -> Response {
        let mut body = text.into().into_bytes();
        body.push(b'\n');
        Response { status, content_type: "text/plain; charset=utf-8", content_encoding: None, body }
    }
}

/// `/metrics`: everything that is measured, in the format and encoding that these two request headers
/// ask for.
///
/// ```
/// let page = obs_runtime::http::metrics(Some("application/openmetrics-text"), None);
/// assert_eq!(page.status, 200);
/// assert!(page.body.ends_with(b"# EOF\n"));
/// ```
pub fn metrics(accept: Option<&str>, accept_encoding: Option<&str>) -> Response {
    let started = Instant::now();
    let format = Format::negotiate(accept);
    let mut body = Vec::with_capacity(LAST_PAGE.load(Ordering::Relaxed));
    exposition::encode(&crate::snapshot(), format, &mut body);
    LAST_PAGE.store(body.len() + body.len() / 8, Ordering::Relaxed);
    let (body, content_encoding) = compress(body, accept_encoding);
    self_metrics::scraped(format, started.elapsed());
    Response { status: 200, content_type: format.content_type(), content_encoding, body }
}

#[cfg(feature = "gzip")]
fn compress(body: Vec<u8>, accept_encoding: Option<&str>) -> (Vec<u8>, Option<&'static str>) {
    if exposition::accepts_gzip(accept_encoding)
        && let Ok(small) = exposition::gzip(&body)
    {
        return (small, Some("gzip"));
    }
    (body, None)
}

#[cfg(not(feature = "gzip"))]
fn compress(body: Vec<u8>, _: Option<&str>) -> (Vec<u8>, Option<&'static str>) {
    (body, None)
}

/// `/catalogue`: everything that is measured in this program, as it was linked, as JSON; what
/// [`catalogue`](crate::catalogue) gives. `cargo obs list --url` reads it.
///
/// ```
/// let page = obs_runtime::http::catalogue();
/// assert_eq!(page.content_type, "application/json");
/// ```
pub fn catalogue() -> Response {
    Response {
        status: 200,
        content_type: "application/json",
        content_encoding: None,
        body: crate::catalogue().to_json().into_bytes(),
    }
}

/// `/health`: how every check fares. 503 when the program is down: when a critical check fails; and while nothing is
/// known of one. 200 when it is up, and when it is degraded: when any other fails, or one is slow.
pub fn health() -> Response {
    answer(installed().map_or_else(Report::empty, |service| service.health.ask()))
}

/// `/health/ready`: whether requests should come. 503 when a critical check fails, or nothing is known of it yet;
/// only those are asked.
pub fn ready() -> Response {
    answer(installed().map_or_else(Report::empty, |service| service.health.ask_critical()))
}

/// `/health/live`: whether the process answers. It asks no check: a process is not restarted because its
/// database is away.
pub fn live() -> Response {
    answer(Report::empty())
}

fn answer(report: Report) -> Response {
    /// Before `init`, uptime counts from the first question.
    static FIRST: OnceLock<Instant> = OnceLock::new();
    let service = installed();
    let facts = Facts {
        service: service.as_ref().map(|service| &*service.name),
        version: service.as_ref().and_then(|service| service.version),
        uptime: service
            .as_ref()
            .map_or_else(|| *FIRST.get_or_init(Instant::now), |service| service.since)
            .elapsed(),
        at: SystemTime::now(),
    };
    Response {
        status: if report.serves() { 200 } else { 503 },
        content_type: "application/json",
        content_encoding: None,
        body: report.to_json(&facts).into_bytes(),
    }
}
