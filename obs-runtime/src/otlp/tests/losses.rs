//! Collectors that are away, slow, wrong or full: nobody waits for them, and what is lost is counted.

use super::collector::{Collector, Reply};
use super::*;
use std::net::{TcpListener, TcpStream};

const MINUTE: Duration = Duration::from_secs(60);

fn grpc(collector: &Collector) -> Otlp {
    Otlp::grpc(&collector.url()).without_metrics()
}

fn http(collector: &Collector) -> Otlp {
    Otlp::http(&collector.url()).without_metrics()
}

fn wait_for_failures(exporting: &Exporting, spans: u64) {
    let end = std::time::Instant::now() + MINUTE;
    // A span is counted before its room is given back.
    while exporting.exporter.report().failed < spans || exporting.queued() > 0 {
        assert!(std::time::Instant::now() < end, "{}", exporting.exporter.report());
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Value of one of our own counters.
fn count(exporting: &Exporting, name: &str, labels: &[(&str, &str)]) -> f64 {
    let mut families = Vec::new();
    exporting.exporter.collect(&mut families);
    let snapshot = crate::snapshot::Snapshot::new(families, std::time::SystemTime::now());
    match snapshot.value(name, labels) {
        Some(crate::snapshot::Value::Integer(value)) => *value as f64,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn what_may_be_sent_again_is() {
    type Start = fn(fn(usize) -> Reply) -> (Collector, Otlp);
    let over_grpc: Start = |script| {
        let collector = Collector::grpc(script);
        let otlp = grpc(&collector);
        (collector, otlp)
    };
    let over_http: Start = |script| {
        let collector = Collector::http(script);
        let otlp = http(&collector);
        (collector, otlp)
    };
    for start in [over_grpc, over_http] {
        let (collector, otlp) = start(|nth| if nth < 3 { Reply::Later } else { Reply::Take });
        let exporting = Exporting::start(otlp.queue(100, 3), |_| ());
        tree();
        collector.wait_until(|kept, _| kept.spans().len() == 3);
        exporting.exporter.stop(MINUTE);
        assert_eq!(exporting.exporter.report().exported, 3);
        assert_eq!(count(&exporting, "obs_export_retries_total", &[("signal", "traces")]), 3.0);
        assert_eq!(count(&exporting, "obs_export_failures_total", &[("signal", "traces")]), 0.0);
        assert_eq!(collector.requests(), 4);
    }
}

#[test]
fn a_collector_that_asks_for_too_much_patience_is_not_waited_for() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::MuchLater), grpc as fn(&Collector) -> Otlp),
        (Collector::http(|_| Reply::MuchLater), http),
    ] {
        let exporting = Exporting::start(otlp(&collector).queue(100, 3), |_| ());
        tree();
        wait_for_failures(&exporting, 3);
        assert_eq!(collector.requests(), 1);
        assert_eq!(count(&exporting, "obs_export_retries_total", &[("signal", "traces")]), 0.0);
    }
}

#[test]
fn nobody_waits_for_a_slow_collector() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::Slowly), grpc as fn(&Collector) -> Otlp),
        (Collector::http(|_| Reply::Slowly), http),
    ] {
        let exporting = Exporting::start(otlp(&collector).queue(60, 3), |_| ());
        for _ in 0..100 {
            tree();
            assert!(exporting.queued() <= 60);
        }
        exporting.exporter.stop(MINUTE);
        let report = exporting.exporter.report();
        assert_eq!((report.exported + report.queue_full, report.failed, report.unsent), (300, 0, 0));
        assert_eq!(collector.kept().spans().len() as u64, report.exported);
        assert!(report.exported >= 60, "{report}");
    }
}

#[test]
fn what_is_refused_is_not_sent_again() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::Refuse), grpc as fn(&Collector) -> Otlp),
        (Collector::http(|_| Reply::Refuse), http),
    ] {
        let exporting = Exporting::start(otlp(&collector), |_| ());
        tree();
        exporting.exporter.stop(MINUTE);
        let report = exporting.exporter.report();
        assert_eq!((report.exported, report.failed, report.unsent), (0, 3, 0));
        assert!(!report.is_complete());
        assert_eq!(collector.requests(), 1);
        assert_eq!(count(&exporting, "obs_export_failures_total", &[("signal", "traces")]), 1.0);
        assert_eq!(count(&exporting, "obs_spans_total", &[("result", "failed")]), 3.0);
    }
}

#[test]
fn a_partial_success_is_counted_and_not_sent_again() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::Partly(2)), grpc as fn(&Collector) -> Otlp),
        (Collector::http(|_| Reply::Partly(2)), http),
        (Collector::http(|_| Reply::Partly(2)), |collector| {
            Otlp::http_json(&collector.url()).without_metrics()
        }),
    ] {
        let exporting = Exporting::start(otlp(&collector), |_| ());
        tree();
        exporting.exporter.stop(MINUTE);
        let report = exporting.exporter.report();
        assert_eq!((report.exported, report.failed, collector.requests()), (1, 2, 1));
    }
}

#[test]
fn a_collector_that_is_away_costs_bounded_memory_and_every_span_is_counted() {
    // A port on which nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for otlp in [Otlp::grpc(&format!("http://{free}")), Otlp::http(&format!("http://{free}"))] {
        let exporting = Exporting::start(otlp.without_metrics().queue(30, 6), |settings| {
            settings.export_timeout = Duration::from_secs(3600);
        });
        for ended in (1..=100).map(|trees| trees * 3) {
            tree();
            assert!(exporting.queued() <= 30, "{}", exporting.queued());
            assert_eq!(exporting.accounted(), ended);
        }
        exporting.exporter.stop(MINUTE);
        let report = exporting.exporter.report();
        assert_eq!((report.exported, report.failed, report.queue_full, report.unsent), (0, 30, 270, 0));
        // What ends after the exporter is counted too.
        assert_eq!(exporting.accounted(), 300);
    }
}

/// A handshake with what speaks no TLS fails as any other request, and nothing panics for want of cryptography.
#[cfg(feature = "otlp-tls")]
#[test]
fn a_secure_address_of_a_plain_port_is_a_failure() {
    let collector = Collector::http(|_| Reply::Take);
    let address = format!("https://{}", collector.address);
    for otlp in [Otlp::grpc(&address), Otlp::http(&address)] {
        let exporting = Exporting::start(otlp.without_metrics(), |_| ());
        tree();
        exporting.exporter.stop(MINUTE);
        let report = exporting.exporter.report();
        assert_eq!((report.failed, report.unsent, collector.requests()), (3, 0, 0), "{report}");
    }
}

#[test]
fn a_batch_is_given_up_in_time() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::Later), grpc as fn(&Collector) -> Otlp),
        (Collector::http(|_| Reply::Later), http),
    ] {
        // On a machine that has little time, a request takes longer than all tries together may.
        let tried_again = with_more_and_more_time(|time| {
            let exporting = Exporting::start(otlp(&collector).queue(100, 3), |settings| {
                settings.export_timeout = 50 * time;
            });
            let before = collector.requests();
            tree();
            wait_for_failures(&exporting, 3);
            assert_eq!((exporting.queued(), exporting.accounted()), (0, 3));
            collector.requests() >= before + 2
        });
        assert!(tried_again, "a batch was given up at the first try");
    }
}

/// Whether it comes true, with a time that is a millisecond at first and seconds at last.
fn with_more_and_more_time(so: impl FnMut(Duration) -> bool) -> bool {
    [1, 8, 64, 512].map(Duration::from_millis).into_iter().any(so)
}

#[test]
fn a_collector_that_hangs_is_left() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::Hang), grpc as fn(&Collector) -> Otlp),
        (Collector::http(|_| Reply::Hang), http),
    ] {
        let tried_again = with_more_and_more_time(|time| {
            let exporting = Exporting::start(otlp(&collector).queue(30, 3), |settings| {
                settings.traces.as_mut().unwrap().timeout = 10 * time;
                settings.export_timeout = 50 * time;
            });
            let before = collector.requests();
            tree();
            wait_for_failures(&exporting, 3);
            let requests = collector.requests() - before;
            tree();
            exporting.exporter.stop(MINUTE);
            assert_eq!((exporting.exporter.report().failed, exporting.accounted()), (6, 6));
            requests >= 2
        });
        assert!(tried_again, "a request that takes too long may be sent again");
    }
}

/// As where a firewall between the two forgets a connection: nothing comes back on it, and nobody says so.
#[test]
fn a_connection_on_which_nobody_answers_is_not_used_again() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::Take), Otlp::grpc as fn(&str) -> Otlp),
        (Collector::http(|_| Reply::Take), Otlp::http),
    ] {
        let way = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, collectors) = (way.local_addr().unwrap(), collector.address);
        std::thread::spawn(move || {
            let _forgotten = way.accept().unwrap();
            for near in way.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(collectors) else { return };
                let pass_on = |mut from: TcpStream, mut to: TcpStream| {
                    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
                };
                pass_on(near.try_clone().unwrap(), far.try_clone().unwrap());
                pass_on(far, near);
            }
        });
        let otlp = otlp(&format!("http://{address}")).without_metrics();
        let exporting = Exporting::start(otlp.queue(30, 3), |settings| {
            settings.traces.as_mut().unwrap().timeout = Duration::from_millis(200);
        });
        tree();
        collector.wait_until(|kept, _| kept.spans().len() == 3);
        exporting.exporter.stop(MINUTE);
        assert_eq!(exporting.exporter.report().exported, 3);
    }
}

#[test]
fn a_stop_does_not_wait_for_a_request_that_hangs() {
    for (collector, otlp) in [
        (Collector::grpc(|_| Reply::Hang), grpc as fn(&Collector) -> Otlp),
        (Collector::http(|_| Reply::Hang), http),
    ] {
        let exporting = Exporting::start(otlp(&collector).queue(30, 3), |settings| {
            settings.traces.as_mut().unwrap().timeout = Duration::from_secs(3600);
            settings.export_timeout = Duration::from_secs(3600);
        });
        tree();
        collector.wait_until(|_, requests| requests == 1);
        tree();
        // It comes back at all: the request would take an hour.
        exporting.exporter.stop(Duration::from_millis(50));
        let report = exporting.exporter.report();
        assert_eq!((report.exported, report.unsent), (0, 6));
        assert!(!report.is_complete());
        assert_eq!(exporting.accounted(), 6);
    }
}

#[test]
fn every_span_is_in_one_count() {
    let collector = Collector::http(|nth| match nth % 4 {
        0 => Reply::Later,
        1 => Reply::Take,
        2 => Reply::Partly(1),
        _ => Reply::Refuse,
    });
    let sampling = Sampling::ratio(0.5).keep_errors().at_most_per_second(200);
    let otlp = http(&collector).queue(400, 20);
    let exporting = Exporting::sampled(otlp, sampling, |settings| settings.limits.spans_held = 256);
    let work = |thread: usize| {
        for n in 0..300 {
            let ended = if n % 5 == 0 { Ended::Error(&BROKEN) } else { Ended::Ok };
            let children = if n % 50 == thread { 100 } else { 2 };
            call(&CHECKOUT, Ended::Ok, || (0..children).for_each(|_| call(&CHARGE, ended, || ())));
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|thread| drop(scope.spawn(move || work(thread)))));
    let ended = 4 * (300 * 3 + 6 * 98);
    exporting.exporter.stop(MINUTE);
    let report = exporting.exporter.report();
    assert_eq!((exporting.accounted(), report.unsent), (ended, 0));
    for (what, count) in [
        ("exported", report.exported),
        ("failed", report.failed),
        ("sampled_out", report.sampled_out),
        ("rate_limited", report.rate_limited),
    ] {
        assert!(count > 0, "{what} was not seen: {report:?}");
    }
    // What the collector has, and of what it took in part only its own count tells.
    let partly = collector.kept().traces.len() as u64;
    let has = collector.kept().spans().len() as u64;
    assert!(report.exported <= has && has <= report.exported + partly, "{report:?}, {has}, {partly}");
}

#[test]
fn a_trace_that_ends_after_the_exporter_is_counted() {
    let collector = Collector::http(|_| Reply::Take);
    let exporting = Exporting::start(http(&collector), |_| ());
    call(&CHECKOUT, Ended::Ok, || exporting.exporter.stop(MINUTE));
    assert_eq!(exporting.exporter.report().queue_full, 1);
    assert_eq!(exporting.accounted(), 1);
}

#[test]
fn metrics_say_whether_the_last_of_them_arrived() {
    for (reply, arrived) in [(Reply::Take, true), (Reply::Refuse, false)] {
        let collector = Collector::grpc(move |_| reply);
        let exporting = Exporting::start(Otlp::grpc(&collector.url()).without_traces(), |_| ());
        exporting.exporter.stop(MINUTE);
        assert_eq!(exporting.exporter.report().metrics_sent, Some(arrived));
    }
}

#[test]
fn metrics_are_sent_at_their_interval() {
    let collector = Collector::http(|_| Reply::Take);
    let _exporting = Exporting::start(Otlp::http(&collector.url()).without_traces(), |settings| {
        settings.metric_interval = Duration::from_millis(10);
    });
    collector.wait_until(|kept, _| kept.metrics.len() >= 3);
}
