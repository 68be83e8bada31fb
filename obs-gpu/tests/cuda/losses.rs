//! Errors that stay.

use crate::process::{
    Gpu, SCALE, flush, is_told_of, is_up, launches, script, timings, untimed, wait_until_down, with_script,
};

#[test]
fn a_kernel_that_loses_the_context_is_survived() {
    let script = "kernel scale 0.001; fault scale 719";
    with_script("losses::a_kernel_that_loses_the_context_is_survived", script, || {
        let gpu = Gpu::open(0);
        let stream = gpu.stream();
        gpu.observe(&SCALE, &stream);
        wait_until_down("0");
        assert!(is_told_of("0"));
        for _ in 0..10 {
            assert!(!gpu.observe(&SCALE, &stream));
        }
        flush();
        assert_eq!((launches("scale", "0", "ok"), launches("scale", "0", "error")), (1.0, 10.0));
        assert_eq!((timings("scale", "0").0, untimed("scale", "0", "lost")), (0, 1.0));
    });
}

#[test]
fn a_lost_context_stays_the_device_that_it_was() {
    let test = "losses::a_lost_context_stays_the_device_that_it_was";
    with_script(test, "kernel scale 0.001", || {
        let gpu = Gpu::open(0);
        let stream = gpu.stream();
        gpu.observe(&SCALE, &stream);
        flush();
        // The driver may answer everything with it, even which context a stream is in.
        script("lose 700");
        gpu.observe(&SCALE, &stream);
        // Also on a thread that has seen none.
        std::thread::scope(|scope| {
            let launch = || gpu.context.bind_to_thread().is_ok() && gpu.observe(&SCALE, &stream);
            drop(scope.spawn(launch));
        });
        assert_eq!((launches("scale", "0", "ok"), launches("scale", "0", "error")), (1.0, 2.0));
        assert_eq!(launches("scale", "unknown", "error"), 0.0);
    });
}

#[test]
fn the_end_of_the_driver_is_no_loss() {
    let test = "losses::the_end_of_the_driver_is_no_loss";
    with_script(test, "kernel scale 0.001", || {
        let gpu = Gpu::open(0);
        let stream = gpu.stream();
        gpu.observe(&SCALE, &stream);
        flush();
        script("refuse cuEventQuery 4");
        gpu.observe(&SCALE, &stream);
        flush();
        script("refuse cuEventRecord 4");
        gpu.observe(&SCALE, &stream);
        assert!(is_up("0"));
    });
}

#[test]
fn a_device_that_is_lost_between_launches_is_found_at_the_next() {
    with_script(
        "losses::a_device_that_is_lost_between_launches_is_found_at_the_next",
        "kernel scale 0.001",
        || {
            let gpu = Gpu::open(0);
            let stream = gpu.stream();
            gpu.observe(&SCALE, &stream);
            flush();
            script("lose 700");
            gpu.observe(&SCALE, &stream);
            wait_until_down("0");
            gpu.observe(&SCALE, &stream);
            assert_eq!(launches("scale", "0", "error"), 2.0);
        },
    );
}

#[test]
fn a_driver_that_makes_no_events_costs_the_timings_only() {
    with_script(
        "losses::a_driver_that_makes_no_events_costs_the_timings_only",
        "refuse cuEventCreate 2",
        || {
            let gpu = Gpu::open(0);
            let stream = gpu.stream();
            for _ in 0..3 {
                assert!(gpu.observe(&SCALE, &stream));
            }
            flush();
            assert_eq!((launches("scale", "0", "ok"), untimed("scale", "0", "refused")), (3.0, 3.0));
            assert!(is_up("0"));
        },
    );
}

#[test]
fn events_that_are_not_taken_are_counted() {
    with_script("losses::events_that_are_not_taken_are_counted", "kernel scale 0.001", || {
        let gpu = Gpu::open(0);
        let stream = gpu.stream();
        gpu.observe(&SCALE, &stream);
        flush();
        script("refuse cuEventRecord 1 2");
        // The first event of each is refused, so there is no second.
        assert!(gpu.observe(&SCALE, &stream) && gpu.observe(&SCALE, &stream));
        assert!(gpu.observe(&SCALE, &stream));
        flush();
        assert_eq!((timings("scale", "0").0, untimed("scale", "0", "refused")), (2, 2.0));
    });
}
