//! One launch, from before the work is put into the stream to after it.

use crate::device;
use crate::driver::StreamId;
use crate::families;
use crate::kernel::Kernel;
use crate::series::{HOST_TIME, LANES, Series, Untimed};
use crate::span;
use crate::stream::Stream;
use crate::tell::tell;
use crate::timing::{self, Launched, Timing};
use crate::work::{Dim, Work};
use obs_runtime::__private::v1::{Class, LabelIndex, LanesAt, Outcome, Place, now};
use obs_runtime::ErrorCategory;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// A launch in progress. From [`Kernel::launch`].
///
/// Dropped, it has ended well, or as `panic` where the thread began to unwind in the meantime;
/// [`finish`](Launch::finish) says otherwise. Put the work into the stream between the two, and nothing else: what
/// stands there is what is timed. It holds its stream until then, [by what it was given](Stream#what-a-launch-holds).
#[must_use = "a launch lasts until it is dropped"]
pub struct Launch<S> {
    going: Going,
    /// Nobody reaches it through us: what it borrows or owns stays as it was when its lane was asked for.
    _stream: S,
}

/// What is the same for all streams.
#[derive(Debug)]
struct Going {
    /// None of a kernel without a name, and of a launch that has ended.
    live: Option<(&'static Series, LanesAt<LANES>)>,
    timing: Timing,
    start: u64,
    place: Option<Place>,
    work: Work,
    /// Whether the thread was unwinding already: a launch does not panic because a destructor makes it during a panic.
    unwinding: bool,
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
        let going = Going { live: None, timing, start: 0, place: None, work, unwinding };
        return Launch { going, _stream: stream };
    };
    let lane = stream.lane();
    let series = kernel.on(device::of(lane), desc);
    let at = series.lanes.at(&labels);
    let start = now();
    let timing = timing::begin(series, lane);
    let place = if matches!(timing, Timing::None(_)) { None } else { Place::current() };
    let going = Going { live: Some((series, at)), timing, start, place, work, unwinding };
    Launch { going, _stream: stream }
}

impl<S> Launch<S> {
    /// The bytes that it moves, where the attribute says `bytes`.
    #[inline]
    pub fn bytes(mut self, bytes: f64) -> Launch<S> {
        self.going.work.bytes = bytes;
        self
    }

    /// The floating-point operations that it makes, where the attribute says `flops`.
    #[inline]
    pub fn flops(mut self, flops: f64) -> Launch<S> {
        self.going.work.flops = flops;
        self
    }

    /// The items that it works on, where the attribute says `items`.
    #[inline]
    pub fn items(mut self, items: f64) -> Launch<S> {
        self.going.work.items = items;
        self
    }

    /// The blocks of its grid, for its span.
    #[inline]
    pub fn grid(mut self, grid: impl Into<Dim>) -> Launch<S> {
        self.going.work.grid = Some(grid.into());
        self
    }

    /// The threads of a block, for its span.
    #[inline]
    pub fn block(mut self, block: impl Into<Dim>) -> Launch<S> {
        self.going.work.block = Some(block.into());
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
        self.going.end(class);
    }

    /// Ends it so, if nothing has.
    pub(crate) fn abandon(&mut self, outcome: Outcome) {
        self.going.abandon(outcome);
    }
}

impl Going {
    fn end(&mut self, class: Class) {
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
    fn abandon(&mut self, outcome: Outcome) {
        let Some((series, at)) = self.live.take() else { return };
        let ok = outcome == Outcome::Ok;
        let timing = std::mem::replace(&mut self.timing, Timing::None(Untimed::Lost));
        let on_host = matches!(timing, Timing::Host);
        // Before the clock is read: the event belongs right behind the work.
        let untimed = match timing {
            Timing::Events(begun) if ok => {
                let launched =
                    Launched { series, at, start: self.start, work: self.work, place: self.place.take() };
                begun.end(launched)
            }
            Timing::Events(begun) => {
                begun.abandon(series);
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
}

// Nothing in it is left half done by a panic: counts are atomic, and events are given back. Its stream is only held.
impl<S> UnwindSafe for Launch<S> {}
impl<S> RefUnwindSafe for Launch<S> {}

impl<S> fmt::Debug for Launch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kernel = self.going.live.map(|(series, _)| series.desc.name);
        let timing = &self.going.timing;
        f.debug_struct("Launch").field("kernel", &kernel).field("timing", timing).finish_non_exhaustive()
    }
}

// Not of the part, so that the stream is there when it runs.
impl<S> Drop for Launch<S> {
    #[inline]
    fn drop(&mut self) {
        if self.going.live.is_some() {
            let panics = std::thread::panicking() && !self.going.unwinding;
            self.going.abandon(if panics { Outcome::Panic } else { Outcome::Ok });
        }
    }
}
