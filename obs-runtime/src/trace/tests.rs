//! Traces on one thread and on several, without an exporter.

use super::record::{Ended, Origin};
use super::thread::{self, Above, Active};
use super::tracer::{Limits, Tracer};
use super::*;
use crate::context::TraceContext;
use crate::private::{Category, Severity};
use std::collections::{BTreeSet, HashMap};
use std::sync::MutexGuard;
use tracing::callsite::{Callsite, Identifier};
use tracing::field::FieldSet;
use tracing::metadata::{Kind, Level, Metadata};
use tracing::subscriber::Interest;

mod carried;
#[cfg(all(feature = "tracing-subscriber", not(feature = "off")))]
mod filtered;
#[cfg(not(feature = "off"))]
mod futures;
#[cfg(not(feature = "off"))]
mod given;
mod handles;
#[cfg(all(feature = "tower", not(feature = "off")))]
mod requests;
#[cfg(not(feature = "off"))]
mod slow;

struct Here;

static HERE: Here = Here;
static META: Metadata<'static> = Metadata::new(
    "here",
    "tests",
    Level::INFO,
    None,
    None,
    None,
    FieldSet::new(&[], Identifier(&HERE)),
    Kind::SPAN,
);

impl Callsite for Here {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &META
    }
}

pub(super) const ORIGIN: Origin = Origin::Foreign(&META);
static BROKEN: Category =
    Category { name: "broken", severity: Severity::Critical, retry_after: None, action: None, runbook: None };

/// A tracer that nobody else uses, for as long as it lives.
struct Recording {
    tracer: Arc<Tracer>,
    _alone: MutexGuard<'static, ()>,
}

impl Recording {
    fn start(sampling: Sampling, limits: Limits) -> Recording {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let tracer = Arc::new(Tracer::new(sampling, limits));
        install(Some(Arc::clone(&tracer)));
        Recording { tracer, _alone: alone }
    }

    /// The spans that were kept, by trace: id and parent each.
    fn kept(&self) -> HashMap<u128, Vec<(u64, u64)>> {
        let mut traces: HashMap<u128, Vec<(u64, u64)>> = HashMap::new();
        for trace in self.tracer.inbox.take() {
            let spans = trace.records.iter().map(|record| (record.id, record.parent));
            traces.entry(trace.trace_id).or_default().extend(spans);
        }
        traces
    }

    fn counts(&self) -> [u64; 4] {
        let counts = &self.tracer.counts;
        [&counts.sampled_out, &counts.limited, &counts.overflowed, &counts.queue_full]
            .map(|count| count.load(Ordering::Relaxed))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        install(None);
    }
}

/// A call that ends so.
fn call<R>(ended: Ended, body: impl FnOnce() -> R) -> R {
    assert!(thread::enter(Above::Current, None).is_some());
    let start = crate::clock::now();
    let result = body();
    thread::leave(ORIGIN, start, crate::clock::now(), ended, 0);
    result
}

fn here() -> TraceContext {
    TraceContext::current().expect("inside of a span")
}

/// Every span's parent is the remote one, or a span of the same trace.
fn assert_whole(spans: &[(u64, u64)], remote: u64) {
    let ids: BTreeSet<u64> = spans.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), spans.len(), "an id twice: {spans:?}");
    assert_eq!(spans.iter().filter(|(_, parent)| *parent == remote).count(), 1, "{spans:?}");
    assert!(spans.iter().all(|(_, parent)| *parent == remote || ids.contains(parent)), "{spans:?}");
}

#[test]
fn calls_nest() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let (outer, inner) = call(Ended::Ok, || {
        let outer = here();
        (outer, call(Ended::Ok, here))
    });
    assert_eq!(TraceContext::current(), None);
    assert_eq!(outer.trace_id, inner.trace_id);
    let kept = recording.kept();
    assert_eq!(kept[&outer.trace_id], [(inner.span_id, outer.span_id), (outer.span_id, 0)]);
    // The next call is another trace.
    let next = call(Ended::Ok, here);
    assert_ne!(next.trace_id, outer.trace_id);
    assert_eq!(recording.kept().len(), 1);
}

#[test]
fn what_fails_or_is_slow_is_kept_and_the_rest_is_counted() {
    let sampling = Sampling::never().keep_errors().keep_slower_than("1h");
    let recording = Recording::start(sampling, Limits::default());
    call(Ended::Ok, || call(Ended::Cancelled, || ()));
    assert_eq!((recording.kept().len(), recording.counts()), (0, [2, 0, 0, 0]));
    call(Ended::Ok, || call(Ended::Error(&BROKEN), || ()));
    call(Ended::Panic, || ());
    // One that says that it took two hours.
    assert!(thread::enter(Above::Current, None).is_some());
    thread::leave(ORIGIN, 1, 1 + crate::clock::ticks(7200.0), Ended::Ok, 0);
    let kept = recording.kept();
    assert_eq!(kept.len(), 3);
    kept.values().for_each(|spans| assert_whole(spans, 0));
    assert_eq!(recording.counts(), [2, 0, 0, 0]);
}

#[test]
fn a_remote_parent_decides() {
    let recording = Recording::start(Sampling::never(), Limits::default());
    let remote = |sampled| TraceContext { trace_id: 7, span_id: 5, sampled };
    let inside = {
        let _attached = remote(true).attach();
        assert_eq!(here(), remote(true));
        call(Ended::Ok, || call(Ended::Ok, here))
    };
    assert_eq!((inside.trace_id, inside.sampled), (7, true));
    let kept = recording.kept();
    assert_eq!(kept[&7].len(), 2);
    assert_whole(&kept[&7], 5);
    // A trace that is not sampled goes on under its id all the same.
    let _attached = remote(false).attach();
    let inside = call(Ended::Ok, || call(Ended::Ok, here));
    assert_eq!((inside.trace_id, inside.sampled), (7, false));
    assert!(recording.kept().is_empty());
}

#[test]
fn a_context_that_is_attached_inside_of_its_own_trace_is_a_parent_there() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let trace = call(Ended::Ok, || {
        let outer = here();
        call(Ended::Ok, || {
            let _attached = outer.attach();
            assert_eq!(here(), outer);
            call(Ended::Ok, || assert_eq!(here().trace_id, outer.trace_id));
        });
        outer
    });
    let kept = &recording.kept()[&trace.trace_id];
    assert_whole(kept, 0);
    assert_eq!(kept.iter().filter(|(_, parent)| *parent == trace.span_id).count(), 2);
}

/// Enters the span of a future for a while.
fn poll<R>(active: &mut Active, body: impl FnOnce() -> R) -> R {
    active.resume();
    let result = body();
    active.suspend();
    result
}

#[test]
fn futures_take_their_span_along() {
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    let mut outer = thread::begin(Above::Current, None).expect("there is a tracer");
    let (context, mut inner) =
        poll(&mut outer, || (here(), thread::begin(Above::Current, None).expect("a child")));
    assert_eq!(TraceContext::current(), None);
    let elsewhere = std::thread::spawn(move || {
        poll(&mut inner, || call(Ended::Error(&BROKEN), || ()));
        inner.end(ORIGIN, 1, 2, Ended::Ok, 0);
    });
    elsewhere.join().unwrap();
    // Another future's spans in between are none of its business.
    poll(&mut outer, || call(Ended::Ok, || ()));
    assert!(recording.kept().is_empty());
    outer.end(ORIGIN, 1, 3, Ended::Ok, 0);
    let kept = recording.kept();
    assert_eq!(kept[&context.trace_id].len(), 4);
    assert_whole(&kept[&context.trace_id], 0);
}

#[test]
fn spans_that_outlive_their_root_share_its_fate() {
    let recording = Recording::start(Sampling::never().keep_errors(), Limits::default());
    for (ended, fate) in [(Ended::Panic, (1, [0; 4])), (Ended::Ok, (0, [2, 0, 0, 0]))] {
        let mut root = thread::begin(Above::Current, None).expect("there is a tracer");
        let late = poll(&mut root, || thread::begin(Above::Current, None).expect("a child"));
        root.end(ORIGIN, 1, 2, ended, 0);
        recording.kept();
        late.end(ORIGIN, 1, 5, Ended::Ok, 0);
        assert_eq!((recording.kept().len(), recording.counts()), fate);
    }
}

#[test]
fn spans_may_be_left_in_another_order() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let begin = || thread::begin(Above::Nothing, None).expect("there is a tracer");
    let (mut first, mut second) = (begin(), begin());
    first.resume();
    let mut child = thread::begin(Above::Current, None).expect("a child");
    child.resume();
    second.resume();
    // The trace of the first stays on the stack for as long as its child does.
    first.suspend();
    assert_eq!(here().trace_id, second.ids().0);
    second.suspend();
    assert_eq!((here().trace_id, here().span_id), child.ids());
    child.suspend();
    assert_eq!(TraceContext::current(), None);
    let traces = [first.ids().0, second.ids().0];
    child.end(ORIGIN, 1, 2, Ended::Ok, 0);
    first.end(ORIGIN, 1, 2, Ended::Ok, 0);
    second.end(ORIGIN, 1, 2, Ended::Ok, 0);
    let kept = recording.kept();
    assert_eq!(traces.map(|trace| kept[&trace].len()), [2, 1]);
    kept.values().for_each(|spans| assert_whole(spans, 0));
}

#[test]
fn memory_has_a_limit() {
    let limits = Limits { spans_per_trace: 64, spans_held: 96, queue: 100, ..Limits::default() };
    // So that only the end of a trace tells whether it is kept.
    let sampling = Sampling::always().at_most_per_second(1000);
    let recording = Recording::start(sampling, limits);
    call(Ended::Ok, || (0..100).for_each(|_| call(Ended::Ok, || ())));
    // 64 and the root, which tells more than any other.
    assert_eq!(recording.counts(), [0, 0, 36, 0]);
    // A second trace of that size does not fit into the queue beside the first.
    call(Ended::Ok, || (0..64).for_each(|_| call(Ended::Ok, || ())));
    assert_eq!(recording.counts(), [0, 0, 36, 65]);
    assert_eq!(recording.kept().values().map(Vec::len).sum::<usize>(), 65);
    // What was held is free again.
    call(Ended::Ok, || (0..64).for_each(|_| call(Ended::Ok, || ())));
    assert_eq!((recording.kept().len(), recording.counts()), (1, [0, 0, 36, 65]));
}

#[test]
fn a_sampled_call_that_does_not_end_is_seen_meanwhile() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let at = |seconds| {
        assert!(thread::enter(Above::Current, None).is_some());
        thread::leave(ORIGIN, 1, 1 + crate::clock::ticks(seconds), Ended::Ok, 0);
    };
    let root = call(Ended::Ok, || {
        at(10.0);
        at(12.0);
        assert_eq!(recording.kept().len(), 0, "it could end, and all go out at once");
        at(16.0);
        assert_eq!(recording.kept()[&here().trace_id].len(), 3);
        // There may be none after it for an hour.
        at(17.0);
        assert_eq!(recording.kept()[&here().trace_id].len(), 1);
        here()
    });
    assert_eq!(recording.kept()[&root.trace_id], [(root.span_id, 0)]);
    assert_eq!(recording.counts(), [0; 4]);
}

#[test]
fn a_sampled_trace_that_finds_no_room_goes_out_as_far_as_it_is() {
    let limits = Limits { spans_per_trace: 64, spans_held: 96, queue: 1000, ..Limits::default() };
    let recording = Recording::start(Sampling::always(), limits);
    let root = call(Ended::Ok, || {
        (0..100).for_each(|_| call(Ended::Ok, || ()));
        here()
    });
    assert_eq!((recording.kept()[&root.trace_id].len(), recording.counts()), (101, [0; 4]));
    // What was held is free again.
    call(Ended::Ok, || (0..100).for_each(|_| call(Ended::Ok, || ())));
    assert_eq!((recording.kept().len(), recording.counts()), (1, [0; 4]));
    // Of one that may be dropped, what finds no room is.
    drop(recording);
    let recording = Recording::start(Sampling::never().keep_errors(), limits);
    call(Ended::Panic, || (0..100).for_each(|_| call(Ended::Ok, || ())));
    assert_eq!(recording.counts(), [0, 0, 36, 0]);
}

#[cfg(feature = "tracing-subscriber")]
mod foreign {
    use super::super::record::{FieldValue, Record};
    use super::*;
    use tracing_subscriber::prelude::*;

    /// Everything that was kept, by name of the span.
    fn kept(recording: &Recording) -> HashMap<&'static str, Record> {
        let records = recording.tracer.inbox.take().into_iter().flat_map(|trace| trace.records);
        let name = |record: &Record| match record.origin {
            Origin::Foreign(meta) => meta.name(),
            Origin::Function(_) => unreachable!("there is none here"),
        };
        records.map(|record| (name(&record), record)).collect()
    }

    fn fields(record: &Record) -> Vec<(&str, &FieldValue)> {
        let extra = record.extra.as_ref().expect("it has fields");
        extra.fields.iter().map(|(name, value)| (&**name, value)).collect()
    }

    #[test]
    fn spans_and_events_of_others_join() {
        let recording = Recording::start(Sampling::always(), Limits::default());
        let _subscriber = tracing_subscriber::registry().with(layer()).set_default();
        call(Ended::Ok, || {
            let query = tracing::info_span!("query", rows = tracing::field::Empty, sql = "select 1");
            query.in_scope(|| {
                call(Ended::Ok, || tracing::warn!(seconds = 1.5, "slow {}", "query"));
                tracing::Span::current().record("rows", 3_u64);
            });
            tracing::info!("done");
            drop(tracing::info_span!(parent: None, "elsewhere", otel.status_code = "ERROR"));
        });
        let kept = kept(&recording);
        let texts = |record: &Record| -> Vec<String> {
            let events = record.extra.iter().flat_map(|extra| &extra.events);
            let message = events.flat_map(|event| event.fields.iter().find(|(name, _)| name == "message"));
            message.map(|(_, value)| format!("{value:?}")).collect()
        };
        assert_eq!(kept.len(), 3, "{kept:?}");
        let (query, elsewhere) = (&kept["query"], &kept["elsewhere"]);
        assert_eq!(
            fields(query),
            [("sql", &FieldValue::Text("select 1".into())), ("rows", &FieldValue::Integer(3))]
        );
        assert_eq!((elsewhere.parent, elsewhere.ended.error_type()), (0, Some("_OTHER")));
        assert!(kept.values().all(|record| texts(record).len() <= 1));
    }

    #[test]
    fn a_debug_that_records_is_no_deadlock() {
        struct Chatty;
        impl std::fmt::Debug for Chatty {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                call(Ended::Ok, || tracing::info!("while printing"));
                tracing::Span::current().record("rows", 1);
                f.write_str("chatty")
            }
        }
        let recording = Recording::start(Sampling::always(), Limits::default());
        let _subscriber = tracing_subscriber::registry().with(layer()).set_default();
        call(Ended::Ok, || {
            let span = tracing::info_span!("query", rows = ?Chatty, again = tracing::field::Empty);
            span.in_scope(|| {
                tracing::Span::current().record("again", tracing::field::debug(Chatty));
                tracing::info!(value = ?Chatty, "said");
            });
        });
        let kept = kept(&recording);
        let chatty = FieldValue::Text("chatty".into());
        assert_eq!(fields(&kept["query"]), [("rows", &FieldValue::Integer(1)), ("again", &chatty)]);
    }
}

#[test]
fn a_name_has_a_rate() {
    let recording = Recording::start(Sampling::always().at_most_per_second(3), Limits::default());
    (0..10).for_each(|_| call(Ended::Ok, || ()));
    // A second may have ended in between.
    let kept = recording.kept().len();
    assert!((3..=6).contains(&kept), "{kept}");
    assert_eq!(recording.counts()[1], 10 - kept as u64);
}

#[test]
fn threads_add_up() {
    let recording = Recording::start(Sampling::ratio(0.5).keep_errors(), Limits::default());
    let work = || {
        for n in 0..2_000 {
            let ended = if n % 10 == 0 { Ended::Error(&BROKEN) } else { Ended::Ok };
            call(Ended::Ok, || call(ended, || ()));
        }
    };
    std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
    let kept = recording.kept();
    kept.values().for_each(|spans| assert_whole(spans, 0));
    // 800 failed; of the other 7200, half.
    assert!((4100..=4700).contains(&kept.len()), "{}", kept.len());
    assert_eq!(2 * kept.len() as u64 + recording.counts()[0], 16_000);
    assert_eq!(recording.counts()[1..], [0, 0, 0]);
}
