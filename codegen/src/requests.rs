//! The questions one asks of requests, whichever families they are counted in.

use crate::compose;
use crate::plan::Plan;
use crate::query::Select;
use obs_model::request::{ERROR, Protocol, Side};
use obs_model::{Place, Requests};
use std::time::Duration;

/// A server's route that fails more often than this deserves a look: one request in twenty.
pub(crate) const HIGH: &str = "0.05";

/// Requests that are counted, and how long they may take.
#[derive(Clone, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) of: &'a Requests,
    /// What the build script calls slow.
    pub(crate) slow: Option<Duration>,
    /// Where the build script names them, if it does.
    pub(crate) place: Option<&'a Place>,
}

impl<'a> Counted<'a> {
    /// All that the program counts: servers first.
    pub(crate) fn all(plan: &'a Plan) -> Vec<Counted<'a>> {
        let counted = |of: &'a Requests| {
            let named = plan.composed.requests.iter().find(|named| named.model() == *of);
            Counted {
                of,
                slow: named.and_then(compose::Requests::bound),
                place: named.map(|named| &named.place),
            }
        };
        plan.catalogue.requests.iter().map(counted).collect()
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

    /// The labels that tell one from the other.
    pub(crate) fn identity(&self) -> &'static [&'static str] {
        match (self.of.protocol, self.of.side, self.of.classic) {
            (Protocol::Http, Side::Server, false) => &["http_request_method", "http_route"],
            (Protocol::Http, Side::Server, true) => &["method", "route"],
            (Protocol::Http, Side::Client, _) => &["server_address"],
            (Protocol::Grpc, Side::Server, _) => &["rpc_method"],
            (Protocol::Grpc, Side::Client, _) => &["server_address", "rpc_method"],
        }
    }

    /// The values of [`identity`](Counted::identity) as a legend.
    pub(crate) fn legend(&self) -> String {
        let label = |label: &&str| format!("{{{{{label}}}}}");
        self.identity().iter().map(label).collect::<Vec<_>>().join(" ")
    }

    /// Those that failed. One that was cancelled is its caller's choice, and what a client is to blame for is no error
    /// of the server; that is in the label already.
    pub(crate) fn failed(&self, select: Select) -> Select {
        select.like(
            ERROR,
            match (self.of.protocol, self.of.side) {
                (Protocol::Http, Side::Server) => "5..|panic|_OTHER",
                (Protocol::Http, Side::Client) => "[45]..|panic|_OTHER",
                (Protocol::Grpc, _) => "[A-Z_]+|panic",
            },
        )
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
