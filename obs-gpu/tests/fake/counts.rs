//! What is counted, and what is there before anything was.

use super::*;
use obs_gpu::__private::v1::{self, LabelDesc, Work};
use obs_gpu::{Direction, GpuError, copy, memory};
use std::time::Duration;

kernel!(EARLY, "early", bytes: true, slow: Some(1_000_000));
kernel!(AMOUNTS, "amounts", bytes: true, flops: true);
kernel!(LABELLED, "labelled", labels: &[LabelDesc { name: "warm", cap: None }]);
kernel!(CAPPED, "capped", labels: &[LabelDesc { name: "shape", cap: Some(2) }]);
kernel!(SLOW, "slow", slow: Some(5_000_000));
kernel!(TWICE_A, "twice");
kernel!(ODD_A, "odd");
kernel!(ODD_B, "odd", buckets: &[1.0]);
kernel!(LAST, "last");
mod other {
    use super::super::kernel;
    kernel!(TWICE_B, "twice");
}

#[test]
fn all_series_of_a_kernel_are_there_before_its_first_launch() {
    let simulated = Simulated::new("early-0");
    for result in ["ok", "error", "cancelled", "panic"] {
        assert_eq!(launches("early", "early-0", result), 0.0, "{result}");
    }
    let labels = [("kernel", "early"), ("device", "early-0")];
    for family in ["gpu_kernel_bytes_total", "gpu_kernel_outliers_total", "gpu_kernel_slow_total"] {
        assert_eq!(number(family, &labels), 0.0, "{family}");
    }
    for family in ["gpu_kernel_duration_seconds", "gpu_kernel_queue_seconds", "gpu_kernel_launch_seconds"] {
        assert_eq!(histogram(family, &labels).count(), 0, "{family}");
    }
    for reason in ["sampled", "capture", "pool", "refused", "lost", "failed"] {
        assert_eq!(untimed("early", "early-0", reason), 0.0, "{reason}");
    }
    assert_eq!(number("gpu_kernel_fallbacks_total", &labels[..1]), 0.0, "though nothing ran on the host");
    // What its attribute does not name is not there.
    assert!(number("gpu_kernel_flops_total", &labels).is_nan());
    assert!(simulated.device.is_up());
    assert_eq!(number("gpu_device_up", &[("device", "early-0")]), 1.0);
    let info = [("device", "early-0"), ("name", "Simulated"), ("backend", "fake"), ("driver", "")];
    assert_eq!(number("gpu_device_info", &info), 1.0);
    let pairs = |state| number("gpu_event_pairs", &[("device", "early-0"), ("state", state)]);
    assert_eq!((pairs("free"), pairs("used")), (512.0, 0.0));
}

#[test]
fn amounts_are_those_of_ok_launches() {
    let simulated = Simulated::new("amounts-0");
    AMOUNTS.launch(simulated.lane()).bytes(4096.0).flops(0.5).items(7.0).finish(&Ok::<(), GpuError>(()));
    AMOUNTS.launch(simulated.lane()).bytes(100.0).finish(&Err::<(), _>(GpuError::NoDevice));
    AMOUNTS.launch(simulated.lane()).bytes(4.0).finish(&Ok::<(), GpuError>(()));
    simulated.finish();
    let labels = [("kernel", "amounts"), ("device", "amounts-0")];
    assert_eq!(number("gpu_kernel_bytes_total", &labels), 4100.0);
    assert_eq!(number("gpu_kernel_flops_total", &labels), 0.5);
    assert!(number("gpu_kernel_items_total", &labels).is_nan());
    let error = [labels[0], labels[1], ("error_type", "no_device")];
    assert_eq!(number("gpu_kernel_errors_total", &error), 1.0);
    assert_adds_up("amounts", "amounts-0");
}

#[test]
fn labels_follow_kernel_and_device() {
    let simulated = Simulated::new("labelled-0");
    for warm in [true, false, true] {
        drop(v1::launch(&LABELLED, simulated.lane(), [v1::label(&warm)], Work::NONE));
    }
    for shape in ["a", "b", "c", "d"] {
        drop(v1::launch(&CAPPED, simulated.lane(), [v1::capped(&CAPPED, 0, shape)], Work::NONE));
    }
    simulated.finish();
    let of = |warm| [("kernel", "labelled"), ("device", "labelled-0"), ("warm", warm)];
    assert_eq!(histogram("gpu_kernel_duration_seconds", &of("true")).count(), 2);
    assert_eq!(histogram("gpu_kernel_queue_seconds", &of("false")).count(), 1);
    let [kernel, device, warm] = of("true");
    assert_eq!(number("gpu_kernel_launches_total", &[kernel, device, warm, ("result", "ok")]), 2.0);
    assert_eq!(number("gpu_kernel_launches_total", &[kernel, device, warm, ("result", "error")]), 0.0);
    let of = |shape| [("kernel", "capped"), ("device", "labelled-0"), ("shape", shape)];
    assert_eq!(histogram("gpu_kernel_launch_seconds", &of("a")).count(), 1);
    assert_eq!(histogram("gpu_kernel_launch_seconds", &of("_other")).count(), 2);
    let item = format!("{}::capped", module_path!());
    assert_eq!(number("obs_label_overflow_total", &[("item", &item), ("label", "shape")]), 2.0);
}

#[test]
fn slow_ones_and_outliers_are_counted() {
    let simulated = Simulated::new("slow-0");
    for _ in 0..150 {
        simulated.launch(&SLOW, 0.001);
    }
    simulated.launch(&SLOW, 0.002);
    simulated.launch(&SLOW, 0.006);
    simulated.finish();
    let labels = [("kernel", "slow"), ("device", "slow-0")];
    assert_eq!(number("gpu_kernel_outliers_total", &labels), 2.0);
    assert_eq!(number("gpu_kernel_slow_total", &labels), 1.0);
    let timings = timings("slow", "slow-0");
    assert_eq!(timings.count(), 152);
    assert!((timings.sum - 0.158).abs() < 1e-6, "{}", timings.sum);
}

#[test]
fn kernels_of_one_name_are_added_up() {
    let simulated = Simulated::new("twice-0");
    simulated.launch(&TWICE_A, 0.001);
    simulated.launch(&other::TWICE_B, 0.001);
    simulated.finish();
    assert_eq!(launches("twice", "twice-0", "ok"), 2.0);
    assert_eq!(timings("twice", "twice-0").count(), 2);
}

#[test]
fn copies_are_told_apart_from_kernels() {
    let simulated = Simulated::new("copies-0");
    let copying = copy(Direction::HostToDevice, 1 << 20, simulated.lane());
    simulated.driver.work(STREAM, 0.004);
    drop(copying);
    copy(Direction::HostToDevice, 7, simulated.lane()).finish(&Err::<(), _>(GpuError::NoDevice));
    copy(Direction::DeviceToHost, 100, simulated.lane()).finish(&Ok::<(), GpuError>(()));
    simulated.finish();
    let up = [("direction", "host_to_device"), ("device", "copies-0")];
    let read = histogram("gpu_copy_duration_seconds", &up);
    assert_eq!((read.count(), (read.sum * 1e6).round()), (1, 4000.0));
    assert_eq!(number("gpu_copy_bytes_total", &up), f64::from(1 << 20));
    assert_eq!(number("gpu_copies_total", &[up[0], up[1], ("result", "ok")]), 1.0);
    assert_eq!(number("gpu_copies_total", &[up[0], up[1], ("result", "error")]), 1.0);
    let down = [("direction", "device_to_host"), ("device", "copies-0")];
    assert_eq!(number("gpu_copy_bytes_total", &down), 100.0);
}

#[test]
fn memory_is_what_the_allocator_tells() {
    let simulated = Simulated::new("memory-0");
    let labels = [("device", "memory-0")];
    assert!(number("gpu_memory_allocated_bytes", &labels).is_nan(), "nobody has told");
    let large = memory::allocated(&simulated.lane(), 100);
    let small = memory::allocated(&simulated.lane(), 50);
    drop(large);
    assert_eq!(number("gpu_memory_allocated_bytes", &labels), 50.0);
    assert_eq!(number("gpu_memory_peak_bytes", &labels), 150.0);
    drop(small);
    assert_eq!(number("gpu_memory_allocated_bytes", &labels), 0.0);
}

#[test]
fn peaks_are_the_users_or_the_drivers() {
    let driver = fake::Device::new();
    driver.describe(obs_gpu::driver::Properties {
        peak_bytes_per_second: Some(1e12),
        peak_flops_per_second: Some(2e13),
        ..Default::default()
    });
    let simulated = Simulated::of(driver, "peaks-0");
    simulated.device.set_peaks(Some(9e11), None);
    assert_eq!(number("gpu_device_peak_bytes_per_second", &[("device", "peaks-0")]), 9e11);
    assert_eq!(number("gpu_device_peak_flops_per_second", &[("device", "peaks-0")]), 2e13);
}

#[test]
fn a_label_is_one_devices() {
    let _first = Simulated::new("label-0");
    let second = Device::open(fake::Device::new(), "label-0");
    assert_eq!(
        second.err().map(|error| error.to_string()).as_deref(),
        Some("another device is labelled \"label-0\"; each needs a label of its own")
    );
    assert!(Device::open(fake::Device::new(), "host").is_err());
}

#[test]
fn a_flush_says_what_is_left() {
    let simulated = Simulated::new("flush-0");
    simulated.launch(&EARLY, 0.5);
    assert!(obs_gpu::flush(Duration::from_millis(20)).pending >= 1);
    simulated.finish();
}

#[test]
fn of_two_kernels_of_one_name_that_contradict_each_other_the_first_is_exported() {
    let simulated = Simulated::new("odd-0");
    simulated.launch(&ODD_A, 0.001);
    simulated.launch(&ODD_B, 0.001);
    simulated.finish();
    assert_eq!(launches("odd", "odd-0", "ok"), 1.0);
    let conflict = obs_runtime::conflicts().iter().find(|conflict| conflict.family == "kernel odd");
    assert_eq!(conflict.map(|conflict| conflict.about), Some("list of buckets"));
}

#[test]
fn what_is_pending_is_read_before_a_program_ends() {
    let simulated = Simulated::of(fake::Device::running(0.0), "last-0");
    let obs = obs_runtime::builder("tests").init().expect("one at a time");
    simulated.launch(&LAST, 0.005);
    drop(obs);
    assert_eq!(simulated.device.pending(), 0);
    assert_eq!(timings("last", "last-0").count(), 1);
    // Work that does not end is not waited for.
    let obs = obs_runtime::builder("tests").init().expect("one at a time");
    simulated.launch(&LAST, 1000.0);
    drop(obs);
    assert_eq!(simulated.device.pending(), 1);
    simulated.finish();
}
