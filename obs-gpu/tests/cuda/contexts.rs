//! Contexts that come and go.

use crate::process::{
    Gpu, SCALE, flush, is_told_of, is_up, launches, script, timings, wait_until_down, with_script,
};
use cudarc::driver::CudaContext;
use obs_gpu::cuda::Stream;

#[test]
fn two_contexts_on_one_device_are_two_devices() {
    with_script("contexts::two_contexts_on_one_device_are_two_devices", "kernel scale 0.001", || {
        let gpus = [Gpu::open(0), Gpu::of(CudaContext::new_non_primary(0, 0).unwrap())];
        for gpu in &gpus {
            gpu.observe(&SCALE, &gpu.stream());
        }
        flush();
        assert_eq!((timings("scale", "0").0, timings("scale", "0.2").0), (1, 1));
    });
}

#[test]
fn a_context_that_is_gone_is_never_asked_about() {
    with_script("contexts::a_context_that_is_gone_is_never_asked_about", "kernel scale 5", || {
        let gpu = Gpu::of(CudaContext::new_non_primary(0, 0).unwrap());
        gpu.observe(&SCALE, &gpu.stream());
        assert!(is_up("0"));
        drop(gpu);
        wait_until_down("0");
        flush();
        assert_eq!((launches("scale", "0", "ok"), script("stale")), (1.0, 0));
        assert!(!is_told_of("0"), "nothing is wrong with what the program let go of");
    });
}

#[test]
fn a_part_of_a_device_is_left_to_its_thread() {
    with_script("contexts::a_part_of_a_device_is_left_to_its_thread", "green", || {
        let gpu = Gpu::open(0);
        let stream = gpu.stream();
        let error = unsafe { Stream::from_raw(stream.cu_stream().cast()) }.unwrap_err();
        assert_eq!((error.code, script("calls cuEventCreate")), (801, 0));
    });
}

#[test]
fn clocks_are_compared_in_a_context_that_is_there() {
    with_script("contexts::clocks_are_compared_in_a_context_that_is_there", "kernel scale 60", || {
        let gpu = Gpu::open(0);
        gpu.observe(&SCALE, &gpu.stream());
        let (records, attaches) = ("calls cuEventRecord", "calls cuThreadExchangeStreamCaptureMode");
        let before = [script(attaches), script(records)];
        // It comes round each second.
        while script(records) == before[1] {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(script(attaches) > before[0], "nobody made sure of it");
    });
}

#[test]
fn a_primary_context_made_anew_is_another() {
    with_script("contexts::a_primary_context_made_anew_is_another", "kernel scale 0.001", || {
        let gpu = Gpu::open(0);
        let handle = gpu.context.cu_ctx();
        gpu.observe(&SCALE, &gpu.stream());
        flush();
        drop(gpu);
        let gpu = Gpu::open(0);
        assert_eq!(gpu.context.cu_ctx(), handle);
        gpu.observe(&SCALE, &gpu.stream());
        flush();
        assert_eq!((timings("scale", "0").0, timings("scale", "0.2").0), (1, 1));
        assert_eq!(script("stale"), 0);
    });
}

#[test]
fn events_of_a_context_whose_handle_is_another_s_now_are_never_asked_about() {
    let test = "contexts::events_of_a_context_whose_handle_is_another_s_now_are_never_asked_about";
    with_script(test, "kernel scale 5", || {
        let gpu = Gpu::open(0);
        gpu.observe(&SCALE, &gpu.stream());
        drop(gpu);
        // At once: the collector still has the launch, and is in a context of that handle.
        let gpu = Gpu::open(0);
        wait_until_down("0");
        flush();
        assert_eq!((launches("scale", "0", "ok"), script("stale")), (1.0, 0));
        drop(gpu);
    });
}
