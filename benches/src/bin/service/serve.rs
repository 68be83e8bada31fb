//! The part of the program that is measured: a server in a process of its own, which ends with its standard input.

use crate::{processor, shop};
use obs_runtime::{Logs, Otlp, Sampling, ShutdownReport};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::path::Path;
use tokio::net::TcpListener;

/// What a server says when it ends, as a line of JSON.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Told {
    /// Requests by the layer's count.
    pub(crate) requests: u64,
    /// Calls of the handler by its own count.
    pub(crate) calls: u64,
    /// Lines of the log that are about orders.
    pub(crate) lines: u64,
    /// Lines that were dropped, whatever they were about.
    pub(crate) lines_dropped: u64,
    /// Spans by what became of them.
    pub(crate) exported: u64,
    pub(crate) failed: u64,
    pub(crate) unsent: u64,
    pub(crate) sampled_out: u64,
    pub(crate) overflowed: u64,
    pub(crate) queue_full: u64,
    /// The most memory that was resident, in KiB; 0 where the system does not say.
    pub(crate) peak_kib: u64,
}

impl Told {
    /// Every span that ended.
    pub(crate) fn spans(&self) -> u64 {
        self.exported + self.failed + self.unsent + self.sampled_out + self.overflowed + self.queue_full
    }

    /// Adds what another server told.
    pub(crate) fn add(&mut self, other: &Told) {
        self.requests += other.requests;
        self.calls += other.calls;
        self.lines += other.lines;
        self.lines_dropped += other.lines_dropped;
        self.exported += other.exported;
        self.failed += other.failed;
        self.unsent += other.unsent;
        self.sampled_out += other.sampled_out;
        self.overflowed += other.overflowed;
        self.queue_full += other.queue_full;
        self.peak_kib = self.peak_kib.max(other.peak_kib);
    }

    /// The spans that were to be sent, and were not.
    pub(crate) fn lost(&self) -> u64 {
        self.failed + self.unsent + self.overflowed + self.queue_full
    }
}

/// Serves on that processor until standard input ends. With a collector's address and a file for the log, everything
/// is on.
pub(crate) fn serve(processor: &str, observed: Option<(&str, &Path)>) -> Result<(), Box<dyn Error>> {
    // Before there are threads: those of the log and of the exporter run there as well.
    processor::keep_to(processor.parse()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let told = match observed {
            None => {
                until_the_end(listener, shop::plain()).await?;
                Told { peak_kib: peak_kib(), ..Told::default() }
            }
            Some((collector, log)) => {
                let obs = obs_runtime::builder("shop")
                    .listen("127.0.0.1:0")
                    .otlp(Otlp::http(collector).timeout("3s").schedule_delay("500ms").metric_interval("5s"))
                    .sampling(Sampling::ratio(0.1).keep_errors().keep_slower_than("10s"))
                    .logs(Logs::json().ignore_environment().to_file(log))
                    .shutdown_timeout("3s")
                    .init()?;
                until_the_end(listener, shop::observed()).await?;
                told(&obs.shutdown().await, log)?
            }
        };
        println!("{}", serde_json::to_string(&told)?);
        Ok(())
    })
}

async fn until_the_end(listener: TcpListener, router: axum::Router) -> std::io::Result<()> {
    let end = async {
        // Nobody writes anything: this waits for the end.
        let _ =
            tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await;
    };
    tokio::select! {
        served = async { axum::serve(listener, router).await } => served,
        () = end => Ok(()),
    }
}

/// What the runtime counted of itself, and what is in the log.
fn told(report: &ShutdownReport, log: &Path) -> std::io::Result<Told> {
    // Before the log is read, which is not the service's business.
    let peak_kib = peak_kib();
    let snapshot = obs_runtime::snapshot();
    let sum = |family, labels: &[(&str, &str)]| snapshot.sum(family, labels) as u64;
    Ok(Told {
        requests: sum("http_server_request_duration_seconds", &[]),
        calls: sum("function_calls_total", &[("function", "place")]),
        // The exporter has its own to say of a collector that is not there.
        lines: std::fs::read_to_string(log)?.lines().filter(|line| line.contains("order placed")).count()
            as u64,
        lines_dropped: sum("obs_log_dropped_total", &[]),
        exported: report.exported,
        failed: report.failed,
        unsent: report.unsent,
        sampled_out: report.sampled_out,
        overflowed: report.overflowed,
        queue_full: report.queue_full,
        peak_kib,
    })
}

/// The most memory that this process had resident.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
