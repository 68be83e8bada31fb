//! `#[fastrace::trace]` inside a trace that is recorded, with a reporter that counts and drops.

use std::hint::black_box;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrace::Span;
use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};

use crate::{Peer, Refused, body, ready};

/// How many calls share a trace. A root is dear, and a request makes several calls; one trace for all
/// would overflow fastrace's buffer, and what is dropped there is not measured.
const CALLS_A_TRACE: u64 = 10;

static REPORTED: AtomicUsize = AtomicUsize::new(0);

struct Count;

impl Reporter for Count {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        REPORTED.fetch_add(spans.len(), Ordering::Relaxed);
    }
}

/// Reports to a counter, from the first call on.
pub(super) fn report() {
    static REPORTING: Once = Once::new();
    REPORTING.call_once(|| fastrace::set_reporter(Count, Config::default()));
}

/// How many spans the counter has seen.
pub(super) fn reported() -> u64 {
    REPORTED.load(Ordering::Relaxed) as u64
}

/// Runs the calls in traces of [`CALLS_A_TRACE`].
fn traces(calls: u64, call: impl Fn(u64) -> Result<u64, Refused>) {
    let mut input = 0;
    while input < calls {
        let root = Span::root("request", SpanContext::random());
        let _current = root.set_local_parent();
        for _ in 0..CALLS_A_TRACE.min(calls - input) {
            let _ = black_box(call(input));
            input += 1;
        }
    }
}

/// Whether a trace with one call arrives as two spans.
fn records(call: impl Fn(u64) -> Result<u64, Refused>) -> bool {
    report();
    fastrace::flush();
    let before = REPORTED.load(Ordering::Relaxed);
    traces(1, call);
    fastrace::flush();
    REPORTED.load(Ordering::Relaxed) == before + 2
}

/// The attribute.
#[derive(Debug)]
pub struct Attribute;

#[fastrace::trace]
#[inline(never)]
fn traced(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Attribute {
    const NAME: &'static str = "#[fastrace::trace], ten a trace";

    fn call(input: u64) -> Result<u64, Refused> {
        traced(input)
    }

    fn works() -> bool {
        records(Self::call)
    }

    fn stretch(calls: u64) {
        traces(calls, Self::call);
    }

    fn settle() {
        fastrace::flush();
    }
}

/// The same on an async function: in the span of the poll, as fastrace advises inside a trace.
#[derive(Debug)]
pub struct Ready;

#[fastrace::trace(enter_on_poll = true)]
async fn traced_ready(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Ready {
    const NAME: &'static str = Attribute::NAME;

    fn call(input: u64) -> Result<u64, Refused> {
        ready(traced_ready(input))
    }

    fn works() -> bool {
        records(Self::call)
    }

    fn stretch(calls: u64) {
        traces(calls, Self::call);
    }

    fn settle() {
        fastrace::flush();
    }
}
