//! Which traces arrive.

use super::*;
use std::collections::HashMap;
use std::thread;

/// So many that a hundredth of them is five standard deviations of a tenth of them, and some.
const ORDINARY: usize = 30_000;
const FAILED: usize = 500;
const SLOW: usize = 20;

#[observe]
fn ordinary() {
    pack();
}

#[observe]
fn failing() -> Result<(), Declined> {
    charge(2)
}

/// The error is far below the local root, which ends well.
#[observe]
fn forgiving() {
    pack();
    assert!(failing().is_err());
}

/// Three times as long as is slow.
#[observe]
fn slow() {
    pack();
    thread::sleep(Duration::from_secs(3));
}

/// The value of one of our own counters.
fn count(name: &str, labels: &[(&str, &str)]) -> u64 {
    match obs_runtime::snapshot().value(name, labels) {
        Some(obs_runtime::snapshot::Value::Integer(value)) => *value,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_share_arrives_and_all_that_turned_out_to_be_worth_it() {
    let _alone = alone();
    let collector = Collector::grpc(|_| Reply::Take);
    let sampling = Sampling::ratio(0.1).keep_errors().keep_slower_than("1s");
    let otlp = Otlp::grpc(&collector.url()).without_metrics().queue(1 << 18, 512);
    let obs = program(otlp).sampling(sampling).init().unwrap();
    thread::scope(|scope| {
        for _ in 0..SLOW {
            scope.spawn(slow);
        }
        for _ in 0..2 {
            scope.spawn(|| (0..ORDINARY / 2).for_each(|_| ordinary()));
        }
        scope.spawn(|| (0..FAILED).for_each(|_| forgiving()));
    });
    let sampled_out = count("obs_spans_total", &[("result", "sampled_out")]);
    let report = shutdown(obs);
    assert!(report.is_complete(), "{report}");

    let mut traces: HashMap<Vec<u8>, Vec<Span>> = HashMap::new();
    let kept = collector.kept().spans();
    for (_, span) in &kept {
        traces.entry(span.trace_id.clone()).or_default().push(span.clone());
    }
    // By local root, with all that is below it.
    let whole = |root: &str, spans: usize| {
        let of_it = traces.values().filter(|trace| trace.iter().any(|span| span.name == root));
        of_it.inspect(|trace| assert_eq!(trace.len(), spans, "{trace:?}")).count()
    };
    let ordinary = whole("ordinary", 2);
    assert_eq!((whole("forgiving", 4), whole("slow", 2)), (FAILED, SLOW));
    assert!(ordinary.abs_diff(ORDINARY / 10) <= ORDINARY / 100, "{ordinary} of {ORDINARY}");
    assert_eq!(ordinary + FAILED + SLOW, traces.len());
    // And nothing else became of any span.
    assert_eq!(sampled_out, 2 * (ORDINARY - ordinary) as u64);
    assert_eq!((report.sampled_out, report.exported), (sampled_out, kept.len() as u64));
}
