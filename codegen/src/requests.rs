//! The questions one asks of requests, whichever families they are counted in.

use crate::plan::Plan;
use crate::query::Select;
use obs_model::Requests;
use obs_model::request::{Protocol, RequestLabel, Side};
use std::time::Duration;

/// A server's route that fails more often than this deserves a look: one request in twenty.
pub(crate) const HIGH: &str = "0.05";

/// Requests that are counted, and how long they may take.
#[derive(Clone, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) of: &'a Requests,
    /// What the build script calls slow.
    pub(crate) slow: Option<Duration>,
}

impl Counted<'_> {
    /// All that the program counts: servers first.
    pub(crate) fn all(plan: &Plan) -> Vec<Counted<'_>> {
        let slow = |of: &Requests| plan.composed.requests.iter().find(|named| named.model() == *of)?.bound();
        plan.catalogue.requests.iter().map(|of| Counted { of, slow: slow(of) }).collect()
    }

    /// What they are called on a page: `HTTP server`, `gRPC client (shop)`.
    pub(crate) fn name(&self) -> String {
        let name = match (self.of.protocol, self.of.side) {
            (Protocol::Http, Side::Server) => "HTTP server",
            (Protocol::Http, Side::Client) => "HTTP client",
            (Protocol::Grpc, Side::Server) => "gRPC server",
            (Protocol::Grpc, Side::Client) => "gRPC client",
        };
        match (self.of.prefix.trim_end_matches('_'), self.of.classic) {
            ("", false) => name.to_owned(),
            ("", true) => format!("{name} (classic names)"),
            (prefix, _) => format!("{name} ({prefix})"),
        }
    }

    /// What one of them is of, in a title.
    pub(crate) fn each(&self) -> &'static str {
        match (self.of.protocol, self.of.side) {
            (Protocol::Http, Side::Server) => "route",
            (Protocol::Http, Side::Client) => "server",
            (Protocol::Grpc, _) => "method",
        }
    }

    /// The labels that tell one from the other, of those that the durations have.
    pub(crate) fn identity(&self) -> Vec<&str> {
        let telling: &[RequestLabel] = match (self.of.protocol, self.of.side) {
            (Protocol::Http, Side::Server) => &[RequestLabel::Method, RequestLabel::Route],
            (Protocol::Http, Side::Client) => &[RequestLabel::Server],
            (Protocol::Grpc, Side::Server) => &[RequestLabel::Call],
            (Protocol::Grpc, Side::Client) => &[RequestLabel::Server, RequestLabel::Call],
        };
        let labels = self.of.duration_labels();
        let name = |telling: &RequestLabel| labels.iter().find(|(label, _)| label == telling);
        telling.iter().filter_map(name).map(|(_, name)| *name).collect()
    }

    /// The label of what is asked for, or of who is asked.
    pub(crate) fn place(&self) -> &str {
        self.of.label(self.of.place()).unwrap_or_default()
    }

    /// The label of the status.
    pub(crate) fn status(&self) -> &str {
        self.of.label(RequestLabel::Status).unwrap_or_default()
    }

    /// The label that says why a request failed: the status where there is no other.
    pub(crate) fn error(&self) -> &str {
        self.of.label(RequestLabel::ErrorType).unwrap_or(self.status())
    }

    /// The name of what counts requests with all of their labels: the durations, unless those have fewer.
    pub(crate) fn total(&self) -> String {
        let total = self.of.total().filter(|_| !self.of.duration_labels.is_empty());
        total.map_or_else(|| format!("{}_count", self.of.duration().name), |total| total.name)
    }

    /// The values of [`identity`](Counted::identity) as a legend.
    pub(crate) fn legend(&self) -> String {
        let label = |label: &str| format!("{{{{{label}}}}}");
        self.identity().into_iter().map(label).collect::<Vec<_>>().join(" ")
    }

    /// Those that failed. One that was cancelled is its caller's choice, and what a client is to blame for is no error
    /// of the server; that is in the label already.
    pub(crate) fn failed(&self, select: Select) -> Select {
        // A status alone is also of those that are nobody's fault, or their caller's.
        let alone = self.of.label(RequestLabel::ErrorType).is_none();
        let failed = match (self.of.protocol, self.of.side) {
            (Protocol::Http, Side::Server) if alone => "5..|panic|_OTHER",
            (Protocol::Http, _) => "[45]..|panic|_OTHER",
            (Protocol::Grpc, Side::Server) if alone => {
                "UNKNOWN|DEADLINE_EXCEEDED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS"
            }
            (Protocol::Grpc, Side::Client) if alone => return select.unlike(self.error(), "OK"),
            (Protocol::Grpc, _) => "[A-Z_]+|panic",
        };
        select.like(self.error(), failed)
    }

    /// What [`failed`](Counted::failed) means, as a sentence.
    pub(crate) fn what_fails(&self) -> &'static str {
        match (self.of.protocol, self.of.side) {
            (Protocol::Http, Side::Server) => {
                "The share of requests that were answered with a 5xx, or that panicked."
            }
            (Protocol::Http, Side::Client) => {
                "The share of requests that were answered with a 4xx or 5xx, or not at all."
            }
            (Protocol::Grpc, Side::Server) => {
                "The share of calls that ended with a status for which the server is to blame, or that panicked."
            }
            (Protocol::Grpc, Side::Client) => "The share of calls that ended with another status than OK.",
        }
    }

    /// [`HIGH`] as a number.
    pub(crate) fn high(&self) -> f64 {
        HIGH.parse().unwrap_or(1.0)
    }
}
