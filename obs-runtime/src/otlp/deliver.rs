//! Sending a message until it has arrived, or is not worth another try.

use super::counts::SignalCounts;
use super::settings::Signal;
use super::transport::{Answer, Rejected, Transport};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// When everything has to be over, once somebody has said so.
#[derive(Debug, Default)]
pub(super) struct Stop {
    deadline: OnceLock<Instant>,
}

impl Stop {
    /// All has to be over then. The threads are to be unparked afterwards.
    pub(super) fn at(&self, deadline: Instant) {
        let _ = self.deadline.set(deadline);
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline.get().copied()
    }

    pub(super) fn is_called(&self) -> bool {
        self.deadline().is_some()
    }

    pub(super) fn is_over(&self) -> bool {
        self.deadline().is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Waits until then, or until a stop is called, or `enough` says so: it is asked whenever the thread is unparked.
    pub(super) fn wait(&self, until: Instant, enough: impl Fn() -> bool) {
        while !self.is_called() && !enough() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::park_timeout(left);
        }
    }
}

/// One signal's way to the collector.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) signal: Signal,
    pub(super) transport: Transport,
    pub(super) counts: Arc<SignalCounts>,
    pub(super) stop: Arc<Stop>,
    /// How long one request may take.
    pub(super) timeout: Duration,
    /// How long a message is tried.
    pub(super) patience: Duration,
    /// The first pause between two tries, and the longest.
    pub(super) pauses: (Duration, Duration),
    /// Whether the last message arrived, so that a log says once that the collector is gone, and once that it is back.
    pub(super) arrived: bool,
}

impl Delivery {
    /// Sends the message. After a stop was called, it is sent again at most once, and not at all once a message has
    /// been lost: a program does not wait for a collector that is gone.
    pub(super) fn deliver(&mut self, message: Vec<u8>) -> Result<Rejected, ()> {
        let began = Instant::now();
        let outcome = self.attempts(message, began + self.patience);
        self.counts.took(began.elapsed());
        let signal = self.signal.as_str();
        match &outcome {
            Ok(rejected) if rejected.count > 0 => {
                self.counts.failed();
                let Rejected { count, why } = rejected;
                tracing::warn!(target: "obs", "the collector left out {count} of the {signal}: {why}");
            }
            Ok(_) if !self.arrived => tracing::info!(target: "obs", "the collector takes {signal} again"),
            Ok(_) => {}
            Err(why) => {
                self.counts.failed();
                if self.arrived {
                    tracing::warn!(target: "obs", "the collector does not take {signal}: {why}");
                }
            }
        }
        self.arrived = outcome.is_ok();
        outcome.map_err(drop)
    }

    fn attempts(&self, message: Vec<u8>, until: Instant) -> Result<Rejected, String> {
        let too_late = || "there was no time left".to_owned();
        // What waits when time is up may be a long queue.
        if self.stop.is_over() {
            return Err(too_late());
        }
        let body = self.transport.body(message)?;
        let (mut pause, longest) = self.pauses;
        let mut last_tries = if self.arrived { 2 } else { 1 };
        loop {
            let stopping = self.stop.deadline();
            let end = stopping.map_or(until, |deadline| deadline.min(until));
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(too_late());
            }
            let (after, why) = match self.transport.send(&body, left.min(self.timeout)) {
                Answer::Accepted(rejected) => return Ok(rejected),
                Answer::Refused(why) => return Err(why),
                Answer::Later(after, why) => (after, why),
            };
            // Somebody may have called a stop meanwhile.
            let end = self.stop.deadline().map_or(until, |deadline| deadline.min(until));
            last_tries -= u32::from(stopping.is_some());
            let next = again(Instant::now(), after, jittered(pause), jittered(self.pauses.0));
            let Some(next) = next.filter(|next| *next < end && last_tries > 0) else { return Err(why) };
            match stopping {
                None => self.stop.wait(next, || false),
                Some(_) => thread::sleep(next.saturating_duration_since(Instant::now())),
            }
            self.counts.retried();
            pause = (pause * 2).min(longest);
        }
    }
}

/// When to try again: after the time that the collector asks for, but never sooner than after the `least` pause, for one
/// that asks for none would be asked without a pause; or after `pause`. `None` where no clock reaches so far.
fn again(now: Instant, after: Option<Duration>, pause: Duration, least: Duration) -> Option<Instant> {
    now.checked_add(after.map_or(pause, |after| after.max(least)))
}

/// Between a half and the whole of it, so that programs that lost one collector do not come back at one moment.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().hash_one(pause) as u32;
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::Otlp;

    /// After its time, a program leaves without what it cannot send any more, and does not prepare it first.
    #[test]
    fn what_there_is_no_time_to_send_is_not_encoded() {
        let target = Otlp::http_json("http://127.0.0.1:1").into_settings().unwrap().traces.unwrap();
        let delivery = Delivery {
            signal: Signal::Traces,
            transport: Transport::new(&target, Signal::Traces).unwrap(),
            counts: Arc::default(),
            stop: Arc::default(),
            timeout: Duration::from_secs(1),
            patience: Duration::from_secs(1),
            pauses: (Duration::ZERO, Duration::ZERO),
            arrived: true,
        };
        let why =
            || delivery.attempts(b"no message".to_vec(), Instant::now() + delivery.patience).unwrap_err();
        assert!(why().starts_with("cannot be encoded: "), "{}", why());
        delivery.stop.at(Instant::now());
        assert_eq!(why(), "there was no time left");
    }

    #[test]
    fn whatever_a_collector_asks_for_is_a_moment_to_come_or_none() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let again = |after| again(now, after, 4 * second, second);
        assert_eq!(again(None), Some(now + 4 * second));
        assert_eq!(again(Some(2 * second)), Some(now + 2 * second));
        assert_eq!(again(Some(Duration::ZERO)), Some(now + second), "not at once, again and again");
        assert_eq!(again(Some(Duration::MAX)), None);
    }

    #[test]
    fn pauses_differ_and_are_bounded() {
        let pause = Duration::from_secs(4);
        let some: Vec<Duration> = (0..100).map(|_| jittered(pause)).collect();
        assert!(some.iter().all(|jittered| (pause / 2..=pause).contains(jittered)), "{some:?}");
        assert!(some.iter().any(|jittered| *jittered != some[0]));
    }
}
