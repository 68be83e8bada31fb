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
#[cfg(feature = "otlp")]
use std::time::{SystemTime, UNIX_EPOCH};

static CLOCK: OnceLock<Clock> = OnceLock::new();

/// The rate of a tick is measured once and then kept: were it refined later, the sums of durations
/// could step back between two scrapes, which Prometheus takes for a restart.
#[derive(Debug)]
struct Clock {
    zero: Instant,
    /// The same moment in ticks.
    #[cfg_attr(not(feature = "otlp"), allow(dead_code))]
    zero_ticks: u64,
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
            Clock { zero: Instant::now(), zero_ticks: 0, ticks_per_second: 1e9 }
        }
    })
}

#[cold]
fn start() -> u64 {
    let clock = clock();
    if attention::has(attention::CLOCK) { clock.zero.elapsed().as_nanos() as u64 } else { counter() }
}

/// The wall clock and ours at one moment, to translate other moments by.
///
/// The rate is that of the whole time since the clock's zero, for a wall clock can step back and nobody takes
/// that for a restart. The two clocks are read some 20 ns apart, and the kernel bends its own by up to 0.05 %: a
/// moment that lies five seconds back is told within 2.5 ms at the very worst, and ordinarily within
/// microseconds. Moments told by one anchor are in order, and as far apart as they were.
#[cfg(feature = "otlp")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    ticks: u64,
    unix_nanos: u64,
    nanos_per_tick: f64,
}

#[cfg(feature = "otlp")]
impl Anchor {
    /// Both clocks now.
    pub(crate) fn now() -> Anchor {
        let sandwich = || {
            let before = now();
            let wall = SystemTime::now();
            let width = now().saturating_sub(before);
            (width, before.wrapping_add(width / 2), wall)
        };
        let first = sandwich();
        let (_, ticks, wall) = (0..4).map(|_| sandwich()).fold(first, |best, next| match next.0 < best.0 {
            true => next,
            false => best,
        });
        let clock = clock();
        let elapsed = clock.zero.elapsed().as_secs_f64();
        // Shorter than that, the first measurement is as good.
        let rate = match !attention::has(attention::CLOCK) && elapsed > 0.1 {
            true => ticks.saturating_sub(clock.zero_ticks) as f64 / elapsed,
            false => clock.ticks_per_second,
        };
        Anchor { ticks, unix_nanos: unix_nanos(wall), nanos_per_tick: 1e9 / rate }
    }

    /// When the clock stood at `ticks`, in nanoseconds since 1970.
    pub(crate) fn unix_nanos(&self, ticks: u64) -> u64 {
        let nanos = |ticks: u64| (ticks as f64 * self.nanos_per_tick) as u64;
        match ticks.checked_sub(self.ticks) {
            Some(after) => self.unix_nanos.saturating_add(nanos(after)),
            None => self.unix_nanos.saturating_sub(nanos(self.ticks - ticks)),
        }
    }
}

/// The moment since which this process counts, in nanoseconds since 1970: when the clock was first read, which no
/// observed call is before.
#[cfg(feature = "otlp")]
pub(crate) fn counting_since() -> u64 {
    let zero = clock().zero_ticks;
    Anchor::now().unix_nanos(zero)
}

/// Nanoseconds since 1970; zero for earlier moments.
#[cfg(feature = "otlp")]
pub(crate) fn unix_nanos(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
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
    let ticks_per_second = last_ticks.wrapping_sub(first_ticks) as f64 / seconds;
    Clock { zero: first, zero_ticks: first_ticks, ticks_per_second }
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
        let both = || {
            let (from, instant) = (now(), Instant::now());
            std::thread::sleep(Duration::from_millis(20));
            (seconds(now() - from), instant.elapsed().as_secs_f64())
        };
        // A preemption between the two reads of one end counts fully, so one of several is enough.
        let pairs: Vec<(f64, f64)> = (0..20).map(|_| both()).collect();
        let agree = |(ticked, elapsed): &(f64, f64)| (ticked / elapsed - 1.0).abs() < 0.01;
        assert!(pairs.iter().any(agree), "{pairs:?}");
    }

    #[cfg(feature = "otlp")]
    #[test]
    fn moments_are_told_by_the_wall_clock() {
        let (before, ticks, after) = (SystemTime::now(), now(), SystemTime::now());
        std::thread::sleep(Duration::from_millis(150));
        let (anchor, margin) = (Anchor::now(), 5_000_000);
        let told = anchor.unix_nanos(ticks);
        assert!(told + margin >= unix_nanos(before) && told <= unix_nanos(after) + margin, "{told}");
        let later = anchor.unix_nanos(ticks + super::ticks(1.0));
        // The rates of the first millisecond and of the whole time differ by less than a thousandth.
        assert!((later - told).abs_diff(1_000_000_000) < 1_000_000, "{}", later - told);
        assert_eq!(anchor.unix_nanos(anchor.ticks), anchor.unix_nanos);
    }

    #[test]
    fn bounds_round_down() {
        assert!(seconds(ticks(0.025)) <= 0.025);
        assert!(seconds(ticks(0.025) + 1) > 0.025 - 1e-12);
        assert_eq!(ticks(f64::INFINITY), u64::MAX);
    }
}
