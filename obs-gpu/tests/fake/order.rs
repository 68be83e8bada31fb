//! Delays, streams and devices.

use super::*;

kernel!(DELAYED, "delayed");
kernel!(LONG, "long");
kernel!(SHORT, "short");
kernel!(MANY, "many");

#[test]
fn a_timing_is_read_when_the_work_is_done_and_not_before() {
    let simulated = Simulated::new("delayed-0");
    simulated.launch(&DELAYED, 0.010);
    simulated.launch(&DELAYED, 0.030);
    simulated.driver.advance(0.009);
    simulated.settle_at(2);
    assert_eq!(timings("delayed", "delayed-0").count(), 0);
    simulated.driver.advance(0.002);
    simulated.settle_at(1);
    assert!((timings("delayed", "delayed-0").sum - 0.010).abs() < 1e-8);
    simulated.driver.advance(0.030);
    simulated.settle();
    // The second waited for the first, and is timed by itself.
    assert!((timings("delayed", "delayed-0").sum - 0.040).abs() < 1e-8);
    assert_adds_up("delayed", "delayed-0");
}

#[test]
fn streams_are_independent() {
    let simulated = Simulated::new("streams-0");
    simulated.launch_into(&LONG, StreamId(7), 1.0);
    simulated.launch_into(&SHORT, StreamId(8), 0.001);
    simulated.launch_into(&SHORT, StreamId(9), 0.002);
    simulated.driver.advance(0.002);
    simulated.settle_at(1);
    assert_eq!(timings("short", "streams-0").count(), 2);
    assert_eq!(timings("long", "streams-0").count(), 0);
    simulated.driver.advance(1.0);
    simulated.settle();
    assert_eq!(timings("long", "streams-0").count(), 1);
}

#[test]
fn devices_are_independent() {
    let (first, second) = (Simulated::new("device-a"), Simulated::new("device-b"));
    first.launch(&MANY, 0.5);
    second.launch(&MANY, 0.001);
    second.launch(&MANY, 0.001);
    second.driver.advance(0.002);
    second.settle();
    assert_eq!((timings("many", "device-a").count(), timings("many", "device-b").count()), (0, 2));
    assert_eq!(number("gpu_timings_pending", &[("device", "device-a")]), 1.0);
    first.finish();
    assert_eq!(timings("many", "device-a").count(), 1);
}
