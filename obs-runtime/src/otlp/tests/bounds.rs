//! What a collector can make of our memory: nothing beyond its bounds, and what does not fit is counted.

use super::collector::{Collector, Reply};
use super::*;

const QUEUE: usize = 60;
const THREADS: usize = 3;
const TREES: usize = 200;

#[test]
fn whatever_a_collector_does_memory_is_bounded_and_every_span_is_counted() {
    type Start = fn(Reply) -> (Collector, Otlp);
    let over_grpc: Start = |reply| {
        let collector = Collector::grpc(move |_| reply);
        let otlp = Otlp::grpc(&collector.url());
        (collector, otlp)
    };
    let over_http: Start = |reply| {
        let collector = Collector::http(move |_| reply);
        let otlp = Otlp::http(&collector.url());
        (collector, otlp)
    };
    for reply in [Reply::Hang, Reply::Slowly, Reply::Later, Reply::Refuse] {
        for start in [over_grpc, over_http] {
            let (collector, otlp) = start(reply);
            let exporting = Exporting::start(otlp.without_metrics().queue(QUEUE, 6), |settings| {
                // Two traces are charged with a portion each. A third finds no room for what is below its root.
                settings.limits.spans_held = 64;
                if reply != Reply::Slowly {
                    settings.traces.as_mut().unwrap().timeout = Duration::from_millis(20);
                    settings.export_timeout = Duration::from_millis(60);
                }
            });
            let work = || {
                for _ in 0..TREES {
                    tree();
                    // Each of the others may be finding out just now that there is no room for its three spans.
                    let queued = exporting.queued();
                    assert!(queued <= QUEUE + 3 * (THREADS - 1), "{reply:?}: {queued}");
                }
            };
            std::thread::scope(|scope| (0..THREADS).for_each(|_| drop(scope.spawn(work))));
            exporting.exporter.stop(Duration::from_secs(60));

            let (report, ended) = (exporting.exporter.report(), (THREADS * TREES * 3) as u64);
            assert_eq!((exporting.accounted(), report.unsent), (ended, 0), "{reply:?}: {report:?}");
            let arrived = collector.kept().spans().len() as u64;
            assert_eq!((report.exported, report.sampled_out), (arrived, 0), "{reply:?}: {report:?}");
            assert_eq!(arrived > 0, reply == Reply::Slowly, "{reply:?}: {report:?}");
        }
    }
}
