//! The families that requests are counted in: their names, labels and buckets.
//!
//! No attribute declares them. The layers of the runtime export them and a build script names them, and both take
//! them from here.

use crate::Kind;
use crate::bucket::Preset;
use std::time::Duration;

mod label;

pub use label::RequestLabel;

/// The buckets that OpenTelemetry's conventions advise for requests, in seconds.
pub const SECONDS: &[f64] =
    &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Whether requests come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// They come, and are answered.
    Server,
    /// They go, to somebody who answers.
    Client,
}

impl Side {
    /// The word in names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Side::Server => "server",
            Side::Client => "client",
        }
    }
}

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// HTTP, of whatever version.
    Http,
    /// gRPC: requests whose content type is `application/grpc`.
    Grpc,
}

impl Protocol {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Protocol::Http => "http",
            Protocol::Grpc => "grpc",
        }
    }
}

/// The requests of one side that speak one protocol, and what their families are called.
///
/// ```
/// use obs_model::request::{Protocol, Requests, Side};
///
/// let requests = Requests::new(Side::Server, Protocol::Http).with_prefix("shop");
/// assert_eq!(requests.duration().name, "shop_http_server_request_duration_seconds");
/// assert_eq!(requests.label(requests.place()), Some("http_route"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requests {
    /// Whether they come or go.
    pub side: Side,
    /// What they speak.
    pub protocol: Protocol,
    /// What the names begin with: nothing, or a word and an underscore.
    pub prefix: String,
    /// Whether they have the names from before there were conventions.
    pub classic: bool,
    /// The labels that are kept, and what each is called; all under their usual names where this is empty.
    pub labels: Vec<(RequestLabel, String)>,
    /// Those of them that durations and sizes have; all where this is empty.
    pub duration_labels: Vec<RequestLabel>,
    /// The bounds of the durations' buckets; [`SECONDS`] where this is empty.
    pub buckets: Vec<Duration>,
}

/// One family of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestFamily {
    /// Its full name; the samples of a histogram have a suffix each.
    pub name: String,
    /// What kind of instrument it is.
    pub kind: Kind,
    /// What it says, as a sentence.
    pub help: &'static str,
    /// Its labels, each with its name. Those that a request has no value for are left out of its series.
    pub labels: Vec<(RequestLabel, String)>,
    /// The bounds of a histogram's buckets.
    pub buckets: Vec<f64>,
}

/// The label of what went wrong; it is not there where nothing did.
pub const ERROR: &str = "error_type";

impl Requests {
    /// Those by OpenTelemetry's names.
    pub const fn new(side: Side, protocol: Protocol) -> Requests {
        Requests {
            side,
            protocol,
            prefix: String::new(),
            classic: false,
            labels: Vec::new(),
            duration_labels: Vec::new(),
            buckets: Vec::new(),
        }
    }

    /// The same, with names that begin with this and an underscore. What a name cannot hold becomes an underscore.
    #[must_use]
    pub fn with_prefix(mut self, text: &str) -> Requests {
        self.prefix = prefix(text);
        self
    }

    /// The bounds of the durations' buckets, in seconds, ascending.
    pub fn bounds(&self) -> Vec<f64> {
        if self.buckets.is_empty() {
            return SECONDS.to_vec();
        }
        let mut bounds = self.buckets.clone();
        bounds.sort();
        bounds.dedup();
        // A division of whole numbers is the number that a literal would be.
        bounds.into_iter().map(|bound| bound.as_nanos() as f64 / 1e9).collect()
    }

    /// How long requests took: a histogram.
    pub fn duration(&self) -> RequestFamily {
        let (otel, classic) = match (self.protocol, self.side) {
            (Protocol::Http, Side::Server) => {
                ("http_server_request_duration_seconds", "http_request_duration_seconds")
            }
            (Protocol::Http, Side::Client) => {
                ("http_client_request_duration_seconds", "http_client_request_duration_seconds")
            }
            (Protocol::Grpc, Side::Server) => {
                ("rpc_server_call_duration_seconds", "grpc_request_duration_seconds")
            }
            (Protocol::Grpc, Side::Client) => {
                ("rpc_client_call_duration_seconds", "grpc_client_request_duration_seconds")
            }
        };
        let help = match self.protocol {
            Protocol::Http => "How long requests took, until their answers were sent.",
            Protocol::Grpc => "How long calls took, until their status was known.",
        };
        self.histogram(otel, classic, help, self.bounds())
    }

    /// How large the bodies of requests and of answers were: of HTTP servers, a histogram each.
    pub fn sizes(&self) -> Option<[RequestFamily; 2]> {
        let bytes = || Preset::Bytes.bounds().to_vec();
        (self.protocol == Protocol::Http && self.side == Side::Server).then(|| {
            [
                self.histogram(
                    "http_server_request_body_size_bytes",
                    "http_request_size_bytes",
                    "Size of the bodies of requests that say how long they are.",
                    bytes(),
                ),
                self.histogram(
                    "http_server_response_body_size_bytes",
                    "http_response_size_bytes",
                    "Size of the bodies of answers, as far as they were sent.",
                    bytes(),
                ),
            ]
        })
    }

    /// The requests that a server is answering: a gauge. Of both protocols together, which share it.
    pub fn in_flight(&self) -> Option<RequestFamily> {
        let name = if self.classic { "http_requests_in_flight" } else { "http_server_active_requests" };
        // Both protocols of a layer share it, and layers of one name do, whatever labels they keep otherwise.
        let usual = Requests { classic: self.classic, ..Requests::new(Side::Server, Protocol::Http) };
        let known = [RequestLabel::Method, RequestLabel::Scheme];
        let labels = usual.labels().into_iter().filter(|(label, _)| known.contains(label));
        let labels = owned(labels);
        (self.side == Side::Server).then(|| RequestFamily {
            name: format!("{}{name}", self.prefix),
            kind: Kind::Gauge,
            help: "Requests that are being answered.",
            labels,
            buckets: Vec::new(),
        })
    }

    /// The counter that classic names have beside the durations.
    pub fn total(&self) -> Option<RequestFamily> {
        let name = match (self.protocol, self.side) {
            (Protocol::Http, Side::Server) => "http_requests_total",
            (Protocol::Http, Side::Client) => "http_client_requests_total",
            (Protocol::Grpc, Side::Server) => "grpc_requests_total",
            (Protocol::Grpc, Side::Client) => "grpc_client_requests_total",
        };
        self.classic.then(|| RequestFamily {
            name: format!("{}{name}", self.prefix),
            kind: Kind::Counter,
            help: match self.protocol {
                Protocol::Http => "Requests that were answered.",
                Protocol::Grpc => "Calls that were answered.",
            },
            labels: owned(self.labels()),
            buckets: Vec::new(),
        })
    }

    /// Every family.
    pub fn families(&self) -> Vec<RequestFamily> {
        let sizes = self.sizes().into_iter().flatten();
        [self.duration()].into_iter().chain(sizes).chain(self.in_flight()).chain(self.total()).collect()
    }

    fn histogram(&self, otel: &str, classic: &str, help: &'static str, buckets: Vec<f64>) -> RequestFamily {
        let name = if self.classic { classic } else { otel };
        RequestFamily {
            name: format!("{}{name}", self.prefix),
            kind: Kind::Histogram,
            help,
            labels: owned(self.duration_labels()),
            buckets,
        }
    }
}

fn owned<'a>(labels: impl IntoIterator<Item = (RequestLabel, &'a str)>) -> Vec<(RequestLabel, String)> {
    labels.into_iter().map(|(label, name)| (label, name.to_owned())).collect()
}

/// A prefix of metric names, as one: what is no letter, digit or underscore becomes an underscore, and one stands at
/// its end.
///
/// ```
/// # use obs_model::request::prefix;
/// assert_eq!(prefix("my-shop"), "my_shop_");
/// assert_eq!(prefix(""), "");
/// ```
pub fn prefix(text: &str) -> String {
    let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let text: String = text.chars().map(word).collect();
    let text = text.trim_matches('_');
    let digit = if text.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
    if text.is_empty() { String::new() } else { format!("{digit}{text}_") }
}

#[cfg(test)]
mod tests;
