//! Requests with metrics, beside the same as the protocol's types.

use super::{LENGTHS, assert_written, attributes, scope};
use crate::otlp::metrics::requests;
use crate::otlp::name::{name, unit};
use crate::otlp::resource::Resource;
use crate::otlp::value::SCHEMA;
use crate::snapshot::{Bounds, Exemplar, Family, FamilyKind, HistogramValue, Labels, Series, Snapshot};
use crate::snapshot::{SummaryValue, Value};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1 as proto;
use proto::metric::Data;
use proto::summary_data_point::ValueAtQuantile;
use proto::{exemplar, number_data_point};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const START: u64 = 7;
const NOW: u64 = 1_700_000_000_123_456_789;

fn at() -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(NOW)
}

fn assert_snapshot_is_written(families: Vec<Family>) {
    let snapshot = Snapshot::new(families, at());
    let metrics = snapshot.families.iter().filter(|family| !family.series.is_empty());
    let scope_metrics = proto::ScopeMetrics {
        scope: scope("obs", env!("CARGO_PKG_VERSION")),
        metrics: metrics.map(|family| metric(family, &snapshot)).collect(),
        schema_url: SCHEMA.to_owned(),
    };
    let resource_metrics = proto::ResourceMetrics {
        scope_metrics: vec![scope_metrics],
        schema_url: SCHEMA.to_owned(),
        ..proto::ResourceMetrics::default()
    };
    let expected = ExportMetricsServiceRequest { resource_metrics: vec![resource_metrics] };
    // Twice: labels are written once.
    for _ in 0..2 {
        let written = requests(&snapshot, &Resource::default(), START);
        assert_eq!(written.len(), 1);
        assert_written(&written[0], &expected);
    }
}

fn metric(family: &Family, among: &Snapshot) -> proto::Metric {
    let numbers = |start| family.series.iter().filter_map(|series| number(series, start)).collect();
    let data = match family.kind {
        FamilyKind::Counter => Data::Sum(proto::Sum {
            data_points: numbers(START),
            aggregation_temporality: 2,
            is_monotonic: true,
        }),
        FamilyKind::Gauge | FamilyKind::Untyped | FamilyKind::Info => {
            Data::Gauge(proto::Gauge { data_points: numbers(0) })
        }
        FamilyKind::Histogram => Data::Histogram(proto::Histogram {
            data_points: family.series.iter().filter_map(histogram).collect(),
            aggregation_temporality: 2,
        }),
        FamilyKind::Summary => {
            Data::Summary(proto::Summary { data_points: family.series.iter().filter_map(summary).collect() })
        }
    };
    proto::Metric {
        name: name(family, among).to_owned(),
        description: family.help.to_string(),
        unit: unit(family).to_owned(),
        data: Some(data),
        ..proto::Metric::default()
    }
}

fn labels(series: &Series) -> Vec<KeyValue> {
    attributes(series.labels.pairs().map(|(name, value)| (name, value.into())))
}

fn number(series: &Series, start: u64) -> Option<proto::NumberDataPoint> {
    let value = match &series.value {
        Value::Integer(value) => i64::try_from(*value)
            .map_or(number_data_point::Value::AsDouble(*value as f64), number_data_point::Value::AsInt),
        Value::Float(value) if value.is_finite() => number_data_point::Value::AsDouble(*value),
        _ => return None,
    };
    Some(proto::NumberDataPoint {
        attributes: labels(series),
        start_time_unix_nano: start,
        time_unix_nano: NOW,
        value: Some(value),
        ..proto::NumberDataPoint::default()
    })
}

fn histogram(series: &Series) -> Option<proto::HistogramDataPoint> {
    let Value::Histogram(observed) = &series.value else { return None };
    let seen = observed.exemplars.iter().map(|(_, seen)| seen).filter(|seen| seen.value.is_finite());
    let exemplars = seen.map(|seen| proto::Exemplar {
        time_unix_nano: crate::clock::unix_nanos(seen.at),
        span_id: seen.span_id.to_be_bytes().to_vec(),
        trace_id: seen.trace_id.to_be_bytes().to_vec(),
        value: Some(exemplar::Value::AsDouble(seen.value)),
        ..proto::Exemplar::default()
    });
    Some(proto::HistogramDataPoint {
        attributes: labels(series),
        start_time_unix_nano: START,
        time_unix_nano: NOW,
        count: observed.count(),
        sum: Some(observed.sum).filter(|sum| sum.is_finite()),
        bucket_counts: observed.counts.clone(),
        explicit_bounds: observed.bounds.bounds().to_vec(),
        exemplars: exemplars.collect(),
        ..proto::HistogramDataPoint::default()
    })
}

fn summary(series: &Series) -> Option<proto::SummaryDataPoint> {
    let Value::Summary(SummaryValue { quantiles, sum, count }) = &series.value else { return None };
    let known = quantiles.iter().filter(|(_, value)| value.is_finite());
    let at = |(quantile, value): &(f64, f64)| ValueAtQuantile { quantile: *quantile, value: *value };
    sum.is_finite().then(|| proto::SummaryDataPoint {
        attributes: labels(series),
        start_time_unix_nano: START,
        time_unix_nano: NOW,
        count: *count,
        sum: *sum,
        quantile_values: known.map(at).collect(),
        ..proto::SummaryDataPoint::default()
    })
}

fn observed(bounds: &[f64], sum: f64) -> HistogramValue {
    let counts = (0..=bounds.len() as u64).map(|nth| nth * nth).collect();
    let seen = |value| Exemplar { trace_id: 7, span_id: 5, value, at: at() };
    let exemplars = vec![(0, seen(0.0)), (1, seen(f64::INFINITY)), (2, seen(-1.5))];
    HistogramValue { bounds: Arc::new(Bounds::new(bounds)), counts, sum, exemplars }
}

#[test]
fn every_kind_of_value() {
    let label = || Labels::new([("a", "größer"), ("empty", ""), ("", "nameless")]);
    let mut families = Vec::new();
    for (name, kind) in [
        ("calls_total", FamilyKind::Counter),
        ("load_ratio", FamilyKind::Gauge),
        ("odd", FamilyKind::Untyped),
        ("build_info", FamilyKind::Info),
    ] {
        let mut family = Family::new(name, "Été.", kind);
        for value in [0, 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
            family = family.with(value).with_labels(label(), value);
        }
        for value in [0.0, -0.0, 2.5, f64::MIN, f64::MAX, f64::NAN, f64::INFINITY] {
            family = family.with(value).with_labels(label(), value);
        }
        // Another kind's.
        families.push(family.with(observed(&[1.0], 1.0)));
    }
    families.push(
        Family::new("took_seconds", "", FamilyKind::Histogram)
            .with(observed(&[], 0.0))
            .with(observed(&[0.1, 1.0], f64::NAN))
            .with_labels(label(), observed(&[0.1; 100], -0.0))
            .with(HistogramValue { counts: vec![0; 3], exemplars: Vec::new(), ..observed(&[0.1, 1.0], 0.0) })
            .with(7),
    );
    let summary =
        |sum| SummaryValue { quantiles: vec![(0.0, 0.0), (0.5, 2.5), (0.9, f64::NAN)], sum, count: 7 };
    families.push(
        Family::new("waited_seconds", "", FamilyKind::Summary)
            .with_labels(label(), summary(9.5))
            .with(summary(0.0))
            .with(summary(f64::NAN))
            .with(SummaryValue { quantiles: Vec::new(), sum: 0.0, count: 0 }),
    );
    families.push(Family::new("without", "any series", FamilyKind::Gauge));
    assert_snapshot_is_written(families);
}

#[test]
fn labels_of_every_length() {
    for length in LENGTHS.into_iter().flatten() {
        let labels = || Labels::new([("a", "x".repeat(length))]);
        let families = vec![
            Family::new("load", "", FamilyKind::Gauge).with_labels(labels(), 0.5),
            Family::new("took_seconds", "", FamilyKind::Histogram).with_labels(labels(), observed(&[], 1.0)),
        ];
        assert_snapshot_is_written(families);
    }
}

/// Requests are limited in bytes: labels are what somebody measures.
#[test]
fn long_labels_make_several_requests_that_leave_nothing_out() {
    let family = (0..90).fold(Family::new("load", "Load.", FamilyKind::Gauge), |family, n| {
        family.with_labels(Labels::new([("n", format!("{n:060000}"))]), n)
    });
    let snapshot = Snapshot::new(vec![family.clone()], at());
    let written = requests(&snapshot, &Resource::default(), START);
    assert!(written.len() > 1 && written.iter().all(|request| request.len() < 4 << 20));
    let mut points = Vec::new();
    for request in &written {
        let request: ExportMetricsServiceRequest = prost::Message::decode(&**request).unwrap();
        let [metric] = &*request.resource_metrics[0].scope_metrics[0].metrics else { panic!("one metric") };
        let Some(Data::Gauge(gauge)) = &metric.data else { panic!("{metric:?}") };
        assert_eq!((metric.name.as_str(), metric.description.as_str()), ("load", "Load."));
        points.extend(gauge.data_points.clone());
    }
    let expected: Vec<_> = family.series.iter().filter_map(|series| number(series, 0)).collect();
    assert!(points == expected, "{} of {} points", points.len(), expected.len());
}

/// Programs compare snapshots in their tests as text, too.
#[test]
fn labels_look_the_same_after_they_were_sent() {
    let labels = Labels::new([("a", "größer")]);
    let before = format!("{labels:?}");
    let family = Family::new("load", "", FamilyKind::Gauge).with_labels(labels.clone(), 1.0);
    requests(&Snapshot::new(vec![family], at()), &Resource::default(), START);
    assert_eq!(format!("{labels:?}"), before);
    assert_eq!(before, r#"Labels { pairs: [("a", "größer")], escaped: "a=\"größer\"" }"#);
}

/// A collector refuses a request of more than 4 MiB as a whole.
#[test]
fn a_point_that_is_too_large_takes_no_others_with_it() {
    let small = |name: &'static str| Family::new(name, "", FamilyKind::Gauge).with(1.0);
    let long = |bytes: usize| Labels::new([("n", "x".repeat(bytes))]);
    let large = Family::new("large", "", FamilyKind::Gauge)
        .with_labels(long(1 << 20), 1.0)
        .with_labels(long(4 << 20), 2.0)
        .with_labels(long(3 << 20), 3.0)
        .with_labels(long(7), 4.0);
    let snapshot = Snapshot::new(vec![small("before"), large, small("zafter")], at());
    let mut points = Vec::new();
    for request in requests(&snapshot, &Resource::default(), START) {
        let decoded: ExportMetricsServiceRequest = prost::Message::decode(&*request).unwrap();
        let metrics = &decoded.resource_metrics[0].scope_metrics[0].metrics;
        let of = |metric: &proto::Metric| match &metric.data {
            Some(Data::Gauge(gauge)) => gauge.data_points.len(),
            other => panic!("{other:?}"),
        };
        assert!(metrics.iter().all(|metric| of(metric) > 0), "a metric of no points");
        points.push((metrics.iter().map(of).sum::<usize>(), request.len() > 4 << 20));
    }
    assert_eq!(points.iter().map(|(points, _)| points).sum::<usize>(), 6);
    assert!(points.contains(&(1, true)) && points.iter().all(|(n, large)| !large || *n == 1), "{points:?}");
}

/// All requests are there before the first is sent.
#[test]
fn many_requests_ask_for_no_more_memory_than_they_need() {
    let family = (0..20_000).fold(Family::new("load", "Load.", FamilyKind::Gauge), |family, n| {
        family.with_labels(Labels::new([("n", format!("{n:060}"))]), n)
    });
    let written = requests(&Snapshot::new(vec![family], at()), &Resource::default(), START);
    assert_eq!(written.len(), 10);
    let (asked, needed) = written
        .iter()
        .fold((0, 0), |(asked, needed), request| (asked + request.capacity(), needed + request.len()));
    assert!(asked < 2 * needed, "{asked} bytes for {needed}");
}
