//! What devices say of themselves, through NVIDIA's management library (feature `nvml`).

mod board;
mod dcgm;
mod families;
mod library;
mod reading;
mod sampler;
#[cfg(test)]
mod tests;
mod visible;

use families::Page;
use library::Installed;
use obs_model::duration;
use obs_runtime::__private::v1;
use obs_runtime::snapshot::Family;
use reading::Source;
use sampler::Shared;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::Duration;

/// Metrics of NVIDIA's devices: utilisation, memory, temperature, power, clocks, bus traffic, errors, throttling.
///
/// A thread of its own reads the devices that CUDA shows to this program, every five seconds unless
/// [told otherwise](DeviceMetrics::every). A scrape takes what was read last and never calls the driver. What was read
/// too long ago, because the driver hangs, is left out. The library (`libnvidia-ml.so.1`, part of the driver) is loaded
/// when the program runs: where there is none, one line in the log says so, the program goes on, and it is looked for
/// again every minute.
///
/// ```
/// use obs_gpu::DeviceMetrics;
///
/// let readings = DeviceMetrics::new().every("2s").start()?; // from now on, they are on the program's page
/// # readings.stop();
/// # Ok::<(), obs_gpu::DeviceMetricsError>(())
/// ```
///
/// # Families
///
/// Their labels are `hw_id` (the device's UUID), `device` (the number that CUDA has for it, as in the families of
/// kernels), `hw_name` (what it is called), and what is said here. The names are OpenTelemetry's for hardware
/// (semantic conventions 1.44) as Prometheus writes them; those with a star are ours, since the conventions have none.
///
/// | family | unit, further labels |
/// |---|---|
/// | `hw_gpu_utilization_ratio` | 0 to 1; `hw_gpu_task`: `general`, `encoder`, `decoder` |
/// | `hw_gpu_memory_utilization_ratio` | 0 to 1: what is not free of all memory |
/// | `hw_gpu_memory_usage_bytes`, `hw_gpu_memory_limit_bytes` | bytes that are not free, and all |
/// | `hw_gpu_process_memory_bytes` * | bytes of this process; absent in a container with process numbers of its own |
/// | `hw_temperature_celsius` | degrees Celsius |
/// | `hw_power_watts` | W; `hw_type="gpu"` |
/// | `hw_energy_joules_total` | J since the driver was loaded; `hw_type="gpu"` |
/// | `hw_gpu_clock_hertz` * | Hz; `clock`: `sm`, `memory` |
/// | `hw_gpu_io_bytes_per_second` * | PCI Express, over the last 20 ms; `direction`: `receive`, `transmit` |
/// | `hw_gpu_throttled` * | 0 or 1; `reason`: NVML's word for it; that a device is idle is none |
/// | `hw_errors_total` | `error_type`: `corrected` and `uncorrected` (ECC, since the driver was loaded), `xid` (since the program started); `hw_type="gpu"` |
/// | `hw_gpu_last_xid` * | the last Xid; 0 while there was none |
/// | `obs_gpu_readings_total` * | `result`: `ok`, `failed` (something was not answered), `lost` |
///
/// What a device does not support has no series, which is said once at level debug. Of a device that is lost, what it
/// says itself is left out and what we count stays: its Xids and readings.
///
/// # Which devices
///
/// Those that CUDA would show: all, or what `CUDA_VISIBLE_DEVICES` lists, in that order; of a slice of a device (MIG),
/// the whole device. `device` is CUDA's number where all devices are alike or `CUDA_DEVICE_ORDER` is `PCI_BUS_ID`; in a
/// machine with devices of several kinds CUDA's default is to put the fastest first, which the library cannot tell; one
/// line in the log says so.
#[must_use = "devices are read once this is started"]
#[derive(Debug)]
pub struct DeviceMetrics {
    every: Option<String>,
    names: Names,
    library: Option<PathBuf>,
}

/// Which names the families have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Names {
    /// OpenTelemetry's, in base units: `hw_gpu_utilization_ratio`, `hw_temperature_celsius`.
    #[default]
    OpenTelemetry,
    /// Those of NVIDIA's own exporter, in its units (percent, MiB, MHz, mJ, KB/s) and with its labels `gpu`, `UUID`,
    /// `pci_bus_id`, `device`, `modelName` and `Hostname`: `DCGM_FI_DEV_GPU_UTIL`, `DCGM_FI_DEV_FB_USED`,
    /// `DCGM_FI_DEV_XID_ERRORS`. What it has no name for is left out: memory of this process, and the count of Xids.
    /// `obs_gpu_readings_total` stays as it is.
    Dcgm,
}

impl DeviceMetrics {
    /// How often devices are read, unless told otherwise.
    pub const DEFAULT_EVERY: Duration = Duration::from_secs(5);

    /// The most often that devices may be read: one reading of one device takes the driver some 50 ms, of which two
    /// times 20 are the counters of PCI Express.
    pub const SHORTEST_EVERY: Duration = Duration::from_millis(100);

    /// Metrics of all devices that this program may use, every five seconds, under OpenTelemetry's names.
    pub fn new() -> DeviceMetrics {
        DeviceMetrics { every: None, names: Names::default(), library: None }
    }

    /// How often devices are read, as in `"1s"`. A mistake in the text is an error of [`start`](DeviceMetrics::start).
    pub fn every(mut self, every: &str) -> DeviceMetrics {
        self.every = Some(every.to_owned());
        self
    }

    /// Other names than OpenTelemetry's.
    pub fn names(mut self, names: Names) -> DeviceMetrics {
        self.names = names;
        self
    }

    /// Where the library is, on systems that keep it where the loader does not look.
    pub fn library(mut self, path: impl Into<PathBuf>) -> DeviceMetrics {
        self.library = Some(path.into());
        self
    }

    /// Starts reading, and returns at once. From now on the families are in every [snapshot](obs_runtime::snapshot()), so
    /// on the page and with what is exported; the first readings are there once the driver has answered, which takes it up
    /// to seconds where it was not in use. With feature `off`, nothing is read.
    ///
    /// # Errors
    ///
    /// A period that is no duration or too short, devices that are being read already, or no thread. That there is no
    /// library or no device is none.
    pub fn start(self) -> Result<DeviceReadings, DeviceMetricsError> {
        let (path, shown) = (self.library.clone(), std::env::var(visible::VARIABLE).ok());
        self.start_with(Box::new(Installed { path, shown }))
    }

    fn start_with(self, mut source: Box<dyn Source>) -> Result<DeviceReadings, DeviceMetricsError> {
        let every = self.period()?;
        let readings = DeviceReadings(Arc::new(Readings {
            shared: Shared::default(),
            names: self.names,
            host: (self.names == Names::Dcgm).then(dcgm::host_name).flatten(),
            stale: every * 3 + Duration::from_secs(5),
        }));
        if cfg!(feature = "off") {
            return Ok(readings);
        }
        let mut running = running();
        if running.is_some() {
            return Err(DeviceMetricsError(
                "they are being read already; stop those readings first".to_owned(),
            ));
        }
        let read = Arc::clone(&readings.0);
        let thread = thread::Builder::new().name("obs-nvml".to_owned());
        let spawned = thread.spawn(move || sampler::run(&read.shared, &mut *source, every));
        spawned.map_err(|error| DeviceMetricsError(format!("no thread to read them on: {error}")))?;
        *running = Some(readings.clone());
        ON_THE_PAGE.call_once(|| v1::polled(collect));
        Ok(readings)
    }

    fn period(&self) -> Result<Duration, DeviceMetricsError> {
        let Some(text) = &self.every else { return Ok(DeviceMetrics::DEFAULT_EVERY) };
        let every =
            duration::parse(text).map_err(|problem| DeviceMetricsError(format!("every: {problem}")))?;
        if every < DeviceMetrics::SHORTEST_EVERY {
            let shortest = duration::display(DeviceMetrics::SHORTEST_EVERY);
            return Err(DeviceMetricsError(format!("every: expected at least {shortest}; found {text:?}")));
        }
        Ok(every)
    }
}

impl Default for DeviceMetrics {
    fn default() -> DeviceMetrics {
        DeviceMetrics::new()
    }
}

/// What is being read: two would say the same under the same names.
static RUNNING: Mutex<Option<DeviceReadings>> = Mutex::new(None);
static ON_THE_PAGE: Once = Once::new();

fn running() -> MutexGuard<'static, Option<DeviceReadings>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a snapshot asks.
fn collect(into: &mut Vec<Family>) {
    let running = running().clone();
    if let Some(readings) = running {
        readings.collect(into);
    }
}

/// Devices that are being read, until the program ends or [`stop`](DeviceReadings::stop) is called; dropping this
/// changes nothing.
#[derive(Clone, Debug)]
pub struct DeviceReadings(Arc<Readings>);

#[derive(Debug)]
struct Readings {
    shared: Shared,
    names: Names,
    host: Option<String>,
    /// How old a reading may be.
    stale: Duration,
}

impl DeviceReadings {
    /// Appends what was read last, as each snapshot does. It calls no driver and waits for none; a device costs some
    /// thirty small allocations.
    pub fn collect(&self, into: &mut Vec<Family>) {
        let Readings { shared, names, host, stale } = &*self.0;
        let board = shared.board();
        let mut page = Page::new(&board, *stale, into);
        match names {
            Names::OpenTelemetry => families::hardware(&mut page),
            Names::Dcgm => dcgm::dcgm(&mut page, host.as_deref()),
        }
    }

    /// Reads no more. The thread ends when the driver has answered the call that it is in, if it is in one.
    /// What was read is on the page no more.
    pub fn stop(&self) {
        self.0.shared.stop();
        running().take_if(|running| Arc::ptr_eq(&running.0, &self.0));
    }
}

/// Why devices cannot be read as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceMetricsError(String);

impl fmt::Display for DeviceMetricsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device metrics: {}", self.0)
    }
}

impl std::error::Error for DeviceMetricsError {}
