//! Contexts on threads and futures, without a tracer. With one: `trace::tests::carried`.

use super::*;
use std::future::Future;
use std::task::{Context as TaskContext, Poll, Waker};

fn baggage() -> String {
    Baggage::current().to_header()
}

fn id(text: &str) -> CorrelationId {
    CorrelationId::parse(text).expect("an id")
}

#[test]
fn contexts_nest_and_leave_nothing_behind() {
    assert!(Context::current().trace().is_none() && Baggage::current().is_empty());
    let outer = Context::default().with_baggage(Baggage::parse("a=1")).with_correlation_id(id("x"));
    {
        let _outer = outer.attach();
        {
            let _inner = Baggage::current().with("b", "2").attach();
            assert_eq!(baggage(), "a=1,b=2");
            assert_eq!(correlation_id(), Some(id("x")), "the baggage alone has changed");
            Context::default().run(|| assert_eq!((baggage(), correlation_id()), (String::new(), None)));
        }
        assert_eq!(baggage(), "a=1");
    }
    assert_eq!((baggage(), correlation_id()), (String::new(), None));
    let panics = std::panic::catch_unwind(|| outer.run(|| std::panic::resume_unwind(Box::new(()))));
    assert!(panics.is_err() && baggage().is_empty());
}

#[test]
fn a_tracestate_is_of_its_trace_alone() {
    let trace = |trace_id| TraceContext { trace_id, span_id: 1, sampled: true };
    let context = Context::of(Some(trace(7)), Some("vendor=1".into()), Baggage::empty(), None);
    let _attached = context.attach();
    assert_eq!(Context::current().tracestate(), Some("vendor=1"));
    let _other = trace(8).attach();
    assert_eq!(Context::current().tracestate(), None);
}

#[test]
fn a_remote_trace_goes_along() {
    let remote = TraceContext { trace_id: 7, span_id: 5, sampled: true };
    let context = remote.attach();
    let taken = Context::current();
    drop(context);
    assert_eq!(taken.trace(), Some(remote));
    let there = std::thread::spawn(taken.wrap(TraceContext::current)).join().unwrap();
    assert_eq!(there, Some(remote));
    assert_eq!(TraceContext::current(), None);
}

#[test]
fn a_future_has_its_baggage_at_each_poll_and_only_then() {
    let mut polls = 0;
    let work = std::future::poll_fn(|_| {
        polls += 1;
        assert_eq!(baggage(), "a=1");
        if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
    });
    let mut work = std::pin::pin!(Baggage::parse("a=1").in_future(work));
    let mut cx = TaskContext::from_waker(Waker::noop());
    assert!(work.as_mut().poll(&mut cx).is_pending());
    assert_eq!(baggage(), "");
    assert!(work.as_mut().poll(&mut cx).is_ready());
    assert_eq!(baggage(), "");
}

#[test]
fn ids_are_what_a_log_can_hold() {
    for bad in ["", "a b", "ä", "a\r\nx", "\u{7f}", &"x".repeat(129)] {
        assert_eq!(CorrelationId::parse(bad), None, "{bad:?}");
    }
    assert!(CorrelationId::parse(&"x".repeat(128)).is_some());
    let (one, other) = (CorrelationId::make(), CorrelationId::make());
    assert!(one.as_str().len() == 32 && one != other);
    let trace = TraceContext { trace_id: 0xabc, span_id: 1, sampled: false };
    assert_eq!(CorrelationId::of(Some(trace)).as_str(), "00000000000000000000000000000abc");
}
