//! Pages, against golden text, against a reader of the formats, and against `prometheus-client`.

use obs_runtime::exposition::{Format, encode};
use obs_runtime::snapshot::{
    Bounds, Exemplar, Family, FamilyKind, HistogramValue, Labels, Snapshot, SummaryValue, Value,
};
use page::Page;
use proptest::prelude::*;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[allow(dead_code, reason = "shared with other tests")]
mod page;

fn text_of(families: Vec<Family>, format: Format) -> String {
    let mut out = Vec::new();
    encode(&Snapshot::new(families, SystemTime::now()), format, &mut out);
    String::from_utf8(out).unwrap()
}

fn histogram(bounds: &[f64], counts: &[u64], sum: f64) -> HistogramValue {
    HistogramValue {
        bounds: Arc::new(Bounds::new(bounds)),
        counts: counts.to_vec(),
        sum,
        exemplars: Vec::new(),
    }
}

fn every_kind() -> Vec<Family> {
    let call = |result: &'static str| Labels::new([("function", "put"), ("result", result)]);
    let exemplar = Exemplar {
        trace_id: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
        span_id: 0x00f0_67aa_0ba9_02b7,
        value: 0.25,
        at: UNIX_EPOCH + Duration::from_millis(1_795_253_400_042),
    };
    let mut took = histogram(&[0.000001, 0.25, 1.0, 1048576.0], &[1, 2, 0, 3, 4], 4.5);
    took.exemplars = vec![(1, exemplar.clone()), (4, exemplar)];
    vec![
        Family::new("calls_total", "Calls.", FamilyKind::Counter)
            .with_labels(call("ok"), 18_446_744_073_709_551_615)
            .with_labels(call("error"), 0),
        Family::new("cpu_seconds_total", "Back\\slash, \"quote\",\nline.", FamilyKind::Counter).with(1.5),
        Family::new("legacy_requests", "A counter from elsewhere.", FamilyKind::Counter).with(3),
        Family::new("build_info", "Build.", FamilyKind::Info)
            .with_labels(Labels::new([("version", "1.0")]), 1),
        Family::new("temperature_celsius", "", FamilyKind::Gauge)
            .with_labels(Labels::new([("at", "a\\b\"c\nd")]), -0.001)
            .with_labels(Labels::new([("at", "")]), f64::NAN)
            .with_labels(Labels::new([("at", "inf")]), f64::INFINITY)
            .with_labels(Labels::new([("at", "-inf")]), f64::NEG_INFINITY)
            .with_labels(Labels::new([("at", "small")]), 1e-300)
            .with_labels(Labels::new([("at", "large")]), 1e21)
            .with_labels(Labels::new([("at", "whole")]), 4096.0),
        Family::new("took_seconds", "Time.", FamilyKind::Histogram)
            .with_labels(Labels::new([("op", "x")]), took)
            .with(histogram(&[1.0], &[0, 0], 0.0)),
        Family::new("size_bytes", "Size.", FamilyKind::Summary).with(SummaryValue {
            quantiles: vec![(0.5, 10.0), (1.0, 20.5)],
            sum: 30.5,
            count: 2,
        }),
        Family::new("other", "Who knows.", FamilyKind::Untyped).with(0.5),
    ]
}

#[test]
fn golden_text() {
    assert_eq!(text_of(every_kind(), Format::Text), include_str!("golden/text.txt"));
}

#[test]
fn golden_openmetrics() {
    assert_eq!(text_of(every_kind(), Format::OpenMetrics), include_str!("golden/openmetrics.txt"));
}

#[test]
fn an_empty_page_is_a_page() {
    assert_eq!(text_of(Vec::new(), Format::Text), "");
    assert_eq!(text_of(Vec::new(), Format::OpenMetrics), "# EOF\n");
}

#[test]
fn openmetrics_names_are_not_shared_by_two_families() {
    let families = || {
        vec![
            Family::new("jobs", "", FamilyKind::Gauge).with(1),
            Family::new("jobs_total", "", FamilyKind::Counter).with(2),
            Family::new("host_info", "", FamilyKind::Info).with(1),
            Family::new("host_total", "", FamilyKind::Counter).with(1),
        ]
    };
    let page = Page::parse(&text_of(families(), Format::OpenMetrics));
    let kinds: Vec<_> = page.kinds.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
    assert_eq!(
        kinds,
        [("host", "counter"), ("host_info", "unknown"), ("jobs", "gauge"), ("jobs_total", "unknown")]
    );
    assert_eq!(page.value("jobs_total", &[]), Some(2.0));
}

#[test]
fn an_exemplar_stands_once_on_its_bucket() {
    let exemplar = |value| Exemplar { trace_id: 1, span_id: 2, value, at: UNIX_EPOCH };
    let mut value = histogram(&[1.0, 2.0], &[1, 1, 1], 5.0);
    value.exemplars = vec![(1, exemplar(1.25)), (1, exemplar(1.5)), (2, exemplar(9.0))];
    let family = || vec![Family::new("x", "", FamilyKind::Histogram).with(value.clone())];
    let page = Page::parse(&text_of(family(), Format::OpenMetrics));
    let values: Vec<_> =
        page.samples.iter().map(|sample| sample.exemplar.as_ref().map(|found| found.1)).collect();
    assert_eq!(values, [None, Some(1.5), Some(9.0), None, None]);
    let (labels, _, at) = page.samples[1].exemplar.clone().unwrap();
    assert_eq!(labels[0], ("trace_id".to_owned(), format!("{:032x}", 1)));
    assert_eq!(labels[1], ("span_id".to_owned(), format!("{:016x}", 2)));
    assert_eq!(at, Some(0.0));
    assert!(labels.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() <= 128);
    let page = Page::parse(&text_of(family(), Format::Text));
    assert!(page.samples.iter().all(|sample| sample.exemplar.is_none()), "the text format has no exemplars");
}

/// Any text, with what needs escaping made likely.
fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just('\\'),
            Just('"'),
            Just('\n'),
            Just('n'),
            Just('{'),
            Just('}'),
            Just('#'),
            Just(' '),
            any::<char>()
        ],
        0..12,
    )
    .prop_map(String::from_iter)
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<u64>().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Float),
        (-1000i32..1000).prop_map(|n| Value::Float(f64::from(n) / 8.0)),
        (proptest::collection::vec(0u64..1000, 4), any::<f64>()).prop_map(|(counts, sum)| histogram(
            &[0.1, 1.0, 2.5],
            &counts,
            sum
        )
        .into()),
    ]
}

fn labels_of(values: &[String]) -> Vec<(String, String)> {
    values.iter().enumerate().map(|(index, value)| (format!("label{index}"), value.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Each value of a snapshot is read back from the page, and nothing else is on it.
    #[test]
    fn a_page_says_what_the_snapshot_says(
        help in any_text(),
        series in proptest::collection::vec((proptest::collection::vec(any_text(), 0..3), any_value()), 0..6),
        openmetrics in any::<bool>(),
    ) {
        let format = if openmetrics { Format::OpenMetrics } else { Format::Text };
        let kind = FamilyKind::Gauge;
        let mut family = Family::new("x_seconds", help.clone(), kind);
        for (labels, value) in &series {
            family = family.with_labels(Labels::new(labels_of(labels)), value.clone());
        }
        let text = text_of(vec![family], format);
        // Quotes in the text format's HELP stand for themselves, which our reader reads just so.
        let page = Page::parse(&text);
        prop_assert_eq!(page.ended, openmetrics);
        prop_assert_eq!(page.help.get("x_seconds"), Some(&help).filter(|help| !help.is_empty()));
        prop_assert_eq!(page.units.len(), usize::from(openmetrics));
        let mut samples = page.samples.iter();
        let mut next = |name: &str, labels: &[(String, String)], value: f64| {
            let sample = samples.next().unwrap();
            assert_eq!((sample.name.as_str(), sample.labels.as_slice()), (name, labels));
            assert!(sample.value == value || sample.value.is_nan() && value.is_nan(), "{sample:?} is not {value}");
        };
        for (labels, value) in &series {
            let labels = labels_of(labels);
            match value {
                Value::Integer(value) => next("x_seconds", &labels, *value as f64),
                Value::Float(value) => next("x_seconds", &labels, *value),
                Value::Histogram(value) => {
                    let mut total = 0;
                    for (le, count) in ["0.1", "1.0", "2.5", "+Inf"].into_iter().zip(&value.counts) {
                        total += count;
                        let le = ("le".to_owned(), le.to_owned());
                        next("x_seconds_bucket", &[labels.clone(), vec![le]].concat(), total as f64);
                    }
                    next("x_seconds_sum", &labels, value.sum);
                    next("x_seconds_count", &labels, total as f64);
                }
                Value::Summary(_) => unreachable!(),
            }
        }
        prop_assert!(samples.next().is_none());
    }
}

/// `prometheus-client` as the judge of escaping and numbers.
mod peer {
    use super::*;
    use prometheus_client::encoding::text::encode;
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::metrics::family::Family as PeerFamily;
    use prometheus_client::metrics::gauge::Gauge;
    use prometheus_client::metrics::histogram::Histogram;
    use prometheus_client::registry::Registry;
    use std::sync::atomic::AtomicU64;

    type PeerLabels = Vec<(String, String)>;

    fn page(registry: &Registry) -> String {
        let mut text = String::new();
        encode(&mut text, registry).unwrap();
        text
    }

    /// The sample lines: `prometheus-client` puts a full stop after each help.
    fn samples(text: &str) -> Vec<&str> {
        text.split_inclusive('\n').filter(|line| !line.starts_with('#')).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn counters_are_written_alike(values in proptest::collection::vec(any_text(), 1..4), count: u64) {
            let theirs = PeerFamily::<PeerLabels, Counter>::default();
            theirs.get_or_create(&labels_of(&values)).inc_by(count);
            let mut registry = Registry::default();
            registry.register("x", "Help", theirs);
            let ours = Family::new("x_total", "Help.", FamilyKind::Counter)
                .with_labels(Labels::new(labels_of(&values)), count);
            prop_assert_eq!(text_of(vec![ours], Format::OpenMetrics), page(&registry));
        }

        #[test]
        fn numbers_are_read_alike(value: f64, observed in proptest::collection::vec(-1e3f64..1e9, 0..9)) {
            let bounds = [0.001, 0.5, 1.0, 250_000.0];
            let gauge = Gauge::<f64, AtomicU64>::default();
            gauge.set(value);
            let theirs = Histogram::new(bounds);
            let mut counts = [0; 5];
            for observation in &observed {
                theirs.observe(*observation);
                counts[bounds.partition_point(|bound| bound < observation)] += 1;
            }
            let mut registry = Registry::default();
            registry.register("g", "Help", gauge);
            registry.register("h", "Help", theirs);
            // In their order, so that rounding is theirs too.
            let sum = observed.iter().fold(0.0, |sum, value| sum + value);
            let ours = vec![
                Family::new("g", "Help.", FamilyKind::Gauge).with(value),
                Family::new("h", "Help.", FamilyKind::Histogram).with(histogram(&bounds, &counts, sum)),
            ];
            let key = |text: &str| {
                let mut read: Vec<_> = Page::parse(text).samples.into_iter().map(|mut sample| {
                    // As a number: they write a bound of 250000 as 250000.0, and so do we below 1e6.
                    for (_, le) in &mut sample.labels {
                        *le = le.parse::<f64>().unwrap().to_string();
                    }
                    (sample.name, sample.labels, sample.value.to_bits())
                }).collect();
                read.sort();
                read
            };
            let (ours, theirs) = (text_of(ours, Format::OpenMetrics), page(&registry));
            if !value.is_nan() {
                prop_assert_eq!(key(&ours), key(&theirs));
            }
            prop_assert_eq!(samples(&ours).len(), samples(&theirs).len());
        }
    }
}
