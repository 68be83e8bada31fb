//! The calls of NVML, and nothing else: what they mean is decided elsewhere.

use super::reading::{Call, Identity, Library, Memory, Reading, Refusal, Source};
use super::visible::{BY_BUS, ORDER, uncertain, visible};
#[cfg(target_os = "linux")]
use nvml_wrapper::bitmasks::event::EventTypes;
use nvml_wrapper::enum_wrappers::device::{
    Clock, EccCounter, MemoryError, PcieUtilCounter, TemperatureSensor,
};
use nvml_wrapper::enums::device::UsedGpuMemory;
#[cfg(target_os = "linux")]
use nvml_wrapper::enums::event::XidError;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;
use nvml_wrapper::{Device, EventSet, Nvml};
use std::path::PathBuf;

/// What the library says for an Xid that it does not know.
#[cfg(target_os = "linux")]
const UNKNOWN_XID: u64 = 999;

/// How long an event is waited for: they are queued, and none is awaited.
#[cfg(target_os = "linux")]
const NO_TIME_MS: u32 = 1;

/// The most events taken at once, so that a device which fails without end does not keep us.
#[cfg(target_os = "linux")]
const EVENTS: usize = 1000;

/// The process namespace in which processes have the numbers that the driver knows them by.
const HOST_PROCESSES: &str = "pid:[4026531836]";

/// NVML, loaded when asked for.
#[derive(Debug)]
pub(super) struct Installed {
    /// Where it is, unless where it always is.
    pub(super) path: Option<PathBuf>,
    /// What CUDA is told to show.
    pub(super) shown: Option<String>,
}

impl Source for Installed {
    fn open(&mut self, with: &mut dyn FnMut(&mut dyn Library)) -> Result<(), String> {
        let mut builder = Nvml::builder();
        if let Some(path) = &self.path {
            builder.lib_path(path.as_os_str());
        }
        let nvml = builder.init().map_err(|error| error.to_string())?;
        with(&mut Session { nvml: &nvml, shown: self.shown.as_deref(), devices: Vec::new() });
        Ok(())
    }
}

struct Session<'a> {
    nvml: &'a Nvml,
    shown: Option<&'a str>,
    devices: Vec<Handle<'a>>,
}

struct Handle<'a> {
    device: Device<'a>,
    /// Its Xids, from when they were first asked for.
    events: Option<EventSet<'a>>,
}

impl Library for Session<'_> {
    fn devices(&mut self) -> Result<Vec<Identity>, Refusal> {
        let mut found = Vec::new();
        for index in 0..self.nvml.device_count().map_err(refusal)? {
            let named = self.nvml.device_by_index(index).and_then(|device| Ok((device.uuid()?, device)));
            match named {
                Ok((uuid, device)) => found.push((index, uuid, device)),
                Err(error) => tracing::debug!(target: "obs::gpu", "GPU {index} is not accessible: {error}"),
            }
        }
        let uuids: Vec<String> = found.iter().map(|(_, uuid, _)| uuid.clone()).collect();
        let shown = self.shown.map(|shown| self.without_slices(shown));
        let mut found: Vec<_> = found.into_iter().map(Some).collect();
        let mut identities = Vec::new();
        self.devices.clear();
        for (ordinal, place) in visible(shown.as_deref(), &uuids).into_iter().enumerate() {
            let Some((index, uuid, device)) = found[place].take() else { continue };
            identities.push(Identity {
                ordinal: ordinal as u32,
                index,
                uuid,
                name: device.name().unwrap_or_default(),
                pci_bus_id: device.pci_info().map(|info| info.bus_id).unwrap_or_default(),
            });
            self.devices.push(Handle { device, events: None });
        }
        let order = std::env::var(ORDER).ok();
        if uncertain(&identities, order.as_deref()) {
            tracing::warn!(
                target: "obs::gpu",
                "the devices are of several kinds, and {ORDER} is not {BY_BUS}: `device` may not be CUDA's number"
            );
        }
        Ok(identities)
    }

    fn ask(&mut self, device: usize, call: Call, into: &mut Reading) -> Result<(), Refusal> {
        let Handle { device, events: set } = &mut self.devices[device];
        match call {
            Call::Xids => {
                let set = match set {
                    Some(set) => set,
                    None => set.insert(events(self.nvml, device)?),
                };
                into.xids = Some(xids(set)?);
            }
            Call::Process => into.process_bytes = Some(process(device)?),
            _ => fill(device, call, into).map_err(refusal)?,
        }
        Ok(())
    }
}

impl Session<'_> {
    /// The setting with the board in place of each slice of one (MIG), since it is boards that we read.
    fn without_slices(&self, shown: &str) -> String {
        let board = |slice: &str| self.nvml.device_by_uuid(slice)?.mig_parent_device()?.uuid();
        let entries = shown.split(',').map(str::trim).map(|entry| match entry.starts_with("MIG-") {
            true => board(entry).unwrap_or_else(|_| entry.to_owned()),
            false => entry.to_owned(),
        });
        entries.collect::<Vec<_>>().join(",")
    }
}

fn fill(device: &Device<'_>, call: Call, into: &mut Reading) -> Result<(), NvmlError> {
    match call {
        Call::Xids | Call::Process => {}
        Call::Utilization => {
            let rates = device.utilization_rates()?;
            (into.general_percent, into.copy_percent) = (Some(rates.gpu), Some(rates.memory));
        }
        Call::Encoder => into.encoder_percent = Some(device.encoder_utilization()?.utilization),
        Call::Decoder => into.decoder_percent = Some(device.decoder_utilization()?.utilization),
        Call::Memory => {
            let info = device.memory_info()?;
            let (total, free, used, reserved) = (info.total, info.free, info.used, info.reserved);
            into.memory = Some(Memory { total, free, used, reserved });
        }
        Call::Temperature => into.celsius = Some(device.temperature(TemperatureSensor::Gpu)?),
        Call::Power => into.milliwatts = Some(device.power_usage()?),
        Call::Energy => into.millijoules = Some(device.total_energy_consumption()?),
        Call::SmClock => into.sm_megahertz = Some(device.clock_info(Clock::SM)?),
        Call::MemoryClock => into.memory_megahertz = Some(device.clock_info(Clock::Memory)?),
        Call::Receive => {
            into.receive_kilobytes_per_second = Some(device.pcie_throughput(PcieUtilCounter::Receive)?);
        }
        Call::Transmit => {
            into.transmit_kilobytes_per_second = Some(device.pcie_throughput(PcieUtilCounter::Send)?);
        }
        Call::Corrected => {
            let errors = device.total_ecc_errors(MemoryError::Corrected, EccCounter::Volatile)?;
            into.corrected_errors = Some(errors);
        }
        Call::Uncorrected => {
            let errors = device.total_ecc_errors(MemoryError::Uncorrected, EccCounter::Volatile)?;
            into.uncorrected_errors = Some(errors);
        }
        Call::Throttles => into.throttles = Some(device.current_throttle_reasons()?.bits()),
    }
    Ok(())
}

/// What this process has of the device's memory: nothing, where it is not among those that use it.
///
/// The driver knows processes by the host's numbers. In a container ours is another one, which can be somebody
/// else's there, so nothing is said.
fn process(device: &Device<'_>) -> Result<u64, Refusal> {
    let namespace = std::fs::read_link("/proc/self/ns/pid");
    if namespace.is_ok_and(|namespace| namespace.as_os_str() != HOST_PROCESSES) {
        return Err(Refusal::Unsupported("the driver's process numbers are not this container's".to_owned()));
    }
    let compute = device.running_compute_processes().map_err(refusal)?;
    let graphics = device.running_graphics_processes().or_else(|error| match refusal(error) {
        Refusal::Unsupported(_) => Ok(Vec::new()),
        other => Err(other),
    })?;
    let used = |processes: &[ProcessInfo]| {
        let ours = processes.iter().filter(|process| process.pid == std::process::id());
        ours.map(|process| match process.used_gpu_memory {
            UsedGpuMemory::Used(bytes) => Some(bytes),
            UsedGpuMemory::Unavailable => None,
        })
        .sum::<Option<u64>>()
    };
    // A process that computes and draws is in both lists, with the same memory.
    let both = used(&compute).zip(used(&graphics)).map(|(compute, graphics)| compute.max(graphics));
    both.ok_or_else(|| Refusal::Unsupported("the driver does not say it".to_owned()))
}

#[cfg(target_os = "linux")]
fn events<'a>(nvml: &'a Nvml, device: &Device<'a>) -> Result<EventSet<'a>, Refusal> {
    let wanted = EventTypes::CRITICAL_XID_ERROR;
    if !device.supported_event_types().map_err(refusal)?.contains(wanted) {
        return Err(Refusal::Unsupported("it has no such events".to_owned()));
    }
    // A set of its own for each device: asked of a lost one, the library may not know whose event it was.
    let set = nvml.create_event_set().map_err(refusal)?;
    device.register_events(wanted, set).map_err(|error| refusal(error.error))
}

#[cfg(not(target_os = "linux"))]
fn events<'a>(_: &'a Nvml, _: &Device<'a>) -> Result<EventSet<'a>, Refusal> {
    Err(Refusal::Unsupported("this system has no such events".to_owned()))
}

#[cfg(target_os = "linux")]
fn xids(set: &EventSet<'_>) -> Result<Vec<u64>, Refusal> {
    let mut xids = Vec::new();
    while xids.len() < EVENTS {
        match set.wait(NO_TIME_MS) {
            Ok(event) => xids.extend(event.event_data.map(|xid| match xid {
                XidError::Value(xid) => xid,
                XidError::Unknown => UNKNOWN_XID,
            })),
            // What was taken out of the queue is not there a second time.
            Err(NvmlError::Timeout) => break,
            Err(_) if !xids.is_empty() => break,
            Err(error) => return Err(refusal(error)),
        }
    }
    Ok(xids)
}

#[cfg(not(target_os = "linux"))]
fn xids(_: &EventSet<'_>) -> Result<Vec<u64>, Refusal> {
    Ok(Vec::new())
}

fn refusal(error: NvmlError) -> Refusal {
    let said = error.to_string();
    match error {
        NvmlError::NotSupported
        | NvmlError::NoPermission
        | NvmlError::FunctionNotFound
        | NvmlError::FailedToLoadSymbol(_) => Refusal::Unsupported(said),
        NvmlError::GpuLost | NvmlError::ResetRequired => Refusal::Lost(said),
        NvmlError::Uninitialized
        | NvmlError::DriverNotLoaded
        | NvmlError::LibraryNotFound
        | NvmlError::LibRmVersionMismatch => Refusal::Gone(said),
        _ => Refusal::Failed(said),
    }
}

#[cfg(test)]
mod tests {
    use crate::nvml::reading::THROTTLES;
    use nvml_wrapper::bitmasks::device::ThrottleReasons;

    #[test]
    fn the_words_are_of_the_librarys_bits() {
        let named = THROTTLES.iter().fold(0, |all, (bit, _)| all | bit);
        assert_eq!(named, ThrottleReasons::all().bits() & !ThrottleReasons::GPU_IDLE.bits());
        for (bit, word) in THROTTLES {
            let flag = ThrottleReasons::from_name(&word.to_ascii_uppercase()).expect(word);
            assert_eq!(flag.bits(), bit, "{word}");
        }
    }
}
