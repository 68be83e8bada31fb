//! What arrives is what happened, whatever the protocol.

use super::collector::{Collector, Kept, Reply};
use super::*;
use crate::snapshot::{Bounds, Exemplar, Family, FamilyKind, HistogramValue, Labels, Snapshot, SummaryValue};
use crate::trace::FieldValue;
use crate::trace::record::{Event, Extra, Lost};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value as Number;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::sync::Arc;
use std::time::SystemTime;
use tracing::callsite::Callsite;

pub(super) fn value(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == name)?;
    Some(match found.value.clone()?.value? {
        Value::StringValue(value) => value,
        Value::IntValue(value) => value.to_string(),
        Value::BoolValue(value) => value.to_string(),
        Value::DoubleValue(value) => value.to_string(),
        other => panic!("{other:?}"),
    })
}

/// The requests that send a snapshot.
fn requests(snapshot: &Snapshot) -> Vec<ExportMetricsServiceRequest> {
    let requests = crate::otlp::metrics::requests(snapshot, &Default::default(), 1);
    requests.iter().map(|request| ExportMetricsServiceRequest::decode(&**request).unwrap()).collect()
}

fn unix_nanos() -> u64 {
    crate::clock::unix_nanos(SystemTime::now())
}

/// That these are the spans of the tree, from just now.
pub(super) fn assert_tree(kept: &Kept, context: TraceContext, began: u64) {
    let spans = kept.spans();
    assert_eq!(spans.len(), 3, "{spans:?}");
    let (scope, root) = spans.iter().find(|(_, span)| span.parent_span_id.is_empty()).unwrap();
    assert_eq!((scope.as_str(), root.name.as_str()), ("shop", "checkout"));
    assert_eq!(root.span_id, context.span_id.to_be_bytes());
    let code = ["code.function.name", "code.file.path", "code.line.number"];
    let said = code.map(|name| value(&root.attributes, name).unwrap());
    assert_eq!(said, ["shop::cart::checkout", "src/cart.rs", "7"]);
    assert!(root.status.is_none() && value(&root.attributes, "error.type").is_none());
    let margin = 10_000_000;
    let now = unix_nanos();
    for (_, span) in &spans {
        assert_eq!(span.trace_id, context.trace_id.to_be_bytes());
        assert_eq!((span.flags, span.kind), (1, 1));
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
        assert!(span.start_time_unix_nano + margin >= began, "{span:?}");
        assert!(span.end_time_unix_nano <= now + margin, "{span:?}");
        assert!(span.start_time_unix_nano >= root.start_time_unix_nano);
        assert!(span.end_time_unix_nano <= root.end_time_unix_nano);
    }
    let charges: Vec<&Span> =
        spans.iter().filter(|(scope, _)| scope == "bank").map(|(_, span)| span).collect();
    assert!(charges.iter().all(|charge| charge.parent_span_id == root.span_id), "{charges:?}");
    let failed: Vec<_> =
        charges.iter().map(|charge| charge.status.as_ref().map(|status| status.code)).collect();
    assert!(failed.contains(&None) && failed.contains(&Some(2)), "{failed:?}");
    let types: Vec<_> = charges.iter().filter_map(|charge| value(&charge.attributes, "error.type")).collect();
    assert_eq!(types, ["broken"]);
    for resource in kept.resources() {
        let known = ["service.name", "service.version", "telemetry.sdk.language", "process.pid", "region"];
        let said = known.map(|name| value(&resource.attributes, name).unwrap_or_default());
        let pid = std::process::id().to_string();
        assert_eq!(said, ["shop", "1.2.3", "rust", pid.as_str(), "here"]);
    }
}

#[test]
fn a_tree_arrives_over_every_protocol() {
    type Way = fn(&str) -> Otlp;
    let take = |_| Reply::Take;
    for (way, grpc) in [(Otlp::grpc as Way, true), (Otlp::http, false), (Otlp::http_json, false)] {
        for gzip in [false, true] {
            let collector = if grpc { Collector::grpc(take) } else { Collector::http(take) };
            let otlp = way(&collector.url()).header("authorization", "Bearer 7").attribute("region", "here");
            let exporting = Exporting::start(if gzip { otlp.gzip() } else { otlp }, |_| ());
            let began = unix_nanos();
            let context = tree();
            exporting.exporter.stop(Duration::from_secs(60));
            let report = exporting.exporter.report();
            assert_eq!((report.exported, report.unsent, report.metrics_sent), (3, 0, Some(true)), "{report}");
            let kept = collector.kept();
            assert_tree(&kept, context, began);
            assert!(kept.headers.iter().all(|header| *header == ("Bearer 7".to_owned(), gzip)), "{kept:?}");
            let names: Vec<String> = kept.metrics().into_iter().map(|metric| metric.name).collect();
            assert!(names.iter().any(|name| name == "obs_scrapes"), "{names:?}");
        }
    }
}

#[test]
fn a_full_batch_wakes_the_exporter() {
    let collector = Collector::http(|_| Reply::Take);
    let otlp = Otlp::http(&collector.url()).without_metrics().queue(100, 6);
    let exporting = Exporting::start(otlp, |_| ());
    tree();
    tree();
    collector.wait_until(|kept, _| kept.spans().len() == 6);
    tree();
    exporting.exporter.stop(Duration::from_secs(60));
    assert_eq!((exporting.queued(), collector.kept().spans().len()), (0, 9));
}

#[test]
fn a_large_trace_goes_out_in_pieces() {
    let collector = Collector::http(|_| Reply::Take);
    let otlp = Otlp::http(&collector.url()).without_metrics().queue(1000, 10);
    let exporting = Exporting::start(otlp, |_| ());
    call(&CHECKOUT, Ended::Ok, || (0..64).for_each(|_| call(&CHARGE, Ended::Ok, || ())));
    exporting.exporter.stop(Duration::from_secs(60));
    let kept = collector.kept();
    let sizes = kept.traces.iter().map(|request| {
        request.resource_spans[0].scope_spans.iter().map(|scope| scope.spans.len()).sum::<usize>()
    });
    let sizes: Vec<usize> = sizes.collect();
    assert!(sizes.iter().all(|size| *size <= 10), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), 65);
}

#[test]
fn fields_events_and_links_arrive() {
    CHARGE.live();
    let meta = CHARGE.metadata();
    let fields = |text: &str| {
        vec![
            ("message".into(), FieldValue::Text(text.to_owned())),
            ("amount".into(), FieldValue::Float(2.5)),
            ("odd".into(), FieldValue::Float(f64::NAN)),
            // As what the exporter says of each event.
            ("level".into(), FieldValue::Integer(9)),
        ]
    };
    let mut extra = Extra {
        fields: vec![
            ("paid".into(), FieldValue::Bool(true)),
            ("items".into(), FieldValue::Integer(3)),
            ("code.file.path".into(), FieldValue::Text("elsewhere.rs".to_owned())),
        ],
        events: vec![Event { meta, at: crate::clock::now(), fields: fields("charged") }],
        links: vec![(7, 5)],
        lost: Lost { fields: 1, events: 2, links: 3 },
        ..Extra::default()
    };
    for (name, text) in
        [("otel.name", "pay"), ("otel.kind", "client"), ("otel.status_message", "late"), ("note", "x")]
    {
        extra.fields.push((name.into(), FieldValue::Text(text.to_owned())));
    }
    let collector = Collector::http(|_| Reply::Take);
    let exporting = Exporting::start(Otlp::http_json(&collector.url()).without_metrics(), |_| ());
    assert!(thread::enter(Above::Current, Some(Box::new(extra))).is_some());
    thread::leave(Origin::Foreign(meta), 1, 2, Ended::Cancelled, 0);
    exporting.exporter.stop(Duration::from_secs(60));
    let (scope, span) = collector.kept().spans().remove(0);
    assert_eq!((scope.as_str(), span.name.as_str(), span.kind), ("bank", "pay", 3));
    let status = span.status.clone().unwrap();
    assert_eq!((status.code, status.message.as_str()), (0, "late"), "a cancellation is no error");
    let said = ["paid", "items", "note", "error.type"].map(|name| value(&span.attributes, name).unwrap());
    assert_eq!(said, ["true", "3", "x", "cancelled"]);
    assert!(span.attributes.iter().all(|attribute| !attribute.key.starts_with("otel.")), "{span:?}");
    // A key may be there once.
    let keys = |attributes: &[KeyValue], key| attributes.iter().filter(|known| known.key == key).count();
    assert_eq!((keys(&span.attributes, "code.file.path"), keys(&span.events[0].attributes, "level")), (1, 1));
    assert_eq!(value(&span.attributes, "code.file.path").as_deref(), Some("elsewhere.rs"));
    assert_eq!(value(&span.events[0].attributes, "level").as_deref(), Some("9"));
    assert_eq!(span.events[0].name, "charged");
    let said = ["amount", "odd"].map(|name| value(&span.events[0].attributes, name).unwrap());
    assert_eq!(said, ["2.5", "NaN"]);
    assert_eq!(span.links[0].trace_id, 7u128.to_be_bytes());
    assert_eq!(span.links[0].span_id, 5u64.to_be_bytes());
    let lost = (span.dropped_attributes_count, span.dropped_events_count, span.dropped_links_count);
    assert_eq!(lost, (1, 2, 3));
}

#[test]
fn exemplars_are_of_exported_spans() {
    static SEEN: Site = Site::new("seen", "shop", "src/lib.rs", 1, 1, "", false, Errors::NONE);
    static LOST: Site = Site::new("lost", "shop", "src/lib.rs", 2, 1, "", false, Errors::NONE);
    let exemplars = |site: &'static Site| {
        let live = site.live();
        live.exemplars.of(0, live.desc.buckets.len() + 1)
    };
    for (site, reply) in [(&SEEN, Reply::Take), (&LOST, Reply::Refuse)] {
        let collector = Collector::grpc(move |_| reply);
        let exporting = Exporting::start(Otlp::grpc(&collector.url()).without_metrics(), |_| ());
        let context = call(site, Ended::Ok, || TraceContext::current().unwrap());
        assert!(exemplars(site).is_empty());
        exporting.exporter.stop(Duration::from_secs(60));
        let found: Vec<_> =
            exemplars(site).into_iter().map(|(_, exemplar)| (exemplar.trace_id, exemplar.span_id)).collect();
        let expected = [(context.trace_id, context.span_id)];
        assert_eq!(found, if reply == Reply::Take { &expected[..] } else { &[] });
    }
}

#[test]
fn metrics_arrive_as_they_are() {
    let bounds = Arc::new(Bounds::new(&[0.1, 1.0]));
    let exemplar = Exemplar { trace_id: 7, span_id: 5, value: 0.5, at: SystemTime::now() };
    let beyond = Exemplar { value: f64::INFINITY, ..exemplar.clone() };
    let exemplars = vec![(1, exemplar), (2, beyond)];
    let observed = HistogramValue { bounds, counts: vec![1, 2, 3], sum: 9.5, exemplars };
    let labels = Labels::new([("path", "/a")]);
    let families = vec![
        Family::new("calls_total", "Calls.", FamilyKind::Counter)
            .with_labels(labels, 7)
            .with_labels(Labels::empty(), u64::MAX),
        Family::new("load_ratio", "", FamilyKind::Gauge).with(0.5).with(f64::NAN),
        Family::new("took_seconds", "", FamilyKind::Histogram).with(observed),
        Family::new("empty", "", FamilyKind::Gauge),
    ];
    let snapshot = Snapshot::new(families, SystemTime::now());
    let requests = requests(&snapshot);
    let kept = Kept { metrics: requests, ..Kept::default() };
    let metrics = kept.metrics();
    let named: Vec<_> = metrics.iter().map(|metric| (metric.name.as_str(), metric.unit.as_str())).collect();
    assert_eq!(named, [("calls", "1"), ("load_ratio", "1"), ("took_seconds", "s")]);
    let Some(Data::Sum(calls)) = &metrics[0].data else { panic!("{metrics:?}") };
    assert!(calls.is_monotonic && calls.aggregation_temporality == 2);
    assert_eq!(calls.data_points[0].value, Some(Number::AsInt(7)));
    assert_eq!(calls.data_points[0].start_time_unix_nano, 1);
    assert_eq!(value(&calls.data_points[0].attributes, "path").as_deref(), Some("/a"));
    assert_eq!(calls.data_points[1].value, Some(Number::AsDouble(u64::MAX as f64)));
    let Some(Data::Gauge(load)) = &metrics[1].data else { panic!("{metrics:?}") };
    assert_eq!(load.data_points.len(), 1, "JSON has no NaN");
    let Some(Data::Histogram(took)) = &metrics[2].data else { panic!("{metrics:?}") };
    let point = &took.data_points[0];
    assert_eq!((point.count, point.sum), (6, Some(9.5)));
    assert_eq!((&*point.bucket_counts, &*point.explicit_bounds), (&[1, 2, 3][..], &[0.1, 1.0][..]));
    assert_eq!(point.exemplars.len(), 1, "JSON has no infinity either");
    assert_eq!(point.exemplars[0].trace_id, 7u128.to_be_bytes());
}

#[test]
fn many_series_are_several_requests() {
    let families = (0..5).map(|n| {
        let family = Family::new(format!("m{n}"), "", FamilyKind::Gauge);
        (0..900).fold(family, |family, n| family.with_labels(Labels::new([("n", n.to_string())]), n))
    });
    let snapshot = Snapshot::new(families.collect(), SystemTime::now());
    let requests = requests(&snapshot);
    let sizes = requests.iter().map(|request| request.resource_metrics[0].scope_metrics[0].metrics.len());
    assert_eq!(sizes.collect::<Vec<_>>(), [2, 2, 1]);
}

/// A collector over gRPC takes 4 MiB, and of a larger request nothing.
#[test]
fn spans_that_are_too_large_for_one_request_go_in_several() {
    let collector = Collector::grpc(|_| Reply::Take);
    let exporting = Exporting::start(Otlp::grpc(&collector.url()).without_metrics(), |_| ());
    call(&CHECKOUT, Ended::Ok, || {
        for _ in 0..5 {
            let page = ("page".into(), FieldValue::Text("x".repeat(1 << 20)));
            let extra = Extra { fields: vec![page], ..Extra::default() };
            assert!(thread::enter(Above::Current, Some(Box::new(extra))).is_some());
            thread::leave(Origin::Function(CHARGE.live()), 1, 2, Ended::Ok, 0);
        }
    });
    exporting.exporter.stop(Duration::from_secs(60));
    assert_eq!((exporting.exporter.report().exported, exporting.accounted()), (6, 6));
    assert_eq!((collector.kept().spans().len(), collector.requests()), (6, 2));
}

/// A collector refuses a request of more than 4 MiB, each time again.
#[test]
fn a_family_that_is_too_large_for_one_request_goes_in_several() {
    let bounds = Arc::new(Bounds::new(&[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]));
    let observed = || HistogramValue {
        bounds: Arc::clone(&bounds),
        counts: vec![1; 12],
        sum: 9.5,
        exemplars: Vec::new(),
    };
    let family = (0..20_001).fold(Family::new("took_seconds", "", FamilyKind::Histogram), |family, n| {
        let labels = [("function", format!("function_{n}")), ("module", "a_crate::a_module".to_owned())];
        family.with_labels(Labels::new(labels), observed())
    });
    let snapshot = Snapshot::new(vec![family], SystemTime::now());
    let requests = requests(&snapshot);
    let sizes: Vec<usize> = requests.iter().map(Message::encoded_len).collect();
    assert!(sizes.iter().all(|size| *size < 4 << 20), "{sizes:?}");
    let metrics = Kept { metrics: requests, ..Kept::default() }.metrics();
    let points = metrics.iter().map(|metric| match &metric.data {
        Some(Data::Histogram(histogram)) if metric.name == "took_seconds" => histogram.data_points.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(points.sum::<usize>(), 20_001);
}

#[test]
fn a_summary_without_observations_has_no_quantiles() {
    let summary =
        |quantiles: &[(f64, f64)], sum| SummaryValue { quantiles: quantiles.to_vec(), sum, count: 0 };
    let family = Family::new("waited_seconds", "", FamilyKind::Summary)
        .with(summary(&[(0.5, f64::NAN), (0.9, 1.5)], 0.0))
        .with(summary(&[], f64::NAN));
    let snapshot = Snapshot::new(vec![family], SystemTime::now());
    let requests = requests(&snapshot);
    let metrics = Kept { metrics: requests, ..Kept::default() }.metrics();
    let Some(Data::Summary(waited)) = &metrics[0].data else { panic!("{metrics:?}") };
    assert_eq!(waited.data_points.len(), 1, "JSON has no NaN");
    let known: Vec<_> =
        waited.data_points[0].quantile_values.iter().map(|at| (at.quantile, at.value)).collect();
    assert_eq!(known, [(0.9, 1.5)]);
}

#[test]
fn a_real_collector_hands_it_on() {
    let receiver = Collector::grpc(|_| Reply::Take);
    let agent = rotel::Rotel::start(&receiver.url());
    type Way = fn(&str) -> Otlp;
    for (way, url, gzip) in [
        (Otlp::grpc as Way, agent.grpc(), false),
        (Otlp::grpc, agent.grpc(), true),
        (Otlp::http, agent.http(), false),
        (Otlp::http, agent.http(), true),
        (Otlp::http_json, agent.http(), false),
    ] {
        let otlp = way(&url).attribute("region", "here");
        let exporting = Exporting::start(if gzip { otlp.gzip() } else { otlp }, |_| ());
        let began = unix_nanos();
        let context = tree();
        exporting.exporter.stop(Duration::from_secs(60));
        let report = exporting.exporter.report();
        assert!(report.is_complete() && report.exported == 3, "{report}");
        let of_this = |kept: &Kept| {
            let mut kept = kept.clone();
            kept.traces.retain(|request| {
                let spans = request.resource_spans.iter().flat_map(|spans| &spans.scope_spans);
                let mut spans = spans.flat_map(|scope| &scope.spans);
                spans.any(|span| span.trace_id == context.trace_id.to_be_bytes())
            });
            kept
        };
        receiver.wait_until(|kept, _| of_this(kept).spans().len() == 3 && !kept.metrics.is_empty());
        assert_tree(&of_this(&receiver.kept()), context, began);
    }
}
