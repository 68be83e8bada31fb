//! Asking one check, never twice at a time.

use super::Run;
use super::verdict::{Patience, Verdict};
use obs_model::duration;
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The most of an error's text that is kept: a check's error can quote a whole answer of its peer.
const ERROR_BYTES: usize = 1024;

/// A check and how it stands.
pub(crate) struct Probe {
    pub(super) name: String,
    pub(super) critical: bool,
    pub(super) degraded_over: Option<Duration>,
    /// How often it is asked, if it is asked by itself.
    pub(super) every: Option<Duration>,
    timeout: Duration,
    patience: Patience,
    run: Arc<Run>,
    state: Mutex<State>,
    finished: Condvar,
}

#[derive(Default)]
struct State {
    /// The run in progress.
    run: Option<Running>,
    /// How many runs have finished.
    runs: u64,
    last: Option<Outcome>,
    /// When the last answer came.
    at: Option<Instant>,
    verdict: Verdict,
    failures: u64,
}

struct Running {
    since: Instant,
    /// Somebody waited for the timeout in vain, so that the run counts as failed already.
    overdue: bool,
}

/// How a run went.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) error: Option<String>,
    pub(super) duration: Duration,
    /// Whether the check counts as passing with it.
    pub(super) passes: bool,
}

/// What is known without asking.
pub(super) struct Standing {
    pub(super) last: Option<Outcome>,
    /// How long ago the last answer came.
    pub(super) age: Option<Duration>,
    pub(super) failures: u64,
}

/// A run that was started, or that was found in progress.
pub(super) struct Ticket {
    run: u64,
    pub(super) deadline: Instant,
}

impl Probe {
    pub(super) fn new(
        name: String,
        run: Arc<Run>,
        critical: bool,
        timeout: Duration,
        degraded_over: Option<Duration>,
    ) -> Probe {
        let (state, finished) = (Mutex::default(), Condvar::new());
        let (every, patience) = (None, Patience { fails_after: 1, recovers_after: 1 });
        Probe { name, critical, degraded_over, every, timeout, patience, run, state, finished }
    }

    /// The same, asked by itself that often.
    pub(super) fn every(self, every: Option<Duration>) -> Probe {
        Probe { every, ..self }
    }

    /// The same, which takes so many answers to change its mind.
    pub(super) fn patient(self, patience: Patience) -> Probe {
        Probe { patience, ..self }
    }

    /// Starts a run, or joins the one in progress.
    pub(super) fn start(self: &Arc<Probe>) -> Ticket {
        let mut state = self.state();
        let run = state.runs;
        if let Some(running) = &state.run {
            return Ticket { run, deadline: running.since + self.timeout };
        }
        let since = Instant::now();
        state.run = Some(Running { since, overdue: false });
        drop(state);
        let probe = Arc::clone(self);
        let spawned = thread::Builder::new().name("obs-check".to_owned()).spawn(move || probe.finish(since));
        if let Err(error) = spawned {
            self.record(since, Some(format!("no thread for the check: {error}")));
        }
        Ticket { run, deadline: since + self.timeout }
    }

    /// Waits for the run of the ticket, until its timeout.
    pub(super) fn wait(&self, ticket: &Ticket) -> Outcome {
        let mut state = self.state();
        loop {
            if state.runs > ticket.run
                && let Some(last) = &state.last
            {
                return last.clone();
            }
            let left = ticket.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.finished.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let State { run, failures, verdict, .. } = &mut *state;
        match run {
            Some(running) => {
                if !std::mem::replace(&mut running.overdue, true) {
                    *failures += 1;
                    *verdict = verdict.heard(false, self.patience);
                }
                self.hanging(running.since.elapsed(), *verdict)
            }
            // It ended just now, and too late.
            None => self.hanging(self.timeout, *verdict),
        }
    }

    /// The last outcome; a run that hangs is one.
    pub(super) fn standing(&self) -> Standing {
        let state = self.state();
        let hanging = state.run.as_ref().filter(|run| run.since.elapsed() > self.timeout).map(|run| {
            let heard = if run.overdue { state.verdict } else { state.verdict.heard(false, self.patience) };
            self.hanging(run.since.elapsed(), heard)
        });
        let last = hanging.or_else(|| state.last.clone());
        Standing { last, age: state.at.map(|at| at.elapsed()), failures: state.failures }
    }

    fn hanging(&self, age: Duration, verdict: Verdict) -> Outcome {
        let timeout = duration::display(self.timeout);
        let error = if age < self.timeout * 2 {
            format!("no answer within {timeout}")
        } else {
            format!(
                "no answer for {} s (timeout {timeout}); it is not asked again until it returns",
                age.as_secs()
            )
        };
        Outcome { error: Some(error), duration: age, passes: verdict.passes() }
    }

    fn finish(&self, since: Instant) {
        let error = match catch_unwind(AssertUnwindSafe(|| (self.run)())) {
            Ok(result) => result.err(),
            Err(panic) => Some(format!("panicked: {}", message(&*panic))),
        };
        self.record(since, error);
    }

    fn record(&self, since: Instant, error: Option<String>) {
        let took = since.elapsed();
        let error = error.map(shorten).or_else(|| {
            let timeout = duration::display(self.timeout);
            (took > self.timeout).then(|| format!("took {:.3} s (timeout {timeout})", took.as_secs_f64()))
        });
        let mut state = self.state();
        let counted = state.run.take().is_some_and(|run| run.overdue);
        if !counted {
            state.failures += u64::from(error.is_some());
            state.verdict = state.verdict.heard(error.is_none(), self.patience);
        }
        state.last = Some(Outcome { error, duration: took, passes: state.verdict.passes() });
        state.at = Some(Instant::now());
        state.runs += 1;
        drop(state);
        self.finished.notify_all();
    }

    /// Nothing that holds the lock can panic half-way, so a poisoned state is a good one.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("name", &self.name).finish_non_exhaustive()
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("with something that is no text")
}

fn shorten(mut error: String) -> String {
    if error.len() > ERROR_BYTES {
        let end = (0..=ERROR_BYTES).rev().find(|at| error.is_char_boundary(*at)).unwrap_or(0);
        error.truncate(end);
        error.push('…');
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn probe(timeout: u64, run: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> Arc<Probe> {
        Arc::new(Probe::new("x".to_owned(), Arc::new(run), true, Duration::from_millis(timeout), None))
    }

    #[test]
    fn a_hung_check_is_asked_once_and_reported_by_everybody() {
        let runs = Arc::new(AtomicU32::new(0));
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let (counted, waits) = (Arc::clone(&runs), Arc::clone(&gate));
        let probe = probe(50, move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let open = waits.0.lock().map_err(|error| error.to_string())?;
            let _open = waits.1.wait_while(open, |open| !*open).map_err(|error| error.to_string())?;
            Ok(())
        });
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let outcome = probe.wait(&probe.start());
                    assert!(outcome.error.unwrap().starts_with("no answer"));
                });
            }
        });
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        assert_eq!(probe.standing().failures, 1, "one run, one failure, however many waited");
        assert!(probe.standing().last.unwrap().error.is_some());

        let late = Ticket { run: 0, deadline: Instant::now() + Duration::from_secs(10) };
        *gate.0.lock().unwrap() = true;
        gate.1.notify_all();
        assert!(
            probe.wait(&late).error.unwrap().starts_with("took "),
            "a pass that came too late is a failure"
        );
        assert_eq!(probe.standing().failures, 1);
        assert!(probe.wait(&probe.start()).error.is_none(), "and then it is asked again");
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn errors_and_panics_are_failures() {
        let failing = probe(2000, || Err("é".repeat(2000)));
        let error = failing.wait(&failing.start()).error.unwrap();
        assert!(error.len() <= ERROR_BYTES + '…'.len_utf8() && error.ends_with("é…"));
        let panicking = probe(2000, || std::panic::resume_unwind(Box::new("out of cheese")));
        assert_eq!(panicking.wait(&panicking.start()).error.as_deref(), Some("panicked: out of cheese"));
        assert_eq!(panicking.standing().failures, 1);
    }
}
