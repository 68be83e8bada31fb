//! What the tests of this package share: reading back what an observed function recorded, and driving
//! futures by hand.

use obs_runtime::snapshot::{Series, Value};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll, Waker};

/// Asserts how the calls of a function of this module have ended so far, and that none is in progress:
/// `ended!("parse", "ok" => 2, "error/not_found" => 1)`. Results that are not named did not happen.
///
/// A result is that of the `result` label, with `/` and the `error_type` where there is one, and with the
/// function's own labels behind it: `"ok format=json"`.
#[macro_export]
macro_rules! ended {
    ($function:expr $(, $result:expr => $calls:expr)* $(,)?) => {
        $crate::assert_ended($function, ::core::module_path!(), &[$(($result, $calls)),*])
    };
}

/// See [`ended!`].
#[track_caller]
pub fn assert_ended(function: &str, module: &str, expected: &[(&str, u64)]) {
    let identity = [("function", function), ("module", module)];
    let expected: BTreeMap<String, u64> = expected.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
    assert_eq!(calls("function_calls", &identity), expected, "calls of {function} in {module}");

    // Each call is timed once too, by its result alone.
    let mut by_result = BTreeMap::new();
    for (key, calls) in &expected {
        *by_result.entry(without_error_type(key)).or_insert(0) += calls;
    }
    assert_eq!(timed("function_calls", &identity), by_result, "durations of {function} in {module}");

    let snapshot = obs_runtime::snapshot();
    let in_progress = snapshot.value("function_calls_concurrent", &identity);
    assert_eq!(in_progress, Some(&Value::Integer(0)), "calls of {function} in progress");
}

/// Asserts how the launches of a kernel on the host have ended so far: `launched!("saxpy", "ok" => 2)`. Results that
/// are not named did not happen; labels of its own stand behind them, as in [`ended!`].
#[macro_export]
macro_rules! launched {
    ($kernel:expr $(, $result:expr => $launches:expr)* $(,)?) => {
        $crate::assert_launched($kernel, &[$(($result, $launches)),*])
    };
}

/// See [`launched!`].
#[track_caller]
pub fn assert_launched(kernel: &str, expected: &[(&str, u64)]) {
    let identity = [("kernel", kernel), ("device", "host")];
    let expected: BTreeMap<String, u64> = expected.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
    assert_eq!(calls("gpu_kernel_launches", &identity), expected, "launches of {kernel}");

    // A launch that ends well is timed, or said not to be.
    let ok: u64 =
        expected.iter().filter(|(key, _)| key.starts_with("ok")).map(|(_, launches)| launches).sum();
    let timed: u64 = timed("gpu_kernel", &identity).values().sum();
    let untimed: u64 = calls("gpu_kernel_untimed", &identity).values().sum();
    assert_eq!(timed + untimed, ok, "{timed} timings of {kernel}, and {untimed} launches without");
}

/// The errors of a kernel on the host, by type.
pub fn launch_errors(kernel: &str) -> BTreeMap<String, u64> {
    let found = calls("gpu_kernel_errors", &[("kernel", kernel), ("device", "host")]);
    found.into_iter().map(|(key, errors)| (key.trim_start_matches('/').to_owned(), errors)).collect()
}

/// The calls that a prefix's `…_total` has, by result; those that never happened left out.
pub fn calls(prefix: &str, identity: &[(&str, &str)]) -> BTreeMap<String, u64> {
    series(&format!("{prefix}_total"), identity, |value| match value {
        Value::Integer(calls) => *calls,
        other => panic!("a counter of calls holds {other:?}"),
    })
}

/// The calls that a prefix's `…_duration_seconds` has, by result.
pub fn timed(prefix: &str, identity: &[(&str, &str)]) -> BTreeMap<String, u64> {
    series(&format!("{prefix}_duration_seconds"), identity, |value| match value {
        Value::Histogram(durations) => durations.count(),
        other => panic!("a histogram of durations holds {other:?}"),
    })
}

fn series(family: &str, identity: &[(&str, &str)], read: impl Fn(&Value) -> u64) -> BTreeMap<String, u64> {
    let snapshot = obs_runtime::snapshot();
    let Some(family) = snapshot.family(family) else { return BTreeMap::new() };
    let ours = |series: &&Series| identity.iter().all(|(name, value)| series.labels.get(name) == Some(value));
    let found = family.series.iter().filter(ours).map(|series| (key(series), read(&series.value)));
    found.filter(|(_, calls)| *calls > 0).collect()
}

fn key(series: &Series) -> String {
    let mut key = series.labels.get("result").unwrap_or_default().to_owned();
    for (name, value) in series.labels.pairs() {
        match name {
            "function" | "module" | "result" | "kernel" | "device" => {}
            "error_type" => key = format!("{key}/{value}"),
            name => key = format!("{key} {name}={value}"),
        }
    }
    key
}

fn without_error_type(key: &str) -> String {
    let (result, labels) = key.split_once(' ').map_or((key, None), |(result, rest)| (result, Some(rest)));
    let result = result.split('/').next().unwrap_or(result);
    labels.map_or_else(|| result.to_owned(), |labels| format!("{result} {labels}"))
}

/// The integer or float that a family has under exactly these labels.
#[track_caller]
pub fn number(family: &str, labels: &[(&str, &str)]) -> Option<f64> {
    match obs_runtime::snapshot().value(family, labels)? {
        Value::Integer(n) => Some(*n as f64),
        Value::Float(x) => Some(*x),
        other => panic!("{family} holds {other:?}"),
    }
}

/// How many observations a histogram has under exactly these labels, and their sum.
#[track_caller]
pub fn observed(family: &str, labels: &[(&str, &str)]) -> Option<(u64, f64)> {
    match obs_runtime::snapshot().value(family, labels)? {
        Value::Histogram(values) => Some((values.count(), values.sum)),
        other => panic!("{family} holds {other:?}"),
    }
}

/// Polls a future until it is ready. Nothing that these tests wait for takes time.
pub fn ready<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future waits for something that does not come");
}

/// Polls a future once, and drops it.
pub fn cancel<F: Future>(future: F) {
    let mut future = std::pin::pin!(future);
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending(), "the future was ready at once");
}

/// Pending at the first poll, ready at the second.
#[derive(Debug, Default)]
pub struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match std::mem::replace(&mut self.0, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

thread_local! {
    /// Whether a panic of this thread is no news.
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs what panics, without its message and backtrace on the terminal. The panic's own message comes back.
pub fn panics<R>(body: impl FnOnce() -> R) -> String {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !EXPECTED.get() {
                loud(info);
            }
        }));
    });
    EXPECTED.set(true);
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).err();
    EXPECTED.set(false);
    let payload = payload.expect("it was to panic");
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
}
