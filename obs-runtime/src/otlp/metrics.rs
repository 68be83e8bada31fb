//! Metrics, from a snapshot to the protocol's messages.

use super::name::{name, unit};
use super::value::{SCHEMA, scope, span_id, text, trace_id};
use crate::clock::unix_nanos;
use crate::snapshot::{Family, FamilyKind, HistogramValue, Labels, Series, Snapshot, SummaryValue, Value};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::summary_data_point::ValueAtQuantile;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

/// A request has at most so many points: a collector takes 4 MiB, and a histogram's point is some hundred bytes. A
/// larger family goes in several pieces.
const POINTS: usize = 2000;

/// The span of time that cumulative points are of, in nanoseconds since 1970.
#[derive(Clone, Copy, Debug)]
struct Since {
    start: u64,
    now: u64,
}

/// The messages that send a snapshot of a program that counts since `start`.
pub(super) fn requests(
    snapshot: &Snapshot,
    resource: &Resource,
    start: u64,
) -> Vec<ExportMetricsServiceRequest> {
    let now = unix_nanos(snapshot.at);
    // A wall clock may have been set back.
    let since = Since { start: start.min(now), now };
    let (mut requests, mut metrics, mut points) = (Vec::new(), Vec::new(), 0);
    for family in &snapshot.families {
        // A family without series has no piece.
        for series in family.series.chunks(POINTS) {
            if points > 0 && points + series.len() > POINTS {
                requests.push(request(std::mem::take(&mut metrics), resource));
                points = 0;
            }
            points += series.len();
            metrics.push(metric(name(family, snapshot), family, series, since));
        }
    }
    if !metrics.is_empty() {
        requests.push(request(metrics, resource));
    }
    requests
}

fn request(metrics: Vec<Metric>, resource: &Resource) -> ExportMetricsServiceRequest {
    let scope_metrics = ScopeMetrics {
        scope: Some(scope("obs", env!("CARGO_PKG_VERSION"))),
        metrics,
        schema_url: SCHEMA.to_owned(),
    };
    let resource_metrics = ResourceMetrics {
        resource: Some(resource.clone()),
        scope_metrics: vec![scope_metrics],
        schema_url: SCHEMA.to_owned(),
    };
    ExportMetricsServiceRequest { resource_metrics: vec![resource_metrics] }
}

fn metric(name: &str, family: &Family, series: &[Series], since: Since) -> Metric {
    let cumulative = AggregationTemporality::Cumulative.into();
    let numbers = |start| series.iter().filter_map(|series| number(series, start, since.now)).collect();
    let data = match family.kind {
        FamilyKind::Counter => Data::Sum(Sum {
            data_points: numbers(since.start),
            aggregation_temporality: cumulative,
            is_monotonic: true,
        }),
        FamilyKind::Gauge | FamilyKind::Untyped | FamilyKind::Info => {
            // A gauge is of a moment.
            Data::Gauge(Gauge { data_points: numbers(0) })
        }
        FamilyKind::Histogram => Data::Histogram(Histogram {
            data_points: series.iter().filter_map(|series| histogram(series, since)).collect(),
            aggregation_temporality: cumulative,
        }),
        FamilyKind::Summary => Data::Summary(Summary {
            data_points: series.iter().filter_map(|series| summary(series, since)).collect(),
        }),
    };
    Metric {
        name: name.to_owned(),
        description: family.help.clone().into_owned(),
        unit: unit(family).to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

fn attributes(labels: &Labels) -> Vec<KeyValue> {
    labels.pairs().map(|(name, value)| text(name, value)).collect()
}

/// `None` for a value that its family's kind does not have, and for one that is no number: JSON cannot say it, and a
/// collector would refuse the whole request for it.
fn number(series: &Series, start: u64, now: u64) -> Option<NumberDataPoint> {
    let value = match &series.value {
        // The protocol's numbers have a sign; a count that outgrows them is rounded.
        Value::Integer(value) => match i64::try_from(*value) {
            Ok(value) => number_data_point::Value::AsInt(value),
            Err(_) => number_data_point::Value::AsDouble(*value as f64),
        },
        Value::Float(value) if value.is_finite() => number_data_point::Value::AsDouble(*value),
        Value::Float(_) | Value::Histogram(_) | Value::Summary(_) => return None,
    };
    Some(NumberDataPoint {
        attributes: attributes(&series.labels),
        start_time_unix_nano: start,
        time_unix_nano: now,
        value: Some(value),
        ..NumberDataPoint::default()
    })
}

fn histogram(series: &Series, since: Since) -> Option<HistogramDataPoint> {
    let Value::Histogram(HistogramValue { bounds, counts, sum, exemplars }) = &series.value else {
        return None;
    };
    let known = exemplars.iter().filter(|(_, exemplar)| exemplar.value.is_finite());
    let exemplars = known.map(|(_, exemplar)| Exemplar {
        time_unix_nano: unix_nanos(exemplar.at),
        span_id: span_id(exemplar.span_id),
        trace_id: trace_id(exemplar.trace_id),
        value: Some(exemplar::Value::AsDouble(exemplar.value)),
        ..Exemplar::default()
    });
    Some(HistogramDataPoint {
        attributes: attributes(&series.labels),
        start_time_unix_nano: since.start,
        time_unix_nano: since.now,
        count: counts.iter().fold(0, |total, count| total.wrapping_add(*count)),
        sum: Some(*sum).filter(|sum| sum.is_finite()),
        bucket_counts: counts.clone(),
        explicit_bounds: bounds.bounds().to_vec(),
        exemplars: exemplars.collect(),
        ..HistogramDataPoint::default()
    })
}

/// As [`number`]. Quantiles are no numbers where nothing was observed; those are left out.
fn summary(series: &Series, since: Since) -> Option<SummaryDataPoint> {
    let Value::Summary(SummaryValue { quantiles, sum, count }) = &series.value else { return None };
    if !sum.is_finite() {
        return None;
    }
    let known = quantiles.iter().filter(|(_, value)| value.is_finite());
    let at = |(quantile, value): &(f64, f64)| ValueAtQuantile { quantile: *quantile, value: *value };
    Some(SummaryDataPoint {
        attributes: attributes(&series.labels),
        start_time_unix_nano: since.start,
        time_unix_nano: since.now,
        count: *count,
        sum: *sum,
        quantile_values: known.map(at).collect(),
        ..SummaryDataPoint::default()
    })
}
