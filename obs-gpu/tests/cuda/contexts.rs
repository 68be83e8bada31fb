//! Contexts that come and go.

#[cfg(feature = "cudarc")]
use crate::process::untimed;
use crate::process::{
    Gpu, SCALE, flush, is_told_of, is_up, launches, number, raw, script, timings, wait_until_down,
    with_script,
};
use cudarc::driver::CudaContext;
use obs_gpu::cuda::Stream;
use obs_gpu::memory;
use std::sync::atomic::{AtomicBool, Ordering};

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
        // The other one is gone, so that its place is free: a label is a device for people.
        assert_eq!((timings("scale", "0").0, is_told_of("0.2")), (2, false));
        assert_eq!((is_up("0"), script("stale")), (true, 0));
    });
}

#[test]
fn a_program_that_makes_its_context_anew_has_one_device() {
    const TURNS: u64 = 300;
    with_script(
        "contexts::a_program_that_makes_its_context_anew_has_one_device",
        "kernel scale 0.000001",
        || {
            for turn in 0..TURNS {
                // Whose handles are one after the other the same, and different ones.
                let gpu = match turn % 2 {
                    0 => Gpu::open(0),
                    _ => Gpu::of(CudaContext::new_non_primary(0, 0).unwrap()),
                };
                gpu.observe(&SCALE, &gpu.stream());
                flush();
            }
            assert_eq!((launches("scale", "0", "ok"), timings("scale", "0").0), (TURNS as f64, TURNS));
            assert!(is_up("0") && !is_told_of("0.2"));
            assert_eq!(script("stale"), 0);
            let pairs = |state| number("gpu_event_pairs", &[("device", "0"), ("state", state)]);
            assert_eq!((pairs("free"), pairs("used")), (512.0, 0.0));
        },
    );
}

#[test]
fn the_place_of_a_context_that_is_gone_is_the_next_one_s() {
    with_script("contexts::the_place_of_a_context_that_is_gone_is_the_next_one_s", "devices 2", || {
        let other = || Gpu::of(CudaContext::new_non_primary(0, 0).unwrap());
        let (first, second) = (other(), other());
        for gpu in [&first, &second] {
            gpu.observe(&SCALE, &gpu.stream());
        }
        flush();
        drop(first);
        // Another device's has a place of its own.
        let (third, elsewhere) = (other(), Gpu::open(1));
        for gpu in [&second, &third, &elsewhere] {
            gpu.context.bind_to_thread().unwrap();
            gpu.observe(&SCALE, &gpu.stream());
        }
        flush();
        assert_eq!(["0", "0.2", "1"].map(|device| launches("scale", device, "ok")), [2.0, 2.0, 1.0]);
        assert!(!is_told_of("0.3") && !is_told_of("1.2"));
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn a_context_stays_where_the_driver_does_not_tell_it_from_another() {
    let test = "contexts::a_context_stays_where_the_driver_does_not_tell_it_from_another";
    with_script(test, "refuse cuCtxGetId 500; kernel scale 0.001", || {
        for turn in 1..4 {
            let gpu = Gpu::open(0);
            let stream = gpu.stream();
            let launch = SCALE.launch(&stream);
            assert!(gpu.launch(&stream));
            drop(launch);
            flush();
            assert_eq!((timings("scale", "0").0, script("stale")), (turn, 0));
        }
        let calls = ["cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRelease_v2"];
        let [retained, released] = calls.map(|function| script(&format!("calls {function}")));
        assert_eq!(retained - released, 1, "the first one stays");
        // Others would be too many to keep.
        for _ in 0..3 {
            let gpu = Gpu::of(CudaContext::new_non_primary(0, 0).unwrap());
            drop(SCALE.launch(gpu.stream()));
        }
        assert_eq!((launches("scale", "unknown", "ok"), script("calls cuCtxDestroy_v2")), (3.0, 3));
        flush();
        assert_eq!(script("stale"), 0);
    });
}

#[test]
fn memory_of_a_context_goes_with_it() {
    with_script("contexts::memory_of_a_context_goes_with_it", "", || {
        let gpu = Gpu::open(0);
        let old = memory::allocated(&raw(&gpu.stream()), 100);
        drop(gpu);
        let gpu = Gpu::open(0);
        let new = memory::allocated(&raw(&gpu.stream()), 10);
        let told = || number("gpu_memory_allocated_bytes", &[("device", "0")]);
        assert_eq!(told(), 10.0);
        drop(old);
        assert_eq!(told(), 10.0, "it is not taken from the next one's");
        drop(new);
        assert_eq!(told(), 0.0);
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn a_context_of_cudarc_is_there_until_its_launches_are_read() {
    let test = "contexts::a_context_of_cudarc_is_there_until_its_launches_are_read";
    with_script(test, "kernel scale 0.2", || {
        for context in [CudaContext::new(0).unwrap(), CudaContext::new_non_primary(0, 0).unwrap()] {
            let gpu = Gpu::of(context);
            let stream = gpu.stream();
            let launch = SCALE.launch(&stream);
            assert!(gpu.launch(&stream));
            drop(launch);
        }
        assert_eq!(obs_gpu::flush(std::time::Duration::ZERO).pending, 2);
        flush();
        assert_eq!(timings("scale", "0").0 + timings("scale", "0.2").0, 2);
        assert_eq!(script("stale"), 0);
        // And no longer than that.
        assert_eq!((script("calls cuCtxDestroy_v2"), script("calls cuDevicePrimaryCtxRelease_v2")), (1, 1));
    });
}

#[cfg(feature = "cudarc")]
#[test]
fn contexts_of_many_threads_come_and_go_and_no_launch_is_lost() {
    const THREADS: usize = 6;
    const TURNS: usize = 40;
    let test = "contexts::contexts_of_many_threads_come_and_go_and_no_launch_is_lost";
    with_script(test, "devices 2; kernel scale 0.0002", || {
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    for turn in 0..TURNS {
                        let ordinal = (thread + turn) % 2;
                        let gpu = match thread {
                            0 => Gpu::open(ordinal),
                            _ => Gpu::of(CudaContext::new_non_primary(ordinal, 0).unwrap()),
                        };
                        let stream = gpu.stream();
                        for _ in 0..=turn % 3 {
                            let launch = SCALE.launch(stream.clone());
                            assert!(gpu.launch(&stream));
                            drop(launch);
                        }
                        // Read or not.
                    }
                });
            }
        });
        flush();
        let all: f64 = (THREADS * (0..TURNS).map(|turn| 1 + turn % 3).sum::<usize>()) as f64;
        let (mut ok, mut settled, mut places) = (0.0, 0.0, 0);
        for ordinal in 0..2 {
            let labels = (1..200).map(|turn| match turn {
                1 => ordinal.to_string(),
                _ => format!("{ordinal}.{turn}"),
            });
            for label in labels {
                let launched = launches("scale", &label, "ok");
                let reasons = ["pool", "lost", "refused", "concurrent"];
                let left: f64 = reasons.iter().map(|reason| untimed("scale", &label, reason)).sum();
                ok += launched;
                settled += timings("scale", &label).0 as f64 + left;
                places += usize::from(launched > 0.0);
            }
        }
        assert_eq!((ok, settled, script("stale")), (all, all, 0));
        // As many as there were at the same time: of each thread the one that it has, and one that is still read.
        assert!(places <= 3 * THREADS, "{places} places");
    });
}

#[test]
fn a_launch_waits_for_no_other_device_that_is_opened() {
    let test = "contexts::a_launch_waits_for_no_other_device_that_is_opened";
    with_script(test, "devices 2; kernel scale 0.001", || {
        let (first, second) = (Gpu::open(0), Gpu::open(1));
        let [there, opened] = [&first, &second].map(Gpu::stream);
        first.context.bind_to_thread().unwrap();
        first.observe(&SCALE, &there);
        flush();
        script("slow cuEventCreate 0.01");
        let is_open = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                second.context.bind_to_thread().unwrap();
                second.observe(&SCALE, &opened);
                is_open.store(true, Ordering::SeqCst);
            });
            let before = script("calls cuEventCreate");
            while script("calls cuEventCreate") == before {
                std::thread::yield_now();
            }
            // Threads that have seen no context, so that they look for it where the other one has just put its own.
            for (gpu, stream, label) in [(&first, &there, "0"), (&second, &opened, "1")] {
                scope.spawn(|| {
                    let before = launches("scale", label, "ok");
                    gpu.context.bind_to_thread().unwrap();
                    gpu.observe(&SCALE, stream);
                    assert_eq!(launches("scale", label, "ok"), before + 1.0);
                    assert!(!is_open.load(Ordering::SeqCst), "it waited for device 1");
                });
            }
        });
        assert_eq!(launches("scale", "1", "ok"), 2.0);
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
