//! Asking checks by themselves, each in its own time.

use super::Probe;
use super::probe::Ticket;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The thread that asks. It never waits for a check, so a check that hangs delays no other.
#[derive(Debug)]
pub(super) struct Schedule {
    stop: Arc<(Mutex<bool>, Condvar)>,
}

/// A check and when it is asked.
struct Round {
    probe: Arc<Probe>,
    every: Duration,
    due: Instant,
    /// The run that may still be in progress.
    asked: Option<Ticket>,
}

impl Schedule {
    /// Asks each of these checks now, and then as often as it says. `None` where none says so.
    ///
    /// Where there is no thread to be had, checks stay unknown: nothing is said of them that nobody knows.
    pub(super) fn begin(probes: &[Arc<Probe>]) -> Option<Schedule> {
        let due = Instant::now();
        let round = |probe: &Arc<Probe>| {
            let every = probe.every?;
            Some(Round { probe: Arc::clone(probe), every, due, asked: None })
        };
        let mut rounds: Vec<Round> = probes.iter().filter_map(round).collect();
        if rounds.is_empty() {
            return None;
        }
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let stopped = Arc::clone(&stop);
        let run = move || {
            loop {
                let now = Instant::now();
                let Some(next) = rounds.iter_mut().map(|round| round.turn(now)).min() else { return };
                let (flag, told) = &*stopped;
                let flag = flag.lock().unwrap_or_else(PoisonError::into_inner);
                let pause = next.saturating_duration_since(now);
                let (flag, _) = told
                    .wait_timeout_while(flag, pause, |stop| !*stop)
                    .unwrap_or_else(PoisonError::into_inner);
                if *flag {
                    return;
                }
            }
        };
        if let Err(error) = thread::Builder::new().name("obs-health".to_owned()).spawn(run) {
            tracing::error!(target: "obs", "no thread asks the health checks: {error}");
        }
        Some(Schedule { stop })
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
    }
}

impl Round {
    /// Does what is due, and says when something is due again.
    fn turn(&mut self, now: Instant) -> Instant {
        if let Some(ticket) = self.asked.take_if(|ticket| ticket.deadline <= now) {
            // Its run has ended, or counts as failed from now on.
            self.probe.wait(&ticket);
        }
        if self.due <= now {
            self.asked = Some(self.probe.start());
            self.due = now + self.every;
        }
        self.asked.as_ref().map_or(self.due, |ticket| ticket.deadline.min(self.due))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Check, Health};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::time::{Duration, Instant};

    /// Waits until something is so, for as long as a busy machine may take.
    fn until(what: &str, is_so: impl Fn() -> bool) {
        let patience = Instant::now() + Duration::from_secs(20);
        while !is_so() {
            assert!(Instant::now() < patience, "{what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn a_check_with_an_interval_is_asked_without_being_asked_for() {
        let (runs, broken) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (counted, fails) = (Arc::clone(&runs), Arc::clone(&broken));
        let check = Check::new("graph", move || {
            counted.fetch_add(1, Ordering::SeqCst);
            if fails.load(Ordering::SeqCst) { Err("no answer from the actor") } else { Ok(()) }
        });
        let check = check.critical().timeout("5ms").every("5ms").fails_after(3).recovers_after(2);
        let mut health = Health::new(vec![check]).unwrap();
        assert_eq!(health.ask().status.as_str(), "unknown", "nobody has asked it yet");
        assert!(!health.ask().serves(), "requests do not come before it is known that they can be answered");
        assert_eq!(runs.load(Ordering::SeqCst), 0, "a request does not ask it");

        health.begin();
        until("it is asked again and again", || runs.load(Ordering::SeqCst) > 3);
        until("it is up", || health.ask().status.as_str() == "up");
        broken.store(true, Ordering::SeqCst);
        until("it is down after three failures", || health.ask().status.as_str() == "down");
        broken.store(false, Ordering::SeqCst);
        until("it is up after two passes", || health.ask().status.as_str() == "up");

        drop(health);
        std::thread::sleep(Duration::from_millis(50));
        let asked = runs.load(Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(runs.load(Ordering::SeqCst), asked, "nobody asks it when the program has ended");
    }

    #[test]
    fn one_that_hangs_delays_no_other_and_is_down() {
        let gate = Arc::new(AtomicBool::new(true));
        let runs = Arc::new(AtomicU32::new(0));
        let (hangs, counted) = (Arc::clone(&gate), Arc::clone(&runs));
        let stuck = Check::new("stuck", move || {
            while hangs.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Ok::<(), String>(())
        });
        let good = Check::new("good", move || {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<(), String>(())
        });
        let often = |check: Check| check.timeout("20ms").every("20ms");
        let mut health = Health::new(vec![often(stuck).critical(), often(good)]).unwrap();
        health.begin();
        until("it counts as failed when its time is over", || health.ask().status.as_str() == "down");
        let asked = runs.load(Ordering::SeqCst);
        until("the other is asked on", || runs.load(Ordering::SeqCst) > asked + 2);
        gate.store(false, Ordering::SeqCst);
        until("it is up when it answers again", || health.ask().status.as_str() == "up");
    }
}
