//! Which launches are timed.

use super::*;
use obs_gpu::driver::{DriverError, Fault};
use obs_gpu::fake::Call;

kernel!(TENTH, "tenth", every: 10);
kernel!(AUTO, "auto", every: 0);
kernel!(HOSTED, "hosted", every: 4);

#[test]
fn one_launch_in_so_many_is_timed_and_all_are_counted() {
    let simulated = Simulated::new("tenth-0");
    for _ in 0..1000 {
        simulated.launch(&TENTH, 0.001);
    }
    simulated.finish();
    assert_eq!(launches("tenth", "tenth-0", "ok"), 1000.0);
    assert_eq!(timings("tenth", "tenth-0").count(), 100);
    assert_eq!(untimed("tenth", "tenth-0", "sampled"), 900.0);
    assert_eq!(simulated.driver.calls(Call::IsCapturing), 200, "the others ask the driver for nothing");
    assert_adds_up("tenth", "tenth-0");
}

#[test]
fn timing_costs_no_more_than_its_share_of_a_kernel() {
    let driver = fake::Device::running(0.0);
    // Far more than any machine takes for the calls themselves, so that they do not matter.
    driver.event_cost(0.001);
    let simulated = Simulated::of(driver, "auto-0");
    let launch = |seconds: f64, launches: u64| {
        let before = timings("auto", "auto-0").count();
        for _ in 0..launches {
            simulated.launch(&AUTO, seconds);
        }
        simulated.driver.advance(1e3);
        simulated.settle();
        timings("auto", "auto-0").count() - before
    };
    // The mean is of a hundred timings: until they are all of this length, the stride is still on its way.
    let timed = |seconds: f64, launches: u64| {
        let mut known = 0;
        while known < 110 {
            known += launch(seconds, 40);
        }
        launch(seconds, launches)
    };
    // A pair costs two milliseconds: all of a long kernel's launches are timed.
    assert_eq!(timed(1.0, 20), 20);
    // Between the events are the kernel's 50 milliseconds and an event: a pair is a hundredth of four of them.
    let some = timed(0.050, 40);
    assert!((9..=11).contains(&some), "{some}");
}

#[test]
fn where_the_cost_of_timing_is_unknown_it_is_not_taken_for_nothing() {
    let driver = fake::Device::new();
    driver.refuse(Call::OwnStream, 1, DriverError { fault: Fault::Call, code: 1 });
    let simulated = Simulated::of(driver, "auto-1");
    simulated.launch(&AUTO, 20e-6);
    simulated.finish();
    (0..500).for_each(|_| simulated.launch(&AUTO, 20e-6));
    simulated.finish();
    let timed = timings("auto", "auto-1").count();
    assert!((10..=30).contains(&timed), "{timed}");
}

#[test]
fn the_host_is_sampled_too() {
    let stream = obs_gpu::host::stream();
    for _ in 0..100 {
        drop(HOSTED.launch(&stream));
    }
    assert_eq!(launches("hosted", "host", "ok"), 100.0);
    assert_eq!(timings("hosted", "host").count(), 25);
    assert_eq!(untimed("hosted", "host", "sampled"), 75.0);
    let queue = histogram("gpu_kernel_queue_seconds", &[("kernel", "hosted"), ("device", "host")]);
    assert_eq!((queue.count(), queue.sum), (25, 0.0));
    assert_eq!(number("gpu_device_up", &[("device", "host")]), 1.0);
    // Other tests open devices, so these are fallbacks.
    assert!(number("gpu_kernel_fallbacks_total", &[("kernel", "hosted")]) <= 100.0);
}
