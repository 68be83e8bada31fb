//! What the labels of requests tell, and what they are called.

use super::{Protocol, Requests, Side};

/// What a label tells of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RequestLabel {
    /// That it is a call of gRPC.
    System,
    /// HTTP's method.
    Method,
    /// The template of the path, of HTTP servers.
    Route,
    /// The name of a gRPC call, `package.Service/Method`.
    Call,
    /// The host that a client asks.
    Server,
    /// Its port.
    Port,
    /// The status code. Without [`ErrorType`](RequestLabel::ErrorType) beside it, a request that has none is
    /// `cancelled`, `panic` or `_OTHER` here.
    Status,
    /// What went wrong; it is not there where nothing did.
    ErrorType,
    /// `http` or `https`.
    Scheme,
    /// The version of HTTP.
    Version,
}

use RequestLabel::{Call, ErrorType, Method, Port, Route, Scheme, Server, Status, System, Version};

type Names = &'static [(RequestLabel, &'static str)];

const HTTP_SERVER: [Names; 2] = [
    &[
        (Method, "http_request_method"),
        (Route, "http_route"),
        (Status, "http_response_status_code"),
        (ErrorType, super::ERROR),
        (Scheme, "url_scheme"),
        (Version, "network_protocol_version"),
    ],
    &[
        (Method, "method"),
        (Route, "route"),
        (Status, "status"),
        (ErrorType, super::ERROR),
        (Scheme, "scheme"),
        (Version, "version"),
    ],
];

const HTTP_CLIENT: [Names; 2] = [
    &[
        (Method, "http_request_method"),
        (Server, "server_address"),
        (Port, "server_port"),
        (Status, "http_response_status_code"),
        (ErrorType, super::ERROR),
        (Version, "network_protocol_version"),
    ],
    &[
        (Method, "method"),
        (Server, "server_address"),
        (Port, "server_port"),
        (Status, "status"),
        (ErrorType, super::ERROR),
        (Version, "version"),
    ],
];

const GRPC_SERVER: [Names; 2] = [
    &[
        (System, "rpc_system_name"),
        (Call, "rpc_method"),
        (Status, "rpc_response_status_code"),
        (ErrorType, super::ERROR),
    ],
    &[(Call, "method"), (Status, "status"), (ErrorType, super::ERROR)],
];

const GRPC_CLIENT: [Names; 2] = [
    &[
        (System, "rpc_system_name"),
        (Call, "rpc_method"),
        (Server, "server_address"),
        (Port, "server_port"),
        (Status, "rpc_response_status_code"),
        (ErrorType, super::ERROR),
    ],
    &[
        (Call, "method"),
        (Server, "server_address"),
        (Port, "server_port"),
        (Status, "status"),
        (ErrorType, super::ERROR),
    ],
];

impl RequestLabel {
    /// Every label.
    pub const ALL: [RequestLabel; 10] =
        [System, Method, Route, Call, Server, Port, Status, ErrorType, Scheme, Version];

    /// The word for it in a catalogue.
    pub const fn as_str(self) -> &'static str {
        match self {
            System => "system",
            Method => "method",
            Route => "route",
            Call => "call",
            Server => "server",
            Port => "port",
            Status => "status",
            ErrorType => "error_type",
            Scheme => "scheme",
            Version => "version",
        }
    }
}

/// The labels that such requests have, and what they are called where nobody says otherwise.
pub(super) const fn usual(side: Side, protocol: Protocol, classic: bool) -> Names {
    let named = match (protocol, side) {
        (Protocol::Http, Side::Server) => HTTP_SERVER,
        (Protocol::Http, Side::Client) => HTTP_CLIENT,
        (Protocol::Grpc, Side::Server) => GRPC_SERVER,
        (Protocol::Grpc, Side::Client) => GRPC_CLIENT,
    };
    named[classic as usize]
}

impl Requests {
    /// The labels of requests and calls that are counted, in the order in which they are written.
    pub fn labels(&self) -> Vec<(RequestLabel, &str)> {
        let own: Vec<_> = self.labels.iter().filter(|(label, _)| self.has(*label)).collect();
        if own.is_empty() {
            return usual(self.side, self.protocol, self.classic).to_vec();
        }
        own.into_iter().map(|(label, name)| (*label, &**name)).collect()
    }

    /// The labels of the durations and the sizes.
    pub fn duration_labels(&self) -> Vec<(RequestLabel, &str)> {
        let mut labels = self.labels();
        if self.duration_labels.iter().any(|label| self.has(*label)) {
            labels.retain(|(label, _)| self.duration_labels.contains(label));
        }
        labels
    }

    /// The same, without what is said of the other protocol's labels: those are given to a layer together.
    #[must_use]
    pub fn alone(mut self) -> Requests {
        let (side, protocol) = (self.side, self.protocol);
        self.labels.retain(|(label, _)| has(side, protocol, *label));
        self.duration_labels.retain(|label| has(side, protocol, *label));
        self.buckets.sort();
        self.buckets.dedup();
        self
    }

    /// Whether such requests have a label, by whatever name.
    fn has(&self, label: RequestLabel) -> bool {
        has(self.side, self.protocol, label)
    }

    /// What a label is called, if requests have it.
    pub fn label(&self, of: RequestLabel) -> Option<&str> {
        self.labels().into_iter().find(|(label, _)| *label == of).map(|(_, name)| name)
    }

    /// The label of what is asked for, or of who is asked: the one that is capped.
    pub const fn place(&self) -> RequestLabel {
        match (self.protocol, self.side) {
            (Protocol::Http, Side::Server) => Route,
            (Protocol::Http, Side::Client) => Server,
            (Protocol::Grpc, _) => Call,
        }
    }
}

fn has(side: Side, protocol: Protocol, label: RequestLabel) -> bool {
    usual(side, protocol, false).iter().any(|(had, _)| *had == label)
}
