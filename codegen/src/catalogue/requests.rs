//! The requests of a catalogue.

use super::value::word;
use obs_model::Requests;
use obs_model::request::{Protocol, Side};
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
pub(super) struct RequestsJson {
    #[serde(deserialize_with = "side")]
    side: Side,
    #[serde(deserialize_with = "protocol")]
    protocol: Protocol,
    prefix: String,
    classic: bool,
}

impl From<RequestsJson> for Requests {
    fn from(RequestsJson { side, protocol, prefix, classic }: RequestsJson) -> Requests {
        Requests { side, protocol, prefix, classic }
    }
}

fn side<'de, D: Deserializer<'de>>(from: D) -> Result<Side, D::Error> {
    word(from, &[Side::Server, Side::Client], Side::as_str)
}

fn protocol<'de, D: Deserializer<'de>>(from: D) -> Result<Protocol, D::Error> {
    word(from, &[Protocol::Http, Protocol::Grpc], Protocol::as_str)
}
