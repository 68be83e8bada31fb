//! Events as the protocol's log records.

use crate::clock;
use crate::logs::Event;
use crate::otlp::places::Places;
use crate::otlp::proto::{log_record, scope_items};
use crate::otlp::resource::{Resource, scope};
use crate::otlp::value::{Value, any, span_id};
use crate::otlp::wire::Wire;
use crate::secret::Redacted;
use crate::trace::record::Origin;
use std::collections::BTreeMap;
use tracing::{Level, Metadata};

/// What a record takes, about.
const RECORD: usize = 256;

/// The message that sends a batch, by the events' targets.
pub(in crate::otlp) fn request(
    batch: &[Event],
    resource: &Resource,
    places: &mut Places,
    redacted: &Redacted,
) -> Vec<u8> {
    let mut scopes: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in batch {
        scopes.entry(event.meta.target()).or_default().push(event);
    }
    resource.request(RECORD * batch.len(), |wire| {
        for (name, events) in scopes {
            scope(wire, name, "", RECORD * events.len(), |wire| {
                events.into_iter().for_each(|event| write(wire, event, places, redacted));
            });
        }
    })
}

/// Writes a record.
fn write(wire: &mut Wire, event: &Event, places: &mut Places, redacted: &Redacted) {
    let at = clock::unix_nanos(event.at);
    let level = *event.meta.level();
    wire.message(scope_items::ITEMS, RECORD, |wire| {
        wire.nonzero_fixed64(log_record::TIME, at);
        wire.uint(log_record::SEVERITY_NUMBER, severity(level));
        wire.text(log_record::SEVERITY_TEXT, level.as_str());
        if let Some(message) = &event.message {
            any(wire, log_record::BODY, message.into());
        }
        places.write(wire, Origin::Foreign(event.meta), known(event), &event.fields, redacted, |_| true);
        if let Some(trace) = event.trace {
            wire.nonzero_fixed32(log_record::FLAGS, trace.sampled.into());
            wire.bytes(log_record::TRACE_ID, &trace.trace_id.to_be_bytes());
            span_id(wire, log_record::SPAN_ID, trace.span_id);
        }
        // Nobody was in between.
        wire.nonzero_fixed64(log_record::OBSERVED_TIME, at);
        wire.nonempty_text(log_record::EVENT_NAME, own_name(event.meta).unwrap_or_default());
    });
}

/// What is known of an event besides its place and its fields.
fn known(event: &Event) -> impl Iterator<Item = (&'static str, Value<'_>)> {
    let known = [
        ("thread.name", event.thread.as_deref().map(Value::Text)),
        ("correlation_id", event.correlation.as_ref().map(|id| Value::Text(id.as_str()))),
    ];
    known.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

/// The name that the event was given. `tracing` calls the others by their place.
fn own_name(meta: &'static Metadata<'static>) -> Option<&'static str> {
    let place = meta.name().strip_prefix("event ").zip(meta.file());
    let by_place = place.is_some_and(|(place, file)| place.starts_with(file));
    (!by_place).then(|| meta.name())
}

/// A level's number.
fn severity(level: Level) -> u64 {
    match level {
        Level::TRACE => 1,
        Level::DEBUG => 5,
        Level::INFO => 9,
        Level::WARN => 13,
        Level::ERROR => 17,
    }
}
