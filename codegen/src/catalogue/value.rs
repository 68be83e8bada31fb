//! Single values, as a catalogue's JSON spells them: words, seconds and percentages.

use obs_model::{Every, Kind, Percent, Severity, Source, SpanKind, Unit};
use serde::{Deserialize, Deserializer, de::Error};
use std::time::Duration;

/// One of `all`, by its word.
pub(super) fn word<'de, D: Deserializer<'de>, T: Copy>(
    from: D,
    all: &[T],
    as_str: fn(T) -> &'static str,
) -> Result<T, D::Error> {
    let found = String::deserialize(from)?;
    all.iter().copied().find(|word| as_str(*word) == found).ok_or_else(|| {
        let expected: Vec<&str> = all.iter().map(|word| as_str(*word)).collect();
        D::Error::custom(format!("expected one of {}; found {found:?}", expected.join(", ")))
    })
}

pub(super) fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
    word(from, &[Kind::Counter, Kind::Gauge, Kind::Histogram], Kind::as_str)
}

pub(super) fn source<'de, D: Deserializer<'de>>(from: D) -> Result<Source, D::Error> {
    word(from, &[Source::Static, Source::Function, Source::Polled], Source::as_str)
}

pub(super) fn severity<'de, D: Deserializer<'de>>(from: D) -> Result<Severity, D::Error> {
    word(from, &Severity::ALL, Severity::as_str)
}

pub(super) fn span_kind<'de, D: Deserializer<'de>>(from: D) -> Result<SpanKind, D::Error> {
    use SpanKind::{Client, Consumer, Internal, Producer, Server};
    word(from, &[Internal, Server, Client, Producer, Consumer], SpanKind::as_str)
}

pub(super) fn unit<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Unit>, D::Error> {
    let Some(found) = Option::<String>::deserialize(from)? else { return Ok(None) };
    word(serde::de::value::StrDeserializer::new(&found), &Unit::ALL, Unit::as_str).map(Some)
}

pub(super) fn every<'de, D: Deserializer<'de>>(from: D) -> Result<Every, D::Error> {
    let found = String::deserialize(from)?;
    match found.parse() {
        Ok(n) => Ok(Every::Nth(n)),
        Err(_) if found == Every::Auto.to_string() => Ok(Every::Auto),
        Err(_) => Err(D::Error::custom(format!("expected \"auto\" or a number from 1; found {found:?}"))),
    }
}

pub(super) fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(from)?).map_err(D::Error::custom)
}

pub(super) fn optional_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let seconds: Option<f64> = Option::deserialize(from)?;
    seconds.map(|seconds| Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)).transpose()
}

pub(super) fn percent<'de, D: Deserializer<'de>>(from: D) -> Result<Percent, D::Error> {
    Percent::parse(&String::deserialize(from)?).map_err(D::Error::custom)
}

pub(super) fn optional_percent<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Percent>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    text.map(|text| Percent::parse(&text).map_err(D::Error::custom)).transpose()
}
