//! The clock of the hot path.
//!
//! Two reads of the time-stamp counter cost a third of two `Instant::now()` (16 ns against 44 ns on the
//! reference machine), and they are most of what an observed call costs. The counter is used where it
//! ticks at one rate on all processors: the processor says that it is invariant, and the kernel, which
//! compares the counters of all processors at boot and watches them afterwards, keeps time by it.
//! Elsewhere `Instant` is read.

use crate::attention;
use std::sync::OnceLock;
use std::time::Instant;

static CLOCK: OnceLock<Clock> = OnceLock::new();

/// The rate of a tick is measured once and then kept: were it refined later, the sums of durations
/// could step back between two scrapes, which Prometheus takes for a restart.
#[derive(Debug)]
struct Clock {
    zero: Instant,
    ticks_per_second: f64,
}

/// A point in time, in ticks of an arbitrary zero.
#[inline(always)]
pub(crate) fn now() -> u64 {
    if attention::has(attention::CLOCK) { start() } else { counter() }
}

/// The same where [`attention::flags`] were without [`CLOCK`](attention::CLOCK) a moment ago, as they then
/// stay.
#[inline(always)]
pub(crate) fn counted() -> u64 {
    counter()
}

/// The length of `ticks` in seconds.
pub(crate) fn seconds(ticks: u64) -> f64 {
    ticks as f64 / clock().ticks_per_second
}

/// How many ticks `seconds` last, rounded down: a whole number of ticks is at most `seconds` long
/// exactly if it is at most this many.
pub(crate) fn ticks(seconds: f64) -> u64 {
    // A saturating cast: a bound beyond the clock's range is never exceeded.
    (seconds * clock().ticks_per_second) as u64
}

fn clock() -> &'static Clock {
    CLOCK.get_or_init(|| {
        if counter_is_invariant() {
            let clock = calibrate();
            attention::set(attention::CLOCK, false);
            clock
        } else {
            Clock { zero: Instant::now(), ticks_per_second: 1e9 }
        }
    })
}

#[cold]
fn start() -> u64 {
    let clock = clock();
    if attention::has(attention::CLOCK) { clock.zero.elapsed().as_nanos() as u64 } else { counter() }
}

/// Measures the counter against `Instant` over one millisecond, once a process. Each end is the
/// tightest of several sandwiches, known to some 20 ns, so the rate is within 0.01 %: finer than the
/// kernel's own adjustment of `Instant` (up to 0.05 %).
fn calibrate() -> Clock {
    let (first_ticks, first) = paired();
    while first.elapsed().as_micros() < 1000 {
        std::hint::spin_loop();
    }
    let (last_ticks, last) = paired();
    let seconds = last.duration_since(first).as_secs_f64();
    Clock { zero: first, ticks_per_second: last_ticks.wrapping_sub(first_ticks) as f64 / seconds }
}

/// The same moment on both clocks.
fn paired() -> (u64, Instant) {
    let sandwich = || {
        let before = counter();
        let instant = Instant::now();
        let width = counter().saturating_sub(before);
        (width, before.wrapping_add(width / 2), instant)
    };
    let mut best = sandwich();
    for _ in 0..16 {
        let next = sandwich();
        if next.0 < best.0 {
            best = next;
        }
    }
    (best.1, best.2)
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn counter() -> u64 {
    // SAFETY: RDTSC has no preconditions on memory or registers; it exists on every x86-64 processor.
    // Where an operating system forbids it to user code it also does not keep time by it, and
    // `counter_is_invariant` has kept us away.
    #[allow(unsafe_code)]
    unsafe {
        core::arch::x86_64::_rdtsc()
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn counter() -> u64 {
    0
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn counter_is_invariant() -> bool {
    // The kernel's choice implies that the processor calls its counter invariant.
    std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource")
        .is_ok_and(|source| source.trim() == "tsc")
}

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
fn counter_is_invariant() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn agrees_with_instant() {
        let (from, instant) = (now(), Instant::now());
        std::thread::sleep(Duration::from_millis(50));
        let (ticked, elapsed) = (seconds(now() - from), instant.elapsed().as_secs_f64());
        // Generous: a preemption between the two reads of one end counts fully.
        assert!((ticked / elapsed - 1.0).abs() < 0.05, "{ticked} s against {elapsed} s");
    }

    #[test]
    fn bounds_round_down() {
        assert!(seconds(ticks(0.025)) <= 0.025);
        assert!(seconds(ticks(0.025) + 1) > 0.025 - 1e-12);
        assert_eq!(ticks(f64::INFINITY), u64::MAX);
    }
}
