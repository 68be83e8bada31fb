//! A driver that follows a script, on a clock of its own: for tests of code that launches kernels.
//!
//! ```
//! use obs_gpu::driver::StreamId;
//! use obs_gpu::{Kernel, fake};
//! use std::time::Duration;
//!
//! # fn main() -> Result<(), obs_gpu::OpenError> {
//! let driver = fake::Device::new();
//! let device = obs_gpu::Device::open(driver.clone(), "simulated")?;
//! let lane = device.lane(StreamId(1));
//!
//! // A launch puts work into a stream, here of two milliseconds.
//! static NOTHING: Kernel = Kernel::new();
//! let launch = NOTHING.launch(&lane);
//! driver.work(StreamId(1), 0.002);
//! drop(launch);
//!
//! // It is done when the device's clock says so.
//! driver.advance(0.002);
//! assert_eq!(obs_gpu::flush(Duration::from_secs(5)).pending, 0);
//! # Ok(())
//! # }
//! ```

mod script;

pub use script::Call;

use crate::driver::{Driver, DriverError, Event, Fault, Properties, StreamId};
use script::{Refusal, Script};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A simulated device. Clones are the same one: a test keeps one, and gives the other to
/// [`Device::open`](crate::Device::open).
#[derive(Clone, Debug)]
pub struct Device(Arc<Mutex<Script>>);

impl Device {
    /// A device whose clock stands still until [`advance`](Device::advance).
    #[allow(clippy::new_without_default)] // Nobody wants one by accident.
    pub fn new() -> Device {
        Device(Arc::new(Mutex::new(Script::new(None))))
    }

    /// A device whose clock runs as the host's does, but by this share too fast: `30e-6` gains 30 µs a second.
    pub fn running(drift: f64) -> Device {
        Device(Arc::new(Mutex::new(Script::new(Some(drift)))))
    }

    /// The device's time in seconds.
    pub fn now(&self) -> f64 {
        self.script().now()
    }

    /// Lets so many seconds pass. A device that is [running](Device::running) jumps.
    pub fn advance(&self, seconds: f64) {
        self.script().advance(seconds);
    }

    /// Puts work of so many seconds into a stream: it begins when all that is there is done.
    pub fn work(&self, stream: StreamId, seconds: f64) {
        self.script().work(stream, seconds);
    }

    /// Has the next so many calls of this kind fail.
    pub fn refuse(&self, call: Call, times: u32, error: DriverError) {
        self.refuse_after(call, 0, times, error);
    }

    /// The same after so many calls of this kind that do not fail.
    pub fn refuse_after(&self, call: Call, after: u32, times: u32, error: DriverError) {
        self.script().refuse(call, Refusal { after, times, error });
    }

    /// Begins or ends the capture of a stream.
    pub fn capture(&self, stream: StreamId, captures: bool) {
        self.script().capture(stream, captures);
    }

    /// Has every call fail from now on, as of a device that is lost.
    pub fn lose(&self, code: i32) {
        self.script().lost = Some(code);
    }

    /// How long an event keeps its stream busy, in seconds; nothing by default.
    pub fn event_cost(&self, seconds: f64) {
        self.script().event_cost = seconds;
    }

    /// What the device says of itself.
    pub fn describe(&self, properties: Properties) {
        self.script().properties = properties;
    }

    /// How many calls of this kind there were, those that failed among them.
    pub fn calls(&self, call: Call) -> u64 {
        self.script().calls[call as usize]
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.script().alive()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Driver for Device {
    fn backend(&self) -> &'static str {
        "fake"
    }

    fn attach(&self) -> Result<(), DriverError> {
        self.script().call(Call::Attach)
    }

    fn properties(&self) -> Properties {
        self.script().properties.clone()
    }

    fn create(&self) -> Result<Event, DriverError> {
        let mut script = self.script();
        script.call(Call::Create)?;
        Ok(script.create())
    }

    fn destroy(&self, event: Event) {
        let mut script = self.script();
        if script.call(Call::Destroy).is_ok() {
            script.destroy(event);
        }
    }

    fn own_stream(&self) -> Result<StreamId, DriverError> {
        self.script().call(Call::OwnStream)?;
        // No test has that many.
        Ok(StreamId(u64::MAX))
    }

    fn is_capturing(&self, stream: StreamId) -> Result<bool, DriverError> {
        let mut script = self.script();
        script.call(Call::IsCapturing)?;
        Ok(script.is_capturing(stream))
    }

    fn record(&self, event: Event, stream: StreamId) -> Result<(), DriverError> {
        let mut script = self.script();
        script.call(Call::Record)?;
        script.record(event, stream)
    }

    fn is_complete(&self, event: Event) -> Result<bool, DriverError> {
        let mut script = self.script();
        script.call(Call::IsComplete)?;
        let at = script.time_of(event)?;
        Ok(at <= script.now())
    }

    fn elapsed(&self, start: Event, end: Event) -> Result<f64, DriverError> {
        let mut script = self.script();
        script.call(Call::Elapsed)?;
        let (start, end, now) = (script.time_of(start)?, script.time_of(end)?, script.now());
        if start > now || end > now {
            return Err(DriverError { fault: Fault::Call, code: script::NOT_READY });
        }
        // As CUDA tells it: milliseconds in single precision.
        Ok(f64::from(((end - start) * 1e3) as f32) / 1e3)
    }
}
