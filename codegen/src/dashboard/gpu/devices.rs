//! Memory, what the driver measures of devices, and how well timing itself does.

use super::super::column::Column;
use super::super::panel::{Panel, Threshold, Visual};
use super::{RANGE, on_device};
use crate::query::Query;

/// A device of an instance, in a legend.
const EACH: &str = "{{instance}} {{device}}";

/// The labels of that.
const PLACE: [&str; 2] = ["instance", "device"];

/// The value of each device.
fn each(name: &str) -> Query {
    on_device(name).now().max(&PLACE)
}

/// The same by one label more.
fn by(name: &str, label: &str) -> Query {
    on_device(name).now().max(&["instance", "device", label])
}

fn graph(title: &str, unit: &str, about: &str) -> Panel {
    Panel::new(Visual::TimeSeries, title, unit).describe(about)
}

/// What the program's allocator has given out, and what the driver sees.
pub(super) fn memory(timed: bool, measured: bool) -> Vec<Panel> {
    let mut panels = Vec::new();
    if measured {
        panels.push(
            Panel::new(Visual::Gauge, "Fullest device", "percentunit")
                .describe("The share of its memory that is in use on the device that is fullest.")
                .threshold([Threshold::AtMost(0.85), Threshold::AtMost(0.95)])
                .range(0.0, 1.0)
                .sized(6, 8)
                .query(
                    each("hw_gpu_memory_usage_bytes").ratio(&each("hw_gpu_memory_limit_bytes")).max(&[]),
                    "used",
                ),
        );
        panels.push(
            graph(
                "Memory by device",
                "bytes",
                "Memory that is in use by whomever, by this process, and what there is.",
            )
            .sized(18, 8)
            .query(each("hw_gpu_memory_usage_bytes"), format!("{EACH} used"))
            .query(each("hw_gpu_process_memory_bytes"), format!("{EACH} this process"))
            .query(each("hw_gpu_memory_limit_bytes"), format!("{EACH} limit")),
        );
    }
    if timed {
        panels.push(
            graph(
                "Allocated",
                "bytes",
                "What the program's allocator has given out, where it tells; and the most that it had at one time.",
            )
            .sized(24, 8)
            .query(each("gpu_memory_allocated_bytes").or_none(&["device"]), format!("{EACH} allocated"))
            .query(each("gpu_memory_peak_bytes").or_none(&["device"]), format!("{EACH} peak")),
        );
    }
    panels
}

/// What the driver measures.
pub(super) fn measured() -> Vec<Panel> {
    vec![
        graph("Utilisation", "percentunit", "The share of time in which the device was busy, by what with.")
            .range(0.0, 1.0)
            .query(by("hw_gpu_utilization_ratio", "hw_gpu_task"), format!("{EACH} {{{{hw_gpu_task}}}}")),
        graph(
            "Utilisation of memory",
            "percentunit",
            "The share of time in which memory was read or written.",
        )
        .range(0.0, 1.0)
        .query(each("hw_gpu_memory_utilization_ratio"), EACH),
        graph("Temperature", "celsius", "Of the device; above the line it slows down, and ages.")
            .start_at_lowest()
            .threshold([Threshold::AtMost(85.0)])
            .query(each("hw_temperature_celsius"), EACH),
        graph("Power", "watt", "What the device draws, and the mean that its energy counter tells.")
            .query(each("hw_power_watts"), EACH)
            .query(on_device("hw_energy_joules_total").rate(RANGE).sum(&PLACE), format!("{EACH} mean")),
        graph("Clocks", "hertz", "The rates of its processors and of its memory.")
            .query(by("hw_gpu_clock_hertz", "clock"), format!("{EACH} {{{{clock}}}}")),
        Panel::new(Visual::StateTimeline, "Slowed down", "short")
            .describe("Whether and why the device runs slower than it could.")
            .word("0", "no", "green")
            .word("1", "slowed down", "orange")
            .query(by("hw_gpu_throttled", "reason"), format!("{EACH} {{{{reason}}}}")),
        graph("Bus", "Bps", "Bytes a second that the device receives and sends.")
            .query(by("hw_gpu_io_bytes_per_second", "direction"), format!("{EACH} {{{{direction}}}}")),
        graph(
            "Errors",
            "short",
            "Memory errors, corrected and not, and Xid errors: the driver's reports of trouble.",
        )
        .query(
            on_device("hw_errors_total")
                .increase(RANGE)
                .sum(&["instance", "device", "error_type"])
                .or_none(&["error_type"]),
            format!("{EACH} {{{{error_type}}}}"),
        ),
        Panel::new(Visual::Table, "Last Xid", "none")
            .describe("The number of each device's last Xid error; 0 is none.")
            .query(on_device("hw_gpu_last_xid").now().max(&["instance", "device", "hw_name"]), "")
            .column(Column::new("instance", "Instance"))
            .column(Column::new("device", "Device"))
            .column(Column::new("hw_name", "Name"))
            .column(Column::new("Value", "Xid").unit("none")),
    ]
}

/// What timing costs and misses.
pub(super) fn timing() -> Vec<Panel> {
    vec![
        Panel::new(Visual::StateTimeline, "Devices", "short")
            .describe(
                "Whether each device works. One that is lost stays lost until the process starts again.",
            )
            .word("0", "lost", "red")
            .word("1", "works", "green")
            .query(each("gpu_device_up"), EACH),
        Panel::new(Visual::Table, "Devices and drivers", "short")
            .describe("What there is, and how many instances have it.")
            .query(on_device("gpu_device_info").now().count(&["device", "name", "backend", "driver"]), "")
            .column(Column::new("device", "Device"))
            .column(Column::new("name", "Name"))
            .column(Column::new("backend", "Backend"))
            .column(Column::new("driver", "Driver"))
            .column(Column::new("Value", "Instances").unit("short")),
        graph("Pending", "short", "Timings that the device has yet to come to: how much work is queued.")
            .sized(8, 8)
            .query(each("gpu_timings_pending").or_none(&["device"]), EACH),
        graph(
            "Event pairs",
            "short",
            "Pairs of events, in use and free. Without a free one a launch is not timed.",
        )
        .sized(8, 8)
        .query(by("gpu_event_pairs", "state").or_none(&["state"]), format!("{EACH} {{{{state}}}}")),
        graph(
            "Clock error",
            "s",
            "How far spans may be off: the device's clock is compared with the host's once a second.",
        )
        .sized(8, 8)
        .query(each("gpu_clock_error_seconds").or_none(&["device"]), EACH),
    ]
}
