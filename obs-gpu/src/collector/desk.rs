//! What the collector keeps of one device.

mod furnish;

use crate::anchor::{Anchor, Clock, LIFETIME};
use crate::device::state::State;
use crate::driver::{Driver, DriverError, Event, Fault, StreamId};
use crate::pool::{Order, Pending, Session};
use crate::series::{DURATION, PRESET, QUEUE, Untimed};
use crate::span::{self, Times};
use crate::tell::tell;
use obs_runtime::__private::v1;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

const CLOCK: Clock<'static> = Clock { now: &v1::now, seconds: &v1::seconds, ticks: &v1::ticks };

/// What a look at a device came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Round {
    /// Nothing was launched there.
    #[default]
    Idle,
    /// Nothing was done yet of what was.
    Waiting,
    /// Something was.
    Read,
}

/// A device, its launches that nobody has read, and its clock.
#[derive(Debug)]
pub(super) struct Desk {
    state: &'static State,
    /// What drives the device, and which turn that is; what follows is of that one.
    session: Option<Arc<Session>>,
    /// By stream, in the order in which they were launched, which is that in which they are done.
    lanes: HashMap<Order, VecDeque<Pending>>,
    /// A stream and three events to compare the clocks with, if the driver gave them.
    own: Option<(StreamId, [Event; 3])>,
    anchor: Option<Anchor>,
    /// When the clocks were last to be compared.
    compared: Option<Instant>,
}

impl Desk {
    pub(super) fn new(state: &'static State) -> Desk {
        Desk { state, session: None, lanes: HashMap::new(), own: None, anchor: None, compared: None }
    }

    pub(super) fn state(&self) -> &'static State {
        self.state
    }

    fn turn(&self) -> u32 {
        self.session.as_ref().map_or(0, |session| session.turn)
    }

    /// Whether it is about the context that the device is now.
    pub(super) fn is_up_to_date(&self) -> bool {
        self.turn() == self.state.turn()
    }

    /// Turns to the context that the device is now, and makes its events. What was of another went with it.
    pub(super) fn turn_to(&mut self, session: Arc<Session>) {
        self.lose();
        (self.own, self.anchor, self.compared) = (None, None, None);
        self.session = Some(Arc::clone(&session));
        self.guarded(Desk::prepare);
        session.opened();
        self.state.set_ready(&session);
    }

    /// Does something that calls the driver. One that panics loses its device, and not this thread, which reads the others,
    /// too.
    pub(super) fn guarded<R: Default>(&mut self, work: impl FnOnce(&mut Desk) -> R) -> R {
        catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|_| {
            let lost = DriverError { fault: Fault::Lost, code: 0 };
            self.state.lose(self.turn(), lost);
            self.lose();
            R::default()
        })
    }

    fn prepare(&mut self) {
        let state = self.state;
        if let Some(session) = self.session.clone()
            && let Err(error) = self.furnish(&session)
        {
            let device = &*state.label;
            let line = "the driver refused what timing needs; kernels may be counted only";
            tell(|| tracing::warn!(target: "obs::gpu", device, %error, "{line}"));
            self.complain(error);
        }
    }

    pub(super) fn is_of(&self, state: &State) -> bool {
        std::ptr::eq(self.state, state)
    }

    /// Whether pairs of events run short.
    pub(super) fn is_short(&self) -> bool {
        self.session.as_ref().is_some_and(|session| self.state.pool.len() * 2 < session.pairs())
    }

    /// Reads what is done. `attach` is whether this thread works for other devices too.
    pub(super) fn round(&mut self, attach: bool) -> Round {
        while let Some(pending) = self.state.queue.pop() {
            if pending.pair.session.turn == self.turn() {
                self.lanes.entry(pending.order).or_default().push_back(pending);
            } else {
                self.give_up(pending);
            }
        }
        let Some(session) = self.session.clone().filter(|_| !self.lanes.is_empty()) else {
            return Round::Idle;
        };
        let before = self.held();
        if self.state.lost.load(Ordering::Relaxed) {
            self.lose();
        } else if let Err(error) = self.read(&*session.driver, attach) {
            self.complain(error);
        }
        if self.held() < before { Round::Read } else { Round::Waiting }
    }

    /// How many launches it has.
    fn held(&self) -> usize {
        self.lanes.values().map(VecDeque::len).sum()
    }

    fn read(&mut self, driver: &dyn Driver, attach: bool) -> Result<(), DriverError> {
        if attach {
            driver.attach()?;
        }
        self.compare(driver)?;
        let Desk { state, lanes, anchor, .. } = self;
        let read = lanes.values_mut().try_for_each(|lane| read_lane(state, *anchor, driver, lane));
        // Streams come and go.
        lanes.retain(|_, lane| !lane.is_empty());
        read
    }

    /// Compares the clocks, if it is time.
    fn compare(&mut self, driver: &dyn Driver) -> Result<(), DriverError> {
        let Some((stream, events)) = self.own else { return Ok(()) };
        let due = self.compared.is_none_or(|last| last.elapsed().as_secs_f64() > LIFETIME);
        if !due {
            return Ok(());
        }
        // What is recorded into is our own, and may be gone with its context.
        driver.attach()?;
        self.compared = Some(Instant::now());
        // The anchor that there is stays until there is another.
        let kept = self.anchor.map(|anchor| anchor.event());
        let [a, b] = match events {
            [a, b, c] if kept == Some(a) => [b, c],
            [a, b, c] if kept == Some(b) => [a, c],
            [a, b, _] => [a, b],
        };
        match Anchor::drop_in(driver, stream, [a, b], CLOCK) {
            Ok(Some(anchor)) => self.anchor = Some(anchor),
            Ok(None) => {}
            Err(error) if error.fault.is_final() => return Err(error),
            Err(_) => {}
        }
        Ok(())
    }

    fn complain(&mut self, error: DriverError) {
        if error.fault.is_final() {
            self.state.lose(self.turn(), error);
            self.lose();
        } else {
            // It may come with each round.
            let device = &*self.state.label;
            tell(|| tracing::debug!(target: "obs::gpu", device, %error, "the driver refused a call"));
        }
    }

    /// Gives up what is pending.
    fn lose(&mut self) {
        for pending in std::mem::take(&mut self.lanes).into_values().flatten() {
            self.give_up(pending);
        }
    }

    fn give_up(&self, pending: Pending) {
        pending.series.untimed(Untimed::Lost);
        pending.leave(self.state);
    }
}

/// Reads what is done of a stream. An error is that of a lost device.
fn read_lane(
    state: &State,
    anchor: Option<Anchor>,
    driver: &dyn Driver,
    lane: &mut VecDeque<Pending>,
) -> Result<(), DriverError> {
    while let Some(first) = lane.front() {
        match driver.is_complete(first.pair.stop) {
            Ok(false) => break,
            Ok(true) => settle(state, anchor, driver, first)?,
            Err(error) if error.fault.is_final() => return Err(error),
            // It cannot be asked now.
            Err(error) if error.fault == Fault::Capturing => break,
            // A capture began between the question whether one had and the event.
            Err(error) if error.fault == Fault::Captured => first.series.untimed(Untimed::Capture),
            Err(_) => first.series.untimed(Untimed::Failed),
        }
        if let Some(done) = lane.pop_front() {
            done.leave(state);
        }
    }
    Ok(())
}

/// Counts a launch that is done.
fn settle(
    state: &State,
    anchor: Option<Anchor>,
    driver: &dyn Driver,
    done: &Pending,
) -> Result<(), DriverError> {
    let Pending { series, at, order: (stream, _), pair, launched, work, place, .. } = done;
    let took = match driver.elapsed(pair.start, pair.stop) {
        Ok(took) => took.max(0.0),
        Err(error) if error.fault.is_final() => return Err(error),
        Err(error) => {
            series.untimed(error.fault.into());
            return Ok(());
        }
    };
    // Where that fails, the timing is known all the same; only where it belongs is not.
    let start = anchor.and_then(|anchor| anchor.map(driver, pair.start, CLOCK).ok());
    if let Some(start) = start {
        state.clock_error.store(start.error.to_bits(), Ordering::Relaxed);
        let queue = v1::seconds(start.at.saturating_sub(*launched));
        at.observe(QUEUE, PRESET, queue);
        if let Some(place) = place {
            let end = start.at.saturating_add(v1::ticks(took));
            let times = Times { start: start.at, end, queue: Some(queue), clock_error: start.error };
            if let Some(span) = tell(|| span::record(place, series, *stream, work, times)).flatten() {
                at.exemplify(DURATION, series.desc.buckets, took, span);
            }
        }
    }
    series.timed(*at, took);
    Ok(())
}
