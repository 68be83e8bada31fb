//! Attributes, and what all signals write besides.

use super::proto::{any_value, key_value};
use super::wire::{Wire, delimited, digits};
use crate::secret::{HIDDEN, Redacted};
use crate::trace::FieldValue;
use crate::trace::record::Named;

/// The version of the semantic conventions by which attributes are named.
pub(super) const SCHEMA: &str = "https://opentelemetry.io/schemas/1.44.0";

/// What an attribute says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Text(&'a str),
    /// A name in a module, with the colons between them.
    Path(&'a str, &'a str),
    Bool(bool),
    Integer(i64),
    /// A number: JSON has no others.
    Float(f64),
}

impl<'a> Value<'a> {
    /// What a field says to those who may not see what is `hidden`.
    pub(super) fn shown(name: &str, value: &'a FieldValue, hidden: &Redacted) -> Value<'a> {
        if hidden.has(name) { Value::Text(HIDDEN) } else { value.into() }
    }

    /// How many bytes it takes as an `AnyValue`.
    fn len(self) -> usize {
        match self {
            Value::Text(text) => delimited(text.len()),
            Value::Path(module, name) => delimited(module.len() + 2 + name.len()),
            Value::Bool(_) => 2,
            Value::Integer(value) => 1 + digits(value as u64),
            Value::Float(_) => 9,
        }
    }
}

impl<'a> From<&'a FieldValue> for Value<'a> {
    fn from(value: &'a FieldValue) -> Value<'a> {
        match value {
            FieldValue::Bool(value) => Value::Bool(*value),
            FieldValue::Integer(value) => Value::Integer(*value),
            FieldValue::Float(value) if value.is_finite() => Value::Float(*value),
            FieldValue::Float(value) if value.is_nan() => Value::Text("NaN"),
            FieldValue::Float(value) => Value::Text(if *value > 0.0 { "inf" } else { "-inf" }),
            FieldValue::Text(value) => Value::Text(value),
        }
    }
}

/// Writes an attribute.
pub(super) fn attribute(wire: &mut Wire, field: u32, name: &str, value: Value<'_>) {
    let key = if name.is_empty() { 0 } else { delimited(name.len()) };
    wire.header(field, key + delimited(value.len()));
    wire.nonempty_text(key_value::KEY, name);
    any(wire, key_value::VALUE, value);
}

/// Writes a value.
pub(super) fn any(wire: &mut Wire, field: u32, value: Value<'_>) {
    wire.header(field, value.len());
    match value {
        Value::Text(text) => wire.text(any_value::STRING, text),
        Value::Path(module, name) => wire.joined(any_value::STRING, [module, "::", name]),
        Value::Bool(value) => wire.uint(any_value::BOOL, value.into()),
        Value::Integer(value) => wire.uint(any_value::INT, value as u64),
        Value::Float(value) => wire.double(any_value::DOUBLE, value),
    }
}

/// Writes what is known of something, and those of its fields that are `sent`. A name may be there once: a field goes
/// before what is known, and a later field before an earlier one.
pub(super) fn attributes<'a>(
    wire: &mut Wire,
    field: u32,
    known: impl IntoIterator<Item = (&'static str, Value<'a>)>,
    fields: &[Named],
    hidden: &Redacted,
    sent: impl Fn(&Named) -> bool,
) {
    let is_in = |fields: &[Named], name: &str| fields.iter().any(|field| field.0 == name && sent(field));
    for (name, value) in known {
        if !is_in(fields, name) {
            attribute(wire, field, name, value);
        }
    }
    for (nth, named) in fields.iter().enumerate() {
        let (name, value) = named;
        if sent(named) && !is_in(&fields[nth + 1..], name) {
            attribute(wire, field, name, Value::shown(name, value, hidden));
        }
    }
}

/// Writes an id as the protocol has it: eight bytes, the highest first; nothing for a missing parent.
#[inline]
pub(super) fn span_id(wire: &mut Wire, field: u32, id: u64) {
    if id != 0 {
        wire.bytes(field, &id.to_be_bytes());
    }
}
