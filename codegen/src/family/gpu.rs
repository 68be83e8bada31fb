//! The families of kernels, and of the devices that they run on.

use super::Schema;
use crate::devices::Devices;
use obs_model::{Kernel, Kind};

/// A family: its name, its kind, what it says, its labels.
type Row = (&'static str, Kind, &'static str, &'static [&'static str]);

/// Whether a kernel's attribute names something.
type Names = fn(&Kernel) -> bool;

/// What every kernel counts; a kernel's own labels come to these.
const LABELLED: [Row; 4] = [
    (
        "gpu_kernel_duration_seconds",
        Kind::Histogram,
        "Time of timed launches on the device",
        &["kernel", "device"],
    ),
    (
        "gpu_kernel_launches_total",
        Kind::Counter,
        "Launches by how they ended",
        &["kernel", "device", "result"],
    ),
    (
        "gpu_kernel_queue_seconds",
        Kind::Histogram,
        "From the launch to its start on the device",
        &["kernel", "device"],
    ),
    (
        "gpu_kernel_launch_seconds",
        Kind::Histogram,
        "Time that the host takes to launch",
        &["kernel", "device"],
    ),
];

/// What every kernel counts without its own labels.
const PLAIN: [Row; 4] = [
    (
        "gpu_kernel_errors_total",
        Kind::Counter,
        "Failed launches by the category of their error",
        &["kernel", "device", "error_type"],
    ),
    (
        "gpu_kernel_fallbacks_total",
        Kind::Counter,
        "Launches on the host in place of another device",
        &["kernel"],
    ),
    (
        "gpu_kernel_outliers_total",
        Kind::Counter,
        "Timings over the mean and three deviations of the last hundred",
        &["kernel", "device"],
    ),
    (
        "gpu_kernel_untimed_total",
        Kind::Counter,
        "Launches that were counted and not timed",
        &["kernel", "device", "reason"],
    ),
];

/// What a kernel counts whose attribute names it, and how to see that it does.
const NAMED: [(Row, Names); 4] = [
    (
        (
            "gpu_kernel_bytes_total",
            Kind::Counter,
            "Bytes that successful launches moved",
            &["kernel", "device"],
        ),
        |k| k.bytes,
    ),
    (
        (
            "gpu_kernel_flops_total",
            Kind::Counter,
            "Floating-point operations of successful launches",
            &["kernel", "device"],
        ),
        |k| k.flops,
    ),
    (
        (
            "gpu_kernel_items_total",
            Kind::Counter,
            "Items that successful launches worked on",
            &["kernel", "device"],
        ),
        |k| k.items,
    ),
    (
        ("gpu_kernel_slow_total", Kind::Counter, "Timings over the kernel's bound", &["kernel", "device"]),
        |k| k.slow.is_some(),
    ),
];

/// What a program exports of copies, of memory, and of timing itself.
const TIMED: [Row; 13] = [
    (
        "gpu_copy_duration_seconds",
        Kind::Histogram,
        "Time of timed copies on the device",
        &["direction", "device"],
    ),
    ("gpu_copy_bytes_total", Kind::Counter, "Bytes that successful copies moved", &["direction", "device"]),
    ("gpu_copies_total", Kind::Counter, "Copies by how they ended", &["direction", "device", "result"]),
    ("gpu_timings_pending", Kind::Gauge, "Timings that the device has yet to come to", &["device"]),
    ("gpu_event_pairs", Kind::Gauge, "Pairs of events, by whether they are in use", &["device", "state"]),
    (
        "gpu_clock_error_seconds",
        Kind::Gauge,
        "How exactly device times are known on the host's clock",
        &["device"],
    ),
    ("gpu_device_up", Kind::Gauge, "Whether the device works; 0 once it is lost", &["device"]),
    ("gpu_device_info", Kind::Gauge, "The device and its driver", &["device", "name", "backend", "driver"]),
    ("gpu_device_peak_bytes_per_second", Kind::Gauge, "What the device's memory can move", &["device"]),
    (
        "gpu_device_peak_flops_per_second",
        Kind::Gauge,
        "What the device can compute in single precision",
        &["device"],
    ),
    (
        "gpu_memory_allocated_bytes",
        Kind::Gauge,
        "Device memory that the program's allocator has given out",
        &["device"],
    ),
    ("gpu_memory_peak_bytes", Kind::Gauge, "The most that it had given out at one time", &["device"]),
    (
        "gpu_subscriber_panics_total",
        Kind::Counter,
        "Log lines and spans that were lost because who was told of them panicked",
        &[],
    ),
];

/// What the driver measures of each device, with [`DEVICE`]'s labels before these.
const MEASURED: [Row; 14] = [
    (
        "hw_gpu_utilization_ratio",
        Kind::Gauge,
        "The share of time in which the device was busy",
        &["hw_gpu_task"],
    ),
    ("hw_gpu_memory_utilization_ratio", Kind::Gauge, "The share of memory that is in use", &[]),
    ("hw_gpu_memory_usage_bytes", Kind::Gauge, "Memory that is in use, by whomever", &[]),
    ("hw_gpu_memory_limit_bytes", Kind::Gauge, "Memory that there is", &[]),
    ("hw_gpu_process_memory_bytes", Kind::Gauge, "Memory that this process uses", &[]),
    ("hw_gpu_clock_hertz", Kind::Gauge, "Clock rates", &["clock"]),
    ("hw_gpu_io_bytes_per_second", Kind::Gauge, "Traffic on the bus", &["direction"]),
    ("hw_gpu_last_xid", Kind::Gauge, "The number of the last Xid error", &[]),
    ("hw_gpu_throttled", Kind::Gauge, "Whether the device is slowed down, by the reason", &["reason"]),
    ("hw_temperature_celsius", Kind::Gauge, "Temperature", &[]),
    ("hw_power_watts", Kind::Gauge, "Power", &["hw_type"]),
    ("hw_energy_joules_total", Kind::Counter, "Energy", &["hw_type"]),
    (
        "hw_errors_total",
        Kind::Counter,
        "Errors of the device's memory, and Xid errors",
        &["hw_type", "error_type"],
    ),
    (
        "obs_gpu_readings_total",
        Kind::Counter,
        "How often a device was asked, by what came of it",
        &["result"],
    ),
];

/// The labels of whatever the driver measures.
const DEVICE: [&str; 3] = ["hw_id", "device", "hw_name"];

/// Adds what kernels count, and what is exported beside them.
pub(super) fn add(schema: &mut Schema, kernels: &[Kernel], devices: Devices) {
    for kernel in kernels {
        for (name, kind, help, labels) in LABELLED {
            schema.add(name, kind, help, labels, &kernel.labels);
        }
        let named = NAMED.into_iter().filter(|(_, names)| names(kernel)).map(|(row, _)| row);
        for (name, kind, help, labels) in PLAIN.into_iter().chain(named) {
            schema.add(name, kind, help, labels, &[]);
        }
    }
    if !kernels.is_empty() || devices != Devices::None {
        for (name, kind, help, labels) in TIMED {
            schema.add(name, kind, help, labels, &[]);
        }
    }
    if devices.measured() {
        for (name, kind, help, labels) in MEASURED {
            let labels: Vec<&str> = DEVICE.iter().chain(labels).copied().collect();
            schema.add(name, kind, help, &labels, &[]);
        }
    }
}

/// Whether a family is about kernels or devices.
pub(crate) fn is_gpus(name: &str) -> bool {
    let named = NAMED.iter().map(|(row, _)| row);
    LABELLED
        .iter()
        .chain(&PLAIN)
        .chain(named)
        .chain(&TIMED)
        .chain(&MEASURED)
        .any(|(known, ..)| *known == name)
}

/// Whether a kernel counts in a family.
pub fn counts_in(kernel: &Kernel, name: &str) -> bool {
    LABELLED.iter().chain(&PLAIN).any(|(known, ..)| *known == name)
        || NAMED.iter().any(|((known, ..), names)| *known == name && names(kernel))
}

/// Whether a family has the labels that a kernel adds.
pub fn is_labelled(name: &str) -> bool {
    LABELLED.iter().any(|(known, ..)| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use obs_model::Catalogue;

    fn labels(schema: &Schema, sample: &str) -> Option<Vec<String>> {
        Some(schema.labels(sample)?.into_iter().map(str::to_owned).collect())
    }

    fn of(labels: &[&str]) -> Option<Vec<String>> {
        Some(labels.iter().map(|&label| label.to_owned()).collect())
    }

    #[test]
    fn a_kernel_s_own_labels_are_on_four_families() {
        let schema = Schema::of(&example::with_kernels());
        let own = ["precision", "tenant"];
        let with = |first: &[&str], last: &[&str]| of(&[first, &own, last].concat());
        assert_eq!(labels(&schema, "gpu_kernel_launches_total"), with(&["kernel", "device", "result"], &[]));
        for family in ["duration", "queue", "launch"] {
            let sample = format!("gpu_kernel_{family}_seconds_bucket");
            assert_eq!(labels(&schema, &sample), with(&["kernel", "device"], &["le"]));
        }
        assert_eq!(labels(&schema, "gpu_kernel_bytes_total"), of(&["kernel", "device"]));
        assert_eq!(labels(&schema, "gpu_kernel_errors_total"), of(&["kernel", "device", "error_type"]));
    }

    #[test]
    fn whatever_the_runtime_exports_of_devices_is_known() {
        let names = concat!(env!("CARGO_MANIFEST_DIR"), "/../obs-gpu/src/families/names.rs");
        let names = std::fs::read_to_string(names).unwrap();
        let exported = names.split('"').filter(|text| {
            text.starts_with("gpu_") && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        });
        let exported: Vec<&str> = exported.collect();
        assert!(exported.len() > 20, "{exported:?}");
        let unknown: Vec<&&str> = exported.iter().filter(|name| !is_gpus(name)).collect();
        assert_eq!(unknown, [&""; 0]);
        let schema = Schema::of_plan(&example::gpu_plan());
        assert_eq!(labels(&schema, "gpu_subscriber_panics_total"), of(&[]));
    }

    #[test]
    fn amounts_are_there_where_an_attribute_names_them() {
        let mut catalogue = example::with_kernels();
        catalogue.kernels.retain(|kernel| kernel.name == "reduce");
        let schema = Schema::of(&catalogue);
        assert_eq!(labels(&schema, "gpu_kernel_bytes_total"), of(&["kernel", "device"]));
        for absent in ["gpu_kernel_flops_total", "gpu_kernel_items_total", "gpu_kernel_slow_total"] {
            assert_eq!(labels(&schema, absent), None, "{absent}");
        }
    }

    #[test]
    fn devices_are_known_as_far_as_the_package_exports_them() {
        let mut plan = example::plan(Catalogue::default());
        let known = |devices, plan: &mut crate::plan::Plan| {
            plan.subject.devices = devices;
            let schema = Schema::of_plan(plan);
            ["gpu_copies_total", "hw_temperature_celsius"].map(|family| schema.labels(family).is_some())
        };
        assert_eq!(known(Devices::None, &mut plan), [false, false]);
        assert_eq!(known(Devices::Timed, &mut plan), [true, false]);
        assert_eq!(known(Devices::Measured, &mut plan), [true, true]);
        plan.catalogue = example::with_kernels();
        assert_eq!(known(Devices::None, &mut plan), [true, false]);
        let all = Schema::of_plan(&example::gpu_plan());
        assert_eq!(
            labels(&all, "hw_errors_total"),
            of(&["hw_id", "device", "hw_name", "hw_type", "error_type"])
        );
        assert!(all.families().filter(|f| f.name.starts_with("hw_")).all(|f| is_gpus(&f.name)));
    }
}
