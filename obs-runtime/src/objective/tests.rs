//! Windows, with a clock of one's own.

use super::*;
use crate::snapshot::{Bounds, HistogramValue};

const MINUTE: Duration = Duration::from_secs(60);

fn events(good: u64, total: u64) -> Events {
    Events { good, total }
}

#[test]
fn a_window_forgets() {
    let mut rolling = Rolling::new();
    let mut five = |minutes: u32, good, total| rolling.windows(MINUTE * minutes, events(good, total))[0];
    // Ten calls in the first minute, of which one fails; then one good call a minute.
    assert_eq!(five(1, 9, 10).events, events(9, 10));
    assert_eq!(five(1, 9, 10).covers, MINUTE);
    for minute in 2..=5 {
        assert_eq!(
            five(minute, 8 + u64::from(minute), 9 + u64::from(minute)).events.total,
            9 + u64::from(minute)
        );
    }
    // The first minute has left.
    let over = five(6, 14, 15);
    assert_eq!((over.events, over.covers), (events(5, 5), 5 * MINUTE));
}

#[test]
fn who_does_not_ask_gets_a_longer_window() {
    let mut rolling = Rolling::new();
    rolling.windows(10 * MINUTE, events(50, 100));
    let [five, hour, day] = rolling.windows(30 * MINUTE, events(60, 120));
    assert_eq!((five.events, five.covers), (events(10, 20), 20 * MINUTE));
    assert_eq!((hour.events, hour.covers), (events(60, 120), 30 * MINUTE));
    assert_eq!(day.events, hour.events);
}

#[test]
fn memory_is_bounded_however_often_one_asks() {
    let mut rolling = Rolling::new();
    for second in 0..200_000u64 {
        rolling.windows(Duration::from_secs(second), events(second, second));
    }
    let [five, hour, day] = rolling.windows(Duration::from_secs(200_000), events(200_000, 200_000));
    assert!(rolling.remembered() <= 3 * 63, "{}", rolling.remembered());
    for (over, length) in [(five, 300), (hour, 3600), (day, 86_400)] {
        let covered = over.covers.as_secs();
        assert!(covered >= length && covered <= length + length / 60 + 1, "{over:?}");
        assert_eq!(over.events.total, covered);
    }
}

#[test]
fn snapshots_in_another_order_do_no_harm() {
    let mut rolling = Rolling::new();
    rolling.windows(10 * MINUTE, events(100, 100));
    rolling.windows(16 * MINUTE, events(200, 200));
    let [five, ..] = rolling.windows(15 * MINUTE, events(90, 95));
    assert_eq!(five.events, events(0, 0));
}

#[test]
fn a_burn_rate_is_a_multiple_of_the_budget() {
    let share = Percent::parse("99.9%").unwrap();
    let window = |good, total| Window { length: MINUTE, covers: MINUTE, good, total, share };
    assert_eq!(window(0, 0).burn_rate(), None);
    assert_eq!(window(0, 0).ratio(), None);
    let rate = window(990, 1000).burn_rate().unwrap();
    assert!((rate - 10.0).abs() < 1e-9, "{rate}");
}

/// The families of two functions that share an objective; one has families of its own.
fn families(ok: u64, failed: u64, slow: u64) -> Vec<Family> {
    let shared = |result: &'static str| {
        Labels::new([("function", "add"), ("module", "shop"), ("result", result), ("error_type", "")])
    };
    let own = |result: &'static str| Labels::new([("result", result)]);
    let bounds = Arc::new(Bounds::new(&[0.025, 1.0]));
    let value = HistogramValue { bounds, counts: vec![ok - slow, slow, 0], sum: 0.0, exemplars: Vec::new() };
    vec![
        Family::new("function_calls_total", "", FamilyKind::Counter)
            .with_labels(shared("ok"), ok)
            .with_labels(shared("cancelled"), 1)
            .with_labels(shared("error"), failed)
            .with_labels(Labels::new([("function", "other"), ("module", "shop"), ("result", "error")]), 1000),
        Family::new("checkout_total", "", FamilyKind::Counter)
            .with_labels(own("ok"), ok)
            .with_labels(own("panic"), failed),
        Family::new("function_calls_duration_seconds", "", FamilyKind::Histogram)
            .with_labels(shared("ok"), value.clone())
            .with_labels(shared("error"), value),
    ]
}

fn function(name: &str, metric: Option<&str>, slo: &str) -> obs_model::Function {
    let latency =
        obs_model::Latency { bound: Duration::from_millis(25), share: Percent::parse("95%").unwrap() };
    obs_model::Function {
        name: name.into(),
        module: "shop".into(),
        place: obs_model::Place::default(),
        help: String::new(),
        metric: metric.map(str::to_owned),
        labels: Vec::new(),
        buckets: vec![0.025, 1.0],
        is_async: false,
        slow: None,
        slo: Some(obs_model::Slo {
            success: Percent::parse("99%").ok(),
            latency: if metric.is_none() { vec![latency] } else { Vec::new() },
            window: 30 * 24 * 60 * MINUTE,
            min_events: None,
            name: Some(slo.into()),
        }),
        runbook: None,
        dashboard: None,
        kind: obs_model::SpanKind::Internal,
        level: "info".into(),
        target: "shop".into(),
        fields: Vec::new(),
        spans: true,
        metrics: true,
    }
}

#[test]
fn calls_are_found_in_shared_and_own_families() {
    let functions = vec![function("add", None, "buying"), function("checkout", Some("checkout"), "buying")];
    let objectives = Objectives::of(&obs_model::Catalogue { functions, ..Default::default() });
    let names: Vec<&str> = objectives.promises.iter().map(|promise| promise.name.as_str()).collect();
    assert_eq!(names, ["buying-latency-25ms", "buying-success"]);
    // Both functions: 100 ok, 1 cancelled, 3 failed; and 100 ok, 3 panicked.
    assert_eq!(objectives.events(&families(100, 3, 10)), [events(90, 100), events(201, 207)]);
    let families = objectives.families(&objectives.now(&families(100, 3, 10)));
    let value = |family: &Family, labels: &[(&str, &str)]| {
        family.series.iter().find(|series| series.labels.same(labels)).map(|series| series.value.clone())
    };
    let [target, good, burn, calls] = families.as_slice() else { panic!("{families:?}") };
    assert_eq!(value(target, &[("objective", "buying-success")]), Some(Value::Float(0.99)));
    let five = [("objective", "buying-latency-25ms"), ("window", "5m")];
    assert_eq!(value(good, &five), Some(Value::Float(0.9)));
    assert_eq!(value(calls, &five), Some(Value::Integer(100)));
    let Some(Value::Float(rate)) = value(burn, &five) else { panic!("{burn:?}") };
    assert!((rate - 2.0).abs() < 1e-9, "{rate}");
}

#[test]
fn launches_are_found_by_the_name_of_their_kernel() {
    let slo = function("add", None, "moving").slo;
    let kernel = |name: &str, slo: Option<obs_model::Slo>| obs_model::Kernel {
        name: name.into(),
        module: "shop::gpu".into(),
        place: obs_model::Place::default(),
        help: String::new(),
        labels: Vec::new(),
        buckets: vec![0.025, 1.0],
        every: obs_model::Every::Auto,
        bytes: false,
        flops: false,
        items: false,
        slow: None,
        slo,
        runbook: None,
        dashboard: None,
    };
    // A function of its own families by the name of a kernel's is another thing.
    let functions = vec![function("other", Some("gpu"), "other")];
    let kernels = vec![kernel("saxpy", slo), kernel("reduce", None)];
    let objectives = Objectives::of(&obs_model::Catalogue { functions, kernels, ..Default::default() });
    let names: Vec<&str> = objectives.promises.iter().map(|promise| promise.name.as_str()).collect();
    assert_eq!(names, ["moving-latency-25ms", "moving-success", "other-success"]);
    let launches = |name: &'static str, device: &'static str, result: &'static str| {
        Labels::new([("kernel", name), ("device", device), ("result", result)])
    };
    let timings = |counts: Vec<u64>| {
        let bounds = Arc::new(Bounds::new(&[0.025, 1.0]));
        HistogramValue { bounds, counts, sum: 0.0, exemplars: Vec::new() }
    };
    let timed = |name: &'static str| Labels::new([("kernel", name), ("device", "0")]);
    let families = [
        Family::new("gpu_kernel_launches_total", "", FamilyKind::Counter)
            .with_labels(launches("saxpy", "0", "ok"), 90)
            .with_labels(launches("saxpy", "1", "ok"), 5)
            .with_labels(launches("saxpy", "0", "cancelled"), 1)
            .with_labels(launches("saxpy", "0", "error"), 4)
            .with_labels(launches("reduce", "0", "error"), 1000),
        // One in ten is timed.
        Family::new("gpu_kernel_duration_seconds", "", FamilyKind::Histogram)
            .with_labels(timed("saxpy"), timings(vec![7, 1, 1]))
            .with_labels(timed("reduce"), timings(vec![0, 0, 50])),
        Family::new("gpu_kernel_queue_seconds", "", FamilyKind::Histogram)
            .with_labels(timed("saxpy"), timings(vec![0, 0, 50])),
    ];
    assert_eq!(objectives.events(&families), [events(7, 9), events(96, 100), events(0, 0)]);
}
