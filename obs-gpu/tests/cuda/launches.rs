//! Launches, streams and threads.

use crate::process::{Gpu, OTHER, SCALE, flush, launches, number, raw, script, timings, with_script};
#[cfg(feature = "cudarc")]
use crate::process::{HARDLY, untimed};
use cudarc::driver::result::ctx::get_current;

#[test]
fn a_kernel_takes_as_long_as_the_device_says() {
    with_script(
        "launches::a_kernel_takes_as_long_as_the_device_says",
        "clock virtual; kernel scale 0.003; latency 0",
        || {
            let gpu = Gpu::open(0);
            let stream = gpu.stream();
            for _ in 0..5 {
                assert!(gpu.observe(&SCALE, &stream));
            }
            assert_eq!(timings("scale", "0").0, 0);
            script("advance 0.02");
            flush();
            let (count, sum) = timings("scale", "0");
            assert!(count == 5 && (sum - 0.015).abs() < 1e-6, "{count} in {sum} s");
            assert_eq!(launches("scale", "0", "ok"), 5.0);
            assert_eq!(number("gpu_device_peak_bytes_per_second", &[("device", "0")]), 1e11);
            assert_eq!(number("gpu_device_peak_flops_per_second", &[("device", "0")]), 1.28e12);
            // Without a word from us: `cudarc` waits when it makes streams.
            script("forget");
            gpu.observe(&SCALE, &stream);
            script("advance 0.003");
            flush();
            assert_eq!((script("waits"), script("calls cuEventRecord") >= 2), (0, true));
        },
    );
}

#[test]
fn a_launch_asks_the_driver_for_no_more_than_it_needs() {
    with_script("launches::a_launch_asks_the_driver_for_no_more_than_it_needs", "", || {
        let gpu = Gpu::open(0);
        let owned = gpu.stream();
        let stream = raw(&owned);
        drop(SCALE.launch(&stream));
        flush();
        script("forget");
        drop(SCALE.launch(&stream));
        // The collector calls none of these.
        let calls = ["cuStreamIsCapturing", "cuCtxGetCurrent", "cuCtxPushCurrent", "cuStreamGetCtx"];
        assert_eq!(calls.map(|function| script(&format!("calls {function}"))), [2, 0, 0, 0]);
    });
}

#[test]
fn devices_are_labelled_by_their_ordinals() {
    with_script("launches::devices_are_labelled_by_their_ordinals", "devices 2; kernel scale 0.001", || {
        for ordinal in [1, 0] {
            let gpu = Gpu::open(ordinal);
            let stream = gpu.stream();
            gpu.observe(&SCALE, &stream);
            flush();
            assert_eq!(timings("scale", &ordinal.to_string()).0, 1);
            std::mem::forget(gpu);
        }
        let labels = [("device", "1"), ("name", "Fake device 1"), ("backend", "cuda"), ("driver", "12.8")];
        assert_eq!(number("gpu_device_info", &labels), 1.0);
    });
}

#[test]
fn streams_are_timed_each_by_itself() {
    with_script(
        "launches::streams_are_timed_each_by_itself",
        "clock virtual; latency 0; kernel scale 0.02",
        || {
            let gpu = Gpu::open(0);
            let (slow, quick) = (gpu.stream(), gpu.stream());
            gpu.observe(&SCALE, &slow);
            script("kernel scale 0.001");
            gpu.observe(&OTHER, &quick);
            script("advance 0.02");
            flush();
            let ((one, long), (other, short)) = (timings("scale", "0"), timings("other", "0"));
            assert_eq!((one, other), (1, 1));
            assert!((long - 0.02).abs() < 1e-6 && (short - 0.001).abs() < 1e-6, "{long} {short}");
        },
    );
}

#[test]
fn a_thread_without_a_context_can_launch_and_stays_without() {
    with_script(
        "launches::a_thread_without_a_context_can_launch_and_stays_without",
        "kernel scale 0.001",
        || {
            let gpu = Gpu::open(0);
            let stream = gpu.stream();
            let observed = raw(&stream);
            let thread = std::thread::spawn(move || {
                let launch = SCALE.launch(&observed);
                let before = get_current().unwrap().is_none();
                drop(launch);
                (before, get_current().unwrap().is_none())
            });
            assert_eq!(thread.join().unwrap(), (true, true));
            flush();
            assert_eq!(timings("scale", "0").0, 1);
        },
    );
}

#[test]
fn a_refused_launch_is_an_error_without_a_timing() {
    with_script(
        "launches::a_refused_launch_is_an_error_without_a_timing",
        "refuse cuLaunchKernel 701 1",
        || {
            let gpu = Gpu::open(0);
            let stream = gpu.stream();
            assert!(!gpu.observe(&SCALE, &stream));
            assert!(gpu.observe(&SCALE, &stream));
            flush();
            assert_eq!((launches("scale", "0", "error"), launches("scale", "0", "ok")), (1.0, 1.0));
            assert_eq!(timings("scale", "0").0, 1);
            assert_eq!(number("gpu_event_pairs", &[("device", "0"), ("state", "used")]), 0.0);
        },
    );
}

#[test]
fn a_program_may_end_while_work_is_pending() {
    with_script("launches::a_program_may_end_while_work_is_pending", "kernel scale 60", || {
        let gpu = Gpu::open(0);
        let stream = gpu.stream();
        for _ in 0..10 {
            gpu.observe(&SCALE, &stream);
        }
        assert_eq!(obs_gpu::flush(std::time::Duration::from_millis(20)).pending, 10);
        // Nothing is let go of: the driver ends under the collector's feet.
        std::mem::forget((gpu, stream));
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn streams_of_cudarc_are_streams() {
    with_script("launches::streams_of_cudarc_are_streams", "devices 2; kernel scale 0.001", || {
        for ordinal in 0..2 {
            let gpu = Gpu::open(ordinal);
            for stream in [gpu.stream(), gpu.context.default_stream()] {
                let launch = SCALE.launch(&stream);
                assert!(gpu.launch(&stream));
                drop(launch);
            }
            flush();
            assert_eq!(timings("scale", &ordinal.to_string()).0, 2);
            std::mem::forget(gpu);
        }
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn the_per_thread_stream_is_another_one_on_each_thread() {
    let test = "launches::the_per_thread_stream_is_another_one_on_each_thread";
    with_script(test, "kernel scale 0.001", || {
        let gpu = Gpu::open(0);
        let stream = gpu.context.per_thread_stream();
        let here = || {
            let launch = SCALE.launch(&stream);
            assert!(gpu.launch(&stream));
            drop(launch);
        };
        here();
        flush();
        let wandering = SCALE.launch(stream.clone());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                gpu.context.bind_to_thread().unwrap();
                here();
                drop(wandering);
            });
        });
        flush();
        assert_eq!((timings("scale", "0").0, untimed("scale", "0", "moved")), (2, 1.0));
        assert_eq!(number("gpu_event_pairs", &[("device", "0"), ("state", "used")]), 0.0);
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn a_launch_holds_the_stream_that_it_is_given() {
    with_script("launches::a_launch_holds_the_stream_that_it_is_given", "kernel scale 0.001", || {
        let gpu = Gpu::open(0);
        let stream = gpu.stream();
        let (launch, handle) = (SCALE.launch(stream.clone()), stream.cu_stream());
        assert!(gpu.launch(&stream));
        drop(stream);
        assert_eq!(script("calls cuStreamDestroy_v2"), 0, "{handle:?} is to be recorded into");
        drop(launch);
        assert_eq!(script("calls cuStreamDestroy_v2"), 1);
        flush();
        assert_eq!(timings("scale", "0").0, 1);
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn a_launch_into_a_stream_of_cudarc_asks_nothing_that_its_type_says() {
    let test = "launches::a_launch_into_a_stream_of_cudarc_asks_nothing_that_its_type_says";
    with_script(test, "devices 2", || {
        let gpus = [0, 1].map(Gpu::open);
        let streams = gpus.each_ref().map(|gpu| gpu.context.new_stream().unwrap());
        // By turns, too.
        let launches = || streams.each_ref().map(|stream| drop(SCALE.launch(stream)));
        launches();
        flush();
        script("forget");
        launches();
        let calls = ["cuStreamIsCapturing", "cuCtxGetCurrent", "cuCtxPushCurrent", "cuStreamGetCtx"];
        assert_eq!(calls.map(|function| script(&format!("calls {function}"))), [4, 0, 0, 0]);
        // The collector asks for the number of a context that it has something to ask about, and of these it has not.
        flush();
        script("forget");
        streams.iter().for_each(|stream| drop(HARDLY.launch(stream)));
        assert_eq!(script("calls cuCtxGetId"), 0);
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn the_default_stream_of_another_context_is_that_context_s() {
    let test = "launches::the_default_stream_of_another_context_is_that_context_s";
    with_script(test, "devices 2; kernel scale 0.001", || {
        let gpus = [Gpu::open(0), Gpu::open(1)];
        // The thread is in the second one's context.
        drop(SCALE.launch(&gpus[0].context.default_stream()));
        assert_eq!(get_current().unwrap(), Some(gpus[1].context.cu_ctx()));
        flush();
        assert_eq!((timings("scale", "0").0, timings("scale", "1").0), (1, 0));
    });
}
