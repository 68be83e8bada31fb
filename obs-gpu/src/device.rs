//! The devices of this program.

use crate::collector;
use crate::config;
use crate::driver::{Driver, DriverError, Fault, Properties, StreamId};
use crate::families;
use crate::memory::Memory;
use crate::pool::{Pair, Pending};
use crate::stream::Lane;
use crossbeam_queue::ArrayQueue;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// The most devices of a program.
pub(crate) const DEVICES: usize = 128;

/// Where the host stands among them.
pub(crate) const HOST: u32 = 0;
/// Where launches stand that name no device that there is.
pub(crate) const UNKNOWN: u32 = 1;
const FIRST: u32 = 2;

/// What a pair of events costs where the driver did not let us find out, in seconds: about what it does on most devices.
const PAIR_COST: f64 = 5e-6;

/// How long opening waits for events: creating them takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

static TABLE: [OnceLock<State>; DEVICES] = [const { OnceLock::new() }; DEVICES];

/// How many places are taken. It is the lock of [`Device::open`], too.
static TAKEN: Mutex<u32> = Mutex::new(FIRST);

/// Whether the program has, or asked for, another device than the host.
static WANTED: AtomicBool = AtomicBool::new(false);

/// A device whose kernels are timed. It stays open as long as the program runs.
///
/// ```
/// use obs_gpu::{Device, Stream};
/// use obs_gpu::driver::StreamId;
///
/// # #[cfg(feature = "fake")] {
/// let driver = obs_gpu::fake::Device::new();
/// let device = Device::open(driver, "simulated")?;
/// assert_eq!(device.label(), "simulated");
/// let lane = device.lane(StreamId(7));
/// # let _ = lane;
/// # }
/// # Ok::<(), obs_gpu::OpenError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Device(&'static State);

/// What is kept of a device, for ever.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) index: u32,
    pub(crate) label: Box<str>,
    /// `None` of the host, and of what is no device.
    pub(crate) driver: Option<Box<dyn Driver>>,
    /// Event pairs that nobody uses.
    pub(crate) pool: ArrayQueue<Pair>,
    /// Launches whose events nobody has read. It has room for as many as there are pairs.
    pub(crate) queue: ArrayQueue<Pending>,
    /// How many event pairs there are.
    pub(crate) pairs: AtomicUsize,
    /// Launches that are queued, or held by the collector.
    pub(crate) pending: AtomicUsize,
    /// Lost or gone: every call fails.
    pub(crate) lost: AtomicBool,
    /// The program let go of it, so that nothing is wrong.
    pub(crate) gone: AtomicBool,
    pub(crate) facts: OnceLock<Properties>,
    pub(crate) memory: Memory,
    /// The error of the last mapping to the host's clock, as bits; no number before the first.
    pub(crate) clock_error: AtomicU64,
    /// What a pair of events costs, in seconds, as bits.
    pub(crate) pair_cost: AtomicU64,
    peaks: [AtomicU64; 2],
    ready: (Mutex<bool>, Condvar),
}

/// Why a device was not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// Another device has that label.
    Taken(String),
    /// There are as many devices as a program can have.
    TooMany,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::Taken(label) => {
                write!(f, "another device is labelled {label:?}; each needs a label of its own")
            }
            OpenError::TooMany => write!(f, "{} devices are open already", DEVICES as u32 - FIRST),
        }
    }
}

impl std::error::Error for OpenError {}

impl Device {
    /// Times kernels on a device from now on, under this value of the label `device`: its ordinal, usually.
    ///
    /// Events are created here, by the collector's thread, so that launches need not: it takes a millisecond or two.
    /// A driver that refuses is no error of this function; launches are then counted and not timed.
    ///
    /// # Errors
    ///
    /// The label is taken, or there are too many devices.
    pub fn open(driver: impl Driver, label: impl Into<String>) -> Result<Device, OpenError> {
        WANTED.store(true, Ordering::Relaxed);
        let (label, driver) = (label.into(), Box::new(driver));
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if &*label == "host" || &*label == "unknown" || all().any(|state| *state.label == label) {
            return Err(OpenError::Taken(label));
        }
        let index = *taken;
        let place = TABLE.get(index as usize).ok_or(OpenError::TooMany)?;
        let state = place.get_or_init(|| State::new(index, label, Some(driver)));
        *taken += 1;
        drop(taken);
        families::announce();
        if !cfg!(feature = "off") && collector::start() {
            state.wait();
        }
        Ok(Device(state))
    }

    /// The value of the label `device`.
    pub fn label(&self) -> &'static str {
        &self.0.label
    }

    /// Its place among all devices.
    #[cfg(feature = "cuda")]
    pub(crate) fn index(&self) -> u32 {
        self.0.index
    }

    /// Where work goes that is put into that stream.
    pub fn lane(&self, stream: StreamId) -> Lane {
        Lane { device: self.0.index, stream }
    }

    /// Whether it works. Once lost, or let go of, a device stays so.
    pub fn is_up(&self) -> bool {
        !self.0.lost.load(Ordering::Relaxed)
    }

    /// Launches whose timing nobody has read yet: their work is queued, or runs, or has just ended.
    pub fn pending(&self) -> usize {
        self.0.pending.load(Ordering::Acquire)
    }

    /// What its memory can move in bytes a second, and what it can compute in operations a second, for panels that
    /// show shares of it. It holds instead of what the driver says.
    pub fn set_peaks(&self, bytes_per_second: Option<f64>, flops_per_second: Option<f64>) {
        for (kept, given) in self.0.peaks.iter().zip([bytes_per_second, flops_per_second]) {
            if let Some(given) = given {
                kept.store(given.to_bits(), Ordering::Relaxed);
            }
        }
    }
}

// Counts and queues, which no panic leaves half done. A driver's calls are its own business.
impl UnwindSafe for Device {}
impl RefUnwindSafe for Device {}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device").field("label", &self.label()).field("is_up", &self.is_up()).finish()
    }
}

impl State {
    fn new(index: u32, label: String, driver: Option<Box<dyn Driver>>) -> State {
        let (room, pair_cost) = if driver.is_some() { (config::pairs(), PAIR_COST) } else { (1, 0.0) };
        State {
            index,
            label: label.into(),
            driver,
            pool: ArrayQueue::new(room),
            queue: ArrayQueue::new(room),
            pairs: AtomicUsize::new(0),
            pending: AtomicUsize::new(0),
            lost: AtomicBool::new(index == UNKNOWN),
            gone: AtomicBool::new(false),
            facts: OnceLock::new(),
            memory: Memory::new(),
            clock_error: AtomicU64::new(f64::NAN.to_bits()),
            pair_cost: AtomicU64::new(pair_cost.to_bits()),
            peaks: [const { AtomicU64::new(f64::NAN.to_bits()) }; 2],
            ready: (Mutex::new(false), Condvar::new()),
        }
    }

    /// Waits until the collector has made its events, but not for ever.
    fn wait(&self) {
        let (ready, changed) = &self.ready;
        let ready = ready.lock().unwrap_or_else(PoisonError::into_inner);
        drop(changed.wait_timeout_while(ready, PATIENCE, |ready| !*ready));
    }

    /// The collector has made what events it could.
    pub(crate) fn is_ready(&self) {
        let (ready, changed) = &self.ready;
        *ready.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// Says that it is lost, or gone.
    pub(crate) fn lose(&self, error: DriverError) {
        let gone = error.fault == Fault::Gone;
        // Before the other, so that nobody takes it for lost in between.
        if gone && !self.lost.load(Ordering::Relaxed) {
            self.gone.store(true, Ordering::Release);
        }
        if self.lost.swap(true, Ordering::AcqRel) {
            return;
        }
        let (device, code) = (&*self.label, error.code);
        if gone {
            tracing::info!(target: "obs::gpu", device, code, "the program let go of the device");
        } else {
            tracing::error!(
                target: "obs::gpu",
                device,
                code,
                "the device is lost; its kernels are counted and no longer timed"
            );
        }
    }

    /// What drives it.
    pub(crate) fn backend(&self) -> &'static str {
        self.driver.as_deref().map_or("host", Driver::backend)
    }

    /// Peaks by the user's or the driver's word, in bytes and operations a second.
    pub(crate) fn peaks(&self) -> [Option<f64>; 2] {
        let facts = self.facts.get();
        let told = [
            facts.and_then(|facts| facts.peak_bytes_per_second),
            facts.and_then(|facts| facts.peak_flops_per_second),
        ];
        let set = |kept: &AtomicU64| Some(f64::from_bits(kept.load(Ordering::Relaxed)));
        let [bytes, flops] = &self.peaks;
        [
            set(bytes).filter(|peak| !peak.is_nan()).or(told[0]),
            set(flops).filter(|peak| !peak.is_nan()).or(told[1]),
        ]
    }
}

/// The device of a lane.
#[inline]
pub(crate) fn of(lane: Lane) -> &'static State {
    match TABLE.get(lane.device as usize).and_then(OnceLock::get) {
        Some(state) => state,
        None => make(lane.device),
    }
}

#[cold]
fn make(index: u32) -> &'static State {
    let (index, label) = if index == HOST { (HOST, "host") } else { (UNKNOWN, "unknown") };
    families::announce();
    TABLE[index as usize].get_or_init(|| State::new(index, label.to_owned(), None))
}

/// The host, as a device.
pub(crate) fn host() -> Device {
    Device(of(Lane::HOST))
}

/// Those that were opened, and the host where something used it.
pub(crate) fn all() -> impl Iterator<Item = &'static State> {
    TABLE.iter().filter_map(OnceLock::get)
}

/// A device is wanted that is not there: what goes to the host falls back to it.
pub(crate) fn want() {
    WANTED.store(true, Ordering::Relaxed);
}

/// Whether launches on the host are fallbacks.
pub(crate) fn is_wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}
