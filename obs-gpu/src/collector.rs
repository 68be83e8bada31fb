//! The thread that reads events when the devices are done.

mod desk;

use crate::bell::Bell;
use crate::config;
use crate::device::{self, state::State};
use crate::tell::tell;
use desk::{Desk, Round};
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

static BELL: Bell = Bell::new();
static THREAD: OnceLock<Option<Thread>> = OnceLock::new();

/// How long it looks every now and then after the last launch, before it sleeps until the next.
const LINGER: Duration = Duration::from_secs(1);

/// Starts it, if nobody has; false where it cannot be. It ends with the process, which does not wait for it.
pub(crate) fn start() -> bool {
    let thread = THREAD.get_or_init(|| {
        let spawned = thread::Builder::new().name("obs-gpu".to_owned()).spawn(run);
        match spawned {
            Ok(handle) => Some(handle.thread().clone()),
            Err(error) => {
                let line = "no thread to read timings; kernels are counted only";
                tell(|| tracing::error!(target: "obs::gpu", %error, "{line}"));
                None
            }
        }
    });
    ring();
    thread.is_some()
}

/// Wakes it.
pub(crate) fn ring() {
    BELL.ring(true, wake);
}

/// After a launch was queued.
#[inline]
pub(crate) fn launched(state: &State) {
    // It wakes by itself before long, unless the pairs run short before that.
    let short = state.queue.len() * 2 >= state.queue.capacity();
    BELL.ring(short, wake);
}

#[cold]
fn wake() {
    if let Some(Some(thread)) = THREAD.get() {
        thread.unpark();
    }
}

fn run() {
    let mut desks: Vec<Desk> = Vec::new();
    let mut idle_since = None;
    let mut nap = config::poll();
    loop {
        for state in device::all().filter(|state| state.is_driven) {
            if !desks.iter().any(|desk| desk.is_of(state)) {
                desks.push(Desk::new(state));
            }
        }
        // One at a time: making events takes milliseconds, and the others are to be read.
        if let Some(desk) = desks.iter_mut().find(|desk| !desk.is_up_to_date())
            && let Some(session) = desk.state().session()
        {
            desk.turn_to(session);
        }
        let several = desks.len() > 1;
        let round = desks
            .iter_mut()
            .map(|desk| desk.guarded(|desk| desk.round(several)))
            .max()
            .unwrap_or(Round::Idle);
        if desks.iter().any(|desk| !desk.is_up_to_date()) {
            continue;
        }
        if round != Round::Idle {
            idle_since = None;
            // Work that takes its time is asked for less often.
            nap = if round == Round::Read { config::poll() } else { (nap * 2).min(16 * config::poll()) };
            let nap = if desks.iter().any(Desk::is_short) { nap / 8 } else { nap };
            BELL.sleep(false, || true, || thread::park_timeout(nap));
        } else {
            let since = *idle_since.get_or_insert_with(Instant::now);
            let for_long = since.elapsed() >= LINGER;
            nap = (nap * 2).min(50 * config::poll());
            BELL.sleep(
                for_long,
                || is_idle(&desks),
                || match for_long {
                    true => thread::park(),
                    false => thread::park_timeout(nap),
                },
            );
        }
    }
}

/// Whether nothing was brought since the last round: no launch, no device, no other context of one.
fn is_idle(desks: &[Desk]) -> bool {
    let idle = |desk: &Desk| desk.is_up_to_date() && desk.state().pending.load(Ordering::Relaxed) == 0;
    desks.iter().all(idle) && device::all().filter(|state| state.is_driven).count() == desks.len()
}

/// What [`flush`](crate::flush) left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Flushed {
    /// Launches whose timing was not read in time: their work is still queued or running.
    pub pending: usize,
}

/// Waits until all timings are read that are under way, at most so long. For tests, and for programs that end:
/// [`Obs::shutdown`](obs_runtime::Obs::shutdown) does it too. It waits for this crate's own thread, and asks nothing of
/// the device.
///
/// ```
/// use std::time::Duration;
///
/// let flushed = obs_gpu::flush(Duration::from_millis(100));
/// assert_eq!(flushed.pending, 0);
/// ```
pub fn flush(timeout: Duration) -> Flushed {
    let began = Instant::now();
    loop {
        let pending = device::all().map(|state| state.pending.load(Ordering::Acquire)).sum();
        let left = timeout.saturating_sub(began.elapsed());
        if pending == 0 || left.is_zero() {
            return Flushed { pending };
        }
        ring();
        thread::sleep(left.min(Duration::from_micros(200)));
    }
}
