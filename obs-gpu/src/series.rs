//! What is counted of a kernel on a device.

use crate::config;
use crate::device::state::State;
use crate::driver::Fault;
use crate::every::Sampler;
use crate::kernel::Kernel;
use crate::outlier::Window;
use crate::tell::tell;
use obs_runtime::__private::v1::{
    ErrorTally, KernelDesc, Lanes, LanesAt, Tally, TickBuckets, now, seconds, ticks,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why an ok launch has no timing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Untimed {
    /// It was not its turn.
    Sampled = 0,
    /// The stream was being captured.
    Capture = 1,
    /// No event pair was free: the device has not caught up, or is only being opened.
    Pool = 2,
    /// The driver refused a call that timing needs.
    Refused = 3,
    /// The device is lost, or gone, or is none.
    Lost = 4,
    /// The device says that the work failed.
    Failed = 5,
    /// It ended on another thread, where its stream is another one.
    Moved = 6,
    /// Other launches in progress had most of the event pairs.
    Concurrent = 7,
}

impl Untimed {
    pub(crate) const COUNT: usize = 8;

    pub(crate) const ALL: [Untimed; Untimed::COUNT] = [
        Untimed::Sampled,
        Untimed::Capture,
        Untimed::Pool,
        Untimed::Refused,
        Untimed::Lost,
        Untimed::Failed,
        Untimed::Moved,
        Untimed::Concurrent,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Untimed::Sampled => "sampled",
            Untimed::Capture => "capture",
            Untimed::Pool => "pool",
            Untimed::Refused => "refused",
            Untimed::Lost => "lost",
            Untimed::Failed => "failed",
            Untimed::Moved => "moved",
            Untimed::Concurrent => "concurrent",
        }
    }
}

impl From<Fault> for Untimed {
    fn from(fault: Fault) -> Untimed {
        match fault {
            Fault::Call | Fault::OutOfMemory => Untimed::Refused,
            Fault::Capturing | Fault::Captured => Untimed::Capture,
            Fault::Lost | Fault::Gone => Untimed::Lost,
        }
    }
}

/// The lanes of a combination of labels: the host's time by outcome, then these.
pub(crate) const LANES: usize = 6;
pub(crate) const DURATION: usize = 4;
pub(crate) const QUEUE: usize = 5;

/// The bounds of what is no kernel's own time.
pub(crate) const PRESET: &[f64] = KernelDesc::DEFAULT.buckets;

/// The same, for what the host's clock says.
pub(crate) static HOST_TIME: TickBuckets = TickBuckets::new(PRESET);

/// Seconds between two log lines about one kernel on one device.
const PAUSE: f64 = 1.0;

/// A kernel on a device.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) kernel: &'static Kernel,
    pub(crate) desc: &'static KernelDesc,
    pub(crate) state: &'static State,
    pub(crate) sampler: Sampler,
    pub(crate) lanes: Lanes<LANES>,
    pub(crate) errors: ErrorTally,
    pub(crate) bytes: Tally,
    pub(crate) flops: Tally,
    pub(crate) items: Tally,
    pub(crate) outliers: Tally,
    pub(crate) slow: Tally,
    pub(crate) untimed: [Tally; Untimed::COUNT],
    window: Mutex<Window>,
    /// When the last log line was, in ticks; zero before the first.
    told: AtomicU64,
}

impl Series {
    pub(crate) fn new(kernel: &'static Kernel, state: &'static State, desc: &'static KernelDesc) -> Series {
        let errors = ErrorTally::new();
        errors.declare(desc.errors);
        Series {
            kernel,
            desc,
            state,
            sampler: Sampler::new(desc.every),
            lanes: Lanes::new(),
            errors,
            bytes: Tally::new(),
            flops: Tally::new(),
            items: Tally::new(),
            outliers: Tally::new(),
            slow: Tally::new(),
            untimed: [const { Tally::new() }; Untimed::COUNT],
            window: Mutex::new(Window::new(config::window())),
            told: AtomicU64::new(0),
        }
    }

    /// An ok launch has no timing.
    pub(crate) fn untimed(&self, why: Untimed) {
        self.untimed[why as usize].add(1);
    }

    /// A launch took so long on the device.
    pub(crate) fn timed(&self, at: LanesAt<LANES>, took: f64) {
        at.observe(DURATION, self.desc.buckets, took);
        // Who finds it locked meets another timing of this kernel on the host: that one is looked at.
        let Ok(mut window) = self.window.try_lock() else { return self.compare(took, None) };
        let (mean, deviation) = (window.mean(), window.deviation());
        let outlier = window.add(took, config::sigma());
        let cost = f64::from_bits(self.state.pair_cost.load(Ordering::Relaxed));
        self.sampler.adapt(cost, window.mean(), config::overhead());
        drop(window);
        self.compare(took, outlier.then_some((mean, deviation)));
    }

    /// Counts and tells what is too long.
    fn compare(&self, took: f64, unlike: Option<(f64, f64)>) {
        let bound = self.desc.slow.map(|nanos| nanos as f64 / 1e9);
        let slow = bound.is_some_and(|bound| took > bound);
        if slow {
            self.slow.add(1);
        }
        if unlike.is_some() {
            self.outliers.add(1);
        }
        if (slow || unlike.is_some()) && self.is_turn() {
            let (kernel, device) = (self.desc.name, &*self.state.label);
            tell(|| match unlike {
                Some((mean_seconds, deviation_seconds)) => tracing::warn!(
                    target: "obs::gpu",
                    kernel,
                    device,
                    duration_seconds = took,
                    mean_seconds,
                    deviation_seconds,
                    "the kernel took longer than it usually does"
                ),
                None => tracing::warn!(
                    target: "obs::gpu",
                    kernel,
                    device,
                    duration_seconds = took,
                    bound_seconds = bound,
                    "the kernel took longer than its bound"
                ),
            });
        }
    }

    /// Whether it is time for a line.
    fn is_turn(&self) -> bool {
        let (now, told) = (now(), self.told.load(Ordering::Relaxed));
        if told != 0 && now.saturating_sub(told) < ticks(PAUSE) {
            return false;
        }
        let (set, read) = (Ordering::Relaxed, Ordering::Relaxed);
        self.told.compare_exchange(told, now.max(1), set, read).is_ok()
    }

    /// A launch took so many ticks on the host.
    pub(crate) fn timed_here(&self, at: LanesAt<LANES>, ticks: u64) {
        at.observe(QUEUE, PRESET, 0.0);
        self.timed(at, seconds(ticks));
    }
}
