//! Requests with spans, beside the same as the protocol's types.

use super::{LENGTHS, assert_written, attributes, fields, scope};
use crate::clock::Anchor;
use crate::otlp::places::Places;
use crate::otlp::resource::Resource;
use crate::otlp::tests::{BROKEN, CHARGE, CHECKOUT};
use crate::otlp::traces::{Batch, request};
use crate::otlp::value::SCHEMA;
use crate::private::SpanKind;
use crate::secret::Redacted;
use crate::trace::record::{Ended, Event, Extra, Lost, Named, Origin, Record};
use crate::trace::{FieldValue, Finished};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1 as proto;
use tracing::callsite::{Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata};

const TRACE: u128 = 7 << 100;

/// A span as another language's bridge makes it: of no module.
#[derive(Debug)]
struct Bridged;

static BRIDGED: Metadata<'static> = Metadata::new(
    "poll",
    "jobs:nightly::run",
    Level::INFO,
    None,
    None,
    None,
    FieldSet::new(&[], Identifier(&Bridged)),
    Kind::SPAN,
);

impl Callsite for Bridged {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &BRIDGED
    }
}

fn record(origin: Origin, id: u64, extra: Option<Extra>) -> Record {
    let (start, extra) = (crate::clock::now(), extra.map(Box::new));
    Record { origin, id, parent: 0, start, end: start + 1000, ended: Ended::Ok, series: 0, extra }
}

/// What every span of these has.
fn span(record: &Record, anchor: Anchor, known: [(&str, FieldValue); 3], fields: &[Named]) -> proto::Span {
    let fields = fields.iter().map(|(name, value)| (&**name, value.clone()));
    proto::Span {
        trace_id: TRACE.to_be_bytes().to_vec(),
        span_id: record.id.to_be_bytes().to_vec(),
        kind: 1,
        flags: 1,
        start_time_unix_nano: anchor.unix_nanos(record.start),
        end_time_unix_nano: anchor.unix_nanos(record.end),
        attributes: attributes(known.into_iter().chain(fields)),
        ..proto::Span::default()
    }
}

fn of_charge() -> [(&'static str, FieldValue); 3] {
    [
        ("code.function.name", "bank::card::charge".into()),
        ("code.file.path", "src/card.rs".into()),
        ("code.line.number", 9.into()),
    ]
}

fn assert_spans_are_written(records: Vec<Record>, anchor: Anchor, scopes: Vec<(&str, Vec<proto::Span>)>) {
    let spans = records.len();
    let batch = Batch { traces: vec![Finished { trace_id: TRACE, records }], spans };
    let mut redacted = Redacted::default();
    redacted.add(["card"]);
    let mut places = Places::new(9);
    let mut written = || request(&batch, &Resource::default(), &mut places, &redacted, anchor);
    // Twice: what is known of a place is written once.
    assert_eq!(written(), written());
    let scope_spans = scopes.into_iter().map(|(name, spans)| proto::ScopeSpans {
        scope: scope(name, ""),
        spans,
        schema_url: SCHEMA.to_owned(),
    });
    let resource_spans = proto::ResourceSpans {
        scope_spans: scope_spans.collect(),
        schema_url: SCHEMA.to_owned(),
        ..proto::ResourceSpans::default()
    };
    assert_written(&written(), &ExportTraceServiceRequest { resource_spans: vec![resource_spans] });
}

#[test]
fn plain_spans_of_several_crates() {
    let anchor = Anchor::now();
    let function = |site: &'static crate::private::Site| Origin::Function(site.live());
    let mut failed = record(function(&CHARGE), 2, None);
    (failed.parent, failed.ended) = (1, Ended::Error(&BROKEN));
    let mut left = record(function(&CHARGE), u64::MAX, None);
    left.ended = Ended::Cancelled;
    let whole = record(function(&CHECKOUT), 1, None);
    let of_checkout = [
        ("code.function.name", "shop::cart::checkout".into()),
        ("code.file.path", "src/cart.rs".into()),
        ("code.line.number", 7.into()),
    ];
    let named = |name: &str, span: proto::Span| proto::Span { name: name.to_owned(), ..span };
    let ended = |with: &str| vec![("error.type".into(), with.into())];
    let expected_failed = proto::Span {
        parent_span_id: 1_u64.to_be_bytes().to_vec(),
        status: Some(proto::Status { code: 2, ..proto::Status::default() }),
        ..named("charge", span(&failed, anchor, of_charge(), &ended("broken")))
    };
    let expected_left = named("charge", span(&left, anchor, of_charge(), &ended("cancelled")));
    let expected = vec![
        ("bank", vec![expected_failed, expected_left]),
        ("shop", vec![named("checkout", span(&whole, anchor, of_checkout, &[]))]),
    ];
    assert_spans_are_written(vec![failed, whole, left], anchor, expected);
}

#[test]
fn spans_with_everything() {
    CHARGE.live();
    let (anchor, meta) = (Anchor::now(), CHARGE.metadata());
    let mut said = fields();
    said.push(("code.file.path".into(), "elsewhere.rs".into()));
    let mut more = said.clone();
    // Obeyed, and not sent.
    for (name, text) in [
        ("otel.name", "pay"),
        ("otel.kind", "CLIENT"),
        ("otel.status_code", "ok"),
        ("otel.status_message", "é"),
    ] {
        more.push((name.into(), text.into()));
    }
    let own =
        vec![("message".into(), "charged".into()), ("level".into(), 9.into()), ("card".into(), 1.into())];
    let events = vec![
        Event { meta, at: 5, fields: own },
        Event { meta, at: crate::clock::now(), fields: said.clone() },
        Event { meta, at: crate::clock::now(), fields: Vec::new() },
    ];
    let lost = Lost { fields: 1, events: 200, links: u32::MAX };
    let links = vec![(7, 5), (u128::MAX, 0)];
    let extra = Extra { fields: more, events, links, lost, ..Extra::default() };
    let record = record(Origin::Foreign(meta), 3, Some(extra));
    let event = |at, name: &str, fields: Vec<(&str, FieldValue)>| {
        let known = [("level", meta.level().as_str().into()), ("target", meta.target().into())];
        proto::span::Event {
            time_unix_nano: anchor.unix_nanos(at),
            name: name.to_owned(),
            attributes: attributes(known.into_iter().chain(fields)),
            ..proto::span::Event::default()
        }
    };
    let extra = record.extra.as_ref().unwrap();
    let all = said.iter().map(|(name, value)| (&**name, value.clone()));
    let expected_events = vec![
        event(5, "charged", vec![("level", 9.into()), ("card", 1.into())]),
        event(extra.events[1].at, meta.name(), all.collect()),
        event(extra.events[2].at, meta.name(), Vec::new()),
    ];
    let link = |trace: u128, span: &[u8]| proto::span::Link {
        trace_id: trace.to_be_bytes().to_vec(),
        span_id: span.to_vec(),
        ..proto::span::Link::default()
    };
    let place = [("code.file.path", "nowhere".into()), ("code.line.number", 9.into()), ("number", 0.into())];
    let expected = proto::Span {
        name: "pay".to_owned(),
        kind: 3,
        dropped_attributes_count: 1,
        events: expected_events,
        dropped_events_count: 200,
        links: vec![link(7, &5_u64.to_be_bytes()), link(u128::MAX, &[])],
        dropped_links_count: u32::MAX,
        status: Some(proto::Status { message: "é".to_owned(), code: 1 }),
        ..span(&record, anchor, place, &said)
    };
    assert_spans_are_written(vec![record], anchor, vec![("bank", vec![expected])]);
}

#[test]
fn requests_of_their_own_name_and_kind() {
    let anchor = Anchor::now();
    let extra = Extra { name: Some("GET /".into()), kind: Some(SpanKind::Server), ..Extra::default() };
    let record = record(Origin::Function(CHARGE.live()), 3, Some(extra));
    let name = "GET /".to_owned();
    let expected = proto::Span { name, kind: 2, ..span(&record, anchor, of_charge(), &[]) };
    assert_spans_are_written(vec![record], anchor, vec![("bank", vec![expected])]);
}

#[test]
fn fields_of_every_length() {
    for length in LENGTHS.into_iter().flatten() {
        let anchor = Anchor::now();
        let fields: Vec<Named> = vec![("text".into(), "x".repeat(length).into())];
        let extra = Extra { fields: fields.clone(), ..Extra::default() };
        let record = record(Origin::Function(CHARGE.live()), 3, Some(extra));
        let name = "charge".to_owned();
        let expected = proto::Span { name, ..span(&record, anchor, of_charge(), &fields) };
        assert_spans_are_written(vec![record], anchor, vec![("bank", vec![expected])]);
    }
}

#[test]
fn a_target_without_a_module_is_a_scope_up_to_its_first_path_separator() {
    let anchor = Anchor::now();
    let record = record(Origin::Foreign(&BRIDGED), 3, None);
    let plain = span(&record, anchor, of_charge(), &[]);
    let expected = proto::Span { name: "poll".to_owned(), attributes: Vec::new(), ..plain };
    assert_spans_are_written(vec![record], anchor, vec![("jobs:nightly", vec![expected])]);
}
