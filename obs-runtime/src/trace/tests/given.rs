//! Spans whose times were found out later.

use super::*;
use crate::private::{FieldValue, Place, Ran};

fn ran(start: u64) -> Ran {
    let fields = vec![("gpu.device".into(), FieldValue::from("0"))];
    Ran { name: "gpu.kernel", start, end: start + 5, error: None, fields }
}

#[test]
fn they_share_the_fate_of_the_call_they_are_below_whenever_they_come() {
    assert!(Place::current().is_none(), "nobody records");
    let recording = Recording::start(Sampling::ratio(0.0).keep_errors(), Limits::default());
    assert!(Place::current().is_none(), "there is no call");
    for (ended, kept_in_time, kept_late) in [(Ended::Error(&BROKEN), 2, 1), (Ended::Ok, 0, 0)] {
        let (root, place) = call(ended, || {
            let place = Place::current().expect("inside of a span");
            assert_eq!(place.record(ran(3)), None, "the trace is not sampled");
            (here(), place)
        });
        let kept = recording.kept();
        assert_eq!(kept.values().map(Vec::len).sum::<usize>(), kept_in_time);
        place.record(ran(100));
        let late = recording.tracer.inbox.take();
        assert_eq!(late.len(), kept_late);
        for record in late.iter().flat_map(|trace| &trace.records) {
            assert_eq!((record.parent, record.start, record.end), (root.span_id, 100, 105));
            let extra = record.extra.as_ref().expect("a name and a field");
            assert_eq!((extra.name.as_deref(), extra.fields.len()), (Some("gpu.kernel"), 1));
        }
    }
}

#[test]
fn a_sampled_one_can_be_an_example() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let (root, span) = call(Ended::Ok, || (here(), Place::current().and_then(|place| place.record(ran(3)))));
    let (trace, id) = span.expect("the trace is sampled");
    assert_eq!(trace, root.trace_id);
    assert!(recording.kept()[&trace].contains(&(id, root.span_id)));
}

#[test]
fn a_trace_that_nobody_keeps_has_no_place() {
    let _recording = Recording::start(Sampling::never(), Limits::default());
    call(Ended::Ok, || assert!(Place::current().is_none()));
}
