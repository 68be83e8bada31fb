//! The simulated device's clock, streams and events, and what is to go wrong.

use crate::driver::{DriverError, Event, Fault, Properties, StreamId};
use std::time::Instant;

/// CUDA's number for an event that has not happened.
pub(super) const NOT_READY: i32 = 600;
/// CUDA's number for a handle that is none.
const INVALID_HANDLE: i32 = 400;
/// CUDA's number for what cannot be captured.
const CAPTURE_UNSUPPORTED: i32 = 900;

/// A method of [`Driver`](crate::driver::Driver) that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // They are called as the methods are.
pub enum Call {
    Attach,
    Create,
    Destroy,
    OwnStream,
    IsCapturing,
    Record,
    IsComplete,
    Elapsed,
}

const CALLS: usize = 8;

/// What happens on the device.
#[derive(Debug)]
pub(super) struct Script {
    /// Seconds that were let pass.
    advanced: f64,
    /// When a running clock began, and how it drifts.
    running: Option<(Instant, f64)>,
    /// Those that were used: few, so that looking through them takes no time.
    streams: Vec<Stream>,
    /// When each event happens, by its number less one; infinite before it is recorded, and no number once destroyed.
    events: Vec<f64>,
    pub(super) event_cost: f64,
    pub(super) calls: [u64; CALLS],
    refusals: [Option<Refusal>; CALLS],
    pub(super) lost: Option<i32>,
    pub(super) properties: Properties,
}

/// Calls that are to fail, after some that are not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refusal {
    pub(super) after: u32,
    pub(super) times: u32,
    pub(super) error: DriverError,
}

#[derive(Debug)]
struct Stream {
    id: StreamId,
    /// When it will have done all that is in it.
    until: f64,
    captures: bool,
}

impl Script {
    pub(super) fn new(drift: Option<f64>) -> Script {
        Script {
            advanced: 0.0,
            running: drift.map(|drift| (Instant::now(), drift)),
            streams: Vec::new(),
            events: Vec::new(),
            event_cost: 0.0,
            calls: [0; CALLS],
            refusals: [None; CALLS],
            lost: None,
            properties: Properties { name: "Simulated".to_owned(), ..Properties::default() },
        }
    }

    pub(super) fn now(&self) -> f64 {
        let ran = self.running.map_or(0.0, |(began, drift)| began.elapsed().as_secs_f64() * (1.0 + drift));
        self.advanced + ran
    }

    pub(super) fn advance(&mut self, seconds: f64) {
        self.advanced += seconds;
    }

    pub(super) fn refuse(&mut self, call: Call, refusal: Refusal) {
        self.refusals[call as usize] = Some(refusal);
    }

    /// Counts a call, and has it fail if it is to.
    pub(super) fn call(&mut self, call: Call) -> Result<(), DriverError> {
        self.calls[call as usize] += 1;
        if let Some(code) = self.lost {
            return Err(DriverError { fault: Fault::Lost, code });
        }
        match &mut self.refusals[call as usize] {
            Some(refusal) if refusal.after > 0 => {
                refusal.after -= 1;
                Ok(())
            }
            Some(refusal) if refusal.times > 0 => {
                refusal.times -= 1;
                Err(refusal.error)
            }
            _ => Ok(()),
        }
    }

    fn stream(&mut self, id: StreamId) -> &mut Stream {
        let place = self.streams.iter().position(|stream| stream.id == id).unwrap_or_else(|| {
            self.streams.push(Stream { id, until: 0.0, captures: false });
            self.streams.len() - 1
        });
        &mut self.streams[place]
    }

    /// Puts work into a stream, and says when it will be done.
    pub(super) fn work(&mut self, stream: StreamId, seconds: f64) -> f64 {
        let now = self.now();
        let stream = self.stream(stream);
        stream.until = stream.until.max(now) + seconds;
        stream.until
    }

    pub(super) fn capture(&mut self, stream: StreamId, captures: bool) {
        self.stream(stream).captures = captures;
    }

    pub(super) fn is_capturing(&mut self, stream: StreamId) -> bool {
        self.stream(stream).captures
    }

    pub(super) fn create(&mut self) -> Event {
        self.events.push(f64::INFINITY);
        Event(self.events.len() as u64)
    }

    pub(super) fn destroy(&mut self, event: Event) {
        if let Ok(at) = self.at(event) {
            *at = f64::NAN;
        }
    }

    pub(super) fn alive(&self) -> usize {
        self.events.iter().filter(|at| !at.is_nan()).count()
    }

    pub(super) fn record(&mut self, event: Event, stream: StreamId) -> Result<(), DriverError> {
        if self.is_capturing(stream) {
            // A real driver would put it into the graph, and timing would be of nothing.
            return Err(DriverError { fault: Fault::Capturing, code: CAPTURE_UNSUPPORTED });
        }
        let at = self.work(stream, self.event_cost);
        *self.at(event)? = at;
        Ok(())
    }

    /// When an event happens.
    pub(super) fn time_of(&mut self, event: Event) -> Result<f64, DriverError> {
        self.at(event).copied()
    }

    fn at(&mut self, event: Event) -> Result<&mut f64, DriverError> {
        let place = usize::try_from(event.0).ok().and_then(|number| number.checked_sub(1));
        let at = place.and_then(|place| self.events.get_mut(place)).filter(|at| !at.is_nan());
        at.ok_or(DriverError { fault: Fault::Call, code: INVALID_HANDLE })
    }
}
