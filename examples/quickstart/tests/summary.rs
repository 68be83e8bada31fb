//! The summary says what the page says, and the page says what happened.
#![cfg(not(feature = "off"))]

use quickstart::args::Args;
use quickstart::http::Client;
use quickstart::load::{BUSY, Load};
use quickstart::page::{Sample, samples};
use quickstart::service::Service;
use quickstart::summary::{Row, Summary};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread")]
async fn columns_add_up() {
    let loopback = "127.0.0.1:0".parse().expect("an address");
    let args = Args { metrics: loopback, listen: loopback, ..Args::default() };
    quickstart::panics::show_the_first_only();
    let service = Service::start(&args).await.expect("the service starts");
    let load = Load::start(service.api, BUSY);
    let tally = load.tally.clone();
    let answered = || [&tally.served, &tally.refused].map(|counter| counter.load(Ordering::Relaxed) as f64);
    // Enough for a few of every kind, however busy the machine is.
    for _ in 0..300 {
        sleep(Duration::from_millis(100)).await;
        if answered().iter().sum::<f64>() > 600.0 {
            break;
        }
    }
    load.stop().await;
    let page = settled(&format!("http://{}/metrics", service.metrics)).await;
    service.stop().await;

    let all: Vec<Sample> = samples(&page).collect();
    let sum = |name: &str, wanted: &[(&str, &str)]| -> f64 {
        let matches = |sample: &&Sample| wanted.iter().all(|(label, value)| sample.label(label) == *value);
        all.iter().filter(|sample| sample.name == name).filter(matches).map(|sample| sample.value).sum()
    };
    let summary = Summary::of(&page);
    let row = |function: &str| -> &Row {
        let row = summary.rows.iter().find(|row| row.function == function);
        row.unwrap_or_else(|| panic!("no row for {function}:\n{summary}"))
    };

    for row in summary.rows.iter().filter(|row| row.function != "provider_authorisations") {
        let of = [("function", &*row.function)];
        let by = |result| sum("function_calls_total", &[of[0], ("result", result)]);
        assert_eq!((row.errors, row.cancelled, row.panics), (by("error"), by("cancelled"), by("panic")));
        assert_eq!(row.calls, by("ok") + by("error") + by("cancelled") + by("panic"), "{row:?}");
        assert_eq!(row.calls, sum("function_calls_duration_seconds_count", &of), "{row:?}");
        assert_eq!(row.errors, sum("errors_total", &of), "{row:?}");
    }
    assert_eq!(sum("function_calls_concurrent", &[]), 0.0, "nothing runs any more");

    // What one part says must be what the next one says, and what customers have seen.
    let [served, refused] = answered();
    let (placed, found) = (row("place_order"), row("find_order"));
    let ok = |row: &Row| row.calls - row.errors - row.cancelled - row.panics;
    assert!(ok(placed) + ok(found) >= served, "{summary}");
    assert!(placed.errors + found.errors >= refused, "{summary}");
    assert_eq!(ok(placed), ok(row("Store::insert")));
    assert_eq!(ok(placed), row("dispatch").calls);
    assert_eq!(row("pack").panics, row("dispatch").panics);
    assert_eq!(sum("parcels_packed_total", &[]), ok(row("pack")));
    assert_eq!(sum("errors_total", &[("category", "packing_failed")]), row("pack").panics);
    assert_eq!(sum("order_value_dollars_count", &[]), ok(placed));
    let timeouts = sum("function_calls_total", &[("function", "charge"), ("error_type", "payment_timeout")]);
    assert_eq!(row("payment_request").cancelled, row("charge").cancelled + timeouts);
    assert!(sum("obs_label_overflow_total", &[]) > 0.0, "seven items are ordered, six are told apart");
}

/// The page, once what customers have left behind is done: parcels, and calls that they hung up on.
async fn settled(url: &str) -> String {
    let http = Client::new();
    for _ in 0..100 {
        sleep(Duration::from_millis(100)).await;
        let (_, page) = http.get(url).await.expect("the page");
        let page = String::from_utf8(page.to_vec()).expect("text");
        let busy = |sample: &Sample| {
            (sample.name == "dispatch_queue_orders" || sample.name.ends_with("_concurrent"))
                && sample.value > 0.0
        };
        if !samples(&page).any(|sample| busy(&sample)) {
            return page;
        }
    }
    panic!("the service is still busy ten seconds after the last request");
}
