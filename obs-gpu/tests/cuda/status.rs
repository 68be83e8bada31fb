//! What there is, in one line.

use crate::process::{driver, with_script, with_variables};
use obs_gpu::cuda::{self, Driver, Missing, Status};
use obs_runtime::testing;

/// What is logged, as a subscriber gets it.
fn logged(body: impl FnOnce()) -> Vec<String> {
    #[obs_runtime::observe]
    fn start(body: impl FnOnce()) {
        body();
    }
    let subscriber =
        tracing_subscriber::layer::SubscriberExt::with(tracing_subscriber::registry(), obs_runtime::layer());
    let (_, captured) = tracing::subscriber::with_default(subscriber, || testing::capture(|| start(body)));
    let events = captured.span("start").events.iter();
    events.map(|event| format!("{} {:?}", event.level, event.fields)).collect()
}

#[test]
fn a_program_without_a_driver_says_so_once_and_goes_on() {
    let missing = [("OBS_CUDA_LIBRARY", "/nowhere/libcuda.so.1")];
    with_variables("status::a_program_without_a_driver_says_so_once_and_goes_on", &missing, || {
        let lines = logged(|| {
            for _ in 0..3 {
                let Status::Missing(Missing::Library { why }) = cuda::status() else {
                    panic!("there is one")
                };
                assert!(why.contains("/nowhere/libcuda.so.1"), "{why}");
            }
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("WARN") && lines[0].contains("no CUDA driver"), "{lines:?}");
        // What is asked for by hand is tried all the same.
        let driver = unsafe { Driver::load_from(driver()) }.unwrap();
        assert_eq!(driver.devices(), Ok(1));
        assert!(matches!(cuda::status(), Status::Ready { .. }));
    });
}

#[test]
fn devices_are_counted_and_the_version_is_told() {
    with_script("status::devices_are_counted_and_the_version_is_told", "devices 3", || {
        let status = cuda::status();
        assert_eq!(status.to_string(), "CUDA 12.8, 3 devices");
        let Status::Ready { driver, devices } = status else { panic!("{status}") };
        assert_eq!((driver.major(), driver.minor(), devices), (12, 8, 3));
    });
}

#[test]
fn a_driver_without_devices_is_none() {
    with_script("status::a_driver_without_devices_is_none", "devices 0", || {
        let lines = logged(|| {
            assert_eq!(cuda::status(), Status::Missing(Missing::Device));
            assert_eq!(cuda::status().to_string(), "the CUDA driver sees no device");
        });
        assert_eq!(lines.len(), 1, "{lines:?}");
    });
}

#[test]
fn a_driver_that_does_not_start_says_why() {
    with_script("status::a_driver_that_does_not_start_says_why", "refuse cuInit 803", || {
        let error = "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH".to_owned();
        assert_eq!(cuda::status(), Status::Missing(Missing::Refused { error }));
    });
}

#[test]
fn a_library_that_is_no_driver_is_told_by_what_it_lacks() {
    // Any other library will do.
    let other = [("OBS_CUDA_LIBRARY", "libm.so.6")];
    with_variables("status::a_library_that_is_no_driver_is_told_by_what_it_lacks", &other, || {
        assert_eq!(cuda::status(), Status::Missing(Missing::Function { function: "cuInit" }));
    });
}

#[test]
fn streams_without_a_driver_are_an_error_and_no_panic() {
    let missing = [("OBS_CUDA_LIBRARY", "/nowhere/libcuda.so.1")];
    with_variables("status::streams_without_a_driver_are_an_error_and_no_panic", &missing, || {
        let error = unsafe { cuda::Stream::from_raw(std::ptr::null_mut()) }.unwrap_err();
        assert_eq!(error.code, 100);
    });
}
