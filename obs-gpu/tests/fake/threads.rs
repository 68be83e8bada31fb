//! Many threads at once.

use super::*;
use std::thread;

kernel!(BUSY, "busy");
kernel!(SHARED, "shared", every: 3);

#[test]
fn no_launch_is_lost_or_counted_twice() {
    const THREADS: u64 = 8;
    const LAUNCHES: u64 = 2000;
    let simulated = Simulated::new("busy-0");
    thread::scope(|scope| {
        for number in 0..THREADS {
            let simulated = &simulated;
            scope.spawn(move || {
                for turn in 0..LAUNCHES {
                    // Streams are shared, too.
                    simulated.launch_into(&BUSY, StreamId(number % 3), 1e-6);
                    simulated.launch_into(&SHARED, StreamId(turn % 5), 1e-6);
                    simulated.driver.advance(1e-6);
                }
            });
        }
    });
    simulated.finish();
    let all = (THREADS * LAUNCHES) as f64;
    assert_eq!(launches("busy", "busy-0", "ok"), all);
    assert_eq!(launches("shared", "busy-0", "ok"), all);
    assert_adds_up("busy", "busy-0");
    assert_adds_up("shared", "busy-0");
    let skipped = (THREADS * LAUNCHES) - (THREADS * LAUNCHES).div_ceil(3);
    assert!((untimed("shared", "busy-0", "sampled") - skipped as f64).abs() <= 2.0);
    assert!(timings("busy", "busy-0").count() > 0);
    assert_eq!(number("gpu_event_pairs", &[("device", "busy-0"), ("state", "free")]), 512.0);
}
