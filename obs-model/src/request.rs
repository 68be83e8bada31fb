//! The families that requests are counted in: their names, labels and buckets.
//!
//! No attribute declares them. The layers of the runtime export them and a build script names them, and both take
//! them from here.

use crate::Kind;
use crate::bucket::Preset;

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
/// assert_eq!(requests.labels().place, "http_route");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requests {
    /// Whether they come or go.
    pub side: Side,
    /// What they speak.
    pub protocol: Protocol,
    /// What the names begin with: nothing, or a word and an underscore.
    pub prefix: String,
    /// Whether HTTP has the names from before there were conventions.
    pub classic: bool,
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
    /// The names of its labels. Those that a request has no value for are left out of its series.
    pub labels: &'static [&'static str],
    /// The bounds of a histogram's buckets.
    pub buckets: &'static [f64],
}

/// The labels of the durations, by what they tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labels {
    /// All of them, in the order in which they are written.
    pub all: &'static [&'static str],
    /// What is asked for, or who is asked: the label that is capped.
    pub place: &'static str,
    /// The status code.
    pub status: &'static str,
    /// HTTP's method.
    pub method: Option<&'static str>,
}

/// The label of what went wrong; it is not there where nothing did.
pub const ERROR: &str = "error_type";

const SERVER: Labels = Labels {
    all: &[
        "http_request_method",
        "http_route",
        "http_response_status_code",
        ERROR,
        "url_scheme",
        "network_protocol_version",
    ],
    place: "http_route",
    status: "http_response_status_code",
    method: Some("http_request_method"),
};

const CLASSIC_SERVER: Labels = Labels {
    all: &["method", "route", "status", ERROR, "scheme", "version"],
    place: "route",
    status: "status",
    method: Some("method"),
};

const CLIENT: Labels = Labels {
    all: &[
        "http_request_method",
        "server_address",
        "server_port",
        "http_response_status_code",
        ERROR,
        "network_protocol_version",
    ],
    place: "server_address",
    status: "http_response_status_code",
    method: Some("http_request_method"),
};

const CLASSIC_CLIENT: Labels = Labels {
    all: &["method", "server_address", "server_port", "status", ERROR, "version"],
    place: "server_address",
    status: "status",
    method: Some("method"),
};

const GRPC_SERVER: Labels = Labels {
    all: &["rpc_system_name", "rpc_method", "rpc_response_status_code", ERROR],
    place: "rpc_method",
    status: "rpc_response_status_code",
    method: None,
};

const GRPC_CLIENT: Labels = Labels {
    all: &[
        "rpc_system_name",
        "rpc_method",
        "server_address",
        "server_port",
        "rpc_response_status_code",
        ERROR,
    ],
    ..GRPC_SERVER
};

impl Requests {
    /// Those by OpenTelemetry's names.
    pub const fn new(side: Side, protocol: Protocol) -> Requests {
        Requests { side, protocol, prefix: String::new(), classic: false }
    }

    /// The same, with names that begin with this and an underscore. What a name cannot hold becomes an underscore.
    #[must_use]
    pub fn with_prefix(mut self, text: &str) -> Requests {
        self.prefix = prefix(text);
        self
    }

    /// The labels of the durations and the sizes.
    pub const fn labels(&self) -> Labels {
        match (self.protocol, self.side, self.classic) {
            (Protocol::Http, Side::Server, false) => SERVER,
            (Protocol::Http, Side::Server, true) => CLASSIC_SERVER,
            (Protocol::Http, Side::Client, false) => CLIENT,
            (Protocol::Http, Side::Client, true) => CLASSIC_CLIENT,
            (Protocol::Grpc, Side::Server, _) => GRPC_SERVER,
            (Protocol::Grpc, Side::Client, _) => GRPC_CLIENT,
        }
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
                ("rpc_server_call_duration_seconds", "rpc_server_call_duration_seconds")
            }
            (Protocol::Grpc, Side::Client) => {
                ("rpc_client_call_duration_seconds", "rpc_client_call_duration_seconds")
            }
        };
        let help = match self.protocol {
            Protocol::Http => "How long requests took, until their answers were sent.",
            Protocol::Grpc => "How long calls took, until their status was known.",
        };
        self.histogram(otel, classic, help, SECONDS)
    }

    /// How large the bodies of requests and of answers were: of HTTP servers, a histogram each.
    pub fn sizes(&self) -> Option<[RequestFamily; 2]> {
        let bytes = Preset::Bytes.bounds();
        (self.protocol == Protocol::Http && self.side == Side::Server).then(|| {
            [
                self.histogram(
                    "http_server_request_body_size_bytes",
                    "http_request_size_bytes",
                    "Size of the bodies of requests that say how long they are.",
                    bytes,
                ),
                self.histogram(
                    "http_server_response_body_size_bytes",
                    "http_response_size_bytes",
                    "Size of the bodies of answers, as far as they were sent.",
                    bytes,
                ),
            ]
        })
    }

    /// The requests that a server is answering: a gauge. Of both protocols together, which share it.
    pub fn in_flight(&self) -> Option<RequestFamily> {
        let (name, labels): (_, &[&str]) = match self.classic {
            false => ("http_server_active_requests", &["http_request_method", "url_scheme"]),
            true => ("http_requests_in_flight", &["method", "scheme"]),
        };
        (self.side == Side::Server).then(|| RequestFamily {
            name: format!("{}{name}", self.prefix),
            kind: Kind::Gauge,
            help: "Requests that are being answered.",
            labels,
            buckets: &[],
        })
    }

    /// The counter that classic names have beside the durations.
    pub fn total(&self) -> Option<RequestFamily> {
        let name = match self.side {
            Side::Server => "http_requests_total",
            Side::Client => "http_client_requests_total",
        };
        (self.classic && self.protocol == Protocol::Http).then(|| RequestFamily {
            name: format!("{}{name}", self.prefix),
            kind: Kind::Counter,
            help: "Requests that were answered.",
            labels: self.labels().all,
            buckets: &[],
        })
    }

    /// Every family.
    pub fn families(&self) -> Vec<RequestFamily> {
        let sizes = self.sizes().into_iter().flatten();
        [self.duration()].into_iter().chain(sizes).chain(self.in_flight()).chain(self.total()).collect()
    }

    fn histogram(
        &self,
        otel: &str,
        classic: &str,
        help: &'static str,
        buckets: &'static [f64],
    ) -> RequestFamily {
        let name = if self.classic { classic } else { otel };
        RequestFamily {
            name: format!("{}{name}", self.prefix),
            kind: Kind::Histogram,
            help,
            labels: self.labels().all,
            buckets,
        }
    }
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
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_names() {
        for (written, read) in [
            ("", ""),
            ("shop", "shop_"),
            ("shop_", "shop_"),
            ("my-shop.eu", "my_shop_eu_"),
            ("7up", "_7up_"),
            ("ä", ""),
        ] {
            assert_eq!(prefix(written), read, "{written:?}");
        }
    }

    #[test]
    fn each_kind_of_requests_has_its_families() {
        let names = |side, protocol, classic| {
            let requests = Requests { classic, ..Requests::new(side, protocol) };
            requests.families().into_iter().map(|family| family.name).collect::<Vec<_>>().join(" ")
        };
        for (side, protocol, otel, classic) in [
            (
                Side::Server,
                Protocol::Http,
                "http_server_request_duration_seconds http_server_request_body_size_bytes \
                 http_server_response_body_size_bytes http_server_active_requests",
                "http_request_duration_seconds http_request_size_bytes http_response_size_bytes \
                 http_requests_in_flight http_requests_total",
            ),
            (
                Side::Client,
                Protocol::Http,
                "http_client_request_duration_seconds",
                "http_client_request_duration_seconds http_client_requests_total",
            ),
            (
                Side::Server,
                Protocol::Grpc,
                "rpc_server_call_duration_seconds http_server_active_requests",
                "rpc_server_call_duration_seconds http_requests_in_flight",
            ),
            (
                Side::Client,
                Protocol::Grpc,
                "rpc_client_call_duration_seconds",
                "rpc_client_call_duration_seconds",
            ),
        ] {
            assert_eq!(
                (names(side, protocol, false), names(side, protocol, true)),
                (otel.into(), classic.into())
            );
        }
    }

    #[test]
    fn every_label_that_is_named_is_one() {
        for side in [Side::Server, Side::Client] {
            for protocol in [Protocol::Http, Protocol::Grpc] {
                for classic in [false, true] {
                    let labels = Requests { classic, ..Requests::new(side, protocol) }.labels();
                    for label in [labels.place, labels.status, ERROR].into_iter().chain(labels.method) {
                        assert!(labels.all.contains(&label), "{label} in {labels:?}");
                    }
                }
            }
        }
    }
}
