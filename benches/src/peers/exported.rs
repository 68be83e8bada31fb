//! Spans that somebody sends away. Everybody makes traces of [`SPANS`] spans: one around the others, as a request is
//! around what it calls. A root is dear, and one trace for all calls would overflow every peer's buffers.
//!
//! Queues are so large that nothing is dropped for want of room: a dropped span is cheap, and no use to anybody. The
//! exporters run while the clock does, and finish off the clock.

pub mod fastrace;
pub mod obs;
pub mod opentelemetry;

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::{Refused, Visitor, body};

/// The spans of a trace.
pub const SPANS: u64 = 10;

/// Enough of them for many batches.
const AT_LEAST: u64 = 5_000 * SPANS;

/// Room for more spans than a stretch makes.
const QUEUE: usize = 1 << 22;

/// `#[observe]` on synchronous functions.
pub fn ours(visitor: &mut impl Visitor) {
    visitor.peer::<obs::Tenth>();
    visitor.peer::<obs::All>();
    visitor.peer::<obs::Unsampled>();
}

/// `#[observe]` on async functions that are ready on the first poll.
pub fn ours_ready(visitor: &mut impl Visitor) {
    visitor.peer::<obs::TenthReady>();
    visitor.peer::<obs::AllReady>();
    visitor.peer::<obs::UnsampledReady>();
}

/// The others on synchronous functions.
pub fn others(visitor: &mut impl Visitor) {
    visitor.peer::<fastrace::All>();
    visitor.peer::<opentelemetry::Tenth>();
    visitor.peer::<opentelemetry::All>();
}

/// The others on async functions that are ready on the first poll.
pub fn others_ready(visitor: &mut impl Visitor) {
    visitor.peer::<fastrace::AllReady>();
    visitor.peer::<opentelemetry::TenthReady>();
    visitor.peer::<opentelemetry::AllReady>();
}

/// Makes that many spans: `trace` makes a root and so many below it.
fn traces(spans: u64, trace: impl Fn(u64) -> Result<u64, Refused>) {
    let mut left = spans;
    while left > 0 {
        let these = SPANS.min(left);
        let _ = black_box(trace(these - 1));
        left -= these;
    }
}

/// What a root does: the body, once a call below it.
#[inline(always)]
fn below(calls: u64, call: impl Fn(u64) -> Result<u64, Refused>) -> Result<u64, Refused> {
    for input in 0..calls {
        let _ = black_box(call(input));
    }
    body(calls)
}

/// Whether it becomes so before anybody loses patience.
fn comes(so: impl Fn() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(30);
    while !so() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}
