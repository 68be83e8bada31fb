//! Which launches are timed.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// However cheap a kernel is, one launch in so many is timed.
const RAREST: f64 = 10_000.0;

/// Chooses one launch in so many. The place among them differs from one stretch to the next, so that launches which
/// take turns are all timed in the end.
#[derive(Debug)]
pub(crate) struct Sampler {
    seen: AtomicU32,
    stride: AtomicU32,
    auto: bool,
}

impl Sampler {
    /// One in `every`; zero is as many as pay.
    pub(crate) const fn new(every: u32) -> Sampler {
        let stride = if every == 0 { 1 } else { every };
        Sampler { seen: AtomicU32::new(0), stride: AtomicU32::new(stride), auto: every == 0 }
    }

    /// Counts a launch and says whether it is to be timed: exactly one of each stretch is.
    #[inline]
    pub(crate) fn is_due(&self) -> bool {
        match NonZeroU32::new(self.stride.load(Ordering::Relaxed)) {
            Some(stride) if stride.get() > 1 => {
                let seen = self.seen.fetch_add(1, Ordering::Relaxed);
                seen % stride == place(seen / stride) % stride
            }
            _ => true,
        }
    }

    /// Finds the stride at which timing costs no more than its share: `pair` is the cost of a pair of events, `mean` the
    /// kernel's own time, both in seconds.
    pub(crate) fn adapt(&self, pair: f64, mean: f64, share: f64) {
        if self.auto {
            let stride = (pair / (mean * share)).ceil();
            // No number at all where nothing is known to cost anything.
            let stride = if stride.is_nan() { 1.0 } else { stride.clamp(1.0, RAREST) };
            self.stride.store(stride as u32, Ordering::Relaxed);
        }
    }

    #[cfg(test)]
    fn stride(&self) -> u32 {
        self.stride.load(Ordering::Relaxed)
    }
}

/// A number that has nothing to do with its neighbours' (the finaliser of `MurmurHash3`).
#[inline]
fn place(stretch: u32) -> u32 {
    let mut hash = stretch ^ 0x9e37_79b9;
    hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_stretch_is_timed_at_a_place_of_its_own() {
        let sampler = Sampler::new(10);
        let mut places = [0; 10];
        for _ in 0..1000 {
            let due: Vec<usize> = (0..10).filter(|_| sampler.is_due()).collect();
            assert_eq!(due.len(), 1);
            places[due[0]] += 1;
        }
        // No launch that comes round every ten is timed always or never.
        assert!(places.iter().all(|count| (60..=140).contains(count)), "{places:?}");
    }

    #[test]
    fn every_launch_is_timed_without_a_stride() {
        let (one, auto) = (Sampler::new(1), Sampler::new(0));
        assert!((0..100).all(|_| one.is_due() && auto.is_due()));
    }

    #[test]
    fn the_stride_makes_timing_cost_its_share() {
        let sampler = Sampler::new(0);
        for (pair, mean, stride) in [
            (2e-6, 1e-3, 1),
            (2e-6, 2e-4, 1),
            (2e-6, 1e-4, 2),
            (2e-6, 5e-6, 40),
            (2e-6, 0.0, 10_000),
            (0.0, 0.0, 1),
            (0.0, 1e-3, 1),
        ] {
            sampler.adapt(pair, mean, 0.01);
            assert_eq!(sampler.stride(), stride, "{pair} {mean}");
        }
        let given = Sampler::new(7);
        given.adapt(1.0, 1e-9, 0.01);
        assert_eq!(given.stride(), 7);
    }
}
