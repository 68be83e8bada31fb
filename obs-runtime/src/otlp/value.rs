//! Attributes.

use crate::trace::FieldValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};

/// The version of the semantic conventions by which attributes are named.
pub(super) const SCHEMA: &str = "https://opentelemetry.io/schemas/1.44.0";

pub(super) fn attribute(name: impl Into<String>, value: Value) -> KeyValue {
    KeyValue { key: name.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub(super) fn text(name: impl Into<String>, value: impl Into<String>) -> KeyValue {
    attribute(name, Value::StringValue(value.into()))
}

pub(super) fn field(name: &str, value: &FieldValue) -> KeyValue {
    KeyValue { key: name.to_owned(), value: Some(any(value)), ..KeyValue::default() }
}

pub(super) fn any(value: &FieldValue) -> AnyValue {
    let value = match value {
        FieldValue::Bool(value) => Value::BoolValue(*value),
        FieldValue::Integer(value) => Value::IntValue(*value),
        FieldValue::Float(value) if value.is_finite() => Value::DoubleValue(*value),
        // JSON has no such numbers.
        FieldValue::Float(value) => Value::StringValue(value.to_string()),
        FieldValue::Text(value) => Value::StringValue(value.clone()),
    };
    AnyValue { value: Some(value) }
}

/// Puts an attribute in the place of one of its name, or at the end: a name may be there once.
pub(super) fn put(attributes: &mut Vec<KeyValue>, new: KeyValue) {
    match attributes.iter_mut().find(|old| old.key == new.key) {
        Some(old) => *old = new,
        None => attributes.push(new),
    }
}

/// Who measured.
pub(super) fn scope(name: &str, version: &str) -> InstrumentationScope {
    InstrumentationScope {
        name: name.to_owned(),
        version: version.to_owned(),
        ..InstrumentationScope::default()
    }
}

/// Ids as the protocol has them: eight or sixteen bytes, the highest first; none for a missing parent.
pub(super) fn span_id(id: u64) -> Vec<u8> {
    if id == 0 { Vec::new() } else { id.to_be_bytes().to_vec() }
}

pub(super) fn trace_id(id: u128) -> Vec<u8> {
    id.to_be_bytes().to_vec()
}
