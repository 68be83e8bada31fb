//! The families of servers and clients, by what a layer calls them.

use super::columns;
use super::red::{Group, InFlight, PLACES, SERIES, Sizes};
use crate::instrument::family::Page;
use crate::private::LabelDesc;
use crate::snapshot::Family;
use obs_model::request::{Protocol, RequestLabel, Requests};
use std::sync::{Mutex, PoisonError};

pub(super) use obs_model::request::Side;

/// The families of all layers that call them the same.
#[derive(Debug)]
pub(super) struct Set {
    /// The HTTP requests, which say what the calls are called too.
    requests: Requests,
    pub(super) http: Group,
    pub(super) grpc: Group,
    /// Of servers.
    pub(super) in_flight: Option<InFlight>,
}

/// As many as there are names in the program. They stay: cells are never given back either.
static SETS: Mutex<Vec<&'static Set>> = Mutex::new(Vec::new());

impl Set {
    /// The families of that name, made if they are not there.
    pub(super) fn of(requests: &Requests) -> &'static Set {
        let mut sets = SETS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(set) = sets.iter().find(|set| set.requests == *requests) {
            return set;
        }
        let set: &'static Set = Box::leak(Box::new(Set::new(requests)));
        sets.push(set);
        set
    }

    fn new(requests: &Requests) -> Set {
        let grpc = Requests { protocol: Protocol::Grpc, ..requests.clone() };
        Set {
            requests: requests.clone(),
            http: group(requests),
            grpc: group(&grpc),
            in_flight: requests.in_flight().map(InFlight::new),
        }
    }

    /// What requests it has counted, by protocol.
    fn counted(&self) -> impl Iterator<Item = Requests> {
        let used = [(Protocol::Http, &self.http), (Protocol::Grpc, &self.grpc)];
        let of = |protocol| Requests { protocol, ..self.requests.clone() }.alone();
        used.into_iter().filter(|(_, group)| group.is_used()).map(move |(protocol, _)| of(protocol))
    }
}

/// The families of requests that speak one protocol.
fn group(requests: &Requests) -> Group {
    // What a request says of itself, whichever of it is exported.
    let usual = Requests::new(requests.side, requests.protocol);
    let told: Vec<RequestLabel> = usual.labels().into_iter().map(|(label, _)| label).collect();
    let place = requests.label(requests.place()).unwrap_or("place").to_owned().leak();
    let capped =
        [LabelDesc { name: place, cap: Some(PLACES) }, LabelDesc { name: "series", cap: Some(SERIES) }];
    let sizes = [requests.duration()].into_iter().chain(requests.sizes().into_iter().flatten());
    let sizes = sizes.map(|family| Sizes::new(family, &told)).collect();
    Group::new(Box::leak(Box::new(capped)), sizes, requests.total(), &told)
}

/// The requests that layers have counted by now, for the catalogue.
pub(crate) fn counted() -> Vec<Requests> {
    let sets = SETS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    sets.into_iter().flat_map(Set::counted).collect()
}

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
    together(families)
}

/// Layers of one name may keep different labels, and share families all the same.
fn together(families: Vec<Family>) -> Vec<Family> {
    let mut merged: Vec<Family> = Vec::with_capacity(families.len());
    for family in families {
        match merged.iter_mut().find(|known| known.name == family.name) {
            Some(known) => columns::add(known, family),
            None => merged.push(family),
        }
    }
    merged
}
