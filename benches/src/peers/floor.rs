//! What no instrumentation can beat: the body alone, and the body between two looks at a clock.

use std::hint::black_box;
use std::time::Instant;

use crate::{Peer, Refused, body, ready};

/// The function as it is.
#[derive(Debug)]
pub struct Bare;

#[inline(never)]
fn bare(input: u64) -> Result<u64, Refused> {
    body(input)
}

impl Peer for Bare {
    const NAME: &'static str = "bare body";

    fn call(input: u64) -> Result<u64, Refused> {
        bare(input)
    }

    fn works() -> bool {
        true
    }
}

/// Two reads of the time-stamp counter; where there is none to read, of `Instant`.
#[derive(Debug)]
pub struct Tsc;

/// Whether [`Tsc`] reads the time-stamp counter.
pub const HAS_TSC: bool = cfg!(target_arch = "x86_64");

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn ticks() -> u64 {
    // SAFETY: the instruction touches no memory, and every x86_64 has it.
    #[allow(unsafe_code)]
    unsafe {
        std::arch::x86_64::_rdtsc()
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn ticks() -> Instant {
    Instant::now()
}

#[inline(never)]
fn tsc(input: u64) -> Result<u64, Refused> {
    let start = ticks();
    let result = body(input);
    black_box(ticks() - start);
    result
}

impl Peer for Tsc {
    const NAME: &'static str = if HAS_TSC { "floor: two TSC reads" } else { "floor: Instant::now twice" };

    fn call(input: u64) -> Result<u64, Refused> {
        tsc(input)
    }

    fn works() -> bool {
        true
    }
}

/// The same around a future.
#[derive(Debug)]
pub struct TscReady;

async fn tsc_ready(input: u64) -> Result<u64, Refused> {
    let start = ticks();
    let result = async { body(input) }.await;
    black_box(ticks() - start);
    result
}

impl Peer for TscReady {
    const NAME: &'static str = Tsc::NAME;

    fn call(input: u64) -> Result<u64, Refused> {
        ready(tsc_ready(input))
    }

    fn works() -> bool {
        true
    }
}

/// Two reads of the clock of the standard library.
#[derive(Debug)]
pub struct Clock;

#[inline(never)]
fn clock(input: u64) -> Result<u64, Refused> {
    let start = Instant::now();
    let result = body(input);
    black_box(start.elapsed());
    result
}

impl Peer for Clock {
    const NAME: &'static str = "Instant::now twice";

    fn call(input: u64) -> Result<u64, Refused> {
        clock(input)
    }

    fn works() -> bool {
        true
    }
}
