//! What is written is what the protocol's own types would be, and would write: byte for byte.

#[cfg(all(feature = "logs", not(feature = "off")))]
mod logs;
mod metrics;
mod traces;

use crate::otlp::exporter::Program;
use crate::otlp::resource::Resource;
use crate::otlp::settings::Settings;
use crate::otlp::value::{SCHEMA, Value};
use crate::otlp::wire::Wire;
use crate::trace::FieldValue;
use crate::trace::record::Named;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use prost::Message;
use std::fmt::Debug;
use std::ops::RangeInclusive;

/// Lengths of texts at which those of the messages around them take another digit, one after the other.
const LENGTHS: [RangeInclusive<usize>; 3] = [0..=1, 20..=130, 16_100..=16_390];

fn assert_written<M: Message + Default + PartialEq + Debug>(written: &[u8], expected: &M) {
    assert_eq!(M::decode(written).as_ref(), Ok(expected));
    assert!(expected.encode_to_vec() == written, "the same message, and not the same bytes: {expected:?}");
}

/// What may be said of anything.
fn values() -> Vec<FieldValue> {
    let whole = [0, 1, 127, 128, -1, i64::MIN, i64::MAX, 1 << 53].map(FieldValue::Integer);
    let fractions = [0.0, -0.0, 2.5, f64::MIN_POSITIVE, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let texts = ["", "one", "größer als 100 °C", "\u{0}\n\"", "🦀"].map(FieldValue::from);
    let truths = [true, false].map(FieldValue::Bool);
    whole.into_iter().chain(fractions.map(FieldValue::Float)).chain(texts).chain(truths).collect()
}

/// All of that as fields, one of which is hidden.
fn fields() -> Vec<Named> {
    let values = values().into_iter().enumerate();
    let mut fields: Vec<Named> = values.map(|(nth, value)| (format!("field.{nth}").into(), value)).collect();
    fields.push(("".into(), "nameless".into()));
    fields.push(("card".into(), "visa-4242".into()));
    fields.push(("number".into(), 1.into()));
    fields.push(("number".into(), "a later one goes first".into()));
    fields
}

/// A value as the protocol's type.
fn any(value: &FieldValue) -> AnyValue {
    let value = match value {
        FieldValue::Bool(value) => any_value::Value::BoolValue(*value),
        FieldValue::Integer(value) => any_value::Value::IntValue(*value),
        FieldValue::Float(value) if value.is_finite() => any_value::Value::DoubleValue(*value),
        FieldValue::Float(value) => any_value::Value::StringValue(value.to_string()),
        FieldValue::Text(value) => any_value::Value::StringValue(value.clone()),
    };
    AnyValue { value: Some(value) }
}

/// Attributes as the protocol's types: of each name the last, and no card.
fn attributes<'a>(fields: impl IntoIterator<Item = (&'a str, FieldValue)>) -> Vec<KeyValue> {
    let mut attributes: Vec<KeyValue> = Vec::new();
    for (name, value) in fields {
        attributes.retain(|known| known.key != name);
        let value = if name == "card" { "***".into() } else { value };
        attributes.push(KeyValue { key: name.to_owned(), value: Some(any(&value)), ..KeyValue::default() });
    }
    attributes
}

fn scope(name: &str, version: &str) -> Option<InstrumentationScope> {
    let (name, version) = (name.to_owned(), version.to_owned());
    Some(InstrumentationScope { name, version, ..InstrumentationScope::default() })
}

#[test]
fn a_length_takes_as_few_bytes_as_it_can_whatever_was_guessed() {
    for guess in [0, 127, 128, 16_383, 16_384, 1 << 21] {
        for length in [0, 1, 127, 128, 129, 16_383, 16_384, 16_385, (1 << 21) - 1, 1 << 21] {
            let mut wire = Wire::default();
            wire.message(15, guess, |wire| {
                wire.message(1, guess, |wire| wire.raw(&vec![7; length]));
                wire.uint(16, u64::MAX);
            });
            wire.nonzero_uint(2, 0);
            // `bytes` in `bytes`, with a number behind.
            let mut inner = Vec::new();
            prost::encoding::bytes::encode(1, &vec![7_u8; length], &mut inner);
            prost::encoding::uint64::encode(16, &u64::MAX, &mut inner);
            let mut expected = Vec::new();
            prost::encoding::bytes::encode(15, &inner, &mut expected);
            assert!(wire.as_bytes() == expected, "{length} bytes, about {guess}");
        }
    }
}

#[test]
fn labels_are_renumbered_whatever_their_length() {
    let texts = [0, 1, 126, 127, 128, 16_383, 16_384].map(|length| "x".repeat(length));
    let written = |field| {
        let mut wire = Wire::default();
        texts.iter().for_each(|text| wire.text(field, text));
        wire
    };
    let mut wire = Wire::default();
    wire.raw_renumbered(9, written(7).as_bytes());
    assert!(wire.as_bytes() == written(9).as_bytes());
}

#[test]
fn a_program_and_values_of_all_lengths() {
    let mut settings = Settings::new();
    let values = LENGTHS.into_iter().flatten().map(|length| (format!("n{length}"), "é".repeat(length)));
    settings.attributes = values.collect();
    let program = Program { name: "shop".to_owned(), version: Some("1.2.3") };
    let written = Resource::new(&program, &settings).request(0, |_| ());
    let request = ExportTraceServiceRequest::decode(&*written).unwrap();
    assert_written(&written, &request);
    assert_eq!(request.resource_spans[0].schema_url, SCHEMA);
    let said = &request.resource_spans[0].resource.as_ref().unwrap().attributes;
    let pid = FieldValue::from(std::process::id());
    let known = [("service.name", "shop".into()), ("service.version", "1.2.3".into()), ("process.pid", pid)];
    let own = settings.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str().into()));
    for expected in attributes(known.into_iter().chain(own)) {
        assert!(said.contains(&expected), "{expected:?}");
    }
}

#[test]
fn a_path_is_one_text() {
    let mut wire = Wire::default();
    crate::otlp::value::any(&mut wire, 1, Value::Path("shop::cart", "checkout"));
    let mut expected = Vec::new();
    prost::encoding::message::encode(1, &any(&"shop::cart::checkout".into()), &mut expected);
    assert_eq!(wire.as_bytes(), expected);
}
