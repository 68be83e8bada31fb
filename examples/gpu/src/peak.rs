//! What the processor can do at most, measured: its data sheet is not at hand.

use std::hint::black_box;
use std::time::Instant;

/// Bytes and single-precision operations a second of one core.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peak {
    pub(crate) bytes: f64,
    pub(crate) flops: f64,
}

/// Measures for some tens of milliseconds. Caches hold what they hold of vectors as long as the work's.
pub(crate) fn measure(len: usize) -> Peak {
    let bytes = {
        let (source, mut target) = (vec![1.0f32; len], vec![0.0f32; len]);
        // Read and written in place: a copy would fetch what it overwrites, and move more than it seems to.
        best(5, || {
            for (target, source) in target.iter_mut().zip(black_box(&source)) {
                *target += source;
            }
            black_box(&target);
            12.0 * len as f64
        })
    };
    let flops = best(5, || {
        // Independent sums, as many as the widest registers of two units hold.
        let mut sums = [1.0f32; 64];
        let rounds = 100_000;
        for _ in 0..rounds {
            for sum in &mut sums {
                *sum = *sum * 0.999 + 0.001;
            }
            black_box(&mut sums);
        }
        2.0 * (rounds * sums.len()) as f64
    });
    Peak { bytes, flops }
}

/// The highest rate of a few tries: whatever disturbs makes it lower.
fn best(tries: usize, mut work: impl FnMut() -> f64) -> f64 {
    let rate = |_| {
        let start = Instant::now();
        let done = work();
        done / start.elapsed().as_secs_f64()
    };
    (0..tries).map(rate).fold(0.0, f64::max)
}
