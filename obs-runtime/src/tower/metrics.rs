//! The families of servers and clients, by what a layer calls them.

use super::red::{Group, InFlight, Sizes};
use crate::instrument::family::Page;
use crate::private::LabelDesc;
use crate::snapshot::Family;
use obs_model::request::{Protocol, Requests};
use std::sync::{Mutex, PoisonError};

pub(super) use obs_model::request::Side;

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
        let requests =
            |protocol| Requests { side, protocol, prefix: names.prefix.clone(), classic: names.classic };
        let (http, grpc) = (requests(Protocol::Http), requests(Protocol::Grpc));
        let capped = match (side, names.classic) {
            (Side::Server, true) => capped!("route"),
            (Side::Server, false) => capped!("http_route"),
            (Side::Client, _) => capped!("server_address"),
        };
        Set {
            side,
            names: names.clone(),
            http: group(&http, capped),
            grpc: group(&grpc, capped!("rpc_method")),
            in_flight: http.in_flight().map(InFlight::new),
        }
    }

    /// What requests it has counted, by protocol.
    fn counted(&self) -> impl Iterator<Item = Requests> {
        let Names { prefix, classic } = self.names.clone();
        let side = self.side;
        let used = [(Protocol::Http, &self.http), (Protocol::Grpc, &self.grpc)];
        used.into_iter().filter(|(_, group)| group.is_used()).map(move |(protocol, _)| Requests {
            side,
            protocol,
            prefix: prefix.clone(),
            classic,
        })
    }
}

/// The families of requests that speak one protocol.
fn group(requests: &Requests, capped: &'static [LabelDesc]) -> Group {
    let sizes = [requests.duration()].into_iter().chain(requests.sizes().into_iter().flatten());
    Group::new(requests.labels().all, capped, sizes.map(Sizes::new).collect(), requests.total())
}

/// The requests that layers have counted by now, for the catalogue.
pub(crate) fn counted() -> Vec<Requests> {
    let sets = SETS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    sets.into_iter().flat_map(Set::counted).collect()
}

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
