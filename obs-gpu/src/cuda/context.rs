//! A CUDA context as the rest of the crate sees it: a driver of one device.

use super::fault::{
    CONTEXT_IS_DESTROYED, DEINITIALIZED, INVALID_CONTEXT, INVALID_HANDLE, NOT_READY, error, is_of_a_kernel,
};
use super::ffi::{Code, ContextHandle, EventHandle, Functions, StreamHandle};
use super::properties::properties;
use crate::driver::{Driver, DriverError, Event, Fault, Properties, StreamId};

/// The last of the handles that mean a default stream, of whichever context the thread is in.
const PER_THREAD: u64 = 2;

/// A context, which the program made and may destroy.
///
/// It is kept by launches that have not been read, where their streams say how (`Keep`), and by nothing else: a program that
/// lets go of its context wants the memory back. What is left of it here is found to be gone, by its number, before the
/// driver is asked about events that went with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    functions: &'static Functions,
    handle: ContextHandle,
    /// Zero where the driver has no such numbers.
    id: u64,
    device: i32,
}

impl Context {
    /// The context, which must be alive.
    ///
    /// # Errors
    ///
    /// What the driver says.
    pub(super) fn new(
        functions: &'static Functions,
        handle: ContextHandle,
        id: u64,
    ) -> Result<Context, DriverError> {
        let mut context = Context { functions, handle, id, device: 0 };
        context.device = context.inside(Functions::context_device)?;
        Ok(context)
    }

    /// The device's number among those that the driver shows, which is how people know it.
    pub(super) fn ordinal(&self) -> u32 {
        let count = self.functions.device_count().unwrap_or(0);
        let found = (0..count).find(|ordinal| self.functions.device(*ordinal) == Ok(self.device));
        found.unwrap_or(self.device).try_into().unwrap_or(0)
    }

    /// The device whose primary context it is, where somebody needs that: the driver counts who wants one of these.
    pub(super) fn primary(&self) -> Option<i32> {
        let is_needed = cfg!(feature = "cust") || self.id == 0;
        if !is_needed || !self.functions.is_primary_active(self.device) {
            return None;
        }
        let primary = self.functions.retain_primary(self.device).ok()?;
        let _ = self.functions.release_primary(self.device);
        (primary == self.handle).then_some(self.device)
    }

    /// Whether the program let go of it.
    pub(super) fn is_gone(&self) -> bool {
        self.alive().is_err_and(|error| error.fault == Fault::Gone)
    }

    /// Calls the driver with this context as the thread's, which is put back. Most threads that launch are in it.
    fn inside<T>(&self, call: impl FnOnce(&Functions) -> Result<T, Code>) -> Result<T, DriverError> {
        let functions = self.functions;
        if functions.context().map_err(error)? == self.handle {
            return call(functions).map_err(error);
        }
        functions.push_context(self.handle).map_err(error)?;
        let answer = call(functions);
        let popped = functions.pop_context();
        let answer = answer.map_err(error)?;
        popped.map_err(error)?;
        Ok(answer)
    }

    /// Calls the driver about a stream. Streams that are no thread's default know their context, so the thread's is
    /// looked at only if the driver wants it: this is what a launch pays for.
    fn about<T>(
        &self,
        stream: StreamId,
        call: impl Fn(&Functions, StreamHandle) -> Result<T, Code>,
    ) -> Result<T, DriverError> {
        let handle = StreamHandle(stream.0 as usize);
        if stream.0 > PER_THREAD {
            match call(self.functions, handle) {
                Err(INVALID_CONTEXT | CONTEXT_IS_DESTROYED | INVALID_HANDLE) => {}
                answer => return answer.map_err(error),
            }
        }
        self.inside(|functions| call(functions, handle))
    }

    /// Whether it is still the context that it was: handles are given out again.
    fn alive(&self) -> Result<(), DriverError> {
        match self.functions.context_id(self.handle) {
            Ok(id) if id == self.id => Ok(()),
            Ok(_) => Err(error(CONTEXT_IS_DESTROYED)),
            Err(DEINITIALIZED) => Err(error(DEINITIALIZED)),
            Err(code) if is_of_a_kernel(code) => Err(error(code)),
            // Whatever else it says of a context that we had: it is none any more.
            Err(code) => Err(DriverError { fault: Fault::Gone, code }),
        }
    }
}

impl Driver for Context {
    fn backend(&self) -> &'static str {
        "cuda"
    }

    fn attach(&self) -> Result<(), DriverError> {
        self.alive()?;
        self.functions.set_context(self.handle).map_err(error)?;
        self.functions.relax_capture().map_err(error)
    }

    fn properties(&self) -> Properties {
        properties(self.functions, self.device)
    }

    fn create(&self) -> Result<Event, DriverError> {
        self.inside(Functions::create_event).map(|event| Event(event.0 as u64))
    }

    fn destroy(&self, event: Event) {
        // The events of a context go with it.
        if self.alive().is_ok() {
            let _ = self.functions.destroy_event(handle(event));
        }
    }

    fn own_stream(&self) -> Result<StreamId, DriverError> {
        self.inside(Functions::create_stream).map(|stream| StreamId(stream.0 as u64))
    }

    fn is_capturing(&self, stream: StreamId) -> Result<bool, DriverError> {
        // The default stream may not be asked about while one that it waits for is captured: an error that says so.
        self.about(stream, Functions::is_capturing)
    }

    fn is_per_thread(&self, stream: StreamId) -> bool {
        stream.0 == PER_THREAD
    }

    fn record(&self, event: Event, stream: StreamId) -> Result<(), DriverError> {
        self.about(stream, |functions, stream| functions.record_event(handle(event), stream))
    }

    fn is_complete(&self, event: Event) -> Result<bool, DriverError> {
        self.alive()?;
        match self.functions.query_event(handle(event)) {
            Ok(()) => Ok(true),
            Err(NOT_READY) => Ok(false),
            Err(code) => Err(error(code)),
        }
    }

    fn elapsed(&self, start: Event, end: Event) -> Result<f64, DriverError> {
        self.alive()?;
        let milliseconds = self.functions.elapsed(handle(start), handle(end)).map_err(error)?;
        Ok(f64::from(milliseconds) / 1e3)
    }
}

fn handle(event: Event) -> EventHandle {
    EventHandle(event.0 as usize)
}
