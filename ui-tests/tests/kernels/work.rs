//! How much a launch does, its labels, and what is known before the first one.

use super::host;
use obs_gpu::{Lane, gpu_kernel};
use obs_runtime::LabelValue;
use std::cell::Cell;
use ui_tests::{Yield, launched, number, ready};

#[derive(Clone, Copy, LabelValue)]
enum Precision {
    Half,
    Single,
}

struct Solver {
    stream: Lane<'static>,
    precision: Precision,
}

impl Solver {
    /// Adds a scaled vector to another.
    #[gpu_kernel(
        stream = &self.stream, bytes = 12 * n, flops = 2.0 * n as f64, items = n, grid = (n.div_ceil(256), 1, 1),
        block = 256, labels(precision = self.precision, tenant = capped(tenant, 2)), name = "work_saxpy", every = 1,
        slow = "1h", slo(success = "99.5%", latency("1ms", "99%")), runbook = "r", dashboard = "d",
    )]
    fn saxpy(&self, n: usize, tenant: &str) -> Result<usize, String> {
        n.checked_mul(2).filter(|n| *n > 0).ok_or_else(|| "nothing to do".to_owned())
    }

    #[gpu_kernel(stream = self.stream, bytes = n, name = "work_later", labels(precision = self.precision))]
    async fn later(&self, n: u32) -> u32 {
        Yield::default().await;
        n
    }
}

impl Solver {
    #[gpu_kernel(stream = self.stream)]
    fn known(&self) {}
}

fn amount(kernel: &str, family: &str) -> Option<f64> {
    number(&format!("gpu_kernel_{family}_total"), &[("kernel", kernel), ("device", "host")])
}

#[test]
fn amounts_and_labels() {
    let solver = Solver { stream: host(), precision: Precision::Single };
    for (n, tenant) in [(100, "a"), (200, "b"), (0, "b"), (1, "c")] {
        solver.saxpy(n, tenant).ok();
    }
    launched!(
        "work_saxpy",
        "ok precision=single tenant=a" => 1,
        "ok precision=single tenant=b" => 1,
        "error precision=single tenant=b" => 1,
        "ok precision=single tenant=_other" => 1,
    );
    // What failed has moved nothing.
    assert_eq!(amount("work_saxpy", "bytes"), Some(12.0 * 301.0));
    assert_eq!(amount("work_saxpy", "flops"), Some(602.0));
    assert_eq!(amount("work_saxpy", "items"), Some(301.0));
    assert_eq!(amount("work_saxpy", "slow"), Some(0.0));
    let half = Solver { precision: Precision::Half, ..solver };
    assert_eq!(ready(half.later(7)), 7);
    launched!("work_later", "ok precision=half" => 1);
    assert_eq!((amount("work_later", "bytes"), amount("work_later", "flops")), (Some(7.0), None));
}

thread_local! {
    static EVALUATED: Cell<u32> = const { Cell::new(0) };
}

fn evaluated<T>(value: T) -> T {
    EVALUATED.set(EVALUATED.get() + 1);
    value
}

#[gpu_kernel(
    stream = evaluated(host()), bytes = evaluated(1_u64), grid = evaluated((1, 2)), block = evaluated(64_usize),
    labels(precision = evaluated(Precision::Half)), name = "work_evaluated", every = 3
)]
fn once_a_launch() {
    assert_eq!(EVALUATED.get(), 5, "before the body");
}

#[test]
fn expressions_are_evaluated_once_a_launch() {
    for _ in 0..6 {
        EVALUATED.set(0);
        once_a_launch();
    }
    assert_eq!(EVALUATED.get(), 5);
    launched!("work_evaluated", "ok precision=half" => 6);
}

/// What an attribute's expressions lock is free again when the body runs, also that of a future.
#[test]
fn what_expressions_borrow_is_over_before_the_body() {
    struct Shared(std::sync::Mutex<Lane<'static>>);
    impl Shared {
        #[gpu_kernel(stream = *self.0.lock().unwrap(), name = "work_locked")]
        fn sync(&self) -> bool {
            self.0.try_lock().is_ok()
        }

        #[gpu_kernel(stream = *self.0.lock().unwrap(), name = "work_locked_later")]
        async fn later(&self) -> bool {
            Yield::default().await;
            self.0.try_lock().is_ok()
        }
    }
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let shared = Shared(std::sync::Mutex::new(host()));
    assert!(shared.sync());
    assert!(ready(assert_send(shared.later())));
    launched!("work_locked_later", "ok" => 1);
}

#[gpu_kernel(stream = host(), name = "work_never_launched", bytes = 1)]
#[allow(dead_code)] // Its series are there all the same.
fn never_launched() -> Result<(), obs_gpu::GpuError> {
    Ok(())
}

#[test]
fn series_are_there_before_the_first_launch() {
    // A device is known from the first launch of any kernel on it.
    Solver { stream: host(), precision: Precision::Half }.known();
    launched!("work_never_launched");
    let labels = |result| [("kernel", "work_never_launched"), ("device", "host"), ("result", result)];
    for result in ["ok", "error", "panic"] {
        assert_eq!(number("gpu_kernel_launches_total", &labels(result)), Some(0.0), "{result}");
    }
    assert_eq!(amount("work_never_launched", "bytes"), Some(0.0));
}
