//! Spans, from our records to the protocol's messages.

use super::places::{Places, crate_of};
use super::proto::{event, link, scope_items, span, status};
use super::resource::{Resource, scope};
use super::value::{Value, attributes, span_id};
use super::wire::Wire;
use crate::clock::Anchor;
use crate::private::SLOW;
use crate::secret::Redacted;
use crate::trace::record::{Ended, Event, Extra, Named, Origin, Record};
use crate::trace::{FieldValue, Finished};
use obs_model::SpanKind;
use std::collections::{BTreeMap, VecDeque};

/// The flag of `traceparent` that says that a trace is recorded. A trace that was kept for its errors has it too:
/// whoever reads the span sees that it is.
const SAMPLED: u32 = 1;

/// Spans that go out together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) traces: Vec<Finished>,
    pub(super) spans: usize,
}

impl Batch {
    /// The oldest spans, so many at most. A trace that is larger goes out in several requests.
    pub(super) fn next(waiting: &mut VecDeque<Finished>, most: usize) -> Option<Batch> {
        let mut batch = Batch::default();
        while let Some(mut trace) = waiting.pop_front() {
            let room = most.max(1) - batch.spans;
            if trace.records.len() > room {
                let rest = trace.records.split_off(room);
                waiting.push_front(Finished { trace_id: trace.trace_id, records: rest });
            }
            batch.spans += trace.records.len();
            batch.traces.push(trace);
            if batch.spans == most.max(1) {
                break;
            }
        }
        (batch.spans > 0).then_some(batch)
    }

    /// Each span with its trace.
    pub(super) fn records(&self) -> impl Iterator<Item = (u128, &Record)> {
        self.traces.iter().flat_map(|trace| trace.records.iter().map(|record| (trace.trace_id, record)))
    }
}

/// What a span takes, about.
const SPAN: usize = 256;

/// The message that sends a batch, by the crates that made the spans.
pub(super) fn request(
    batch: &Batch,
    resource: &Resource,
    places: &mut Places,
    redacted: &Redacted,
    anchor: Anchor,
) -> Vec<u8> {
    let mut scopes: BTreeMap<&str, Vec<(u128, &Record)>> = BTreeMap::new();
    for span in batch.records() {
        scopes.entry(crate_of(span.1.origin)).or_default().push(span);
    }
    resource.request(SPAN * batch.spans, |wire| {
        for (name, spans) in scopes {
            scope(wire, name, "", SPAN * spans.len(), |wire| {
                for (trace, record) in spans {
                    write(wire, trace, record, places, redacted, anchor);
                }
            });
        }
    })
}

/// Writes a span.
fn write(
    wire: &mut Wire,
    trace: u128,
    record: &Record,
    places: &mut Places,
    redacted: &Redacted,
    anchor: Anchor,
) {
    let (name, own_kind) = match record.origin {
        Origin::Function(live) => (live.desc.name, live.desc.kind),
        Origin::Foreign(meta) => (meta.name(), SpanKind::Internal),
    };
    let mut said = Said { name, kind: kind(own_kind), status: None };
    if let Some(extra) = &record.extra {
        said.read(extra, redacted);
    }
    // A cancellation is its caller's choice, and no error of the call.
    if matches!(record.ended, Ended::Error(_) | Ended::Panic) {
        said.status.get_or_insert_default().0 = status::ERROR;
    }
    wire.message(scope_items::ITEMS, SPAN, |wire| {
        wire.bytes(span::TRACE_ID, &trace.to_be_bytes());
        span_id(wire, span::SPAN_ID, record.id);
        span_id(wire, span::PARENT_SPAN_ID, record.parent);
        wire.nonempty_text(span::NAME, said.name);
        wire.uint(span::KIND, said.kind);
        wire.nonzero_fixed64(span::START_TIME, anchor.unix_nanos(record.start));
        wire.nonzero_fixed64(span::END_TIME, anchor.unix_nanos(record.end));
        let fields = record.extra.as_ref().map_or(&[][..], |extra| &extra.fields);
        let error = record.ended.error_type().map(|error| ("error.type", Value::Text(error)));
        let sent = |field: &Named| !instructs(field, redacted);
        places.write(wire, record.origin, error, fields, redacted, sent);
        if let Some(extra) = &record.extra {
            write_extra(wire, extra, redacted, anchor);
        }
        if let Some((code, message)) = said.status {
            wire.message(span::STATUS, message.len(), |wire| {
                wire.nonempty_text(status::MESSAGE, message);
                wire.nonzero_uint(status::CODE, code);
            });
        }
        wire.nonzero_fixed32(span::FLAGS, SAMPLED);
    });
}

/// A kind's number.
fn kind(kind: SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

/// What goes before a span's attributes, and its status: a code and a message.
#[derive(Debug)]
struct Said<'a> {
    name: &'a str,
    kind: u64,
    status: Option<(u64, &'a str)>,
}

impl<'a> Said<'a> {
    /// Reads what is said of this span alone.
    fn read(&mut self, extra: &'a Extra, redacted: &Redacted) {
        // Requests are known by a name of their own.
        if let Some(name) = &extra.name {
            self.name = name;
        }
        self.kind = extra.kind.map_or(self.kind, kind);
        for (name, value) in extra.fields.iter().filter(|field| instructs(field, redacted)) {
            if let Value::Text(text) = Value::shown(name, value, redacted) {
                self.obey(name, text);
            }
        }
    }

    fn obey(&mut self, name: &str, text: &'a str) {
        match name {
            "otel.name" => self.name = text,
            "otel.kind" => {
                let kinds = ["internal", "server", "client", "producer", "consumer"];
                let known = kinds.iter().position(|word| text.eq_ignore_ascii_case(word));
                self.kind = known.map_or(self.kind, |nth| nth as u64 + 1);
            }
            "otel.status_code" if text.eq_ignore_ascii_case("error") => {
                self.status.get_or_insert_default().0 = status::ERROR;
            }
            "otel.status_code" if text.eq_ignore_ascii_case("ok") => {
                self.status.get_or_insert_default().0 = status::OK;
            }
            "otel.status_code" => {}
            _ => self.status.get_or_insert_default().1 = text,
        }
    }
}

/// Whether the field is one by which users of `tracing` tell an exporter what the span is: such a field is obeyed
/// and not sent.
fn instructs((name, value): &Named, redacted: &Redacted) -> bool {
    let known = match name.strip_prefix("otel.") {
        Some(name) => ["name", "kind", "status_code", "status_message", "status_description"].contains(&name),
        None => false,
    };
    known && matches!(Value::shown(name, value, redacted), Value::Text(_))
}

/// Writes what few spans have.
fn write_extra(wire: &mut Wire, extra: &Extra, redacted: &Redacted, anchor: Anchor) {
    wire.nonzero_uint(span::DROPPED_ATTRIBUTES, extra.lost.fields.into());
    for event in &extra.events {
        write_event(wire, event, redacted, anchor);
    }
    wire.nonzero_uint(span::DROPPED_EVENTS, extra.lost.events.into());
    for (trace, id) in &extra.links {
        wire.message(span::LINKS, 0, |wire| {
            wire.bytes(link::TRACE_ID, &trace.to_be_bytes());
            span_id(wire, link::SPAN_ID, *id);
        });
    }
    wire.nonzero_uint(span::DROPPED_LINKS, extra.lost.links.into());
}

/// An event is called by its message.
fn write_event(wire: &mut Wire, happened: &Event, redacted: &Redacted, anchor: Anchor) {
    let meta = happened.meta;
    // The call's fields as one text, in which nothing could be hidden. They are the span's too.
    let fields_as_text = |name: &str| name == "fields" && meta.target() == SLOW;
    let sent = |field: &Named| message(field).is_none() && !fields_as_text(&field.0);
    let name = happened.fields.iter().rev().find_map(message);
    wire.message(span::EVENTS, SPAN, |wire| {
        wire.nonzero_fixed64(event::TIME, anchor.unix_nanos(happened.at));
        wire.nonempty_text(event::NAME, name.unwrap_or(meta.name()));
        let known = [("level", Value::Text(meta.level().as_str())), ("target", Value::Text(meta.target()))];
        attributes(wire, event::ATTRIBUTES, known, &happened.fields, redacted, sent);
    });
}

/// The text of a field, if it is the event's message.
fn message((name, value): &Named) -> Option<&str> {
    match value {
        FieldValue::Text(text) if name == "message" => Some(text),
        _ => None,
    }
}
