//! Observed futures: on the stack of the thread that polls them first, and wherever they go from there.

use super::*;
use crate::Context;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, Waker};

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

fn polled<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut TaskContext::from_waker(Waker::noop()))
}

/// The next poll, on another thread, which is in no span then.
fn polled_elsewhere<F>(mut future: Pin<Box<F>>) -> (Pin<Box<F>>, Poll<F::Output>)
where
    F: Future<Output: Send> + Send + ?Sized + 'static,
{
    let elsewhere = std::thread::spawn(move || {
        assert_eq!(TraceContext::current(), None);
        let output = polled(&mut future);
        assert_eq!(TraceContext::current(), None, "the thread is in a span that it should have left");
        (future, output)
    });
    elsewhere.join().unwrap()
}

/// Pending once.
async fn pause() {
    let mut waited = false;
    poll_fn(|_| match std::mem::replace(&mut waited, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

#[obs_macros::observe(crate = crate)]
async fn at_once() -> TraceContext {
    here()
}

/// Where it is at its first poll, and where at its last.
#[obs_macros::observe(crate = crate)]
async fn waits() -> [TraceContext; 2] {
    let first = here();
    pause().await;
    [first, here()]
}

#[obs_macros::observe(crate = crate, fields(pieces), labels(many = *pieces > 10))]
async fn described(pieces: &u64, waits: bool) -> TraceContext {
    if waits {
        pause().await;
    }
    here()
}

/// Pending, then a panic or its end.
#[obs_macros::observe(crate = crate)]
async fn breaks(polls: u32, breaks: bool) {
    for _ in 1..polls {
        pause().await;
    }
    assert!(!breaks, "as it should");
}

/// With a span below it in each of its polls.
#[obs_macros::observe(crate = crate)]
async fn nests() -> [TraceContext; 3] {
    at_once().await;
    let waited = waits().await;
    at_once().await;
    let [first, last] = waited;
    assert_eq!(first, last);
    [here(), first, at_once().await]
}

/// Every span that was kept, by the names of their functions: name, id, parent, and how it ended.
fn kept(recording: &Recording) -> Vec<(&'static str, u64, u64, Option<&'static str>)> {
    let records = recording.tracer.inbox.take().into_iter().flat_map(|trace| trace.records);
    let told = |record: record::Record| match record.origin {
        Origin::Function(live) => (live.desc.name, record.id, record.parent, record.ended.error_type()),
        Origin::Foreign(meta) => (meta.name(), record.id, record.parent, record.ended.error_type()),
    };
    let mut kept: Vec<_> = records.map(told).collect();
    kept.sort_by_key(|(name, ..)| *name);
    kept
}

#[test]
fn one_that_is_ready_at_once_is_a_call_like_any_other() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let (outer, inner) = call(Ended::Ok, || {
        let outer = here();
        let Poll::Ready(inner) = polled(&mut Box::pin(at_once())) else { panic!("it waits for nothing") };
        assert_eq!(here(), outer);
        (outer, inner)
    });
    assert_eq!(inner.trace_id, outer.trace_id);
    let inner = ("at_once", inner.span_id, outer.span_id, None);
    assert_eq!(kept(&recording), [inner, ("here", outer.span_id, 0, None)]);
    // By itself, it is the root of its trace.
    let Poll::Ready(alone) = polled(&mut Box::pin(at_once())) else { panic!("it waits for nothing") };
    assert_eq!(TraceContext::current(), None);
    assert_eq!(kept(&recording), [("at_once", alone.span_id, 0, None)]);
}

#[test]
fn one_that_is_pending_goes_on_as_the_same_span_on_another_thread() {
    // Where nothing is recorded, the ids travel all the same.
    for (sampling, sampled) in [(Sampling::always(), true), (Sampling::never(), false)] {
        let recording = Recording::start(sampling, Limits::default());
        let mut future: Boxed<_> = Box::pin(waits());
        let outer = call(Ended::Ok, || {
            assert!(polled(&mut future).is_pending());
            here()
        });
        assert_eq!(TraceContext::current(), None);
        let (_future, Poll::Ready([first, last])) = polled_elsewhere(future) else { panic!("it is ready") };
        assert_eq!(first, last);
        assert_eq!((first.trace_id, first.sampled), (outer.trace_id, sampled));
        assert_ne!(first.span_id, outer.span_id);
        let expected = [("here", outer.span_id, 0, None), ("waits", first.span_id, outer.span_id, None)];
        assert_eq!(kept(&recording), if sampled { &expected[..] } else { &[] });
    }
}

#[test]
fn those_inside_of_it_stay_inside_of_it() {
    for (sampling, spans) in [(Sampling::never().keep_errors(), 0), (Sampling::always(), 5)] {
        let recording = Recording::start(sampling, Limits::default());
        let mut future: Boxed<_> = Box::pin(nests());
        assert!(polled(&mut future).is_pending());
        assert_eq!(TraceContext::current(), None);
        assert!(recording.kept().is_empty(), "the root has not ended");
        let (_future, Poll::Ready(contexts)) = polled_elsewhere(future) else { panic!("it is ready") };
        let [outer, waited, last] = contexts;
        assert!(contexts.iter().all(|context| context.trace_id == outer.trace_id));
        let kept = kept(&recording);
        assert_eq!(kept.len(), spans);
        let below = |id| kept.contains(&("waits", id, outer.span_id, None));
        assert_eq!(below(waited.span_id), spans > 0);
        assert_eq!(
            kept.iter().filter(|(_, _, parent, _)| *parent == outer.span_id).count(),
            spans.saturating_sub(1)
        );
        assert_eq!(kept.contains(&("nests", outer.span_id, 0, None)), spans > 0);
        assert_ne!(last, waited);
    }
}

#[test]
fn two_at_a_time_keep_out_of_each_other() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let (mut one, mut other) = (Box::pin(waits()), Box::pin(waits()));
    assert!(polled(&mut one).is_pending() && polled(&mut other).is_pending());
    let (Poll::Ready([first, _]), Poll::Ready([second, _])) = (polled(&mut one), polled(&mut other)) else {
        panic!("both are ready")
    };
    assert_ne!(first.trace_id, second.trace_id);
    let roots = [first, second].map(|context| ("waits", context.span_id, 0, None));
    assert_eq!(kept(&recording), roots);
}

#[test]
fn one_that_is_dropped_after_a_poll_ends_there() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let mut root = Box::pin(waits());
    assert!(polled(&mut root).is_pending());
    drop(root);
    assert!(matches!(kept(&recording)[..], [("waits", _, 0, Some("cancelled"))]));
    call(Ended::Ok, || {
        let before = here();
        let mut child = Box::pin(waits());
        assert!(polled(&mut child).is_pending());
        drop(child);
        assert_eq!(here(), before);
    });
    assert!(
        matches!(kept(&recording)[..], [("here", id, 0, None), ("waits", _, root, Some("cancelled"))] if root == id)
    );
    // One that was never polled is no call.
    drop(waits());
    assert!(kept(&recording).is_empty());
}

#[test]
fn one_that_panics_ends_there_however_long_it_is_kept() {
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    for polls in 1..=3 {
        let mut future = Box::pin(breaks(polls, true));
        for _ in 1..polls {
            assert!(polled(&mut future).is_pending());
        }
        assert!(catch_unwind(AssertUnwindSafe(|| polled(&mut future))).is_err());
        assert_eq!(TraceContext::current(), None);
        assert!(matches!(kept(&recording)[..], [("breaks", _, 0, Some("panic"))]));
        // The compiler's own panic, and no second call.
        assert!(catch_unwind(AssertUnwindSafe(|| polled(&mut future))).is_err());
        drop(future);
        assert!(kept(&recording).is_empty());
    }
    assert_eq!(recording.counts(), [0; 4]);
}

#[test]
fn a_panic_inside_of_a_pending_one_leaves_the_ones_around_it_open() {
    #[obs_macros::observe(crate = crate)]
    async fn catches() -> TraceContext {
        let mut inner = Box::pin(breaks(2, true));
        assert!(polled(&mut inner).is_pending());
        pause().await;
        assert!(catch_unwind(AssertUnwindSafe(|| polled(&mut inner))).is_err());
        here()
    }
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    let mut future: Boxed<_> = Box::pin(catches());
    assert!(polled(&mut future).is_pending());
    let (_future, Poll::Ready(outer)) = polled_elsewhere(future) else { panic!("it is ready") };
    let kept = kept(&recording);
    assert!(
        matches!(kept[..], [("breaks", _, parent, Some("panic")), ("catches", _, 0, None)] if parent == outer.span_id)
    );
}

#[test]
fn one_that_outlives_its_root_shares_the_roots_fate() {
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    for (ended, fate) in [(Ended::Panic, 1), (Ended::Ok, 0)] {
        let mut late = Box::pin(waits());
        call(ended, || assert!(polled(&mut late).is_pending()));
        recording.kept();
        assert!(polled(&mut late).is_ready());
        assert_eq!(kept(&recording).len(), fate);
    }
    // The root and the late one of the second trace.
    assert_eq!(recording.counts(), [2, 0, 0, 0]);
}

#[test]
fn a_context_of_its_first_poll_is_good_for_ever() {
    for sampling in [Sampling::always(), Sampling::never()] {
        let recording = Recording::start(sampling, Limits::default());
        let mut context = None;
        let mut future = Box::pin(async {
            #[obs_macros::observe(crate = crate)]
            async fn takes(context: &mut Option<Context>) -> TraceContext {
                *context = Some(Context::current());
                pause().await;
                here()
            }
            takes(&mut context).await
        });
        assert!(polled(&mut future).is_pending());
        let Poll::Ready(span) = polled(&mut future) else { panic!("it is ready") };
        drop(future);
        let context = context.expect("the future was polled");
        assert_eq!(context.trace(), Some(span));
        let inside = std::thread::spawn(context.wrap(|| call(Ended::Ok, here))).join().unwrap();
        assert_eq!((inside.trace_id, inside.sampled), (span.trace_id, span.sampled));
        let expected = [("here", inside.span_id, span.span_id, None), ("takes", span.span_id, 0, None)];
        assert_eq!(kept(&recording), if span.sampled { &expected[..] } else { &[] });
    }
}

#[test]
fn one_that_is_returned_is_below_who_asked_for_it() {
    #[obs_macros::observe(crate = crate)]
    fn returned() -> impl Future<Output = TraceContext> {
        async { here() }
    }
    let recording = Recording::start(Sampling::always(), Limits::default());
    let (asked, future) = call(Ended::Ok, || (here(), Box::pin(returned())));
    assert_eq!(recording.kept().len(), 1);
    let (future, Poll::Ready(span)) = polled_elsewhere(future) else { panic!("it waits for nothing") };
    assert_eq!(kept(&recording), [("returned", span.span_id, asked.span_id, None)]);
    drop(future);
    // One that nobody polls was a call all the same.
    drop(returned());
    assert!(matches!(kept(&recording)[..], [("returned", _, 0, Some("cancelled"))]));
}

/// As [`waits`], from a function that returns a future.
#[obs_macros::observe(crate = crate)]
fn returns_one_that_waits() -> impl Future<Output = [TraceContext; 2]> {
    async {
        let first = here();
        pause().await;
        [first, here()]
    }
}

#[test]
fn one_that_is_returned_goes_wherever_it_is_polled() {
    for (sampling, sampled) in [(Sampling::always(), true), (Sampling::never(), false)] {
        let recording = Recording::start(sampling, Limits::default());
        // Polled at once, polled first inside of another call, or polled first on another thread.
        for way in 0..3 {
            let (asked, mut future) = call(Ended::Ok, || {
                let mut future = Box::pin(returns_one_that_waits());
                let asked = here();
                if way == 0 {
                    assert!(polled(&mut future).is_pending());
                    assert_eq!(here(), asked);
                }
                (asked, future)
            });
            match way {
                0 => {}
                1 => call(Ended::Ok, || {
                    let other = here();
                    assert!(polled(&mut future).is_pending());
                    assert_eq!(here(), other);
                }),
                _ => {
                    let (back, pending) = polled_elsewhere(future);
                    assert!(pending.is_pending());
                    future = back;
                }
            }
            assert_eq!(TraceContext::current(), None);
            let (_future, Poll::Ready([first, last])) = polled_elsewhere(future) else {
                panic!("it is ready")
            };
            assert_eq!(first, last);
            assert_eq!((first.trace_id, first.sampled), (asked.trace_id, sampled));
            let kept = kept(&recording);
            let expected = ("returns_one_that_waits", first.span_id, asked.span_id, None);
            assert_eq!(kept.contains(&expected), sampled, "{way}: {kept:?}");
            assert_eq!(kept.len(), if sampled { if way == 1 { 3 } else { 2 } } else { 0 }, "{way}: {kept:?}");
        }
    }
}

#[test]
fn one_that_is_returned_and_never_polled_was_cancelled_below_who_asked_for_it() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let asked = call(Ended::Ok, || {
        drop(returns_one_that_waits());
        here()
    });
    let cancelled = kept(&recording);
    assert!(
        matches!(cancelled[..], [_, ("returns_one_that_waits", id, parent, Some("cancelled"))]
            if parent == asked.span_id && id != parent),
        "{cancelled:?}"
    );

    #[obs_macros::observe(crate = crate, fields(pieces))]
    fn panics_before(pieces: u64) -> impl Future<Output = u64> {
        assert!(pieces > 0, "as it should");
        async move { pieces }
    }
    let panicked = call(Ended::Ok, || {
        assert!(catch_unwind(|| panics_before(0)).is_err());
        here()
    });
    let kept = kept(&recording);
    assert!(
        matches!(kept[..], [_, ("panics_before", _, parent, Some("panic"))] if parent == panicked.span_id),
        "{kept:?}"
    );
    assert_eq!(TraceContext::current(), None);
}

#[test]
fn fields_are_there_whether_or_not_it_waits() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    for waits in [false, true] {
        let span = call(Ended::Ok, || {
            let before = here();
            let mut future = Box::pin(described(&12, waits));
            assert_eq!(polled(&mut future).is_pending(), waits);
            assert_eq!(here(), before);
            waits.then(|| assert!(polled(&mut future).is_ready()));
            assert_eq!(here(), before);
            before
        });
        let records = recording.tracer.inbox.take().into_iter().flat_map(|trace| trace.records);
        let described: Vec<_> =
            records.filter(|record| matches!(record.origin, Origin::Function(_))).collect();
        let [record] = &described[..] else { panic!("one span, and not {described:?}") };
        let fields = &record.extra.as_ref().expect("it has fields").fields;
        assert_eq!((record.parent, &*fields[0].0), (span.span_id, "pieces"));
    }
}

/// A guard of a span that is held across an `.await`, which nobody should do.
#[test]
fn a_span_that_was_not_left_in_time_is_none_of_its_business() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    for outer in [Above::Current, Above::Nothing] {
        let mut left_over = None;
        let mut future = Box::pin(async {
            #[obs_macros::observe(crate = crate)]
            async fn forgets(left_over: &mut Option<Active>, above: Above) -> [TraceContext; 2] {
                let first = here();
                let mut active = thread::begin(above, None).expect("there is a tracer");
                active.resume();
                *left_over = Some(active);
                pause().await;
                [first, here()]
            }
            forgets(&mut left_over, outer).await
        });
        assert!(polled(&mut future).is_pending());
        let lost = here();
        let Poll::Ready([first, last]) = polled(&mut future) else { panic!("it is ready") };
        assert_eq!(first, last);
        assert_ne!(first, lost);
        drop(future);
        let mut active = left_over.expect("the future was polled");
        assert_eq!((lost.trace_id, lost.span_id), active.ids());
        active.suspend();
        assert_eq!(TraceContext::current(), None);
        active.end(ORIGIN, 1, 2, Ended::Ok, 0);
        let kept = kept(&recording);
        assert!(matches!(kept[..], [("forgets", _, 0, None), ("here", ..)]), "{kept:?}");
    }
}

/// The same where the future is ready at once.
#[test]
fn a_span_that_was_not_left_before_the_end_is_none_of_its_business() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    #[obs_macros::observe(crate = crate)]
    async fn forgets() -> Active {
        let mut active = thread::begin(Above::Current, None).expect("there is a tracer");
        active.resume();
        active
    }
    let Poll::Ready(mut active) = polled(&mut Box::pin(forgets())) else { panic!("it waits for nothing") };
    assert_eq!((here().trace_id, here().span_id), active.ids());
    active.suspend();
    assert_eq!(TraceContext::current(), None);
    active.end(ORIGIN, 1, 2, Ended::Ok, 0);
    let kept = kept(&recording);
    assert!(
        matches!(kept[..], [("forgets", id, 0, None), ("here", _, parent, None)] if parent == id),
        "{kept:?}"
    );
}
