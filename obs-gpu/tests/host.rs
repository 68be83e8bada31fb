//! Kernels on the host: annotated code on a machine without a device.

#![cfg(not(feature = "off"))]

use obs_gpu::__private::v1::{self, KernelDesc};
use obs_gpu::{GpuError, Kernel, host};
use obs_runtime::snapshot::Value;

static REDUCE: Kernel = Kernel::described(&KernelDesc {
    name: "reduce",
    module: module_path!(),
    bytes: true,
    ..KernelDesc::DEFAULT
});
v1::inventory::submit! { v1::Entry::kernel(&REDUCE) }

fn number(family: &str, labels: &[(&str, &str)]) -> Option<f64> {
    match obs_runtime::snapshot().value(family, labels)? {
        Value::Integer(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        Value::Histogram(value) => Some(value.count() as f64),
        Value::Summary(_) => None,
    }
}

#[test]
fn a_kernel_on_the_host_is_timed_by_its_clock() {
    let of_host = [("kernel", "reduce"), ("device", "host")];
    let launches =
        |result| number("gpu_kernel_launches_total", &[of_host[0], of_host[1], ("result", result)]);
    assert_eq!(launches("ok"), None, "nothing has used the host");

    let launch = REDUCE.launch(host::stream()).bytes(4096.0);
    let began = std::time::Instant::now();
    std::thread::sleep(std::time::Duration::from_millis(3));
    let slept = began.elapsed().as_secs_f64();
    drop(launch);
    REDUCE.launch(&host::stream()).finish(&Err::<(), _>(GpuError::NoDevice));

    assert_eq!((launches("ok"), launches("error"), launches("panic")), (Some(1.0), Some(1.0), Some(0.0)));
    let snapshot = obs_runtime::snapshot();
    let Some(Value::Histogram(took)) = snapshot.value("gpu_kernel_duration_seconds", &of_host) else {
        panic!("no timings");
    };
    assert!(took.count() == 1 && took.sum >= slept * 0.99, "{took:?}");
    assert_eq!(number("gpu_kernel_queue_seconds", &of_host), Some(1.0));
    assert_eq!(number("gpu_kernel_bytes_total", &of_host), Some(4096.0));
    assert_eq!(number("gpu_device_up", &[("device", "host")]), Some(1.0));
    let info = [("device", "host"), ("name", ""), ("backend", "host"), ("driver", "")];
    assert_eq!(number("gpu_device_info", &info), Some(1.0));
    // It has no events.
    assert_eq!(number("gpu_timings_pending", &[("device", "host")]), None);

    // Nobody wanted another device, so far.
    assert_eq!(number("gpu_kernel_fallbacks_total", &[("kernel", "reduce")]), None);
    host::instead();
    assert_eq!(number("gpu_kernel_fallbacks_total", &[("kernel", "reduce")]), Some(0.0));
    drop(REDUCE.launch(&host::stream()));
    assert_eq!(number("gpu_kernel_fallbacks_total", &[("kernel", "reduce")]), Some(1.0));

    host::device().set_peaks(Some(5e10), None);
    assert_eq!(number("gpu_device_peak_bytes_per_second", &[("device", "host")]), Some(5e10));
}

#[test]
fn the_catalogue_has_the_kernel() {
    let catalogue = obs_runtime::catalogue();
    let kernel = catalogue.kernels.iter().find(|kernel| kernel.name == "reduce");
    assert!(kernel.is_some_and(|kernel| kernel.bytes && !kernel.flops && kernel.every.to_string() == "auto"));
}
