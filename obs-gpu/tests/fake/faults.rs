//! What can go wrong, and what is counted then.

use super::*;
use obs_gpu::driver::{Driver, DriverError, Event, Fault, Properties};
use obs_gpu::fake::Call;

kernel!(CAPTURED, "captured");
kernel!(REFUSED, "refused");
kernel!(POOR, "poor");
kernel!(POOL, "pool");
kernel!(LOST, "lost");
kernel!(FAILED, "failed");
kernel!(NOWHERE, "nowhere");

const REFUSAL: DriverError = DriverError { fault: Fault::Call, code: 1 };
const LOSS: DriverError = DriverError { fault: Fault::Lost, code: 700 };

#[test]
fn nothing_is_recorded_while_a_stream_is_captured() {
    let simulated = Simulated::new("captured-0");
    simulated.driver.capture(STREAM, true);
    let records = simulated.driver.calls(Call::Record);
    simulated.launch(&CAPTURED, 0.001);
    // A capture that begins between the two events.
    simulated.driver.capture(STREAM, false);
    let launch = CAPTURED.launch(simulated.lane());
    simulated.driver.capture(STREAM, true);
    drop(launch);
    // The other stream is not captured.
    simulated.launch_into(&CAPTURED, StreamId(2), 0.001);
    // One before the second capture, and two of the other stream; four more where the clocks were compared meanwhile.
    let records = simulated.driver.calls(Call::Record) - records;
    assert!([3, 3 + 4].contains(&records), "{records}");
    simulated.driver.capture(STREAM, false);
    simulated.launch(&CAPTURED, 0.001);
    simulated.finish();
    assert_eq!(untimed("captured", "captured-0", "capture"), 2.0);
    assert_eq!(timings("captured", "captured-0").count(), 2);
    assert_adds_up("captured", "captured-0");
}

#[test]
fn whatever_call_is_refused_the_launch_is_counted_and_the_next_is_timed() {
    let simulated = Simulated::new("refused-0");
    let driver = &simulated.driver;
    let mut refused = 0.0;
    for call in [Call::IsCapturing, Call::Record, Call::Elapsed] {
        driver.refuse(call, 1, REFUSAL);
        simulated.launch(&REFUSED, 0.001);
        simulated.finish();
        refused += 1.0;
        assert_eq!(untimed("refused", "refused-0", "refused"), refused, "{call:?}");
        driver.refuse(call, 0, REFUSAL);
    }
    // The second event.
    let launch = REFUSED.launch(simulated.lane());
    driver.refuse(Call::Record, 1, REFUSAL);
    drop(launch);
    assert_eq!(untimed("refused", "refused-0", "refused"), 4.0);
    driver.refuse(Call::Record, 0, REFUSAL);
    simulated.launch(&REFUSED, 0.001);
    simulated.finish();
    assert_eq!(timings("refused", "refused-0").count(), 1);
    assert_eq!(number("gpu_event_pairs", &[("device", "refused-0"), ("state", "free")]), 512.0);
    assert_adds_up("refused", "refused-0");
}

#[test]
fn work_that_fails_on_the_device_is_no_timing() {
    let simulated = Simulated::new("failed-0");
    // Asked of the first event that is asked for.
    simulated.launch(&FAILED, 0.001);
    simulated.driver.refuse(Call::IsComplete, 1, REFUSAL);
    simulated.settle();
    assert_eq!(untimed("failed", "failed-0", "failed"), 1.0);
    assert_adds_up("failed", "failed-0");
}

#[test]
fn a_device_that_is_too_busy_to_be_measured_is_opened_all_the_same() {
    let driver = fake::Device::new();
    // No event happens, for time stands still.
    driver.event_cost(1.0);
    let simulated = Simulated::of(driver, "behind-0");
    assert_eq!(
        simulated.driver.calls(Call::Record),
        4 + 2,
        "the clocks four times, and the cost of a pair once"
    );
    simulated.launch(&POOR, 0.001);
    simulated.finish();
    assert_eq!(timings("poor", "behind-0").count(), 1);
}

#[test]
fn without_events_kernels_are_counted() {
    let driver = fake::Device::new();
    driver.refuse(Call::Create, u32::MAX, DriverError { fault: Fault::OutOfMemory, code: 2 });
    let simulated = Simulated::of(driver, "poor-0");
    simulated.launch(&POOR, 0.001);
    assert_eq!(untimed("poor", "poor-0", "refused"), 1.0);
    assert_eq!(simulated.driver.calls(Call::Record), 0);
    assert_adds_up("poor", "poor-0");
}

#[test]
fn where_the_second_event_of_a_pair_is_refused_the_first_goes_back() {
    let driver = fake::Device::new();
    driver.refuse_after(Call::Create, 6, u32::MAX, DriverError { fault: Fault::OutOfMemory, code: 2 });
    let simulated = Simulated::of(driver, "poor-1");
    assert_eq!(
        (simulated.driver.events(), simulated.driver.calls(Call::Destroy)),
        (5, 1),
        "three of our own, and a pair"
    );
    simulated.launch(&POOR, 0.001);
    simulated.launch(&POOR, 0.001);
    assert_eq!(untimed("poor", "poor-1", "pool"), 1.0, "there is one pair");
    simulated.finish();
    assert_eq!(timings("poor", "poor-1").count(), 1);
    assert!(number("gpu_clock_error_seconds", &[("device", "poor-1")]) > 0.0);
    assert_adds_up("poor", "poor-1");
}

#[test]
fn without_a_stream_of_our_own_durations_are_known_and_not_when() {
    let driver = fake::Device::new();
    driver.refuse(Call::OwnStream, 1, REFUSAL);
    let simulated = Simulated::of(driver, "poor-2");
    simulated.launch(&POOR, 0.002);
    simulated.finish();
    assert!((timings("poor", "poor-2").sum - 0.002).abs() < 1e-8);
    let queue = histogram("gpu_kernel_queue_seconds", &[("kernel", "poor"), ("device", "poor-2")]);
    assert_eq!(queue.count(), 0);
    assert!(number("gpu_clock_error_seconds", &[("device", "poor-2")]).is_nan());
}

#[test]
fn a_device_that_cannot_be_attached_to_now_is_read_later() {
    let (simulated, _other) = (Simulated::new("attach-0"), Simulated::new("attach-1"));
    simulated.driver.refuse(Call::Attach, 3, REFUSAL);
    simulated.launch(&FAILED, 0.001);
    simulated.finish();
    assert_eq!(timings("failed", "attach-0").count(), 1);
    assert_adds_up("failed", "attach-0");
}

#[test]
fn an_event_that_cannot_be_asked_during_a_capture_is_asked_later() {
    let simulated = Simulated::new("asked-0");
    simulated.driver.refuse(Call::IsComplete, 3, DriverError { fault: Fault::Capturing, code: 906 });
    simulated.launch(&CAPTURED, 0.001);
    simulated.finish();
    assert_eq!(timings("captured", "asked-0").count(), 1);
}

#[test]
fn an_event_that_was_captured_after_all_holds_nobody_up() {
    let simulated = Simulated::new("asked-1");
    let captured = DriverError { fault: Fault::Captured, code: 907 };
    for call in [Call::IsComplete, Call::Elapsed] {
        simulated.launch(&CAPTURED, 0.001);
        simulated.settle_at(1);
        simulated.driver.refuse(call, 1, captured);
        simulated.launch(&CAPTURED, 0.001);
        simulated.finish();
    }
    assert_eq!((timings("captured", "asked-1").count(), untimed("captured", "asked-1", "capture")), (2, 2.0));
    assert_adds_up("captured", "asked-1");
}

#[test]
fn no_device_is_waited_for_when_all_events_are_in_use() {
    let simulated = Simulated::new("pool-0");
    for _ in 0..600 {
        simulated.launch(&POOL, 0.001);
    }
    assert_eq!(untimed("pool", "pool-0", "pool"), 600.0 - 512.0);
    assert_eq!(number("gpu_event_pairs", &[("device", "pool-0"), ("state", "used")]), 512.0);
    assert_eq!(number("gpu_timings_pending", &[("device", "pool-0")]), 512.0);
    // Those without a pair ask the driver for nothing.
    assert_eq!(simulated.driver.calls(Call::IsCapturing), 512 * 2);
    assert_adds_up("pool", "pool-0");
    simulated.finish();
    simulated.launch(&POOL, 0.001);
    simulated.finish();
    assert_eq!(timings("pool", "pool-0").count(), 513);
    assert_adds_up("pool", "pool-0");
}

#[test]
fn a_lost_device_stays_lost_and_launches_go_on() {
    for (label, call) in [("lost-0", Call::Record), ("lost-1", Call::IsComplete), ("lost-2", Call::Elapsed)] {
        let simulated = Simulated::new(label);
        simulated.launch(&LOST, 0.001);
        simulated.settle_at(1);
        if call == Call::Record {
            simulated.driver.refuse(call, 1, LOSS);
            simulated.launch(&LOST, 0.001);
        } else {
            simulated.driver.refuse(call, 1, LOSS);
            simulated.driver.advance(1.0);
        }
        simulated.settle();
        assert!(!simulated.device.is_up(), "{call:?}");
        assert_eq!(number("gpu_device_up", &[("device", label)]), 0.0);
        for state in ["free", "used"] {
            let pairs = number("gpu_event_pairs", &[("device", label), ("state", state)]);
            assert_eq!(pairs, 0.0, "its events went with it: {state}");
        }
        let calls = simulated.driver.calls(Call::Record);
        for _ in 0..3 {
            simulated.launch(&LOST, 0.001);
        }
        assert_eq!(simulated.driver.calls(Call::Record), calls, "nothing is asked of it any more");
        let lost = if call == Call::Record { 5.0 } else { 4.0 };
        assert_eq!(untimed("lost", label, "lost"), lost, "{call:?}");
        assert_eq!(timings("lost", label).count(), 0);
        assert_adds_up("lost", label);
    }
}

#[test]
fn a_device_that_is_lost_from_the_start_is_one_too() {
    let driver = fake::Device::new();
    driver.lose(100);
    let simulated = Simulated::of(driver, "lost-early");
    simulated.launch(&LOST, 0.001);
    assert_eq!(untimed("lost", "lost-early", "lost"), 1.0);
    assert_eq!(number("gpu_device_up", &[("device", "lost-early")]), 0.0);
}

#[test]
fn a_lane_of_no_device_is_counted() {
    drop(NOWHERE.launch(Lane::NOWHERE));
    assert_eq!(launches("nowhere", "unknown", "ok"), 1.0);
    assert_eq!(untimed("nowhere", "unknown", "lost"), 1.0);
}

/// A driver that panics when it is asked for an event.
#[derive(Debug)]
struct Panics(fake::Device);

impl Driver for Panics {
    fn attach(&self) -> Result<(), DriverError> {
        self.0.attach()
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn create(&self) -> Result<Event, DriverError> {
        self.0.create()
    }

    fn destroy(&self, event: Event) {
        self.0.destroy(event);
    }

    fn own_stream(&self) -> Result<StreamId, DriverError> {
        Err(REFUSAL)
    }

    fn is_capturing(&self, stream: StreamId) -> Result<bool, DriverError> {
        self.0.is_capturing(stream)
    }

    fn record(&self, event: Event, stream: StreamId) -> Result<(), DriverError> {
        self.0.record(event, stream)
    }

    fn is_complete(&self, _: Event) -> Result<bool, DriverError> {
        std::panic::resume_unwind(Box::new("a driver's"))
    }

    fn elapsed(&self, start: Event, end: Event) -> Result<f64, DriverError> {
        self.0.elapsed(start, end)
    }
}

#[test]
fn a_driver_that_panics_costs_its_own_device_only() {
    let device = Device::open(Panics(fake::Device::new()), "panics-1").unwrap();
    let other = Simulated::new("panics-2");
    drop(LOST.launch(device.lane(STREAM)));
    let began = Instant::now();
    while device.pending() > 0 {
        assert!(began.elapsed().as_secs() < 20, "the collector is no more");
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(!device.is_up());
    assert_eq!(untimed("lost", "panics-1", "lost"), 1.0);
    assert_adds_up("lost", "panics-1");
    other.launch(&FAILED, 0.001);
    other.finish();
    assert_eq!(timings("failed", "panics-2").count(), 1);
}
