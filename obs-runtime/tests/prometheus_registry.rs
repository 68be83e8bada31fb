//! Between our page and the `prometheus` crate's registries.

use obs_runtime::{PrometheusCollector, builder, http};
use page::Page;
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntGauge, Opts, Registry, TextEncoder};
use std::sync::{Mutex, PoisonError};

#[allow(dead_code, reason = "shared with other tests")]
mod page;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn our_page() -> Page {
    Page::parse(&String::from_utf8(http::metrics(None, None).body).unwrap())
}

#[test]
fn their_families_are_on_our_page() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let registry = Registry::new();
    let counter = IntCounter::new("orders_total", "Orders \"placed\".").unwrap();
    counter.inc_by(7);
    let opts = HistogramOpts::new("wait_seconds", "Waits.").buckets(vec![0.5, 1.0]);
    let histogram = HistogramVec::new(opts, &["queue"]).unwrap();
    for value in [0.25, 0.75, 0.8, 3.0] {
        histogram.with_label_values(&["a\"b"]).observe(value);
    }
    histogram.with_label_values(&["idle"]);
    registry.register(Box::new(counter)).unwrap();
    registry.register(Box::new(histogram)).unwrap();
    let obs = builder("shop").prometheus_registry(registry).init().unwrap();

    let page = our_page();
    assert_eq!(page.value("orders_total", &[]), Some(7.0));
    assert_eq!(page.help["orders_total"], "Orders \"placed\".");
    assert_eq!(page.kinds["wait_seconds"], "histogram");
    let queue = ("queue", "a\"b");
    for (le, count) in [("0.5", 1.0), ("1.0", 3.0), ("+Inf", 4.0)] {
        assert_eq!(page.value("wait_seconds_bucket", &[queue, ("le", le)]), Some(count), "{le}");
    }
    assert_eq!(page.value("wait_seconds_count", &[queue]), Some(4.0));
    assert_eq!(page.value("wait_seconds_sum", &[queue]), Some(4.8));
    assert_eq!(page.value("wait_seconds_bucket", &[("queue", "idle"), ("le", "+Inf")]), Some(0.0));
    assert_eq!(page.value("obs_prometheus_conflicts", &[]), Some(0.0));
    let names: Vec<_> = page.samples.iter().map(|sample| sample.name.as_str()).collect();
    assert!(
        names.iter().position(|name| *name == "obs_scrapes_total")
            < names.iter().position(|name| *name == "orders_total")
    );
    drop(obs);
    assert_eq!(our_page().value("orders_total", &[]), None);
}

#[test]
fn a_name_is_never_twice_on_the_page() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (first, second) = (Registry::new(), Registry::new());
    let gauge = |name: &str, value| {
        let gauge = IntGauge::with_opts(Opts::new(name, "Help.")).unwrap();
        gauge.set(value);
        Box::new(gauge)
    };
    // Ours, and a sample of a histogram of ours.
    first.register(gauge("obs_scrapes_total", 1)).unwrap();
    first.register(gauge("obs_scrape_duration_seconds_count", 1)).unwrap();
    first.register(gauge("jobs", 1)).unwrap();
    second.register(gauge("jobs", 2)).unwrap();
    second.register(gauge("queue_count", 3)).unwrap();
    let queue = Histogram::with_opts(HistogramOpts::new("queue", "Help.")).unwrap();
    second.register(Box::new(queue)).unwrap();
    let obs = builder("shop").prometheus_registry(first).prometheus_registry(second).init().unwrap();
    let page = our_page();
    assert_eq!(page.value("obs_prometheus_conflicts", &[]), Some(4.0));
    assert_eq!(page.value("jobs", &[]), Some(1.0));
    let mut seen = std::collections::HashSet::new();
    for sample in &page.samples {
        assert!(seen.insert((sample.name.clone(), sample.labels.clone())), "twice: {sample:?}");
    }
    drop(obs);
}

#[test]
fn our_families_are_in_their_registry() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let registry = Registry::new();
    registry.register(Box::new(PrometheusCollector::new())).unwrap();
    assert!(registry.register(Box::new(PrometheusCollector::new())).is_err(), "once is enough");
    http::metrics(None, None);
    let theirs = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
    let theirs = Page::parse(&theirs);
    assert!(theirs.value("obs_scrapes_total", &[("format", "text")]).unwrap() >= 1.0);
    assert_eq!(theirs.kinds["obs_scrape_duration_seconds"], "histogram");
    let count = theirs.value("obs_scrape_duration_seconds_count", &[]);
    assert_eq!(theirs.value("obs_scrape_duration_seconds_bucket", &[("le", "+Inf")]), count);
    assert!(count.unwrap() >= 1.0);
}

#[test]
fn one_registry_both_ways_is_no_circle() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let registry = Registry::new();
    registry.register(Box::new(PrometheusCollector::new())).unwrap();
    let counter = IntCounter::new("orders_total", "Orders.").unwrap();
    registry.register(Box::new(counter)).unwrap();
    let obs = builder("shop").prometheus_registry(registry.clone()).init().unwrap();
    let page = our_page();
    assert_eq!(page.value("obs_prometheus_conflicts", &[]), Some(0.0));
    assert_eq!(page.value("orders_total", &[]), Some(0.0));
    let theirs = registry.gather();
    assert_eq!(theirs.iter().filter(|family| family.name() == "orders_total").count(), 1);
    assert!(theirs.iter().any(|family| family.name() == "obs_scrapes_total"));
    drop(obs);
}
