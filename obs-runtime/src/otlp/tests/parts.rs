//! Batches that go out in parts, some of which do not arrive.

use super::collector::{Collector, Reply};
use super::*;
use crate::trace::record::Extra;

/// Leaves so many spans of a mebibyte, each with its number.
fn large_spans(count: usize) {
    call(&CHECKOUT, Ended::Ok, || {
        for nth in 0..count {
            let page = ("page".into(), "x".repeat(1 << 20).into());
            let extra = Extra { fields: vec![page, ("nth".into(), (nth as i64).into())], ..Extra::default() };
            assert!(thread::enter(Above::Current, Some(Box::new(extra))).is_some());
            thread::leave(Origin::Function(CHARGE.live()), 1, 2, Ended::Ok, 0);
        }
    });
}

#[test]
fn of_a_batch_in_parts_each_span_is_sent_or_counted_as_lost() {
    // Sixteen spans are eight requests of two.
    let collector = Collector::http(|nth| match nth {
        1 => Reply::Refuse,
        2 => Reply::Partly(1),
        3 => Reply::Later,
        _ => Reply::Take,
    });
    let exporting = Exporting::start(Otlp::http(&collector.url()).without_metrics(), |_| ());
    large_spans(15);
    exporting.exporter.stop(Duration::from_secs(60));
    let report = exporting.exporter.report();
    assert_eq!((report.exported, report.failed, report.unsent), (13, 3, 0), "{report}");
    assert_eq!((exporting.accounted(), exporting.queued()), (16, 0));
    let spans = collector.kept().spans();
    let mut ids: Vec<_> = spans.iter().map(|(_, span)| span.span_id.clone()).collect();
    ids.sort();
    ids.dedup();
    // Those of the refused request are not there, and none is there twice.
    assert_eq!((spans.len(), ids.len()), (14, 14));
}

/// It cannot be cut. Whether it is taken is for the collector to say; the others are not lost for it.
#[test]
fn a_span_that_is_larger_than_a_request_goes_alone() {
    let collector = Collector::http(|_| Reply::Take);
    let exporting = Exporting::start(Otlp::http(&collector.url()).without_metrics(), |_| ());
    call(&CHECKOUT, Ended::Ok, || {
        let extra = Extra { fields: vec![("page".into(), "x".repeat(5 << 20).into())], ..Extra::default() };
        assert!(thread::enter(Above::Current, Some(Box::new(extra))).is_some());
        thread::leave(Origin::Function(CHARGE.live()), 1, 2, Ended::Ok, 0);
        call(&CHARGE, Ended::Ok, || ());
        call(&CHARGE, Ended::Ok, || ());
    });
    exporting.exporter.stop(Duration::from_secs(60));
    assert_eq!((exporting.exporter.report().exported, exporting.accounted()), (4, 4));
    let mut sizes: Vec<(bool, usize)> = Vec::new();
    for request in &collector.kept().traces {
        let spans = request.resource_spans.iter().flat_map(|it| &it.scope_spans).map(|it| it.spans.len());
        sizes.push((prost::Message::encoded_len(request) > 4 << 20, spans.sum()));
    }
    assert_eq!(sizes.iter().map(|(_, spans)| spans).sum::<usize>(), 4);
    assert!(sizes.contains(&(true, 1)) && sizes.iter().all(|(large, n)| !large || *n == 1), "{sizes:?}");
}

#[test]
fn nobody_is_asked_to_take_nothing() {
    let collector = Collector::http(|_| Reply::Take);
    let exporting = Exporting::start(Otlp::http(&collector.url()).without_metrics(), |_| ());
    exporting.exporter.stop(Duration::from_secs(60));
    assert_eq!(collector.requests(), 0);
}
