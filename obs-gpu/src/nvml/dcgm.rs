//! Readings as families, under the names, labels and units of NVIDIA's own exporter, whose dashboards and alerts
//! then work on them.
//!
//! Its counters do not end in `_total`, so OpenMetrics knows them as of unknown type.

use super::board::Entry;
use super::families::{Found, Page, one, readings};
use super::reading::Reading;
use obs_runtime::snapshot::FamilyKind::{self, Counter, Gauge};

const MEBIBYTE: u64 = 1024 * 1024;

type Get = fn(&Reading) -> Vec<Found>;

/// What a device says, each where NVML has it.
const FIELDS: [(&str, FamilyKind, &str, Get); 18] = [
    ("DCGM_FI_DEV_SM_CLOCK", Gauge, "SM clock in MHz.", |r| one(r.sm_megahertz.map(u64::from))),
    ("DCGM_FI_DEV_MEM_CLOCK", Gauge, "Memory clock in MHz.", |r| one(r.memory_megahertz.map(u64::from))),
    ("DCGM_FI_DEV_GPU_TEMP", Gauge, "Temperature in degrees Celsius.", |r| one(r.celsius.map(u64::from))),
    ("DCGM_FI_DEV_POWER_USAGE", Gauge, "Power in W.", |r| one(r.milliwatts.map(|mw| f64::from(mw) / 1e3))),
    ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", Counter, "Energy since the driver was loaded in mJ.", |r| {
        one(r.millijoules)
    }),
    ("DCGM_FI_DEV_PCIE_TX_THROUGHPUT", Gauge, "Transmitted over PCIe in KB/s, over 20 ms.", |r| {
        one(r.transmit_kilobytes_per_second.map(u64::from))
    }),
    ("DCGM_FI_DEV_PCIE_RX_THROUGHPUT", Gauge, "Received over PCIe in KB/s, over 20 ms.", |r| {
        one(r.receive_kilobytes_per_second.map(u64::from))
    }),
    ("DCGM_FI_DEV_GPU_UTIL", Gauge, "Utilisation in percent.", |r| one(r.general_percent.map(u64::from))),
    ("DCGM_FI_DEV_MEM_COPY_UTIL", Gauge, "Utilisation of the memory's bandwidth in percent.", |r| {
        one(r.copy_percent.map(u64::from))
    }),
    ("DCGM_FI_DEV_ENC_UTIL", Gauge, "Utilisation of the encoder in percent.", |r| {
        one(r.encoder_percent.map(u64::from))
    }),
    ("DCGM_FI_DEV_DEC_UTIL", Gauge, "Utilisation of the decoder in percent.", |r| {
        one(r.decoder_percent.map(u64::from))
    }),
    ("DCGM_FI_DEV_FB_TOTAL", Gauge, "Memory in MiB.", |r| {
        one(r.memory.map(|memory| memory.total / MEBIBYTE))
    }),
    ("DCGM_FI_DEV_FB_FREE", Gauge, "Free memory in MiB.", |r| {
        one(r.memory.map(|memory| memory.free / MEBIBYTE))
    }),
    ("DCGM_FI_DEV_FB_USED", Gauge, "Used memory in MiB.", |r| {
        one(r.memory.map(|memory| memory.used / MEBIBYTE))
    }),
    ("DCGM_FI_DEV_FB_RESERVED", Gauge, "Memory that the driver keeps in MiB.", |r| {
        one(r.memory.map(|memory| memory.reserved / MEBIBYTE))
    }),
    ("DCGM_FI_DEV_ECC_SBE_VOL_TOTAL", Counter, "Corrected ECC errors since the driver was loaded.", |r| {
        one(r.corrected_errors)
    }),
    ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", Counter, "Uncorrected ECC errors since the driver was loaded.", |r| {
        one(r.uncorrected_errors)
    }),
    ("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", Gauge, "Why clocks are held down, as NVML's mask.", |r| {
        one(r.throttles)
    }),
];

/// Appends the `DCGM_FI_DEV_*` families.
pub(super) fn dcgm(page: &mut Page<'_>, host: Option<&str>) {
    let labels = |entry: &Entry| labels(entry, host);
    for (name, kind, help, get) in FIELDS {
        page.add((name, kind, help), labels, |_, reading| reading.map(get).unwrap_or_default());
    }
    page.add(
        ("DCGM_FI_DEV_XID_ERRORS", Gauge, "The last Xid since the program started; 0 while there was none."),
        labels,
        |entry, _| one(entry.xids.map(|xids| xids.last)),
    );
    readings(page);
}

fn labels(entry: &Entry, host: Option<&str>) -> Vec<(&'static str, String)> {
    let identity = &entry.identity;
    let mut labels = vec![
        ("gpu", identity.index.to_string()),
        ("UUID", identity.uuid.clone()),
        ("pci_bus_id", identity.pci_bus_id.clone()),
        ("device", format!("nvidia{}", identity.index)),
        ("modelName", identity.name.clone()),
    ];
    labels.extend(host.map(|host| ("Hostname", host.to_owned())));
    labels
}

/// The machine's name as that exporter says it: the cluster's name for the node first.
pub(super) fn host_name() -> Option<String> {
    let node = std::env::var("NODE_NAME").ok().filter(|name| !name.is_empty());
    node.or_else(|| Some(std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?.trim().to_owned()))
}
