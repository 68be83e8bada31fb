//! Readings as families, under the names that OpenTelemetry has for hardware.
//!
//! From its semantic conventions, version 1.44 (`hw.*`, all of status "development"), made Prometheus names by
//! OpenTelemetry's own rules: `hw.gpu.utilization`, `hw.gpu.memory.utilization`, `hw.gpu.memory.usage`,
//! `hw.gpu.memory.limit`, `hw.temperature`, `hw.power`, `hw.energy` and `hw.errors`. The conventions have no clocks,
//! throttling or Xids; those are ours beside them. They do have `hw.gpu.io`, a counter of bytes, which the library
//! cannot tell: it has the throughput of the last 20 ms, so ours is a rate by name.

use super::board::{Board, Entry};
use super::reading::{Memory, Reading, THROTTLES};
use FamilyKind::{Counter, Gauge};
use obs_runtime::snapshot::{Family, FamilyKind, Labels, Value};
use std::time::{Duration, Instant};

/// A series of one device: the label that it has besides the device's, and its value.
pub(super) type Found = (Option<(&'static str, &'static str)>, Value);

/// The families of all devices, in the making.
pub(super) struct Page<'a> {
    pub(super) devices: Vec<(&'a Entry, Option<&'a Reading>)>,
    pub(super) into: &'a mut Vec<Family>,
}

impl<'a> Page<'a> {
    pub(super) fn new(board: &'a Board, stale: Duration, into: &'a mut Vec<Family>) -> Page<'a> {
        let now = Instant::now();
        let devices = board.devices.iter().map(|entry| (entry, entry.fresh(now, stale)));
        Page { devices: devices.collect(), into }
    }

    /// Adds a family, unless no device has anything to say.
    pub(super) fn add(
        &mut self,
        (name, kind, help): (&'static str, FamilyKind, &'static str),
        labels: impl Fn(&Entry) -> Vec<(&'static str, String)>,
        values: impl Fn(&Entry, Option<&Reading>) -> Vec<Found>,
    ) {
        let mut family = Family::new(name, help, kind);
        for (entry, reading) in &self.devices {
            for (extra, value) in values(entry, *reading) {
                let extra = extra.map(|(name, value)| (name, value.to_owned()));
                family = family.with_labels(Labels::new(labels(entry).into_iter().chain(extra)), value);
            }
        }
        if !family.series.is_empty() {
            self.into.push(family);
        }
    }
}

/// One series, where there is a value.
pub(super) fn one(value: Option<impl Into<Value>>) -> Vec<Found> {
    value.map(|value| (None, value.into())).into_iter().collect()
}

/// A series for each of these values that there is.
pub(super) fn each<const N: usize>(
    label: &'static str,
    values: [(&'static str, Option<impl Into<Value>>); N],
) -> Vec<Found> {
    let there = values.into_iter().filter_map(|(name, value)| Some((Some((label, name)), value?.into())));
    there.collect()
}

fn device(entry: &Entry) -> Vec<(&'static str, String)> {
    let identity = &entry.identity;
    vec![
        ("hw_id", identity.uuid.clone()),
        ("device", identity.ordinal.to_string()),
        ("hw_name", identity.name.clone()),
    ]
}

/// What the conventions ask of the families that other hardware has too.
fn typed(entry: &Entry) -> Vec<(&'static str, String)> {
    let mut labels = device(entry);
    labels.push(("hw_type", "gpu".to_owned()));
    labels
}

fn ratio(percent: Option<u32>) -> Option<f64> {
    percent.map(|percent| f64::from(percent) / 100.0)
}

fn times(value: Option<u32>, factor: f64) -> Option<f64> {
    value.map(|value| f64::from(value) * factor)
}

/// Appends the `hw_*` families.
pub(super) fn hardware(page: &mut Page<'_>) {
    let read = |get: fn(&Reading) -> Vec<Found>| {
        move |_: &Entry, reading: Option<&Reading>| reading.map(get).unwrap_or_default()
    };
    page.add(
        (
            "hw_gpu_utilization_ratio",
            Gauge,
            "Share of the time in which the GPU was busy with a task, 0 to 1.",
        ),
        device,
        read(|reading| {
            let general = ("general", ratio(reading.general_percent));
            let encoder = ("encoder", ratio(reading.encoder_percent));
            each("hw_gpu_task", [general, encoder, ("decoder", ratio(reading.decoder_percent))])
        }),
    );
    page.add(
        ("hw_gpu_memory_utilization_ratio", Gauge, "Share of the GPU's memory that is not free, 0 to 1."),
        device,
        read(|reading| {
            let memory = reading.memory.filter(|memory| memory.total > 0);
            one(memory.map(|memory| memory.taken() as f64 / memory.total as f64))
        }),
    );
    page.add(
        ("hw_gpu_memory_usage_bytes", Gauge, "Memory of the GPU that is not free."),
        device,
        read(|reading| one(reading.memory.map(Memory::taken))),
    );
    page.add(
        ("hw_gpu_memory_limit_bytes", Gauge, "Size of the GPU's memory."),
        device,
        read(|reading| one(reading.memory.map(|memory| memory.total))),
    );
    page.add(
        ("hw_gpu_process_memory_bytes", Gauge, "Memory of the GPU that this process has."),
        device,
        read(|reading| one(reading.process_bytes)),
    );
    page.add(
        ("hw_temperature_celsius", Gauge, "Temperature of the GPU."),
        device,
        read(|reading| one(times(reading.celsius, 1.0))),
    );
    page.add(
        ("hw_power_watts", Gauge, "Power that the GPU draws."),
        typed,
        read(|reading| one(times(reading.milliwatts, 1e-3))),
    );
    page.add(
        ("hw_energy_joules_total", Counter, "Energy that the GPU has used since its driver was loaded."),
        typed,
        read(|reading| one(reading.millijoules.map(|millijoules| millijoules as f64 / 1e3))),
    );
    page.add(
        ("hw_gpu_clock_hertz", Gauge, "Clock of the GPU's multiprocessors and of its memory."),
        device,
        read(|reading| {
            let sm = ("sm", times(reading.sm_megahertz, 1e6));
            each("clock", [sm, ("memory", times(reading.memory_megahertz, 1e6))])
        }),
    );
    page.add(
        (
            "hw_gpu_io_bytes_per_second",
            Gauge,
            "PCIe throughput of the GPU over the 20 ms before it was read.",
        ),
        device,
        read(|reading| {
            let receive = ("receive", times(reading.receive_kilobytes_per_second, 1e3));
            let transmit = ("transmit", times(reading.transmit_kilobytes_per_second, 1e3));
            each("direction", [receive, transmit])
        }),
    );
    page.add(
        ("hw_gpu_throttled", Gauge, "Whether the GPU's clocks are held down, by reason: 1 or 0."),
        device,
        read(|reading| {
            let Some(mask) = reading.throttles else { return Vec::new() };
            each("reason", THROTTLES.map(|(bit, word)| (word, Some(u64::from(mask & bit != 0)))))
        }),
    );
    page.add(
        (
            "hw_errors_total",
            Counter,
            "Errors of the GPU: ECC errors since its driver was loaded, and Xids since the program started.",
        ),
        typed,
        |entry, reading| {
            let corrected = ("corrected", reading.and_then(|reading| reading.corrected_errors));
            let uncorrected = ("uncorrected", reading.and_then(|reading| reading.uncorrected_errors));
            each("error_type", [corrected, uncorrected, ("xid", entry.xids.map(|xids| xids.count))])
        },
    );
    page.add(
        (
            "hw_gpu_last_xid",
            Gauge,
            "The last Xid of the GPU since the program started; 0 while there was none.",
        ),
        device,
        |entry, _| one(entry.xids.map(|xids| xids.last)),
    );
    readings(page);
}

/// Appends what we say of our own reading, whatever the names of the rest.
pub(super) fn readings(page: &mut Page<'_>) {
    page.add(
        (
            "obs_gpu_readings_total",
            Counter,
            "How often a GPU was read: ok, failed (it left something unanswered), or lost.",
        ),
        device,
        |entry, _| {
            let counts = entry.readings;
            each(
                "result",
                [("ok", Some(counts.ok)), ("failed", Some(counts.failed)), ("lost", Some(counts.lost))],
            )
        },
    );
}
