//! Timings that are unlike the last ones.

/// Before so many timings, nobody knows what is usual.
const KNOWN: usize = 20;

/// Below this difference, in seconds, it is the events' own resolution.
const RESOLUTION: f64 = 1e-6;

/// Mean and deviation of the last timings.
///
/// Both are kept up to date by what comes and what goes (Welford's method, with removal), and taken anew from the ring
/// each time that it has gone round, so that rounding does not add up.
#[derive(Debug)]
pub(crate) struct Window {
    ring: Vec<f64>,
    size: usize,
    next: usize,
    mean: f64,
    /// The sum of the squared differences to the mean.
    squares: f64,
}

impl Window {
    /// Over the last `size` timings.
    pub(crate) fn new(size: usize) -> Window {
        let size = size.max(2);
        Window { ring: Vec::with_capacity(size), size, next: 0, mean: 0.0, squares: 0.0 }
    }

    /// The mean of what it has; zero of nothing.
    pub(crate) fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation of what it has.
    pub(crate) fn deviation(&self) -> f64 {
        (self.squares / self.ring.len().max(1) as f64).max(0.0).sqrt()
    }

    /// Takes a timing, and says whether it is over the mean of those before it by `sigma` deviations.
    pub(crate) fn add(&mut self, seconds: f64, sigma: f64) -> bool {
        let margin = (sigma * self.deviation()).max(RESOLUTION);
        let outlier = self.ring.len() >= KNOWN.min(self.size) && seconds > self.mean + margin;
        let before = self.mean;
        if self.ring.len() < self.size {
            self.ring.push(seconds);
            self.mean += (seconds - before) / self.ring.len() as f64;
            self.squares += (seconds - before) * (seconds - self.mean);
        } else {
            let gone = std::mem::replace(&mut self.ring[self.next], seconds);
            self.next = (self.next + 1) % self.size;
            self.mean += (seconds - gone) / self.size as f64;
            self.squares += (seconds - gone) * (seconds - self.mean + gone - before);
            if self.next == 0 {
                self.recompute();
            }
        }
        outlier
    }

    fn recompute(&mut self) {
        self.mean = self.ring.iter().sum::<f64>() / self.ring.len() as f64;
        self.squares = self.ring.iter().map(|seconds| (seconds - self.mean).powi(2)).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers without a pattern, from 0 to 1.
    fn noise(seed: u32) -> f64 {
        let mixed = seed.wrapping_mul(0x9e37_79b9);
        f64::from((mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b)) / f64::from(u32::MAX)
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_last_ones() {
        for (offset, scale) in [(0.0, 1.0), (1e-5, 1e-7), (3600.0, 1e-4)] {
            let mut window = Window::new(100);
            let mut all = Vec::new();
            for n in 0..12_345 {
                let value = offset + scale * noise(n);
                all.push(value);
                window.add(value, 3.0);
                let last = &all[all.len().saturating_sub(100)..];
                let mean = last.iter().sum::<f64>() / last.len() as f64;
                let variance = last.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / last.len() as f64;
                assert!((window.mean() - mean).abs() <= 1e-12 * offset.max(scale), "{n}");
                assert!((window.deviation() - variance.sqrt()).abs() <= 1e-6 * scale, "{n}");
            }
        }
    }

    #[test]
    fn a_timing_that_went_by_leaves_nothing_behind() {
        let mut window = Window::new(100);
        window.add(1e9, 3.0);
        (0..250).for_each(|n| {
            window.add(1e-5 + 1e-7 * noise(n), 3.0);
        });
        assert!((window.mean() - 1.005e-5).abs() < 2e-8, "{}", window.mean());
        assert!((1e-8..6e-8).contains(&window.deviation()), "{}", window.deviation());
    }

    #[test]
    fn what_is_far_over_the_mean_is_an_outlier_until_it_is_usual() {
        let mut window = Window::new(100);
        let usual = |n| 1e-3 + 1e-5 * noise(n);
        assert_eq!((0..200).filter(|n| window.add(usual(*n), 3.0)).count(), 0);
        assert!(window.add(2e-3, 3.0));
        assert!(!window.add(0.5e-3, 3.0), "shorter is no outlier");
        let later = (0..100).filter(|n| window.add(1.0 + usual(*n), 3.0)).count();
        assert!((1..20).contains(&later), "{later}");
    }

    #[test]
    fn the_first_timings_and_the_resolution_of_events_are_no_outliers() {
        let mut window = Window::new(100);
        assert!((0..19).all(|_| !window.add(1e-6, 3.0)));
        assert!(!window.add(1.0, 3.0));
        let mut window = Window::new(100);
        assert!((0..50).all(|_| !window.add(10e-6, 3.0)));
        assert!(!window.add(10.5e-6, 3.0));
        assert!(window.add(12e-6, 3.0));
    }
}
