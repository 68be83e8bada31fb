//! The requests of a catalogue.

use super::word;
use obs_model::Requests;
use obs_model::request::{Protocol, RequestLabel, Side};
use serde::{Deserialize, Deserializer};
use std::time::Duration;

#[derive(Deserialize)]
pub(super) struct RequestsJson {
    #[serde(deserialize_with = "side")]
    side: Side,
    #[serde(deserialize_with = "protocol")]
    protocol: Protocol,
    prefix: String,
    classic: bool,
    #[serde(default)]
    labels: Vec<Named>,
    #[serde(default)]
    duration_labels: Vec<Label>,
    #[serde(default)]
    buckets_ns: Vec<u64>,
}

#[derive(Deserialize)]
struct Named {
    label: Label,
    name: String,
}

#[derive(Deserialize)]
struct Label(#[serde(deserialize_with = "label")] RequestLabel);

impl From<RequestsJson> for Requests {
    fn from(json: RequestsJson) -> Requests {
        let RequestsJson { side, protocol, prefix, classic, labels, duration_labels, buckets_ns } = json;
        Requests {
            prefix,
            classic,
            labels: labels.into_iter().map(|Named { label: Label(label), name }| (label, name)).collect(),
            duration_labels: duration_labels.into_iter().map(|Label(label)| label).collect(),
            buckets: buckets_ns.into_iter().map(Duration::from_nanos).collect(),
            ..Requests::new(side, protocol)
        }
    }
}

fn label<'de, D: Deserializer<'de>>(from: D) -> Result<RequestLabel, D::Error> {
    word(from, &RequestLabel::ALL, RequestLabel::as_str)
}

fn side<'de, D: Deserializer<'de>>(from: D) -> Result<Side, D::Error> {
    word(from, &[Side::Server, Side::Client], Side::as_str)
}

fn protocol<'de, D: Deserializer<'de>>(from: D) -> Result<Protocol, D::Error> {
    word(from, &[Protocol::Http, Protocol::Grpc], Protocol::as_str)
}
