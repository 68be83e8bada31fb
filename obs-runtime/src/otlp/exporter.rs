//! A running exporter: starting it, stopping it, and what it has to say.

use super::counts::{self, SignalCounts};
use super::deliver::{Delivery, Stop};
#[cfg(feature = "logs")]
use super::logs;
use super::places::Places;
use super::proto;
use super::resource::Resource;
#[cfg(feature = "logs")]
use super::senders::Logs;
use super::senders::{Metrics, Traces};
#[cfg(feature = "logs")]
use super::settings::Events;
use super::settings::{Settings, Signal, Target};
use super::transport::Transport;
#[cfg(feature = "logs")]
use crate::builder::LogsReport;
use crate::builder::ShutdownReport;
use crate::snapshot::Family;
use crate::trace::{self, Sampling, Tracer};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often a stop looks whether the threads have ended, and how long it lets them count what they gave up.
const GLANCE: Duration = Duration::from_millis(5);
const GRACE: Duration = Duration::from_millis(100);

/// Which program exports.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) version: Option<&'static str>,
}

/// A running exporter.
#[derive(Debug)]
pub(crate) struct Exporter {
    tracer: Option<Arc<Tracer>>,
    /// `None` where no logs are sent.
    #[cfg(feature = "logs")]
    logs: Option<Arc<logs::Queue>>,
    signals: Vec<(Signal, Arc<SignalCounts>)>,
    /// Whether the last metrics of all have arrived; `None` where none are sent.
    last_metrics: Option<Arc<AtomicBool>>,
    stop: Arc<Stop>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Exporter {
    /// Takes spans and events from now on, and starts the threads that send.
    ///
    /// # Errors
    ///
    /// The system has no resources for a thread. Nothing is recorded then.
    pub(crate) fn start(settings: &Settings, sampling: Sampling, program: &Program) -> io::Result<Exporter> {
        let resource = Resource::new(program, settings);
        let mut exporter = Exporter {
            tracer: None,
            #[cfg(feature = "logs")]
            logs: None,
            signals: Vec::new(),
            last_metrics: None,
            stop: Arc::default(),
            threads: Mutex::default(),
        };
        if let Some(target) = &settings.metrics {
            let delivery = exporter.delivery(Signal::Metrics, target, settings)?;
            let (interval, last) = (settings.metric_interval, Arc::new(AtomicBool::new(false)));
            exporter.last_metrics = Some(Arc::clone(&last));
            let sender = Metrics { delivery, resource: resource.clone(), interval, last };
            exporter.spawn("obs-otlp-metrics", move || sender.run())?;
        }
        #[cfg(feature = "logs")]
        exporter.start_logs(settings, &resource)?;
        if let Some(target) = &settings.traces {
            let delivery = exporter.delivery(Signal::Traces, target, settings)?;
            let limits = settings.fitting_limits();
            let tracer = Arc::new(Tracer::new(sampling, limits));
            let (delay, batch) = (settings.schedule_delay, limits.batch);
            let redacted = settings.redacted.clone();
            let places = Places::new(proto::span::ATTRIBUTES);
            let sender =
                Traces { delivery, tracer: Arc::clone(&tracer), resource, places, redacted, delay, batch };
            let thread = exporter.spawn("obs-otlp-traces", move || sender.run())?;
            tracer.inbox.wake(thread);
            trace::install(Some(Arc::clone(&tracer)));
            exporter.tracer = Some(tracer);
        }
        Ok(exporter)
    }

    /// Sends what is logged from now on, if anybody asks for that.
    #[cfg(feature = "logs")]
    fn start_logs(&mut self, settings: &Settings, resource: &Resource) -> io::Result<()> {
        let Some(target) = settings.wanted_logs() else { return Ok(()) };
        let delivery = self.delivery(Signal::Logs, target, settings)?;
        let Events { queue: room, bytes, batch, delay, .. } = settings.events;
        let batch = batch.min(room);
        let queue = Arc::new(logs::Queue::new(room, bytes, batch));
        let (resource, redacted) = (resource.clone(), settings.redacted.clone());
        let places = Places::new(proto::log_record::ATTRIBUTES);
        let sender = Logs { delivery, queue: Arc::clone(&queue), resource, places, redacted, delay, batch };
        let thread = self.spawn("obs-otlp-logs", move || sender.run())?;
        queue.inbox.wake(thread);
        logs::install(Some(Arc::clone(&queue)));
        self.logs = Some(queue);
        Ok(())
    }

    fn delivery(&mut self, signal: Signal, target: &Target, settings: &Settings) -> io::Result<Delivery> {
        let counts = Arc::<SignalCounts>::default();
        self.signals.push((signal, Arc::clone(&counts)));
        Ok(Delivery {
            signal,
            transport: Transport::new(target, signal)?,
            counts,
            stop: Arc::clone(&self.stop),
            timeout: target.timeout,
            patience: match signal {
                Signal::Traces => settings.export_timeout,
                Signal::Metrics => settings.metric_timeout,
                Signal::Logs => settings.events.timeout,
            },
            pauses: settings.pauses,
            arrived: true,
        })
    }

    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<thread::Thread> {
        let handle = thread::Builder::new().name(name.to_owned()).spawn(run)?;
        let thread = handle.thread().clone();
        self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).push(handle);
        Ok(thread)
    }

    /// Takes no more spans and events, and waits for those that it has to be sent, at most so long. What is not sent
    /// by then is lost with the process.
    pub(crate) fn stop(&self, within: Duration) {
        if let Some(tracer) = &self.tracer {
            trace::install(None);
            tracer.inbox.close();
        }
        #[cfg(feature = "logs")]
        if let Some(queue) = &self.logs {
            logs::install(None);
            queue.inbox.close();
        }
        let deadline = Instant::now() + within;
        self.stop.at(deadline);
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        threads.iter().for_each(|thread| thread.thread().unpark());
        // A request that was under way cannot be called back. Its thread ends with it, or with the process.
        while threads.iter().any(|thread| !thread.is_finished()) && Instant::now() < deadline + GRACE {
            thread::sleep(GLANCE);
        }
    }

    /// Whether nobody has stopped it.
    pub(crate) fn is_running(&self) -> bool {
        !self.stop.is_called()
    }

    /// What became of everything so far.
    pub(crate) fn report(&self) -> ShutdownReport {
        let mut report = ShutdownReport {
            metrics_sent: self.last_metrics.as_ref().map(|last| last.load(Ordering::Acquire)),
            ..ShutdownReport::default()
        };
        if let Some(tracer) = &self.tracer {
            let counts = &tracer.counts;
            report.unsent = tracer.inbox.queued() as u64;
            report.exported = counts::read(&counts.exported);
            report.failed = counts::read(&counts.failed);
            report.sampled_out = counts::read(&counts.sampled_out);
            report.rate_limited = counts::read(&counts.limited);
            report.overflowed = counts::read(&counts.overflowed);
            report.queue_full = counts::read(&counts.queue_full);
        }
        #[cfg(feature = "logs")]
        if let Some(queue) = &self.logs {
            report.logs = Some(LogsReport {
                unsent: queue.inbox.queued() as u64,
                exported: counts::read(&queue.exported),
                failed: counts::read(&queue.failed),
                queue_full: counts::read(&queue.queue_full),
            });
        }
        report
    }

    /// Appends what the exporter says about its own work.
    pub(crate) fn collect(&self, into: &mut Vec<Family>) {
        if let Some(tracer) = &self.tracer {
            counts::collect_spans(tracer, into);
        }
        #[cfg(feature = "logs")]
        if let Some(queue) = &self.logs {
            counts::collect_logs(queue, into);
        }
        if !self.signals.is_empty() {
            counts::collect_signals(&self.signals, into);
        }
    }

    #[cfg(test)]
    pub(super) fn tracer(&self) -> &Arc<Tracer> {
        self.tracer.as_ref().expect("spans are exported")
    }

    #[cfg(all(test, feature = "logs", not(feature = "off")))]
    pub(super) fn logs(&self) -> &Arc<logs::Queue> {
        self.logs.as_ref().expect("logs are exported")
    }
}

impl Drop for Exporter {
    /// One that never became part of a program has nothing to say.
    fn drop(&mut self) {
        if !self.stop.is_called() {
            self.stop(Duration::ZERO);
        }
    }
}
