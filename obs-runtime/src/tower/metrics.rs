//! The families of servers and clients, by what a layer calls them.

use super::red::{Group, InFlight, Sizes};
use crate::instrument::family::Page;
use crate::private::LabelDesc;
use crate::snapshot::Family;
use obs_model::bucket::Preset;
use std::sync::{Mutex, PoisonError};

/// The buckets that OpenTelemetry's conventions advise for requests.
const SECONDS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
const BYTES: &[f64] = Preset::Bytes.bounds();

/// Whether requests come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
}

/// What a layer calls its families.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) prefix: String,
    pub(super) classic: bool,
}

/// The families of all layers that call them the same.
#[derive(Debug)]
pub(super) struct Set {
    side: Side,
    names: Names,
    pub(super) http: Group,
    pub(super) grpc: Group,
    /// Of servers.
    pub(super) in_flight: Option<InFlight>,
}

/// As many as there are names in the program. They stay: cells are never given back either.
static SETS: Mutex<Vec<&'static Set>> = Mutex::new(Vec::new());

impl Set {
    /// The families of that name, made if they are not there.
    pub(super) fn of(side: Side, names: &Names) -> &'static Set {
        let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = sets.iter().find(|set| set.side == side && set.names == *names) {
            return set;
        }
        let set: &'static Set = Box::leak(Box::new(Set::new(side, names)));
        sets.push(set);
        set
    }

    fn new(side: Side, names: &Names) -> Set {
        let name = |otel: &str, classic: &str| {
            format!("{}{}", names.prefix, if names.classic { classic } else { otel })
        };
        let (duration, total, in_flight, labels, capped) = match side {
            Side::Server => (
                name("http_server_request_duration_seconds", "http_request_duration_seconds"),
                "http_requests_total",
                Some(InFlight::new(
                    name("http_server_active_requests", "http_requests_in_flight"),
                    if names.classic { ["method", "scheme"] } else { ["http_request_method", "url_scheme"] },
                )),
                if names.classic { CLASSIC_SERVER } else { SERVER },
                if names.classic { capped!("route") } else { capped!("http_route") },
            ),
            Side::Client => (
                name("http_client_request_duration_seconds", "http_client_request_duration_seconds"),
                "http_client_requests_total",
                None,
                if names.classic { CLASSIC_CLIENT } else { CLIENT },
                capped!("server_address"),
            ),
        };
        let mut http =
            vec![Sizes::new(duration, "How long requests took, until their answers were sent.", SECONDS)];
        if side == Side::Server {
            http.push(Sizes::new(
                name("http_server_request_body_size_bytes", "http_request_size_bytes"),
                "Size of the bodies of requests that say how long they are.",
                BYTES,
            ));
            http.push(Sizes::new(
                name("http_server_response_body_size_bytes", "http_response_size_bytes"),
                "Size of the bodies of answers, as far as they were sent.",
                BYTES,
            ));
        }
        let counter =
            names.classic.then(|| (format!("{}{total}", names.prefix), "Requests that were answered."));
        let (calls, labels_of_calls) = match side {
            Side::Server => ("rpc_server_call_duration_seconds", GRPC_SERVER),
            Side::Client => ("rpc_client_call_duration_seconds", GRPC_CLIENT),
        };
        let grpc =
            Sizes::new(name(calls, calls), "How long calls took, until their status was known.", SECONDS);
        Set {
            side,
            names: names.clone(),
            http: Group::new(labels, capped, http, counter),
            grpc: Group::new(labels_of_calls, capped!("rpc_method"), vec![grpc], None),
            in_flight,
        }
    }
}

const SERVER: &[&str] = &[
    "http_request_method",
    "http_route",
    "http_response_status_code",
    "error_type",
    "url_scheme",
    "network_protocol_version",
];
const CLASSIC_SERVER: &[&str] = &["method", "route", "status", "error_type", "scheme", "version"];
const CLIENT: &[&str] = &[
    "http_request_method",
    "server_address",
    "server_port",
    "http_response_status_code",
    "error_type",
    "network_protocol_version",
];
const CLASSIC_CLIENT: &[&str] =
    &["method", "server_address", "server_port", "status", "error_type", "version"];
const GRPC_SERVER: &[&str] = &["rpc_system_name", "rpc_method", "rpc_response_status_code", "error_type"];
const GRPC_CLIENT: &[&str] = &[
    "rpc_system_name",
    "rpc_method",
    "server_address",
    "server_port",
    "rpc_response_status_code",
    "error_type",
];

/// What a group caps: the places of that label, and its series.
macro_rules! capped {
    ($place:literal) => {
        &[
            LabelDesc { name: $place, cap: Some(super::red::PLACES) },
            LabelDesc { name: "series", cap: Some(super::red::SERIES) },
        ]
    };
}
use capped;

/// Appends the families of all layers that had requests.
pub(crate) fn collect(page: &mut Page<'_>) -> Vec<Family> {
    let sets = SETS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut families = Vec::new();
    for set in sets {
        // Groups that nothing came by are not even on the list of overflows.
        set.http.collect(page, &mut families);
        set.grpc.collect(page, &mut families);
        if let Some(in_flight) = &set.in_flight {
            in_flight.collect(page, &mut families);
        }
    }
    families.retain(|family| !family.series.is_empty());
    families
}
