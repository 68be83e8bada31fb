//! What is kept of a device for ever, and what drives it now.

use super::UNKNOWN;
use crate::driver::{Driver, DriverError, Fault};
use crate::memory::Memory;
use crate::pool::{Pair, Pending, Session};
use crate::stream::Kept;
use crate::tell::tell;
use crate::{collector, config};
use crossbeam_queue::ArrayQueue;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a pair of events costs where the driver did not let us find out, in seconds: about what it does on most devices.
const PAIR_COST: f64 = 5e-6;

/// How long opening waits for events: creating them takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is kept of a device, for ever: as often as a context goes, another one can take its place.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) index: u32,
    pub(crate) label: Box<str>,
    /// Whether it is another device than the host, and one that there is.
    pub(crate) is_driven: bool,
    /// Event pairs that nobody uses.
    pub(crate) pool: ArrayQueue<Pair>,
    /// Launches whose events nobody has read. It has room for as many as there are pairs.
    pub(crate) queue: ArrayQueue<Pending>,
    /// Launches that are queued, or held by the collector.
    pub(crate) pending: AtomicUsize,
    /// Lost or gone: every call fails.
    pub(crate) lost: AtomicBool,
    /// The program let go of it, so that nothing is wrong.
    pub(crate) gone: AtomicBool,
    pub(crate) memory: Memory,
    /// The error of the last mapping to the host's clock, as bits; no number before the first.
    pub(crate) clock_error: AtomicU64,
    /// What a pair of events costs, in seconds, as bits.
    pub(crate) pair_cost: AtomicU64,
    peaks: [AtomicU64; 2],
    /// The turn of `session`, for launches, which take no lock.
    turn: AtomicU32,
    session: Mutex<Option<Arc<Session>>>,
    /// The turn whose events the collector has made.
    ready: (Mutex<u32>, Condvar),
    is_ready: AtomicBool,
    /// How many event pairs there were then.
    made: AtomicUsize,
}

impl State {
    pub(super) fn new(index: u32, label: String, is_driven: bool) -> State {
        let (room, pair_cost) = if is_driven { (config::pairs(), PAIR_COST) } else { (1, 0.0) };
        State {
            index,
            label: label.into(),
            is_driven,
            pool: ArrayQueue::new(room),
            queue: ArrayQueue::new(room),
            pending: AtomicUsize::new(0),
            lost: AtomicBool::new(index == UNKNOWN),
            gone: AtomicBool::new(false),
            memory: Memory::new(),
            clock_error: AtomicU64::new(f64::NAN.to_bits()),
            pair_cost: AtomicU64::new(pair_cost.to_bits()),
            peaks: [const { AtomicU64::new(f64::NAN.to_bits()) }; 2],
            turn: AtomicU32::new(0),
            session: Mutex::new(None),
            ready: (Mutex::new(0), Condvar::new()),
            is_ready: AtomicBool::new(false),
            made: AtomicUsize::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What drives it now, if anything does.
    pub(crate) fn session(&self) -> Option<Arc<Session>> {
        self.lock().clone()
    }

    /// The turn that it is in. A launch that was sent to another one goes nowhere.
    #[inline]
    pub(crate) fn turn(&self) -> u32 {
        self.turn.load(Ordering::Acquire)
    }

    /// Has it driven by this from now on, and says which turn that is. What was there before is let go of. The context is
    /// kept until its events are made.
    pub(crate) fn begin(&self, driver: Box<dyn Driver>, kept: Kept) -> u32 {
        let mut session = self.lock();
        // Zero is the turn of no session.
        let turn = self.turn().wrapping_add(1).max(1);
        self.is_ready.store(false, Ordering::Relaxed);
        // Before what follows: nobody takes events of the new one for such of the old.
        self.turn.store(turn, Ordering::Release);
        while self.pool.pop().is_some() {}
        self.memory.begin(turn);
        self.clock_error.store(f64::NAN.to_bits(), Ordering::Relaxed);
        *session = Some(Arc::new(Session::new(driver, turn, kept)));
        self.gone.store(false, Ordering::Relaxed);
        self.lost.store(false, Ordering::Release);
        turn
    }

    /// Waits until the collector has made its events, but not for ever.
    pub(crate) fn wait(&self, turn: u32) {
        let (ready, changed) = &self.ready;
        let ready = ready.lock().unwrap_or_else(PoisonError::into_inner);
        // Another turn may have begun meanwhile, and the collector have passed this one over.
        let is_before = |ready: &mut u32| (ready.wrapping_sub(turn) as i32) < 0;
        drop(changed.wait_timeout_while(ready, PATIENCE, is_before));
    }

    /// The collector has made what events it could in that turn.
    pub(crate) fn set_ready(&self, session: &Session) {
        let (ready, changed) = &self.ready;
        *ready.lock().unwrap_or_else(PoisonError::into_inner) = session.turn;
        if self.turn() == session.turn {
            self.made.store(session.pairs(), Ordering::Relaxed);
            self.is_ready.store(true, Ordering::Release);
        }
        changed.notify_all();
    }

    /// How many event pairs the collector could make; `None` before it has tried.
    pub(crate) fn made(&self) -> Option<usize> {
        self.is_ready.load(Ordering::Acquire).then(|| self.made.load(Ordering::Relaxed))
    }

    /// Takes a pair that nobody uses.
    #[inline]
    pub(crate) fn take(&self, turn: u32) -> Option<Pair> {
        loop {
            let pair = self.pool.pop()?;
            // One that came back while its context went.
            if pair.session.turn == turn {
                return Some(pair);
            }
        }
    }

    /// Gives a pair back, or up where its context is gone or lost.
    #[inline]
    pub(crate) fn give(&self, pair: Pair) {
        if !self.lost.load(Ordering::Relaxed) && pair.session.turn == self.turn() {
            // There is room for all pairs that there are, unless one of another turn slipped in.
            drop(self.pool.push(pair));
        }
    }

    /// Says that it is lost, or gone, if it is still in that turn.
    pub(crate) fn lose(&self, turn: u32, error: DriverError) {
        let gone = error.fault == Fault::Gone;
        {
            let _one = self.lock();
            if self.turn() != turn || self.lost.load(Ordering::Relaxed) {
                return;
            }
            // Before the other, so that nobody takes it for lost in between.
            self.gone.store(gone, Ordering::Release);
            self.lost.store(true, Ordering::Release);
            if gone {
                self.memory.begin(turn);
            }
        }
        while self.pool.pop().is_some() {}
        collector::ring();
        let (device, code) = (&*self.label, error.code);
        tell(|| {
            if gone {
                tracing::info!(target: "obs::gpu", device, code, "the program let go of the device");
            } else {
                tracing::error!(
                    target: "obs::gpu",
                    device,
                    code,
                    "the device is lost; its kernels are counted and no longer timed"
                );
            }
        });
    }

    /// What it can do at most by the user's word.
    pub(super) fn set_peaks(&self, peaks: [Option<f64>; 2]) {
        for (kept, given) in self.peaks.iter().zip(peaks) {
            if let Some(given) = given {
                kept.store(given.to_bits(), Ordering::Relaxed);
            }
        }
    }

    /// Peaks by the user's or the driver's word, in bytes and operations a second.
    pub(crate) fn peaks(&self, session: Option<&Session>) -> [Option<f64>; 2] {
        let facts = session.and_then(|session| session.facts.get());
        let told = [
            facts.and_then(|facts| facts.peak_bytes_per_second),
            facts.and_then(|facts| facts.peak_flops_per_second),
        ];
        let set = |kept: &AtomicU64| Some(f64::from_bits(kept.load(Ordering::Relaxed)));
        let [bytes, flops] = &self.peaks;
        [
            set(bytes).filter(|peak| !peak.is_nan()).or(told[0]),
            set(flops).filter(|peak| !peak.is_nan()).or(told[1]),
        ]
    }
}
