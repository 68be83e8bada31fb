//! `#[observe]`, exported over OTLP, beside the metrics that it always has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use obs_runtime::snapshot::Value;
use obs_runtime::{Obs, Otlp, Sampling, TraceContext, observe};

use super::{AT_LEAST, QUEUE, SPANS, below, comes, traces};
use crate::receiver::{address, received};
use crate::{Peer, Refused, body, ready};

static RUNNING: Mutex<Option<Obs>> = Mutex::new(None);

/// The spans that were made since the exporter started.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Ends the exporter, if there is one.
pub(super) fn stop() {
    drop(RUNNING.lock().unwrap_or_else(PoisonError::into_inner).take());
}

/// Starts an exporter of its own.
fn start(sampling: Sampling) {
    stop();
    let otlp = Otlp::http(&format!("http://{}", address())).without_metrics();
    let otlp = otlp.queue(QUEUE, 512).schedule_delay("20ms");
    let obs = obs_runtime::builder("benches").otlp(otlp).sampling(sampling).init();
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(obs.expect("an exporter"));
    MADE.store(0, Ordering::SeqCst);
}

fn number(family: &str, labels: &[(&str, &str)]) -> u64 {
    match obs_runtime::snapshot().value(family, labels) {
        Some(Value::Integer(value)) => *value,
        _ => 0,
    }
}

/// What became of so many spans.
fn spans(result: &str) -> u64 {
    number("obs_spans_total", &[("result", result)])
}

/// Makes spans, and remembers how many.
fn make(count: u64, trace: impl Fn(u64) -> Result<u64, Refused>) {
    MADE.fetch_add(count, Ordering::SeqCst);
    traces(count, trace);
}

/// Waits until everything has been sent. Nothing may have been lost: it would have been cheaper than it looks.
fn settle() {
    assert!(comes(|| number("obs_spans_queued", &[]) == 0), "the spans were not sent");
    let told = spans("exported") + spans("sampled_out");
    assert_eq!(told, MADE.load(Ordering::SeqCst), "spans were lost");
}

/// Whether about this share of the spans arrives, and all of the others were dropped by the sampling.
fn sends(sampling: Sampling, share: f64, trace: impl Fn(u64) -> Result<u64, Refused>) -> bool {
    start(sampling);
    let before = received();
    let made = 1_000 * SPANS;
    make(made, trace);
    settle();
    let arrived = received() - before;
    // Ten standard deviations of a tenth of a thousand.
    arrived == spans("exported") && (arrived as f64 - made as f64 * share).abs() <= 95.0 * SPANS as f64
}

#[observe]
#[inline(never)]
fn request(calls: u64) -> Result<u64, Refused> {
    below(calls, called)
}

#[observe]
#[inline(never)]
fn called(input: u64) -> Result<u64, Refused> {
    body(input)
}

#[observe]
async fn request_ready(calls: u64) -> Result<u64, Refused> {
    below(calls, |input| ready(called_ready(input)))
}

#[observe]
async fn called_ready(input: u64) -> Result<u64, Refused> {
    body(input)
}

fn trace_ready(calls: u64) -> Result<u64, Refused> {
    ready(request_ready(calls))
}

/// One of the rows: its name, sampling and share, and how a trace is made.
macro_rules! peer {
    ($(#[$doc:meta])* $peer:ident, $name:literal, $sampling:expr, $share:literal, $trace:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $peer;

        impl Peer for $peer {
            const NAME: &'static str = $name;
            const AT_LEAST: u64 = AT_LEAST;

            fn call(input: u64) -> Result<u64, Refused> {
                $trace(input)
            }

            fn works() -> bool {
                sends($sampling, $share, $trace)
            }

            fn stretch(calls: u64) {
                make(calls, $trace);
            }

            fn settle() {
                settle();
            }
        }
    };
}

peer!(
    /// A tenth of the traces, and all with errors: everything is held until it is known.
    Tenth, "#[observe], 10 % and errors", Sampling::ratio(0.1).keep_errors(), 0.1, request
);
peer!(
    /// Every trace.
    All, "#[observe], all", Sampling::always(), 1.0, request
);
peer!(
    /// The same on async functions.
    TenthReady, "#[observe], 10 % and errors", Sampling::ratio(0.1).keep_errors(), 0.1, trace_ready
);
peer!(
    /// The same on async functions.
    AllReady, "#[observe], all", Sampling::always(), 1.0, trace_ready
);

/// Whether a trace is known to be one that nobody keeps.
#[observe]
fn is_unsampled() -> bool {
    TraceContext::current().is_some_and(|context| !context.sampled)
}

/// Whether nothing arrives of traces that exist all the same.
fn sends_nothing(trace: impl Fn(u64) -> Result<u64, Refused>) -> bool {
    start(Sampling::never());
    let (before, arrived) = (number_of_calls(), received());
    traces(SPANS, trace);
    number_of_calls() == before + SPANS && is_unsampled() && received() == arrived
}

/// All calls of the functions above.
fn number_of_calls() -> u64 {
    let snapshot = obs_runtime::snapshot();
    let series = snapshot.families.iter().filter(|family| family.name == "function_calls_total");
    let integer = |value: &Value| if let Value::Integer(count) = value { *count } else { 0 };
    series.flat_map(|family| &family.series).map(|series| integer(&series.value)).sum()
}

/// No trace, and no late decision: what is left are the ids, which travel on to others.
#[derive(Debug)]
pub struct Unsampled;

impl Peer for Unsampled {
    const NAME: &'static str = "#[observe], not sampled";
    const AT_LEAST: u64 = AT_LEAST;

    fn call(input: u64) -> Result<u64, Refused> {
        request(input)
    }

    fn works() -> bool {
        sends_nothing(request)
    }

    fn stretch(calls: u64) {
        traces(calls, request);
    }
}

/// The same on async functions.
#[derive(Debug)]
pub struct UnsampledReady;

impl Peer for UnsampledReady {
    const NAME: &'static str = Unsampled::NAME;
    const AT_LEAST: u64 = AT_LEAST;

    fn call(input: u64) -> Result<u64, Refused> {
        trace_ready(input)
    }

    fn works() -> bool {
        sends_nothing(trace_ready)
    }

    fn stretch(calls: u64) {
        traces(calls, trace_ready);
    }
}
