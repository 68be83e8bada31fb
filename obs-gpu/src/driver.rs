//! What timing needs of a device's driver.
//!
//! The rest of the crate knows devices only through [`Driver`]: CUDA, other libraries' streams and the scripted
//! driver of tests implement it.

use std::fmt;

/// An event that a driver made, by the driver's own number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event(pub u64);

/// A stream, by the driver's own number: CUDA's handle, for instance. Zero is the default stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct StreamId(pub u64);

/// What a driver said instead of doing what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriverError {
    /// What it means for timing.
    pub fault: Fault,
    /// The driver's own number.
    pub code: i32,
}

/// What an error of a driver means for timing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This call did nothing; others may.
    Call,
    /// There is no memory for it.
    OutOfMemory,
    /// The stream is being captured, where nothing may be recorded.
    Capturing,
    /// The event was put into a stream that was being captured: it became part of a graph, and never happens by itself.
    Captured,
    /// The context or the device is lost: every call fails from now on.
    Lost,
    /// The program let go of the context or the device itself: every call fails from now on, and nothing is wrong.
    Gone,
}

impl Fault {
    /// Whether every call fails from now on.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Fault::Lost | Fault::Gone)
    }
}

impl fmt::Display for DriverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Call => "the driver refused a call",
            Fault::OutOfMemory => "the device is out of memory",
            Fault::Capturing => "the stream is being captured",
            Fault::Captured => "the event was captured",
            Fault::Lost => "the device is lost",
            Fault::Gone => "the program let go of the device",
        };
        write!(f, "{what} (code {})", self.code)
    }
}

impl std::error::Error for DriverError {}

/// What is known of a device beforehand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties {
    /// Its name, as the driver says it.
    pub name: String,
    /// The driver's version; empty where there is none.
    pub driver: String,
    /// What its memory can move, in bytes a second, where the driver tells.
    pub peak_bytes_per_second: Option<f64>,
    /// What it can compute in single precision, in operations a second, where the driver tells.
    pub peak_flops_per_second: Option<f64>,
    /// Its memory in bytes.
    pub memory_bytes: Option<u64>,
}

/// A driver of one device, as timing needs it.
///
/// No method waits for the device, and all may be called from any thread. Events are of one device and go back
/// to the driver that made them. Streams are those that [`Device::lane`](crate::Device::lane) was given, and no others; a
/// stream of a launch is there as long as the launch holds what its lane was asked of.
pub trait Driver: fmt::Debug + Send + Sync + 'static {
    /// What it is a driver of, in the label `backend` of `gpu_device_info`.
    fn backend(&self) -> &'static str {
        "other"
    }

    /// Makes the device the one that this thread's calls are about. The collector's thread calls it first, again
    /// whenever it comes from another device, and each time before it compares the clocks; a thread that launches is there already.
    ///
    /// The collector's thread captures nothing itself, and what it asks must not spoil a capture of another thread: a
    /// driver that would forbid it then (CUDA does, unless the thread's capture mode is relaxed) is told here.
    ///
    /// # Errors
    ///
    /// What the driver says.
    fn attach(&self) -> Result<(), DriverError>;

    /// What is known of the device.
    fn properties(&self) -> Properties;

    /// Makes an event that keeps the time. Only called where [`attach`](Driver::attach) was.
    ///
    /// # Errors
    ///
    /// What the driver says.
    fn create(&self) -> Result<Event, DriverError>;

    /// Gives an event back for good.
    fn destroy(&self, event: Event);

    /// A stream that nobody else uses, to compare the device's clock with the host's on.
    ///
    /// # Errors
    ///
    /// What the driver says.
    fn own_stream(&self) -> Result<StreamId, DriverError>;

    /// Whether what is put into the stream now becomes part of a graph instead of being run.
    ///
    /// # Errors
    ///
    /// What the driver says.
    fn is_capturing(&self, stream: StreamId) -> Result<bool, DriverError>;

    /// Whether the number means another stream in each thread, as that of CUDA's per-thread default stream does. A launch that
    /// ends on another thread than it began on is not timed there.
    fn is_per_thread(&self, stream: StreamId) -> bool {
        let _ = stream;
        false
    }

    /// Puts the event into the stream: it happens when all that is there already has.
    ///
    /// # Errors
    ///
    /// What the driver says.
    fn record(&self, event: Event, stream: StreamId) -> Result<(), DriverError>;

    /// Whether it has happened. An error of the work before it comes out here.
    ///
    /// # Errors
    ///
    /// What the driver says.
    fn is_complete(&self, event: Event) -> Result<bool, DriverError>;

    /// The seconds from one event to another, both of which have happened; less than nothing where the second was
    /// first.
    ///
    /// # Errors
    ///
    /// What the driver says.
    fn elapsed(&self, start: Event, end: Event) -> Result<f64, DriverError>;
}
