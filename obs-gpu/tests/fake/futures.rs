//! Launches that last as long as a future.

use super::*;
use obs_gpu::__private::v1::{self, Work};
use obs_gpu::GpuError;
use std::panic::{AssertUnwindSafe, UnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

kernel!(ASYNC, "async");
kernel!(CANCELLED, "cancelled");
kernel!(PANICS, "panics");
kernel!(WAITING, "waiting");

/// As an `async fn` under the attribute is.
async fn launch(
    simulated: &Simulated,
    kernel: &'static obs_gpu::Kernel,
    result: Result<(), GpuError>,
) -> Result<(), GpuError> {
    let launch = v1::launch(kernel, simulated.lane(), [], Work::NONE);
    let body = async move {
        simulated.driver.work(STREAM, 0.002);
        yield_once().await;
        simulated.driver.work(STREAM, 0.003);
        result
    };
    v1::future(launch, body, |result: &Result<(), GpuError>| v1::class!(result)).await
}

async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|_| match std::mem::replace(&mut yielded, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

#[test]
fn a_future_is_timed_from_its_first_poll_to_its_end() {
    let simulated = Simulated::new("async-0");
    let future = launch(&simulated, &ASYNC, Ok(()));
    assert_eq!(simulated.driver.calls(fake::Call::IsCapturing), 0, "nothing before the first poll");
    assert_eq!(run(future), Ok(()));
    assert!(run(launch(&simulated, &ASYNC, Err(GpuError::NoDevice))).is_err());
    simulated.finish();
    assert_eq!(launches("async", "async-0", "ok"), 1.0);
    assert_eq!(launches("async", "async-0", "error"), 1.0);
    assert!((timings("async", "async-0").sum - 0.005).abs() < 1e-8);
    assert_adds_up("async", "async-0");
}

#[test]
fn a_future_goes_wherever_its_body_does() {
    fn anywhere<T: Send + UnwindSafe>(_: &T) {}
    let simulated = Simulated::new("anywhere-0");
    let launch = v1::launch(&ASYNC, simulated.lane(), [], Work::NONE);
    let future = v1::future(launch, async {}, v1::ok);
    anywhere(&future);
    run(future);
    simulated.finish();
}

#[test]
fn a_future_that_is_dropped_was_cancelled() {
    let simulated = Simulated::new("cancelled-0");
    {
        let mut future = pin!(launch(&simulated, &CANCELLED, Ok(())));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(launches("cancelled", "cancelled-0", "cancelled"), 1.0);
    assert_eq!(number("gpu_event_pairs", &[("device", "cancelled-0"), ("state", "free")]), 512.0);
    assert_eq!(timings("cancelled", "cancelled-0").count(), 0);
    assert_adds_up("cancelled", "cancelled-0");
}

#[test]
fn a_poll_that_panics_ends_the_launch() {
    let simulated = Simulated::new("panics-0");
    let launch = v1::launch(&PANICS, simulated.lane(), [], Work::NONE);
    let body = async { resume_unwind(Box::new(())) };
    let mut future = Box::pin(v1::future(launch, body, v1::ok));
    let poll = AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(Waker::noop())));
    assert!(catch_unwind(poll).is_err());
    assert_eq!(launches("panics", "panics-0", "panic"), 1.0);
    drop(future);
    assert_eq!(launches("panics", "panics-0", "cancelled"), 0.0);
}

#[test]
fn futures_that_wait_are_no_device_that_is_behind() {
    let simulated = Simulated::new("waiting-0");
    let mut waiting: Vec<_> = (0..600).map(|_| Box::pin(launch(&simulated, &WAITING, Ok(())))).collect();
    for future in &mut waiting {
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    for future in waiting {
        assert_eq!(run(future), Ok(()));
    }
    simulated.finish();
    assert_eq!(untimed("waiting", "waiting-0", "concurrent"), 600.0 - 512.0);
    assert_eq!(untimed("waiting", "waiting-0", "pool"), 0.0);
    assert_adds_up("waiting", "waiting-0");
}
