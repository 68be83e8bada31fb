//! Spans, from our records to the protocol's messages.

use super::value::{SCHEMA, attribute, field, put, scope, span_id, text, trace_id};
use crate::clock::Anchor;
use crate::private::{Live, SLOW};
use crate::secret::Redacted;
use crate::trace::record::{Ended, Event, Extra, Origin, Record};
use crate::trace::{FieldValue, Finished};
use obs_model::SpanKind;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{self, Link, SpanKind as Kind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use std::collections::{BTreeMap, VecDeque};
use tracing::Metadata;

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

/// The message that sends a batch, by the crates that made the spans.
pub(super) fn request(
    batch: &Batch,
    resource: &Resource,
    redacted: &Redacted,
    anchor: Anchor,
) -> ExportTraceServiceRequest {
    let mut scopes: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for (trace, record) in batch.records() {
        scopes.entry(crate_of(record.origin)).or_default().push(span(trace, record, redacted, anchor));
    }
    let scope_spans = scopes.into_iter().map(|(name, spans)| ScopeSpans {
        scope: Some(scope(name, "")),
        spans,
        schema_url: SCHEMA.to_owned(),
    });
    let resource_spans = ResourceSpans {
        resource: Some(resource.clone()),
        scope_spans: scope_spans.collect(),
        schema_url: SCHEMA.to_owned(),
    };
    ExportTraceServiceRequest { resource_spans: vec![resource_spans] }
}

fn crate_of(origin: Origin) -> &'static str {
    let module = match origin {
        Origin::Function(live) => live.desc.module,
        Origin::Foreign(meta) => meta.module_path().unwrap_or(meta.target()),
    };
    module.split("::").next().unwrap_or_default()
}

fn span(trace: u128, record: &Record, redacted: &Redacted, anchor: Anchor) -> Span {
    let mut span = Span {
        trace_id: trace_id(trace),
        span_id: span_id(record.id),
        parent_span_id: span_id(record.parent),
        flags: SAMPLED,
        start_time_unix_nano: anchor.unix_nanos(record.start),
        end_time_unix_nano: anchor.unix_nanos(record.end),
        ..Span::default()
    };
    match record.origin {
        Origin::Function(live) => function(live, &mut span),
        Origin::Foreign(meta) => foreign(meta, &mut span),
    }
    if let Some(extra) = &record.extra {
        add(extra, redacted, anchor, &mut span);
    }
    if let Some(error) = record.ended.error_type()
        && !span.attributes.iter().any(|known| known.key == "error.type")
    {
        span.attributes.push(text("error.type", error));
    }
    // A cancellation is its caller's choice, and no error of the call.
    if matches!(record.ended, Ended::Error(_) | Ended::Panic) {
        span.status.get_or_insert_default().code = StatusCode::Error.into();
    }
    span
}

fn function(live: &'static Live, span: &mut Span) {
    let desc = &live.desc;
    span.name = desc.name.to_owned();
    span.kind = kind(desc.kind).into();
    span.attributes = vec![
        text("code.function.name", format!("{}::{}", desc.module, desc.name)),
        text("code.file.path", desc.file),
        attribute("code.line.number", Value::IntValue(desc.line.into())),
    ];
}

fn foreign(meta: &'static Metadata<'static>, span: &mut Span) {
    span.name = meta.name().to_owned();
    span.kind = Kind::Internal.into();
    span.attributes.extend(meta.file().map(|file| text("code.file.path", file)));
    let line = meta.line().map(|line| attribute("code.line.number", Value::IntValue(line.into())));
    span.attributes.extend(line);
}

fn kind(kind: SpanKind) -> Kind {
    match kind {
        SpanKind::Internal => Kind::Internal,
        SpanKind::Server => Kind::Server,
        SpanKind::Client => Kind::Client,
        SpanKind::Producer => Kind::Producer,
        SpanKind::Consumer => Kind::Consumer,
    }
}

fn add(extra: &Extra, redacted: &Redacted, anchor: Anchor, span: &mut Span) {
    // Requests are known by a name of their own.
    if let Some(name) = &extra.name {
        span.name = name.to_string();
    }
    span.kind = extra.kind.map_or(span.kind, |own| kind(own).into());
    for (name, value) in &extra.fields {
        let value = redacted.shown(name, value);
        if !instructs(name, &value, span) {
            put(&mut span.attributes, field(name, &value));
        }
    }
    span.events = extra.events.iter().map(|happened| event(happened, redacted, anchor)).collect();
    span.links = extra
        .links
        .iter()
        .map(|(trace, id)| Link { trace_id: trace_id(*trace), span_id: span_id(*id), ..Link::default() })
        .collect();
    span.dropped_attributes_count = extra.lost.fields;
    span.dropped_events_count = extra.lost.events;
    span.dropped_links_count = extra.lost.links;
}

/// Whether the field is one by which users of `tracing` tell an exporter what the span is: such a field is obeyed
/// and not sent.
fn instructs(name: &str, value: &FieldValue, span: &mut Span) -> bool {
    let FieldValue::Text(value) = value else { return false };
    match name {
        "otel.name" => span.name.clone_from(value),
        "otel.kind" => {
            let kinds = [
                ("internal", Kind::Internal),
                ("server", Kind::Server),
                ("client", Kind::Client),
                ("producer", Kind::Producer),
                ("consumer", Kind::Consumer),
            ];
            let known = kinds.iter().find(|(word, _)| value.eq_ignore_ascii_case(word));
            span.kind = known.map_or(span.kind, |(_, kind)| (*kind).into());
        }
        "otel.status_code" if value.eq_ignore_ascii_case("error") => {
            span.status.get_or_insert_default().code = StatusCode::Error.into();
        }
        "otel.status_code" if value.eq_ignore_ascii_case("ok") => {
            span.status.get_or_insert_default().code = StatusCode::Ok.into();
        }
        "otel.status_code" => {}
        "otel.status_message" | "otel.status_description" => {
            span.status.get_or_insert_with(Status::default).message.clone_from(value);
        }
        _ => return false,
    }
    true
}

/// An event is called by its message.
fn event(event: &Event, redacted: &Redacted, anchor: Anchor) -> span::Event {
    let mut name = event.meta.name();
    let mut attributes: Vec<KeyValue> =
        vec![text("level", event.meta.level().as_str()), text("target", event.meta.target())];
    for (key, value) in &event.fields {
        match value {
            FieldValue::Text(message) if key == "message" => name = message,
            // The call's fields as one text, in which nothing could be hidden. They are the span's too.
            _ if key == "fields" && event.meta.target() == SLOW => {}
            value => put(&mut attributes, field(key, &redacted.shown(key, value))),
        }
    }
    span::Event {
        time_unix_nano: anchor.unix_nanos(event.at),
        name: name.to_owned(),
        attributes,
        ..span::Event::default()
    }
}
