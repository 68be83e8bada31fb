//! What other crates of ours have to do before a program's exporters send the last of it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Finishes what is under way, in so much time at most.
type Finish = fn(Duration);

/// Where nothing is exported, nobody waits longer than this.
const PATIENCE: Duration = Duration::from_secs(1);

static FINISHES: Mutex<Vec<Finish>> = Mutex::new(Vec::new());

/// Has `finish` called at each shutdown, before exporters send what is left.
pub fn at_shutdown(finish: Finish) {
    FINISHES.lock().unwrap_or_else(PoisonError::into_inner).push(finish);
}

/// Finishes everything, and says how much of the time is left. It takes at most half of it: what was exported before
/// is worth as much.
pub(crate) fn finish(within: Option<Duration>) -> Duration {
    let (began, within) = (Instant::now(), within.unwrap_or(PATIENCE));
    let finishes = FINISHES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for finish in finishes {
        let left = (within / 2).saturating_sub(began.elapsed());
        // Whatever it is, the program goes on to its end.
        let _ = std::panic::catch_unwind(|| finish(left));
    }
    within.saturating_sub(began.elapsed())
}
