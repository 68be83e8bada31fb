//! One launch, from before the work is put into the stream to after it.

use crate::device::{self, state::State};
use crate::driver::{Driver, DriverError, Event, Fault, StreamId};
use crate::kernel::Kernel;
use crate::pool::{Pair, Pending};
use crate::series::{HOST_TIME, LANES, Series, Untimed};
use crate::span;
use crate::stream::{Kept, Lane, Stream};
use crate::tell::tell;
use crate::work::{Dim, Work};
use crate::{collector, families};
use obs_runtime::__private::v1::{Class, LabelIndex, LanesAt, Outcome, Place, now};
use obs_runtime::ErrorCategory;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};

/// A launch in progress. From [`Kernel::launch`].
///
/// Dropped, it has ended well, or as `panic` where the thread began to unwind in the meantime;
/// [`finish`](Launch::finish) says otherwise. Put the work into the stream between the two, and nothing else: what
/// stands there is what is timed. It holds its stream until then, [by what it was given](Stream#what-a-launch-holds).
#[must_use = "a launch lasts until it is dropped"]
pub struct Launch<S> {
    /// None of a kernel without a name, and of a launch that has ended.
    live: Option<(&'static Series, LanesAt<LANES>)>,
    timing: Timing,
    start: u64,
    place: Option<Place>,
    work: Work,
    /// Whether the thread was unwinding already: a launch does not panic because a destructor makes it during a panic.
    unwinding: bool,
    /// Nobody reaches it through us: what it borrows or owns stays as it was when its lane was asked for.
    _stream: S,
}

/// What was begun to find out how long it takes.
#[derive(Debug)]
enum Timing {
    /// Nothing.
    None(Untimed),
    /// The host's clock.
    Host,
    /// The first of the events is in the stream.
    Events(Begun),
}

/// A pair of events whose first one is in the stream.
#[derive(Debug)]
struct Begun {
    pair: Pair,
    /// Alive as long as the launch holds what it was asked of.
    stream: StreamId,
    /// Of the thread, where the stream is another one in each.
    thread: u64,
    kept: Kept,
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
pub fn launch<S: Stream, const N: usize>(
    kernel: &'static Kernel,
    stream: S,
    labels: [LabelIndex; N],
    work: Work,
) -> Launch<S> {
    let unwinding = std::thread::panicking();
    let Some(desc) = kernel.desc().filter(|_| !cfg!(feature = "off")) else {
        let timing = Timing::None(Untimed::Lost);
        return Launch { live: None, timing, start: 0, place: None, work, unwinding, _stream: stream };
    };
    let lane = stream.lane();
    let series = kernel.on(device::of(lane), desc);
    let at = series.lanes.at(&labels);
    let start = now();
    let timing = begin(series, lane);
    let place = if matches!(timing, Timing::None(_)) { None } else { Place::current() };
    Launch { live: Some((series, at)), timing, start, place, work, unwinding, _stream: stream }
}

/// Puts the first event into the stream, if the launch is to be timed and can be.
#[inline]
fn begin(series: &Series, lane: Lane<'_>) -> Timing {
    let state = series.state;
    if state.lost.load(Ordering::Relaxed) || state.turn() != lane.place.turn {
        return Timing::None(Untimed::Lost);
    }
    if !series.sampler.is_due() {
        return Timing::None(Untimed::Sampled);
    }
    if !state.is_driven {
        return Timing::Host;
    }
    let Some(pair) = state.take(lane.place.turn) else { return Timing::None(without_pair(state)) };
    let driver = &*pair.session.driver;
    let begun = put(driver, lane.stream, pair.start).and_then(|()| lane.keep.keep());
    match begun {
        Ok(kept) => {
            let thread = if driver.is_per_thread(lane.stream) { this_thread() } else { 0 };
            Timing::Events(Begun { pair, stream: lane.stream, thread, kept })
        }
        Err(error) => Timing::None(give_back(state, pair, error)),
    }
}

/// Why there is no pair to be had.
#[cold]
fn without_pair(state: &State) -> Untimed {
    let pending = state.pending.load(Ordering::Relaxed);
    match state.made() {
        // It was the driver that would not make them.
        Some(0) => Untimed::Refused,
        Some(pairs) if pairs.saturating_sub(pending) > pending => Untimed::Concurrent,
        _ => Untimed::Pool,
    }
}

/// Puts an event into a stream, unless it is being captured.
fn put(driver: &dyn Driver, stream: StreamId, event: Event) -> Result<(), DriverError> {
    match driver.is_capturing(stream)? {
        true => Err(DriverError { fault: Fault::Capturing, code: 0 }),
        false => driver.record(event, stream),
    }
}

/// The pair goes back unused, for this error.
#[cold]
fn give_back(state: &'static State, pair: Pair, error: DriverError) -> Untimed {
    if error.fault.is_final() {
        state.lose(pair.session.turn, error);
    }
    state.give(pair);
    error.fault.into()
}

/// A number that no other thread has, nor had.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.try_with(|number| *number).unwrap_or(0)
}

impl<S> Launch<S> {
    /// The bytes that it moves, where the attribute says `bytes`.
    #[inline]
    pub fn bytes(mut self, bytes: f64) -> Launch<S> {
        self.work.bytes = bytes;
        self
    }

    /// The floating-point operations that it makes, where the attribute says `flops`.
    #[inline]
    pub fn flops(mut self, flops: f64) -> Launch<S> {
        self.work.flops = flops;
        self
    }

    /// The items that it works on, where the attribute says `items`.
    #[inline]
    pub fn items(mut self, items: f64) -> Launch<S> {
        self.work.items = items;
        self
    }

    /// The blocks of its grid, for its span.
    #[inline]
    pub fn grid(mut self, grid: impl Into<Dim>) -> Launch<S> {
        self.work.grid = Some(grid.into());
        self
    }

    /// The threads of a block, for its span.
    #[inline]
    pub fn block(mut self, block: impl Into<Dim>) -> Launch<S> {
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
    pub fn unread(self) -> Launch<S> {
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
        let timing = std::mem::replace(&mut self.timing, Timing::None(Untimed::Lost));
        let on_host = matches!(timing, Timing::Host);
        // Before the clock is read: the event belongs right behind the work.
        let untimed = match timing {
            Timing::Events(begun) if ok => self.stop(series, at, begun),
            Timing::Events(begun) => {
                series.state.give(begun.pair);
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
        } else if on_host {
            series.timed_here(at, ticks);
            if let Some(place) = &self.place {
                let times = span::Times { start: self.start, end, queue: Some(0.0), clock_error: 0.0 };
                tell(|| span::record(place, series, StreamId(0), &self.work, times));
            }
        }
    }

    /// Puts the second event into the stream, and leaves the rest to the collector.
    fn stop(&mut self, series: &'static Series, at: LanesAt<LANES>, begun: Begun) -> Option<Untimed> {
        let state = series.state;
        let Begun { pair, stream, thread, kept } = begun;
        if thread != 0 && thread != this_thread() {
            // The same handle is another stream here.
            state.give(pair);
            return Some(Untimed::Moved);
        }
        if let Err(error) = put(&*pair.session.driver, stream, pair.stop) {
            return Some(give_back(state, pair, error));
        }
        let pending = Pending {
            series,
            at,
            order: (stream, thread),
            pair,
            launched: self.start,
            work: self.work,
            place: self.place.take(),
            kept,
        };
        state.pending.fetch_add(1, Ordering::Relaxed);
        if let Err(refused) = state.queue.push(pending) {
            // There is room for all pairs that there are, unless some of a context that is gone are still in it.
            state.pending.fetch_sub(1, Ordering::Relaxed);
            state.give(refused.pair);
            return Some(Untimed::Pool);
        }
        collector::launched(state);
        None
    }
}

// Nothing in it is left half done by a panic: counts are atomic, and events are given back. Its stream is only held.
impl<S> UnwindSafe for Launch<S> {}
impl<S> RefUnwindSafe for Launch<S> {}

impl<S> fmt::Debug for Launch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kernel = self.live.map(|(series, _)| series.desc.name);
        f.debug_struct("Launch")
            .field("kernel", &kernel)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}

impl<S> Drop for Launch<S> {
    #[inline]
    fn drop(&mut self) {
        if self.live.is_some() {
            let panics = std::thread::panicking() && !self.unwinding;
            self.abandon(if panics { Outcome::Panic } else { Outcome::Ok });
        }
    }
}
