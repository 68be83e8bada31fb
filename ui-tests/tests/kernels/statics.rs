//! Statics: a part of a function, or several launches in one.

use super::host;
use obs_gpu::{Kernel, gpu_kernel};
use obs_runtime::ErrorCategory;
use ui_tests::{launch_errors, launched, number, panics};

#[derive(Debug, ErrorCategory)]
#[category("refused")]
struct Refused;

/// Counts digits.
#[gpu_kernel(name = "statics_histogram", bytes, items)]
static HISTOGRAM: Kernel = Kernel::new();

#[gpu_kernel(buckets = "fast", every = 2, slo(success = "99%", latency("25us", "90%")))]
pub(crate) static STATICS_SCATTER: Kernel = Kernel::new();

/// Some work in between.
fn radix_sort(passes: u8, fail: bool) -> Result<(), Refused> {
    for pass in 0..passes {
        let launch =
            HISTOGRAM.launch(host()).bytes(4.0 * f64::from(pass)).items(2.0).grid((8, 8)).block(64_u32);
        drop(launch);
        let launch = STATICS_SCATTER.launch(host());
        let result = if fail && pass == 1 { Err(Refused) } else { Ok(()) };
        launch.finish(&result);
        result?;
    }
    Ok(())
}

#[test]
fn several_launches_in_one_function() {
    assert!(radix_sort(4, false).is_ok() && radix_sort(4, true).is_err());
    launched!("statics_histogram", "ok" => 6);
    launched!("statics_scatter", "ok" => 5, "error" => 1);
    assert_eq!(launch_errors("statics_scatter")["refused"], 1);
    let total = |family| number(family, &[("kernel", "statics_histogram"), ("device", "host")]);
    assert_eq!(total("gpu_kernel_bytes_total"), Some(28.0));
    assert_eq!(total("gpu_kernel_items_total"), Some(12.0));
    assert_eq!(total("gpu_kernel_flops_total"), None);
}

type Aliased = Kernel;

fn local(fail: bool) {
    #[gpu_kernel(name = "statics_local")]
    static LOCAL: Aliased = Aliased::new();

    let _launch = LOCAL.launch(host());
    assert!(!fail, "by design");
}

#[test]
fn in_a_function() {
    local(false);
    panics(|| local(true));
    launched!("statics_local", "ok" => 1, "panic" => 1);
}

#[cfg(any())]
#[gpu_kernel]
static STATICS_OFF: NoSuchType = no_such_function();

#[gpu_kernel]
#[cfg(any())]
static STATICS_OFF_TOO: NoSuchType = no_such_function();

#[cfg_attr(all(), gpu_kernel(name = "statics_conditional"))]
static CONDITIONAL: Kernel = Kernel::new();

static NOBODY: Kernel = Kernel::new();

#[test]
fn conditions_and_no_attribute() {
    drop(CONDITIONAL.launch(host()));
    launched!("statics_conditional", "ok" => 1);
    drop(NOBODY.launch(host()));
    let names = obs_runtime::catalogue().kernels.into_iter().map(|kernel| kernel.name).collect::<Vec<_>>();
    assert!(!names.iter().any(|name| name.starts_with("statics_off") || name == "nobody"), "{names:?}");
}
