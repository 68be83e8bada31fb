//! Stream capture.

use crate::process::{Gpu, SCALE, flush, launches, raw, timings, untimed, with_script};
use cudarc::driver::result::stream::{self, StreamKind};
use cudarc::driver::sys::{CUgraphInstantiate_flags, CUstreamCaptureMode};
use std::time::Duration;

#[test]
fn captured_launches_are_counted_and_the_capture_survives_the_collector() {
    let test = "graphs::captured_launches_are_counted_and_the_capture_survives_the_collector";
    with_script(test, "kernel scale 0.03", || {
        let gpu = Gpu::open(0);
        let (busy, captured) = (gpu.stream(), gpu.stream());
        // Its end is asked for all through the capture, by the collector's thread.
        gpu.observe(&SCALE, &busy);
        let observed = raw(&captured);
        captured.begin_capture(CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL).unwrap();
        for _ in 0..3 {
            let launch = SCALE.launch(&observed);
            assert!(gpu.launch(&captured));
            drop(launch);
        }
        std::thread::sleep(Duration::from_millis(40));
        let graph = captured.end_capture(CUgraphInstantiate_flags(0)).unwrap().unwrap();
        graph.launch().unwrap();
        flush();
        assert_eq!(untimed("scale", "0", "capture"), 3.0);
        assert_eq!((launches("scale", "0", "ok"), timings("scale", "0").0), (4.0, 1));
    });
}

#[test]
fn a_device_is_opened_during_a_capture_without_spoiling_it() {
    with_script("graphs::a_device_is_opened_during_a_capture_without_spoiling_it", "", || {
        let gpu = Gpu::open(0);
        let captured = gpu.stream();
        captured.begin_capture(CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL).unwrap();
        gpu.observe(&SCALE, &captured);
        assert!(captured.end_capture(CUgraphInstantiate_flags(0)).unwrap().is_some());
        assert_eq!(untimed("scale", "0", "capture"), 1.0);
    });
}

#[test]
fn the_default_stream_is_left_alone_while_one_that_it_waits_for_is_captured() {
    let test = "graphs::the_default_stream_is_left_alone_while_one_that_it_waits_for_is_captured";
    with_script(test, "kernel scale 0.001", || {
        let gpu = Gpu::open(0);
        let default = gpu.context.default_stream();
        gpu.observe(&SCALE, &default);
        flush();
        let blocking = stream::create(StreamKind::Default).unwrap();
        let mode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;
        unsafe { stream::begin_capture(blocking, mode) }.unwrap();
        drop(SCALE.launch(raw(&default)));
        unsafe { stream::end_capture(blocking) }.unwrap();
        gpu.observe(&SCALE, &default);
        flush();
        assert_eq!((timings("scale", "0").0, untimed("scale", "0", "capture")), (2, 1.0));
    });
}
