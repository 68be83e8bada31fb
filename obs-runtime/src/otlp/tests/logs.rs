//! Events that are logged: what arrives of them, and what becomes of those that do not.

use super::collector::{Collector, Kept, Reply};
use super::contents::value;
use super::*;
use crate::{Baggage, Context, CorrelationId, Logs, Secret};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use std::net::TcpListener;
use tracing_subscriber::layer::SubscriberExt;

const MINUTE: Duration = Duration::from_secs(60);

/// Nothing but logs.
fn only_logs(otlp: Otlp) -> Otlp {
    otlp.without_traces().without_metrics()
}

fn start(otlp: Otlp, configure: impl FnOnce(&mut Settings)) -> Exporting {
    Exporting::start(otlp, |settings| {
        settings.wants_logs = true;
        settings.events.delay = Duration::from_secs(3600);
        configure(settings);
    })
}

fn unwritten() -> Logs {
    Logs::json().ignore_environment().without_lines().otlp()
}

/// Does it with these logs, and with the layer for traces.
fn logging<R>(logs: Logs, body: impl FnOnce() -> R) -> R {
    let (layer, _handle) = crate::logs::layer(logs).unwrap();
    let subscriber = tracing_subscriber::registry().with(crate::layer()).with(layer);
    tracing::subscriber::with_default(subscriber, body)
}

/// Logs so many events.
fn say(events: u64) {
    logging(unwritten(), || (0..events).for_each(|number| tracing::info!(target: "shop", number)));
}

/// What is known of events, which is how many there were while the exporter is at rest.
fn accounted(exporting: &Exporting) -> u64 {
    let logs = exporting.exporter.report().logs.unwrap();
    logs.exported + logs.failed + logs.queue_full + logs.unsent
}

fn body(record: &LogRecord) -> &str {
    match &record.body.as_ref().unwrap().value {
        Some(Value::StringValue(text)) => text,
        other => panic!("{other:?}"),
    }
}

fn find<'a>(records: &'a [(String, LogRecord)], text: &str) -> &'a (String, LogRecord) {
    records.iter().find(|(_, record)| record.body.is_some() && body(record) == text).unwrap()
}

#[obs_macros::observe(crate = crate, fields(card))]
fn charges(card: &str, token: &Secret<&str>) {
    tracing::warn!(name: "card.charged", target: "bank", card, ?token, amount = 2.5, ok = true, "charged");
    tracing::debug!("unheard");
}

fn assert_logs(kept: &Kept) {
    let (records, spans) = (kept.records(), kept.spans());
    assert_eq!((records.len(), spans.len()), (3, 1), "{records:?}");
    let (scope, charged) = find(&records, "charged");
    assert_eq!((scope.as_str(), charged.event_name.as_str()), ("bank", "card.charged"));
    assert_eq!((charged.severity_number, charged.severity_text.as_str()), (13, "WARN"));
    let span = &spans[0].1;
    assert_eq!((&charged.trace_id, &charged.span_id), (&span.trace_id, &span.span_id));
    assert_eq!(charged.flags, 1);
    assert_eq!(charged.time_unix_nano, charged.observed_time_unix_nano);
    let margin = 10_000_000;
    assert!(charged.time_unix_nano + margin >= span.start_time_unix_nano);
    assert!(charged.time_unix_nano <= span.end_time_unix_nano + margin);
    let names = ["code.file.path", "card", "token", "amount", "ok", "correlation_id"];
    let said = names.map(|name| value(&charged.attributes, name).unwrap());
    assert_eq!(said, [file!(), "***", "***", "2.5", "true", "order-7"]);
    assert!(value(&charged.attributes, "code.line.number").unwrap().parse::<u32>().unwrap() > 0);
    assert!(value(&charged.attributes, "thread.name").is_none());
    let (scope, outside) = find(&records, "outside");
    assert_eq!((scope.as_str(), outside.event_name.as_str()), (module_path!(), ""), "by its place alone");
    assert_eq!((outside.trace_id.len(), outside.span_id.len(), outside.flags), (0, 0, 0));
    assert_eq!((outside.severity_number, outside.severity_text.as_str()), (17, "ERROR"));
    let path = value(&outside.attributes, "code.file.path");
    assert_eq!(path.as_deref(), Some("elsewhere"), "a name is there once, and an event's own goes first");
    assert_eq!(outside.attributes.iter().filter(|it| it.key == "code.file.path").count(), 1);
    let wordless = records.iter().find(|(_, record)| record.body.is_none()).unwrap();
    assert_eq!(value(&wordless.1.attributes, "count").as_deref(), Some("3"));
    // The same of all signals.
    let instance = |resource: &opentelemetry_proto::tonic::resource::v1::Resource| {
        value(&resource.attributes, "service.instance.id").unwrap()
    };
    let resources = kept.resources();
    assert!(resources.len() >= 2 && resources.iter().all(|it| instance(it) == instance(&resources[0])));
    assert!(
        !format!("{kept:?}").contains("visa-4242") && !format!("{kept:?}").contains("hunter2"),
        "{kept:?}"
    );
}

#[test]
fn events_arrive_over_every_protocol_with_the_ids_of_their_span() {
    type Way = fn(&str) -> Otlp;
    let take = |_| Reply::Take;
    for (way, grpc) in [(Otlp::grpc as Way, true), (Otlp::http, false), (Otlp::http_json, false)] {
        for gzip in [false, true] {
            let collector = if grpc { Collector::grpc(take) } else { Collector::http(take) };
            let otlp = way(&collector.url()).without_metrics().header("authorization", "Bearer 7");
            let otlp = otlp.redact(["card"]);
            let exporting = start(if gzip { otlp.gzip() } else { otlp }, |_| ());
            logging(unwritten(), || {
                tracing::error!(code.file.path = "elsewhere", "outside");
                tracing::info!(count = 3);
                let id = CorrelationId::parse("order-7").unwrap();
                let context = Context::current().with_baggage(Baggage::empty()).with_correlation_id(id);
                context.run(|| charges("visa-4242", &Secret::new("hunter2")));
            });
            exporting.exporter.stop(MINUTE);
            let report = exporting.exporter.report();
            assert_eq!(report.logs.unwrap().exported, 3, "{report}");
            assert!(report.is_complete(), "{report}");
            let kept = collector.kept();
            assert_logs(&kept);
            assert!(kept.headers.iter().all(|header| *header == ("Bearer 7".to_owned(), gzip)), "{kept:?}");
        }
    }
}

#[test]
fn a_real_collector_hands_them_on() {
    let receiver = Collector::grpc(|_| Reply::Take);
    let agent = rotel::Rotel::start(&receiver.url());
    type Way = fn(&str) -> Otlp;
    for (nth, way, url) in [
        (1, Otlp::grpc as Way, agent.grpc()),
        (2, Otlp::http, agent.http()),
        (3, Otlp::http_json, agent.http()),
    ] {
        let exporting = start(way(&url).without_metrics(), |_| ());
        logging(unwritten(), || charges("visa-4242", &Secret::new("hunter2")));
        exporting.exporter.stop(MINUTE);
        assert!(exporting.exporter.report().is_complete());
        receiver.wait_until(|kept, _| kept.records().len() == nth && kept.spans().len() == nth);
        let kept = receiver.kept();
        for (_, record) in kept.records() {
            let spans = kept.spans();
            let span = spans.iter().find(|(_, span)| span.trace_id == record.trace_id).unwrap();
            assert_eq!(record.span_id, span.1.span_id);
            assert_eq!((body(&record), record.event_name.as_str()), ("charged", "card.charged"));
        }
    }
}

#[test]
fn lines_and_records_are_of_the_same_events() {
    #[derive(Clone, Default)]
    struct Written(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let collector = Collector::http(|_| Reply::Take);
    let exporting = start(only_logs(Otlp::http(&collector.url())), |_| ());
    let written = Written::default();
    let logs = Logs::text().ignore_environment().level("warn,near=info").redact(["pin"]);
    logging(logs.sample("near", 10).otlp().threads().to_writer(written.clone()), || {
        (0..30).for_each(|number| tracing::info!(target: "near", number, pin = 4242, "in"));
        tracing::info!("out");
    });
    exporting.exporter.stop(MINUTE);
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let records = collector.kept().records();
    assert_eq!((text.lines().count(), records.len()), (3, 3), "{text}{records:?}");
    for ((scope, record), number) in records.iter().zip(["0", "10", "20"]) {
        assert_eq!((scope.as_str(), body(record)), ("near", "in"));
        let said = ["number", "pin"].map(|name| value(&record.attributes, name).unwrap());
        assert_eq!(said, [number, "***"]);
        assert!(value(&record.attributes, "thread.name").unwrap().contains("lines_and_records"));
    }
    assert!(!text.contains("=4242"), "{text}");
}

#[test]
fn events_are_sent_in_batches_and_a_full_one_is_not_waited_for() {
    let collector = Collector::http(|_| Reply::Take);
    let otlp = only_logs(Otlp::http(&collector.url())).log_queue(1000, 64);
    let exporting = start(otlp, |_| ());
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| say(100)))));
    collector.wait_until(|kept, _| kept.records().len() >= 64);
    exporting.exporter.stop(MINUTE);
    let kept = collector.kept();
    assert_eq!((kept.records().len(), accounted(&exporting)), (400, 400));
    let sizes = kept.logs.iter().map(|request| request.resource_logs[0].scope_logs[0].log_records.len());
    assert!(sizes.clone().all(|size| size <= 64), "{:?}", sizes.collect::<Vec<_>>());
}

/// A collector over gRPC takes 4 MiB, and of a larger request nothing.
#[test]
fn events_that_are_too_large_for_one_request_go_in_several() {
    let collector = Collector::grpc(|_| Reply::Take);
    let exporting = start(only_logs(Otlp::grpc(&collector.url())), |_| ());
    let page = "x".repeat(1 << 20);
    logging(unwritten(), || (0..6).for_each(|_| tracing::info!(page)));
    exporting.exporter.stop(MINUTE);
    assert_eq!((exporting.exporter.report().logs.unwrap().exported, accounted(&exporting)), (6, 6));
    assert_eq!((collector.kept().records().len(), collector.requests()), (6, 2));
}

#[test]
fn events_of_several_threads_are_in_order() {
    let collector = Collector::http(|_| Reply::Take);
    let exporting = start(only_logs(Otlp::http(&collector.url())), |_| ());
    (0..20).for_each(|_| std::thread::spawn(|| say(2)).join().unwrap());
    exporting.exporter.stop(MINUTE);
    let times = collector.kept().records().into_iter().map(|(_, record)| record.time_unix_nano);
    assert!(times.clone().count() == 40 && times.is_sorted());
}

#[test]
fn a_collector_that_is_away_costs_bounded_memory_and_every_event_is_counted() {
    // A port on which nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for otlp in [Otlp::grpc(&format!("http://{free}")), Otlp::http(&format!("http://{free}"))] {
        let exporting = start(only_logs(otlp).log_queue(30, 6), |settings| {
            settings.events.timeout = Duration::from_secs(3600);
        });
        for events in 1..=100 {
            say(1);
            assert!(exporting.exporter.logs().inbox.queued() <= 30);
            assert_eq!(accounted(&exporting), events);
        }
        exporting.exporter.stop(MINUTE);
        let report = exporting.exporter.report();
        let logs = report.logs.unwrap();
        assert_eq!((logs.exported, logs.failed, logs.queue_full, logs.unsent), (0, 30, 70, 0));
        assert!(!report.is_complete());
        let said = "0 logged events were exported and 100 lost (30 failed, 70 with the queue full).";
        assert!(report.to_string().ends_with(said), "{report}");
    }
}

#[test]
fn events_are_bounded_in_memory_too_and_have_it_back_once_they_are_sent() {
    const BYTES: usize = 1 << 16;
    let say_long = || {
        let text = "x".repeat(BYTES / 4);
        logging(unwritten(), || (0..10).for_each(|_| tracing::info!(text, "long")));
    };
    let collector = Collector::http(|_| Reply::Take);
    let otlp = only_logs(Otlp::http(&collector.url())).log_queue(1000, 1000).log_queue_bytes(BYTES);
    let exporting = start(otlp.clone(), |settings| settings.events.delay = Duration::from_millis(1));
    // One that is larger than all of it, and the largest that there is room for.
    logging(unwritten(), || tracing::info!(text = "x".repeat(BYTES), "too long"));
    assert_eq!(exporting.exporter.report().logs.unwrap().queue_full, 1);
    for sent in 1..=20 {
        logging(unwritten(), || tracing::info!(text = "x".repeat(BYTES - 1000), "long"));
        while exporting.exporter.report().logs.unwrap().exported < sent {
            std::thread::yield_now();
        }
        // Its room comes back a moment after it was counted.
        while exporting.exporter.logs().inbox.queued() > 0 {
            std::thread::yield_now();
        }
    }
    drop(exporting);

    let exporting = start(otlp, |_| ());
    say_long();
    let logs = exporting.exporter.report().logs.unwrap();
    assert_eq!((logs.unsent, logs.queue_full), (3, 7), "a fourth would have been more");
    exporting.exporter.stop(MINUTE);
    assert_eq!(exporting.exporter.report().logs.unwrap().exported, 3);
    let mistake = Otlp::http(&collector.url()).log_queue_bytes(0).into_settings().unwrap_err();
    assert_eq!(mistake, "log_queue_bytes: expected at least one byte; found 0");
}

#[test]
fn whatever_a_collector_does_every_event_is_in_one_count() {
    for reply in [Reply::Hang, Reply::Slowly, Reply::Later, Reply::Refuse, Reply::Partly(1)] {
        for grpc in [true, false] {
            let (collector, otlp) = if grpc {
                let collector = Collector::grpc(move |_| reply);
                let otlp = Otlp::grpc(&collector.url());
                (collector, otlp)
            } else {
                let collector = Collector::http(move |_| reply);
                let otlp = Otlp::http_json(&collector.url());
                (collector, otlp)
            };
            let exporting = start(only_logs(otlp).log_queue(60, 6), |settings| {
                if !matches!(reply, Reply::Slowly | Reply::Partly(_)) {
                    settings.logs.as_mut().unwrap().timeout = Duration::from_millis(20);
                    settings.events.timeout = Duration::from_millis(60);
                }
            });
            std::thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(|| say(200)))));
            exporting.exporter.stop(MINUTE);
            let logs = exporting.exporter.report().logs.unwrap();
            assert_eq!((accounted(&exporting), logs.unsent), (600, 0), "{reply:?}: {logs:?}");
            let kept = collector.kept();
            // Of those it takes in part, the collector says that it left out one of each request.
            let left_out = if reply == Reply::Partly(1) { kept.logs.len() as u64 } else { 0 };
            assert_eq!(logs.exported, kept.records().len() as u64 - left_out, "{reply:?}: {logs:?}");
            let takes = matches!(reply, Reply::Slowly | Reply::Partly(_));
            assert_eq!((logs.exported > 0, logs.failed > 0), (takes, reply != Reply::Slowly), "{reply:?}");
        }
    }
}

#[test]
fn what_may_be_sent_again_is_and_a_stop_does_not_wait_for_what_hangs() {
    let collector = Collector::http(|nth| if nth < 3 { Reply::Later } else { Reply::Take });
    let exporting = start(only_logs(Otlp::http(&collector.url())).log_queue(100, 3), |_| ());
    say(3);
    collector.wait_until(|kept, _| kept.records().len() == 3);
    exporting.exporter.stop(MINUTE);
    let mut families = Vec::new();
    exporting.exporter.collect(&mut families);
    let snapshot = crate::snapshot::Snapshot::new(families, std::time::SystemTime::now());
    for (name, labels, expected) in [
        ("obs_export_retries_total", &[("signal", "logs")][..], 3),
        ("obs_export_failures_total", &[("signal", "logs")], 0),
        ("obs_log_records_total", &[("result", "exported")], 3),
        ("obs_log_records_total", &[("result", "failed")], 0),
        ("obs_log_records_total", &[("result", "queue_full")], 0),
        ("obs_log_records_queued", &[], 0),
    ] {
        let counted = snapshot.value(name, labels);
        assert_eq!(counted, Some(&crate::snapshot::Value::Integer(expected)), "{name} {labels:?}");
    }
    drop(exporting);

    let collector = Collector::grpc(|_| Reply::Hang);
    let exporting = start(only_logs(Otlp::grpc(&collector.url())).log_queue(100, 3), |settings| {
        settings.logs.as_mut().unwrap().timeout = Duration::from_secs(3600);
        settings.events.timeout = Duration::from_secs(3600);
    });
    say(3);
    collector.wait_until(|_, requests| requests == 1);
    say(2);
    // It comes back at all: the request would take an hour.
    exporting.exporter.stop(Duration::from_millis(50));
    let logs = exporting.exporter.report().logs.unwrap();
    assert_eq!((logs.exported, logs.unsent, accounted(&exporting)), (0, 5, 5));
}
