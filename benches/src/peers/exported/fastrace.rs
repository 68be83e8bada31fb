//! `#[fastrace::trace]` inside a trace that is recorded, with a reporter that counts and drops: nothing is sent.

use fastrace::Span;
use fastrace::collector::SpanContext;

use super::{AT_LEAST, SPANS, below, obs, traces};
use crate::peers::fastrace::{report, reported};
use crate::{Peer, Refused, body, ready};

/// A trace with so many calls below its root.
fn trace(calls: u64, call: impl Fn(u64) -> Result<u64, Refused>) -> Result<u64, Refused> {
    let root = Span::root("request", SpanContext::random());
    let _current = root.set_local_parent();
    below(calls, call)
}

#[fastrace::trace]
#[inline(never)]
fn called(input: u64) -> Result<u64, Refused> {
    body(input)
}

/// As fastrace advises inside a trace.
#[fastrace::trace(enter_on_poll = true)]
async fn called_ready(input: u64) -> Result<u64, Refused> {
    body(input)
}

fn trace_sync(calls: u64) -> Result<u64, Refused> {
    trace(calls, called)
}

fn trace_ready(calls: u64) -> Result<u64, Refused> {
    trace(calls, |input| ready(called_ready(input)))
}

/// Whether a trace arrives with all of its spans.
fn records(trace: impl Fn(u64) -> Result<u64, Refused>) -> bool {
    obs::stop();
    report();
    fastrace::flush();
    let before = reported();
    traces(SPANS, trace);
    fastrace::flush();
    reported() == before + SPANS
}

/// Every trace.
#[derive(Debug)]
pub struct All;

impl Peer for All {
    const NAME: &'static str = "fastrace, all, only reported";
    const AT_LEAST: u64 = AT_LEAST;

    fn call(input: u64) -> Result<u64, Refused> {
        trace_sync(input)
    }

    fn works() -> bool {
        records(trace_sync)
    }

    fn stretch(calls: u64) {
        traces(calls, trace_sync);
    }

    fn settle() {
        fastrace::flush();
    }
}

/// The same with async functions below the root.
#[derive(Debug)]
pub struct AllReady;

impl Peer for AllReady {
    const NAME: &'static str = All::NAME;
    const AT_LEAST: u64 = AT_LEAST;

    fn call(input: u64) -> Result<u64, Refused> {
        trace_ready(input)
    }

    fn works() -> bool {
        records(trace_ready)
    }

    fn stretch(calls: u64) {
        traces(calls, trace_ready);
    }

    fn settle() {
        fastrace::flush();
    }
}
