//! Logs of a whole process that go to a collector, from `init` to the end.
#![cfg(not(feature = "off"))]

#[path = "otlp/collector.rs"]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod collector;

use collector::{Collector, Reply};
use obs_runtime::snapshot::Value;
use obs_runtime::{Logs, Otlp, builder, logs, observe, snapshot};
use std::future::Future;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tracing_subscriber::layer::SubscriberExt;

#[observe(fields(card))]
fn order(card: &str) {
    tracing::info!(pieces = 3, "taken");
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

fn count(family: &str, label: &str, value: &str) -> u64 {
    match snapshot().value(family, &[(label, value)]) {
        Some(Value::Integer(count)) => *count,
        other => panic!("{family}: {other:?}"),
    }
}

/// One test: a process has one subscriber.
#[test]
fn a_program_sends_its_logs_beside_its_spans() {
    let unwritten = || Logs::json().ignore_environment().redact(["card"]).without_lines();
    let mistake = builder("shop").logs(unwritten().otlp()).init().unwrap_err().to_string();
    assert!(mistake.starts_with("logs: expected a collector for `Logs::otlp`"), "{mistake}");
    drop(builder("shop").init().unwrap());

    // What the exporter says of the first request is not in the next.
    let collector = Collector::http(|nth| if nth == 0 { Reply::Partly(1) } else { Reply::Take });
    let otlp = Otlp::http(&collector.url()).without_metrics().schedule_delay("1ms").log_queue(100, 10);
    let program = || builder("shop").version("1.2.3").shutdown_timeout("60s");
    let obs = program().logs(unwritten().otlp()).otlp(otlp.clone()).init().unwrap();
    tracing::info!("the first");
    collector.wait_until(|kept, _| kept.records().len() == 1);
    order("visa-4242");
    collector.wait_until(|kept, _| kept.records().len() >= 2 && kept.spans().len() == 1);
    let info = count("obs_log_events_total", "level", "info");
    assert!(info >= 2, "{info}");
    while count("obs_log_records_total", "result", "exported") < 1 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(count("obs_log_records_total", "result", "failed"), 1);
    tracing::info!("the last");
    let report = wait(obs.shutdown());
    let sent = report.logs.unwrap();
    assert_eq!((sent.exported, sent.failed, sent.unsent, sent.queue_full), (2, 1, 0, 0), "{report}");
    let kept = collector.kept();
    let records = kept.records();
    let bodies: Vec<_> = records.iter().map(|(_, record)| format!("{:?}", record.body)).collect();
    assert!(bodies.len() == 3 && bodies[2].contains("the last"), "{bodies:?}");
    let span = &kept.spans()[0].1;
    assert_eq!((&records[1].1.trace_id, &records[1].1.span_id), (&span.trace_id, &span.span_id));
    // Of the logs it is said that they hide it, and it holds for spans.
    let card = span.attributes.iter().find(|it| it.key == "card").unwrap();
    assert!(format!("{card:?}").contains("***") && !format!("{kept:?}").contains("visa-4242"), "{card:?}");

    let before = count("obs_log_dropped_total", "reason", "not_exported");
    tracing::info!("too late");
    assert_eq!(count("obs_log_dropped_total", "reason", "not_exported"), before + 1);

    // Who has a subscriber makes the layer. What the program's first one offers goes there too.
    let collector = Collector::grpc(|_| Reply::Take);
    let (layer, _handle) = logs::layer(unwritten().otlp().level("warn")).unwrap();
    let obs = program().otlp(Otlp::grpc(&collector.url())).init().unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        tracing::info!("unheard");
        tracing::warn!("heard");
    });
    let report = wait(obs.shutdown());
    assert_eq!((report.logs.unwrap().exported, collector.kept().records().len()), (1, 1), "{report}");
    assert!(report.is_complete(), "{report}");
}
