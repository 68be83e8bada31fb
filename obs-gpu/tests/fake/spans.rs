//! Timed launches in the trees of the calls that made them.

use super::*;
use obs_gpu::{Direction, copy};
use obs_runtime::{observe, testing};

kernel!(TRACED, "traced", bytes: true);
kernel!(LATE, "late");
kernel!(EXAMPLE, "example");
kernel!(ON_HOST, "on_host");

#[observe]
fn step(simulated: &Simulated) {
    let launch = TRACED.launch(simulated.lane()).bytes(64.0).grid((2, 3)).block(128);
    simulated.driver.work(STREAM, 0.003);
    drop(launch);
    inner(simulated);
}

#[observe]
fn inner(simulated: &Simulated) {
    drop(copy(Direction::DeviceToHost, 32, simulated.lane()));
    drop(ON_HOST.launch(&obs_gpu::host::stream()));
}

#[test]
fn a_span_is_below_the_call_that_launched_it() {
    let simulated = Simulated::new("traced-0");
    let ((), captured) = testing::capture(|| {
        step(&simulated);
        // The call has ended, and the work has not.
        simulated.finish();
    });
    let span = captured.spans("gpu.kernel").find(|span| span.field("gpu.device") == Some(&"traced-0".into()));
    let span = span.expect("a span of the device");
    captured.span("step").assert_parent_of(span);
    span.assert_ok()
        .assert_field("gpu.kernel.name", "traced")
        .assert_field("gpu.stream", "0x1")
        .assert_field("gpu.grid", "2x3x1")
        .assert_field("gpu.block", "128x1x1")
        .assert_field("gpu.bytes", 64.0);
    assert_eq!(span.field("gpu.flops"), None);
    assert_eq!(span.duration.as_micros(), 3000);
    let copied = captured.span("gpu.copy");
    captured.span("inner").assert_parent_of(copied);
    copied.assert_field("gpu.copy.direction", "device_to_host").assert_field("gpu.bytes", 32.0);
    let host = captured.spans("gpu.kernel").find(|span| span.field("gpu.device") == Some(&"host".into()));
    captured.span("inner").assert_parent_of(host.expect("a span of the host"));
    assert_eq!(host.and_then(|span| span.field("gpu.clock_error_seconds")), Some(&0.0.into()));
}

#[test]
fn without_a_call_around_it_a_launch_makes_no_span() {
    let simulated = Simulated::new("alone-0");
    simulated.launch(&LATE, 0.001);
    let ((), captured) = testing::capture(|| simulated.finish());
    assert_eq!(captured.spans("gpu.kernel").count(), 0);
    assert_eq!(timings("late", "alone-0").count(), 1);
}

#[test]
fn a_timing_of_a_sampled_trace_has_its_span_as_an_example() {
    let simulated = Simulated::new("example-0");
    let ((), captured) = testing::capture(|| {
        example(&simulated);
        simulated.finish();
    });
    let span = captured.span("gpu.kernel");
    let exemplars = timings("example", "example-0").exemplars;
    let [(_, exemplar)] = &*exemplars else { panic!("{exemplars:?}") };
    assert_eq!((exemplar.trace_id, exemplar.span_id), (span.trace_id, span.span_id));
    assert!((exemplar.value - 0.003).abs() < 1e-8);
}

#[observe]
fn example(simulated: &Simulated) {
    simulated.launch(&EXAMPLE, 0.003);
}
