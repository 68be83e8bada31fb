//! How launches end.

use super::*;
use obs_gpu::GpuError;
use obs_gpu::fake::Call;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

kernel!(ENDS, "ends");
kernel!(UNWINDING, "unwinding");
kernel!(LOST_GUARD, "forgotten");

#[test]
fn a_launch_is_counted_once_by_how_it_ended() {
    let simulated = Simulated::new("ends-0");
    let lane = simulated.lane();
    drop(ENDS.launch(&lane));
    ENDS.launch(&lane).finish(&Ok::<(), GpuError>(()));
    ENDS.launch(&lane).finish(&Err::<(), _>(GpuError::OutOfMemory { code: 2 }));
    ENDS.launch(&lane).fail();
    let panics = catch_unwind(AssertUnwindSafe(|| {
        let _launch = ENDS.launch(&lane);
        resume_unwind(Box::new(()));
    }));
    assert!(panics.is_err());
    simulated.finish();
    let ended = |result| launches("ends", "ends-0", result);
    assert_eq!((ended("ok"), ended("error"), ended("panic"), ended("cancelled")), (2.0, 2.0, 1.0, 0.0));
    let errors = |error_type| {
        let labels = [("kernel", "ends"), ("device", "ends-0"), ("error_type", error_type)];
        number("gpu_kernel_errors_total", &labels)
    };
    assert_eq!((errors("out_of_memory"), errors("_OTHER")), (1.0, 1.0));
    // Only those that ended well are timed; all of their pairs are back.
    assert_eq!(timings("ends", "ends-0").count(), 2);
    assert_eq!(number("gpu_event_pairs", &[("device", "ends-0"), ("state", "free")]), 512.0);
    let host = histogram("gpu_kernel_launch_seconds", &[("kernel", "ends"), ("device", "ends-0")]);
    assert_eq!(host.count(), 5);
    assert_adds_up("ends", "ends-0");
}

#[test]
fn a_launch_of_a_destructor_that_runs_in_a_panic_ends_well() {
    struct Destructor(Lane<'static>);
    impl Drop for Destructor {
        fn drop(&mut self) {
            drop(UNWINDING.launch(&self.0));
        }
    }
    let simulated = Simulated::new("unwinding-0");
    let panics = catch_unwind(AssertUnwindSafe(|| {
        let _destructor = Destructor(simulated.lane());
        resume_unwind(Box::new(()));
    }));
    assert!(panics.is_err());
    assert_eq!(launches("unwinding", "unwinding-0", "ok"), 1.0);
    assert_eq!(launches("unwinding", "unwinding-0", "panic"), 0.0);
    simulated.finish();
}

#[test]
fn a_timed_launch_asks_the_driver_for_two_events_and_nothing_else() {
    let simulated = Simulated::new("calls-0");
    let driver = &simulated.driver;
    let before =
        [Call::Record, Call::IsCapturing, Call::Create, Call::Elapsed].map(|call| driver.calls(call));
    // While nothing is done, the collector only asks whether it is; no second passes.
    for _ in 0..10 {
        simulated.launch(&LOST_GUARD, 0.001);
    }
    let after = [Call::Record, Call::IsCapturing, Call::Create, Call::Elapsed].map(|call| driver.calls(call));
    let made: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    // Comparing the clocks takes four events more, if a second passed since the device was opened.
    assert!(made[0] == 20 || made[0] == 24, "{made:?}");
    assert_eq!(&made[1..], [20, 0, 0]);
    simulated.finish();
}
