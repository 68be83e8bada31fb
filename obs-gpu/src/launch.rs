//! One launch, from before the work is put into the stream to after it.

use crate::device::{self, State};
use crate::driver::{Driver, DriverError, Fault};
use crate::kernel::Kernel;
use crate::pool::{Pair, Pending};
use crate::series::{HOST_TIME, LANES, Series, Untimed};
use crate::span;
use crate::stream::{Lane, Stream};
use crate::work::{Dim, Work};
use crate::{collector, families};
use obs_runtime::__private::v1::{Class, LabelIndex, LanesAt, Outcome, Place, now};
use obs_runtime::ErrorCategory;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::Ordering;

/// A launch in progress. From [`Kernel::launch`].
///
/// Dropped, it has ended well, or as `panic` where the thread began to unwind in the meantime;
/// [`finish`](Launch::finish) says otherwise. Put the work into the stream between the two, and nothing else: what
/// stands there is what is timed. The stream has to live that long.
#[must_use = "a launch lasts until it is dropped"]
#[derive(Debug)]
pub struct Launch {
    /// None of a kernel without a name, and of a launch that has ended.
    live: Option<(&'static Series, LanesAt<LANES>)>,
    lane: Lane,
    timing: Timing,
    start: u64,
    place: Option<Place>,
    work: Work,
    /// Whether the thread was unwinding already: a launch does not panic because a destructor makes it during a panic.
    unwinding: bool,
}

/// What was begun to find out how long it takes.
#[derive(Clone, Copy, Debug)]
enum Timing {
    /// Nothing.
    None(Untimed),
    /// The host's clock.
    Host,
    /// The first of the events is in the stream.
    Events(Pair),
}

/// What a launch came to, as its result says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how a launch ended",
    note = "it is `&Result<T, E>` where `E` derives `obs_runtime::ErrorCategory`; other failures are `launch.fail()`"
)]
pub trait Verdict {
    #[doc(hidden)]
    fn class(self) -> Class;
}

impl Verdict for Class {
    fn class(self) -> Class {
        self
    }
}

impl<T, E: ErrorCategory> Verdict for &Result<T, E> {
    fn class(self) -> Class {
        match self {
            Ok(_) => Class::Ok,
            Err(error) => Class::Error(error.category()),
        }
    }
}

/// Begins a launch with the values of its labels.
#[inline]
pub fn launch<S: Stream + ?Sized, const N: usize>(
    kernel: &'static Kernel,
    stream: &S,
    labels: [LabelIndex; N],
    work: Work,
) -> Launch {
    let unwinding = std::thread::panicking();
    let Some(desc) = kernel.desc().filter(|_| !cfg!(feature = "off")) else {
        let timing = Timing::None(Untimed::Lost);
        return Launch { live: None, lane: Lane::NOWHERE, timing, start: 0, place: None, work, unwinding };
    };
    let lane = stream.lane();
    let series = kernel.on(device::of(lane), desc);
    let at = series.lanes.at(&labels);
    let start = now();
    let timing = begin(series, lane);
    let place = if matches!(timing, Timing::None(_)) { None } else { Place::current() };
    Launch { live: Some((series, at)), lane, timing, start, place, work, unwinding }
}

/// Puts the first event into the stream, if the launch is to be timed and can be.
#[inline]
fn begin(series: &Series, lane: Lane) -> Timing {
    let state = series.state;
    if state.lost.load(Ordering::Relaxed) {
        return Timing::None(Untimed::Lost);
    }
    if !series.sampler.is_due() {
        return Timing::None(Untimed::Sampled);
    }
    let Some(driver) = state.driver.as_deref() else { return Timing::Host };
    let Some(pair) = state.pool.pop() else {
        // Without any, it was the driver that would not make them.
        let refused = state.pairs.load(Ordering::Relaxed) == 0;
        return Timing::None(if refused { Untimed::Refused } else { Untimed::Pool });
    };
    match put(driver, lane, pair.start) {
        Ok(()) => Timing::Events(pair),
        Err(error) => Timing::None(give_back(state, pair, error)),
    }
}

/// Puts an event into a stream, unless it is being captured.
fn put(driver: &dyn Driver, lane: Lane, event: crate::driver::Event) -> Result<(), DriverError> {
    match driver.is_capturing(lane.stream)? {
        true => Err(DriverError { fault: Fault::Capturing, code: 0 }),
        false => driver.record(event, lane.stream),
    }
}

/// The pair goes back unused, for this error.
#[cold]
fn give_back(state: &'static State, pair: Pair, error: DriverError) -> Untimed {
    if error.fault.is_final() {
        state.lose(error);
        collector::ring();
    }
    // There is room for all pairs that there are.
    let _ = state.pool.push(pair);
    error.fault.into()
}

impl Launch {
    /// The bytes that it moves, where the attribute says `bytes`.
    #[inline]
    pub fn bytes(mut self, bytes: f64) -> Launch {
        self.work.bytes = bytes;
        self
    }

    /// The floating-point operations that it makes, where the attribute says `flops`.
    #[inline]
    pub fn flops(mut self, flops: f64) -> Launch {
        self.work.flops = flops;
        self
    }

    /// The items that it works on, where the attribute says `items`.
    #[inline]
    pub fn items(mut self, items: f64) -> Launch {
        self.work.items = items;
        self
    }

    /// The blocks of its grid, for its span.
    #[inline]
    pub fn grid(mut self, grid: impl Into<Dim>) -> Launch {
        self.work.grid = Some(grid.into());
        self
    }

    /// The threads of a block, for its span.
    #[inline]
    pub fn block(mut self, block: impl Into<Dim>) -> Launch {
        self.work.block = Some(block.into());
        self
    }

    /// Ends it by what the result says: `launch.finish(&result)`.
    #[inline]
    pub fn finish(mut self, verdict: impl Verdict) {
        self.end(verdict.class());
    }

    /// Ends it as a failure of no category.
    pub fn fail(mut self) {
        self.end(Class::OTHER_ERROR);
    }

    /// For a function whose result says nothing.
    #[doc(hidden)]
    #[inline]
    pub fn unread(self) -> Launch {
        self
    }

    pub(crate) fn end(&mut self, class: Class) {
        match class {
            Class::Ok => self.abandon(Outcome::Ok),
            Class::Error(category) => {
                if let Some((series, _)) = self.live {
                    series.errors.count(category);
                }
                self.abandon(Outcome::Error);
            }
        }
    }

    /// Ends it so, if nothing has.
    pub(crate) fn abandon(&mut self, outcome: Outcome) {
        let Some((series, at)) = self.live.take() else { return };
        let ok = outcome == Outcome::Ok;
        // Before the clock is read: the event belongs right behind the work.
        let untimed = match self.timing {
            Timing::Events(pair) if ok => self.stop(series, at, pair),
            Timing::Events(pair) => {
                let _ = series.state.pool.push(pair);
                None
            }
            Timing::Host => None,
            Timing::None(why) => Some(why),
        };
        let end = now();
        let ticks = end.saturating_sub(self.start);
        at.ticked(outcome as usize, &HOST_TIME, ticks);
        if series.state.index == device::HOST && device::is_wanted() {
            series.kernel.fallbacks().add(1);
        }
        if !ok {
            return;
        }
        families::amounts(series, &self.work);
        if let Some(why) = untimed {
            series.untimed(why);
        } else if let Timing::Host = self.timing {
            series.timed_here(at, ticks);
            if let Some(place) = &self.place {
                let times = span::Times { start: self.start, end, queue: Some(0.0), clock_error: 0.0 };
                span::record(place, series, self.lane.stream, &self.work, times);
            }
        }
    }

    /// Puts the second event into the stream, and leaves the rest to the collector.
    fn stop(&mut self, series: &'static Series, at: LanesAt<LANES>, pair: Pair) -> Option<Untimed> {
        let state = series.state;
        let driver = state.driver.as_deref()?;
        if let Err(error) = put(driver, self.lane, pair.stop) {
            return Some(give_back(state, pair, error));
        }
        let pending = Pending {
            series,
            at,
            stream: self.lane.stream,
            pair,
            launched: self.start,
            work: self.work,
            place: self.place.take(),
        };
        state.pending.fetch_add(1, Ordering::Relaxed);
        if let Err(refused) = state.queue.push(pending) {
            // There is room for all pairs that there are, so this does not happen.
            state.pending.fetch_sub(1, Ordering::Relaxed);
            let _ = state.pool.push(refused.pair);
            return Some(Untimed::Pool);
        }
        collector::launched(state);
        None
    }
}

// Nothing in it is left half done by a panic: counts are atomic, and events are given back.
impl UnwindSafe for Launch {}
impl RefUnwindSafe for Launch {}

impl Drop for Launch {
    #[inline]
    fn drop(&mut self) {
        if self.live.is_some() {
            let panics = std::thread::panicking() && !self.unwinding;
            self.abandon(if panics { Outcome::Panic } else { Outcome::Ok });
        }
    }
}
