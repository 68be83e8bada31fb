//! Observed calls and metrics, from a program to a collector.

#[cfg(feature = "otlp-tls")]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod authority;
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod collector;
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod rotel;
mod sampling;
#[cfg(feature = "otlp-tls")]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod terminator;
#[cfg(feature = "otlp-tls")]
mod tls;

use collector::{Collector, Kept, Reply};
use obs_runtime::{
    Builder, ErrorCategory, InitError, Obs, Otlp, Sampling, ShutdownReport, builder, http, metric, observe,
};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

#[derive(Debug, ErrorCategory)]
enum Declined {
    #[category("declined")]
    Declined,
}

#[observe(kind = "server", fields(items = items))]
fn checkout(items: u64) -> Result<(), Declined> {
    (0..items).try_for_each(charge)
}

#[observe(kind = "client")]
fn charge(item: u64) -> Result<(), Declined> {
    if item == 2 { Err(Declined::Declined) } else { Ok(()) }
}

#[observe]
async fn deliver() {
    std::future::ready(()).await;
    pack();
}

#[observe]
fn pack() {}

/// Parcels that were sent.
#[metric(counter, name = "parcels_total")]
static PARCELS: obs_runtime::Counter = obs_runtime::Counter::new();

/// A process has one `Obs` at a time, and these tests need one each.
fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

fn program(otlp: Otlp) -> Builder {
    builder("shop").version("1.2.3").otlp(otlp).shutdown_timeout("60s")
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(ready) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return ready;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn shutdown(obs: Obs) -> ShutdownReport {
    wait(obs.shutdown())
}

fn spans(kept: &Kept, name: &str) -> Vec<Span> {
    kept.spans().into_iter().map(|(_, span)| span).filter(|span| span.name == name).collect()
}

/// That these are a checkout of three items, of which the last was declined, and a delivery.
fn assert_arrived(kept: &Kept) {
    assert_eq!(kept.spans().len(), 6, "{:?}", kept.spans());
    assert!(kept.spans().iter().all(|(scope, _)| scope == "otlp"), "{:?}", kept.spans());
    let [root]: [Span; 1] = spans(kept, "checkout").try_into().unwrap();
    let charges = spans(kept, "charge");
    assert!(root.parent_span_id.is_empty());
    assert!(charges.iter().all(|charge| charge.parent_span_id == root.span_id), "{charges:?}");
    assert!(charges.iter().all(|charge| charge.trace_id == root.trace_id));
    // Server and client.
    assert_eq!((root.kind, charges[0].kind), (2, 3));
    let failed = |span: &Span| span.status.as_ref().is_some_and(|status| status.code == 2);
    assert_eq!((failed(&root), charges.iter().filter(|span| failed(span)).count()), (true, 1));
    let said = format!("{:?}", root.attributes);
    assert!(said.contains("items") && said.contains("IntValue(3)") && said.contains("declined"), "{said}");
    let [delivery]: [Span; 1] = spans(kept, "deliver").try_into().unwrap();
    assert_ne!(delivery.trace_id, root.trace_id);
    assert_eq!(spans(kept, "pack")[0].parent_span_id, delivery.span_id);
    let metrics = kept.metrics();
    let metric =
        |name: &str| metrics.iter().find(|metric| metric.name == name).and_then(|it| it.data.clone());
    assert!(matches!(metric("parcels"), Some(Data::Sum(_))), "{metrics:?}");
    assert!(matches!(metric("function_calls_duration_seconds"), Some(Data::Histogram(_))), "{metrics:?}");
}

fn work() {
    assert!(checkout(3).is_err());
    wait(deliver());
    PARCELS.inc();
}

#[test]
fn calls_and_metrics_arrive_over_every_protocol() {
    let _alone = alone();
    let (grpc, http) = (Collector::grpc(|_| Reply::Take), Collector::http(|_| Reply::Take));
    let json = Collector::http(|_| Reply::Take);
    for (collector, otlp) in [
        (&grpc, Otlp::grpc(&grpc.url())),
        (&http, Otlp::http(&http.url())),
        (&json, Otlp::http_json(&json.url()).gzip()),
    ] {
        let obs = program(otlp).init().unwrap();
        work();
        let report = shutdown(obs);
        assert!(report.is_complete(), "{report}");
        assert_eq!(report.to_string(), "6 spans were exported and none was lost.");
        assert_arrived(&collector.kept());
    }
}

#[test]
fn calls_and_metrics_arrive_through_a_real_collector() {
    let _alone = alone();
    let receiver = Collector::grpc(|_| Reply::Take);
    let agent = rotel::Rotel::start(&receiver.url());
    let obs = program(Otlp::grpc(&agent.grpc()).gzip()).init().unwrap();
    work();
    let report = shutdown(obs);
    assert!(report.is_complete(), "{report}");
    receiver.wait_until(|kept, _| kept.spans().len() == 6 && !kept.metrics.is_empty());
    assert_arrived(&receiver.kept());
}

/// The exporter has a runtime of its own, which must not meet the program's.
#[test]
fn a_program_with_a_runtime_starts_and_stops_in_it() {
    let _alone = alone();
    let collector = Collector::grpc(|_| Reply::Take);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let obs = program(Otlp::grpc(&collector.url())).init().unwrap();
        assert!(checkout(3).is_err());
        deliver().await;
        PARCELS.inc();
        let report = obs.shutdown().await;
        assert!(report.is_complete(), "{report}");
        assert_arrived(&collector.kept());
        let obs = program(Otlp::grpc(&collector.url())).init().unwrap();
        drop(obs);
    });
}

#[test]
fn the_page_says_what_became_of_spans() {
    let _alone = alone();
    let collector = Collector::http(|_| Reply::Take);
    let sampling = Sampling::never().keep_errors();
    let otlp = Otlp::http(&collector.url()).without_metrics().schedule_delay("1ms");
    let obs = program(otlp).sampling(sampling).init().unwrap();
    work();
    collector.wait_until(|kept, _| kept.spans().len() == 4);
    let lines = |page: &str| -> Vec<String> {
        page.lines().filter(|line| line.starts_with("obs_spans_total")).map(str::to_owned).collect()
    };
    // Counted once the collector has answered.
    let page = loop {
        let page = String::from_utf8(http::metrics(None, None).body).unwrap();
        if page.contains("obs_spans_queued 0\n") {
            break page;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    let expected = [
        "obs_spans_total{result=\"exported\"} 4",
        "obs_spans_total{result=\"failed\"} 0",
        "obs_spans_total{result=\"overflowed\"} 0",
        "obs_spans_total{result=\"queue_full\"} 0",
        "obs_spans_total{result=\"rate_limited\"} 0",
        "obs_spans_total{result=\"sampled_out\"} 2",
    ];
    assert_eq!(lines(&page), expected);
    assert!(page.contains("obs_export_duration_seconds_count{signal=\"traces\"} 1\n"), "{page}");
    assert!(page.contains("obs_export_retries_total{signal=\"traces\"} 0\n"), "{page}");
    drop(obs);
    let page = String::from_utf8(http::metrics(None, None).body).unwrap();
    assert!(lines(&page).is_empty(), "{page}");
}

#[test]
fn dropping_sends_what_is_left() {
    let _alone = alone();
    let collector = Collector::grpc(|_| Reply::Take);
    let obs = program(Otlp::grpc(&collector.url())).init().unwrap();
    work();
    drop(obs);
    assert_arrived(&collector.kept());
    // Nobody records any more.
    assert_eq!(obs_runtime::TraceContext::current(), None);
    work();
    assert_eq!(collector.kept().spans().len(), 6);
}

#[test]
fn what_is_not_well_described_does_not_start() {
    let _alone = alone();
    let said = |builder: Builder| match builder.init() {
        Err(error @ InitError::Configuration(_)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let otlp = || Otlp::grpc("http://127.0.0.1:4317");
    assert!(said(program(otlp().timeout("soon"))).contains("found \"soon\""));
    assert!(said(program(otlp()).shutdown_timeout("soon")).starts_with("shutdown_timeout: expected"));
    assert!(said(program(otlp()).sampling(Sampling::ratio(2.0))).contains("a share from 0 to 1; found 2"));
    // And nothing is left of it.
    drop(builder("shop").init().unwrap());
}

#[test]
fn a_program_without_an_exporter_has_nothing_to_report() {
    let _alone = alone();
    let report = shutdown(builder("shop").init().unwrap());
    assert_eq!(report, ShutdownReport::default());
}
