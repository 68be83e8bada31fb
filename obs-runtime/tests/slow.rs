//! Calls that take longer than their bound: counted, told once a second, and kept with their fields.
#![cfg(not(feature = "off"))]

use obs_runtime::snapshot::Value;
use obs_runtime::testing::{capture, capture_future};
use obs_runtime::{observe, snapshot};
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// With a bound that nothing else reaches, however little time the machine has.
#[observe(slow = "200ms")]
fn sleeps(millis: u64) {
    std::thread::sleep(Duration::from_millis(millis));
}

#[observe(slow = "2ms", fields(item, pieces = 3))]
fn packs(item: &str) {
    std::thread::sleep(Duration::from_millis(3));
}

#[observe(slow = "2ms", fields(item))]
async fn ships(item: &str) {
    std::thread::sleep(Duration::from_millis(3));
}

#[observe(slow = "2ms", fields(item))]
async fn waits(item: &str) {
    std::thread::sleep(Duration::from_millis(3));
    std::future::pending::<()>().await;
}

#[observe(fields(place))]
fn drops<T>(what: T, place: &str) {
    drop(what);
}

/// Below the lowest bucket.
#[observe(metric = "blink", slow = "1us", buckets = [1.0])]
fn blinks(micros: u64) {
    let since = std::time::Instant::now();
    while since.elapsed() < Duration::from_micros(micros) {}
}

#[observe]
fn unbounded() {
    std::thread::sleep(Duration::from_millis(3));
}

/// The warnings of this thread, as text.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    fn during<R>(body: impl FnOnce() -> R) -> (R, Vec<String>) {
        let warnings = Warnings::default();
        let result = tracing::subscriber::with_default(warnings.clone(), body);
        let lines = warnings.0.lock().unwrap().clone();
        (result, lines)
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, meta: &Metadata<'_>) -> bool {
        meta.target() == "obs::slow"
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        struct Text(String);
        impl Visit for Text {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                if field.name() != "duration_seconds" {
                    self.0 += &format!("{}={value:?};", field.name());
                }
            }
        }
        let mut text = Text(format!("{};", event.metadata().level()));
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[test]
fn slow_calls_are_counted_and_told_once_a_second() {
    let count = |captured: &obs_runtime::testing::Captured| {
        captured.change("function_calls_slow_total", &[("function", "sleeps")])
    };
    let known = snapshot();
    let series = &known.family("function_calls_slow_total").unwrap().series;
    let names: Vec<_> = series.iter().filter_map(|series| series.labels.get("function")).collect();
    assert!(names.contains(&"sleeps") && !names.contains(&"unbounded"), "{names:?}");
    let ((_, captured), lines) = Warnings::during(|| {
        capture(|| {
            sleeps(0);
            sleeps(210);
            sleeps(210);
            std::thread::sleep(Duration::from_millis(1100));
            sleeps(210);
            unbounded();
        })
    });
    assert_eq!(count(&captured), 3.0);
    let line = |left_out| {
        format!(
            "WARN;message=the call took longer than its bound;function=\"sleeps\";module=\"slow\";\
             bound_seconds=0.2;left_out={left_out};"
        )
    };
    assert_eq!(lines, [line(0), line(1)]);
}

#[test]
fn a_warning_has_the_fields_of_a_recorded_call() {
    let ((), lines) = Warnings::during(|| capture(|| packs("moka")).0);
    assert!(lines[0].contains("fields=\"item=\\\"moka\\\" pieces=3\""), "{lines:?}");
    let (_, lines) = Warnings::during(|| {
        let mut future = pin!(capture_future(ships("filter")));
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready((_, captured)) => captured,
            Poll::Pending => panic!("it waits for nothing"),
        }
    });
    assert!(lines[0].contains("function=\"ships\"") && lines[0].contains("filter"), "{lines:?}");
    // One that is dropped between two polls, with another call around it.
    let (_, lines) = Warnings::during(|| {
        capture(|| {
            let mut waiting = Box::pin(waits("press"));
            assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            drops(waiting, "around");
        })
    });
    assert!(lines[0].contains("function=\"waits\""), "{lines:?}");
    assert!(lines[0].contains("press") && !lines[0].contains("around"), "{lines:?}");
}

#[test]
fn a_bound_may_be_below_the_lowest_bucket() {
    let ((), lines) = Warnings::during(|| {
        blinks(0);
        blinks(50);
        blinks(50);
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    let slow = snapshot().family("blink_slow_total").unwrap().clone();
    assert_eq!(slow.series.len(), 1);
    assert!(slow.series[0].labels.pairs().next().is_none(), "{slow:?}");
    let Value::Integer(count) = slow.series[0].value else { panic!("{slow:?}") };
    assert!((2..=3).contains(&count), "{count}");
}
