//! What the processor can do at most, measured: its data sheet is not at hand.

use std::hint::black_box;
use std::time::Instant;

/// Bytes and single-precision operations a second of one core.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peak {
    pub(crate) bytes: f64,
    pub(crate) flops: f64,
}

/// Measures for some twenty milliseconds.
pub(crate) fn measure() -> Peak {
    let bytes = {
        // Larger than caches are.
        let source = vec![1u8; 32 << 20];
        let mut target = vec![0u8; source.len()];
        best(3, || {
            target.copy_from_slice(black_box(&source));
            black_box(&target);
            2.0 * source.len() as f64
        })
    };
    let flops = best(3, || {
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
