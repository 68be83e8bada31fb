//! Streams of `cust`, which is linked to the driver.

use crate::process::{SCALE, flush, launches, script, timings, with_script};
use cust::context::{Context, legacy};
use cust::module::Module;
use cust::stream::{Stream, StreamFlags};
use cust::{CudaFlags, device::Device};
use obs_gpu::Stream as _;
use std::sync::Arc;

#[test]
fn streams_of_cust_are_streams() {
    with_script("cust::streams_of_cust_are_streams", "devices 2; kernel scale 0.001", || {
        for ordinal in 0..2 {
            cust::init(CudaFlags::empty()).unwrap();
            let context = Context::new(Device::get_device(ordinal).unwrap()).unwrap();
            cust::context::CurrentContext::set_current(&context).unwrap();
            let module = Module::from_ptx(".visible .entry scale()\n{ ret; }", &[]).unwrap();
            let function = module.get_function("scale").unwrap();
            let stream = Stream::new(StreamFlags::NON_BLOCKING, None).unwrap();
            let launch = SCALE.launch(&stream);
            // SAFETY: the kernel has no parameters.
            unsafe { cust::launch!(function<<<4, 256, 0, stream>>>()) }.unwrap();
            drop(launch);
            flush();
            let device = ordinal.to_string();
            assert_eq!((timings("scale", &device).0, launches("scale", &device, "ok")), (1, 1.0));
            std::mem::forget(context);
        }
    });
}

#[test]
fn a_context_of_cust_is_there_until_its_launches_are_read() {
    let test = "cust::a_context_of_cust_is_there_until_its_launches_are_read";
    with_script(test, "kernel scale 0.2", || {
        cust::init(CudaFlags::empty()).unwrap();
        let context = Context::new(Device::get_device(0).unwrap()).unwrap();
        let module = Module::from_ptx(".visible .entry scale()\n{ ret; }", &[]).unwrap();
        let function = module.get_function("scale").unwrap();
        let stream = Arc::new(Stream::new(StreamFlags::NON_BLOCKING, None).unwrap());
        let launch = SCALE.launch(stream.clone());
        // SAFETY: the kernel has no parameters.
        unsafe { cust::launch!(function<<<4, 256, 0, stream>>>()) }.unwrap();
        drop(launch);
        drop((module, stream));
        drop(context);
        assert_eq!(obs_gpu::flush(std::time::Duration::ZERO).pending, 1);
        flush();
        assert_eq!((timings("scale", "0").0, script("stale")), (1, 0));
        // And no longer than that.
        let calls = ["cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2"];
        let [retained, released] = calls.map(|function| script(&format!("calls {function}")));
        assert_eq!(retained, released);
    });
}

#[test]
fn a_lane_of_a_stream_is_asked_for_once() {
    with_script("cust::a_lane_of_a_stream_is_asked_for_once", "kernel scale 0.001", || {
        cust::init(CudaFlags::empty()).unwrap();
        let _context = Context::new(Device::get_device(0).unwrap()).unwrap();
        let stream = Stream::new(StreamFlags::NON_BLOCKING, None).unwrap();
        let lane = stream.lane();
        script("forget");
        for _ in 0..3 {
            drop(SCALE.launch(lane));
        }
        assert_eq!(["cuStreamGetCtx", "cuStreamIsCapturing"].map(|f| script(&format!("calls {f}"))), [0, 6]);
        flush();
        assert_eq!(timings("scale", "0").0, 3);
    });
}

#[test]
fn contexts_that_nobody_has_a_part_in_are_not_timed() {
    with_script("cust::contexts_that_nobody_has_a_part_in_are_not_timed", "", || {
        cust::init(CudaFlags::empty()).unwrap();
        let device = Device::get_device(0).unwrap();
        let _context = legacy::Context::create_and_push(legacy::ContextFlags::SCHED_AUTO, device).unwrap();
        let stream = Stream::new(StreamFlags::NON_BLOCKING, None).unwrap();
        drop(SCALE.launch(&stream));
        assert_eq!((launches("scale", "unknown", "ok"), script("calls cuEventRecord")), (1.0, 0));
    });
}
