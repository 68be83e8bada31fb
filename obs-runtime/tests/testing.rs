//! Observed calls as spans, captured: on one thread, in futures, and in tests that run at the same time.
#![cfg(not(feature = "off"))]

use obs_runtime::testing::{capture, capture_future};
use obs_runtime::{ErrorCategory, TraceContext, observe};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[derive(Debug, ErrorCategory)]
enum Failure {
    #[category("stock", severity = "degraded")]
    Stock,
}

#[observe(fields(item, pieces = 2 * pieces, label = %format!("<{item}>")))]
fn order(item: &str, pieces: i64) -> Result<i64, Failure> {
    take(pieces)?;
    Ok(pieces)
}

#[observe]
fn take(pieces: i64) -> Result<(), Failure> {
    if pieces > 10 { Err(Failure::Stock) } else { Ok(()) }
}

#[observe(name = "explode", target = "fireworks")]
fn burst() {
    panic!("boom");
}

#[observe(no_span)]
fn quiet() {
    let _ = take(1);
}

#[observe(no_metrics)]
fn uncounted() -> Option<u32> {
    None
}

#[observe]
async fn waits(mut polls: u32) -> Result<u32, Failure> {
    poll_fn(|_| {
        polls = polls.saturating_sub(1);
        if polls == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    take(11)?;
    Ok(polls)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

#[test]
fn calls_are_a_tree_with_results_and_fields() {
    let (result, captured) = capture(|| (order("moka", 3).is_ok(), order("filter", 11).is_err()));
    assert_eq!(result, (true, true));
    let orders: Vec<_> = captured.spans("order").collect();
    let [first, second] = orders.as_slice() else { panic!("{captured}") };
    first.assert_ok().assert_field("item", "moka").assert_field("pieces", 6).assert_field("label", "<moka>");
    second.assert_error("stock").assert_field("item", "filter");
    assert_eq!(first.trace_id, second.trace_id);
    assert_eq!(first.target, module_path!());
    for (order, take) in orders.iter().zip(captured.spans("take")) {
        order.assert_parent_of(take);
        assert!(take.duration <= order.duration);
    }
    let calls = |labels: &[(&str, &str)]| captured.change("function_calls_total", labels);
    assert_eq!(calls(&[("function", "take"), ("result", "error"), ("error_type", "stock")]), 1.0);
    assert_eq!(calls(&[("function", "order")]), 2.0);
    assert_eq!(captured.change("function_calls_duration_seconds", &[("function", "take")]), 2.0);
    let text = captured.to_string();
    assert!(text.contains("order item=\"filter\" pieces=22"), "{text}");
    assert!(text.contains("\n  take (error: stock)\n"), "{text}");
}

#[test]
fn an_error_that_is_reported_marks_the_span_around_it() {
    #[observe]
    fn works() {
        if let Err(error) = take(11) {
            obs_runtime::report(&error);
        }
    }
    let (_, captured) = capture(works);
    captured.span("works").assert_ok().assert_field("error.type", "stock");
    captured.span("works").assert_field("otel.status_code", "ERROR");
    assert_eq!(captured.change("errors_total", &[("function", "report"), ("category", "stock")]), 1.0);
}

#[test]
fn a_panic_ends_its_span_and_the_next_call_is_none_of_its_own() {
    let (_, captured) = capture(|| {
        catch_unwind(AssertUnwindSafe(burst)).unwrap_err();
        take(1).unwrap();
    });
    let explode = captured.span("explode");
    assert_eq!((explode.result, explode.target.as_str()), ("panic", "fireworks"));
    assert_eq!(captured.span("take").parent_id, explode.parent_id);
}

#[test]
fn a_function_may_want_no_span_or_no_metrics() {
    let (_, captured) = capture(|| {
        quiet();
        uncounted();
    });
    assert_eq!(captured.all_spans().len(), 2, "{captured}");
    captured.span("uncounted").assert_ok();
    assert_eq!(captured.change("function_calls_total", &[("function", "quiet")]), 1.0);
    assert_eq!(captured.change("function_calls_total", &[("function", "uncounted")]), 0.0);
}

#[test]
fn futures_keep_their_span_over_polls_and_say_when_they_are_dropped() {
    let (output, captured) = block_on(capture_future(async {
        let mut dropped = Box::pin(waits(9));
        assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let output = waits(3).await;
        drop(dropped);
        output
    }));
    assert!(output.is_err());
    let waits: Vec<_> = captured.spans("waits").collect();
    let [dropped, ended] = waits.as_slice() else { panic!("{captured}") };
    ended.assert_error("stock").assert_parent_of(captured.span("take"));
    assert_eq!((dropped.result, dropped.error_type), ("cancelled", Some("cancelled")));
    assert_eq!(TraceContext::current(), None);
}

#[test]
fn a_remote_parent_is_the_parent() {
    let remote = TraceContext { trace_id: 0xabc, span_id: 0xdef, sampled: false };
    let (inside, captured) = capture(|| {
        let _attached = remote.attach();
        take(1).unwrap();
        TraceContext::current()
    });
    assert_eq!(inside, Some(remote));
    let take = captured.span("take");
    assert_eq!((take.trace_id, take.parent_id), (0xabc, 0xdef));
}

#[test]
fn tests_at_the_same_time_do_not_see_each_other() {
    let work = |pieces| {
        move || {
            for _ in 0..50 {
                let (_, captured) = capture(|| (0..pieces).for_each(|_| drop(take(pieces))));
                assert_eq!(captured.spans("take").count() as i64, pieces, "{captured}");
                assert_eq!(captured.change("function_calls_total", &[("function", "take")]), pieces as f64);
            }
        }
    };
    std::thread::scope(|scope| (1..9).for_each(|pieces| drop(scope.spawn(work(pieces)))));
}

#[test]
#[should_panic(expected = "no span is called \"order\"; there are\ntake (ok)\n")]
fn a_missing_span_is_told_with_those_that_are_there() {
    capture(|| take(1)).1.span("order");
}
