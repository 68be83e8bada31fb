//! The devices of this program.

pub(crate) mod state;

use crate::collector;
use crate::driver::{Driver, StreamId};
use crate::families;
use crate::stream::{Kept, Lane, Place};
use state::State;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The most devices of a program.
pub(crate) const DEVICES: usize = 128;

/// Where the host stands among them.
pub(crate) const HOST: u32 = 0;
/// Where launches stand that name no device that there is.
pub(crate) const UNKNOWN: u32 = 1;
const FIRST: u32 = 2;

static TABLE: [OnceLock<State>; DEVICES] = [const { OnceLock::new() }; DEVICES];

/// How many places are taken. Held while one is taken and labelled, and while nothing is waited for.
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
        let state = place(label.into())?;
        begin(state, driver);
        Ok(Device(state))
    }

    /// The value of the label `device`.
    pub fn label(&self) -> &'static str {
        &self.0.label
    }

    /// Where work goes that is put into that stream.
    ///
    /// Safe code can name any number here, and the driver gets it. So a driver whose library trusts its handles looks first
    /// whether it is one of its own, as the scripted driver (feature `fake`) does; or it keeps its [`Device`] to itself, and
    /// gives out lanes where it knows that the stream lives.
    pub fn lane(&self, stream: StreamId) -> Lane<'static> {
        Lane::at(Place { device: self.0.index, turn: self.0.turn() }, stream)
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
        self.0.set_peaks([bytes_per_second, flops_per_second]);
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

/// A place for a device of that label, which nothing drives yet.
///
/// # Errors
///
/// The label is taken, or there are too many devices.
pub(crate) fn place(label: String) -> Result<&'static State, OpenError> {
    WANTED.store(true, Ordering::Relaxed);
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    if &*label == "host" || &*label == "unknown" || all().any(|state| *state.label == label) {
        return Err(OpenError::Taken(label));
    }
    let index = *taken;
    let place = TABLE.get(index as usize).ok_or(OpenError::TooMany)?;
    let state = place.get_or_init(|| State::new(index, label, true));
    *taken += 1;
    Ok(state)
}

/// Has the device driven by this from now on, and waits for its events, but not for ever.
fn begin(state: &'static State, driver: impl Driver) {
    let turn = state.begin(Box::new(driver), Kept::Vouched);
    make_ready(state, turn);
}

/// Waits until a device has its events, but not for ever.
pub(crate) fn make_ready(state: &'static State, turn: u32) {
    families::announce();
    if !cfg!(feature = "off") && collector::start() {
        state.wait(turn);
    } else if let Some(session) = state.session() {
        // Nobody makes any, so its context need not be kept for that.
        session.opened();
    }
}

/// The device of a lane.
#[inline]
pub(crate) fn of(lane: Lane<'_>) -> &'static State {
    let index = lane.place.device;
    match TABLE.get(index as usize).and_then(OnceLock::get) {
        Some(state) => state,
        None => make(index),
    }
}

#[cold]
fn make(index: u32) -> &'static State {
    let (index, label) = if index == HOST { (HOST, "host") } else { (UNKNOWN, "unknown") };
    families::announce();
    TABLE[index as usize].get_or_init(|| State::new(index, label.to_owned(), false))
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
