//! Spans whose children are on other threads.

use super::*;
use crate::trace::fields::Addition;
use crate::trace::record::{Event, Extra};
use crate::trace::thread::{Handle, handle};

fn below(handle: &Handle) -> TraceContext {
    let _entered = handle.enter();
    assert_eq!(here(), handle.context());
    call(Ended::Ok, || call(Ended::Ok, here))
}

#[test]
fn children_on_other_threads_are_in_the_same_trace() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let root = call(Ended::Ok, || {
        let (root, handle) = (here(), handle().expect("inside of a span"));
        assert_eq!(handle.context(), root);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let handle = handle.clone();
                std::thread::spawn(move || {
                    let inside = below(&handle);
                    assert_eq!(TraceContext::current(), None, "the thread is back where it was");
                    inside
                })
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap().trace_id, root.trace_id);
        }
        root
    });
    let kept = recording.kept();
    assert_eq!(kept.len(), 1, "one trace, and not one a thread: {kept:?}");
    let spans = &kept[&root.trace_id];
    assert_eq!(spans.len(), 9);
    assert_whole(spans, 0);
    assert_eq!(spans.iter().filter(|(_, parent)| *parent == root.span_id).count(), 4);
}

#[test]
fn the_root_may_end_first() {
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    for (ended, fate) in [(Ended::Error(&BROKEN), 2), (Ended::Ok, 0)] {
        let (root, handle) = call(ended, || (here(), handle().expect("inside of a span")));
        recording.kept();
        let late = std::thread::spawn(move || below(&handle)).join().unwrap();
        assert_eq!(late.trace_id, root.trace_id);
        let kept = recording.kept();
        let spans: Vec<_> = kept.values().flatten().collect();
        assert_eq!(spans.len(), fate, "what comes late shares the root's fate");
        assert_eq!(spans.iter().filter(|(_, parent)| *parent == root.span_id).count(), fate / 2);
    }
}

#[test]
fn a_handle_in_between_leaves_the_spans_around_it_alone() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let other = call(Ended::Ok, || handle().expect("inside of a span"));
    let mine = call(Ended::Ok, || {
        let before = here();
        below(&other);
        // Of its own span, too: the same id is on the stack twice.
        below(&handle().expect("inside of a span"));
        assert_eq!(here(), before);
        call(Ended::Ok, || assert_eq!(here().trace_id, before.trace_id));
        before
    });
    let kept = recording.kept();
    assert_eq!((kept[&other.context().trace_id].len(), kept[&mine.trace_id].len()), (3, 4));
    kept.values().for_each(|spans| assert_whole(spans, 0));
}

#[test]
fn an_attached_context_of_another_trace_is_no_span_of_this_thread() {
    let _recording = Recording::start(Sampling::always(), Limits::default());
    assert!(handle().is_none());
    call(Ended::Ok, || {
        let _attached = TraceContext { trace_id: 7, span_id: 5, sampled: true }.attach();
        assert!(handle().is_none());
        call(Ended::Ok, || assert_eq!(handle().map(|handle| handle.context().trace_id), Some(7)));
    });
}

#[test]
fn a_span_below_a_remote_one_ignores_what_the_thread_is_in() {
    let recording = Recording::start(Sampling::never(), Limits::default());
    call(Ended::Ok, || {
        let remote = TraceContext { trace_id: 7, span_id: 5, sampled: true };
        let mut active = thread::begin(Above::Remote(remote), None).expect("there is a tracer");
        poll(&mut active, || call(Ended::Ok, || assert_eq!(here().trace_id, 7)));
        active.end(ORIGIN, 1, 2, Ended::Ok, 0);
    });
    let kept = recording.kept();
    assert_eq!(kept.len(), 1);
    assert_whole(&kept[&7], 5);
}

/// Something happens in the span that the thread is in.
fn happen() {
    thread::add(Addition::Event(Event { meta: &META, at: crate::clock::now(), fields: Vec::new() }));
}

/// Something happens in that span, on another thread.
fn happen_there(handle: &Handle) {
    let handle = handle.clone();
    let there = move || {
        let _entered = handle.enter();
        happen();
        // And not in a span below.
        call(Ended::Ok, || ());
    };
    std::thread::spawn(there).join().unwrap();
}

/// What was kept: the events of each span, by its id, when they happened.
fn events(recording: &Recording) -> HashMap<u64, Vec<u64>> {
    let records = recording.tracer.inbox.take().into_iter().flat_map(|trace| trace.records);
    let at = |extra: Box<Extra>| extra.events.iter().map(|event| event.at).collect();
    records.map(|record| (record.id, record.extra.map(at).unwrap_or_default())).collect()
}

fn late(recording: &Recording) -> u64 {
    recording.tracer.counts.late_events.load(Ordering::Relaxed)
}

#[test]
fn events_on_other_threads_are_those_of_the_span() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let (root, inner) = call(Ended::Ok, || {
        let root = handle().expect("inside of a span");
        let inner = call(Ended::Ok, || {
            let inner = handle().expect("inside of a span");
            happen();
            happen_there(&inner);
            happen();
            // The same span twice on one thread.
            let _entered = inner.enter();
            happen();
            inner.clone()
        });
        // It has ended, and is held.
        happen_there(&inner);
        happen_there(&root);
        (root, inner)
    });
    let kept = events(&recording);
    let of = |handle: &Handle| &kept[&handle.context().span_id];
    assert_eq!((of(&root).len(), of(&inner).len(), kept.len()), (1, 5, 5), "{kept:?}");
    assert!(of(&inner).is_sorted(), "{kept:?}");
    assert_eq!(late(&recording), 0);
    // What comes now has no span to be in.
    happen_there(&root);
    happen_there(&inner);
    let kept = events(&recording);
    assert!(kept.len() == 2 && kept.values().all(Vec::is_empty), "{kept:?}");
    assert_eq!(late(&recording), 2);
}

#[test]
fn events_of_a_span_that_outlives_its_root_are_in_it() {
    let recording = Recording::start(Sampling::always(), Limits { events: 3, ..Limits::default() });
    let mut active = call(Ended::Ok, || thread::begin(Above::Current, None).expect("there is a tracer"));
    let inside = poll(&mut active, || handle().expect("inside of a span"));
    recording.kept();
    (0..5).for_each(|_| happen_there(&inside));
    assert_eq!(events(&recording).len(), 5, "what is below it");
    active.end(ORIGIN, 1, 2, Ended::Ok, 0);
    let traces = recording.tracer.inbox.take();
    let extra = traces[0].records[0].extra.as_ref().expect("its events");
    assert_eq!((extra.events.len(), extra.lost.events, late(&recording)), (3, 2, 0));
    happen_there(&inside);
    assert_eq!(late(&recording), 1);
}

#[test]
fn events_of_a_trace_that_is_dropped_are_not_missed() {
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    let span = call(Ended::Ok, || {
        let span = handle().expect("inside of a span");
        happen_there(&span);
        span
    });
    happen_there(&span);
    assert_eq!((events(&recording).len(), late(&recording)), (0, 0));
}
