//! The program while it runs, and its end.

use super::{INSTALLED, Service, ShutdownReport};
#[cfg(feature = "otlp")]
use crate::otlp::Exporter;
#[cfg(feature = "server")]
use crate::server::Server;
#[cfg(feature = "server")]
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
#[cfg(feature = "otlp")]
use std::time::Duration;

/// The running program, as `init` described it. Dropping it sends what is left to be sent, stops the server and
/// forgets the description.
#[derive(Debug)]
#[must_use = "dropping it stops the server"]
pub struct Obs {
    pub(super) service: Arc<Service>,
    /// Whether everything was sent by `shutdown`.
    pub(super) stopped: bool,
    /// The process whose threads serve and send.
    pub(super) process: u32,
    /// How long a stop waits for what is left to be sent.
    #[cfg(feature = "otlp")]
    pub(super) within: Duration,
    #[cfg(feature = "server")]
    pub(super) server: Option<Server>,
    /// Whether calls have ids for the logs' sake.
    #[cfg(feature = "logs")]
    pub(super) ids: bool,
    /// Last: what the others have to say when they end is logged.
    #[cfg(feature = "logs")]
    pub(super) logs: Option<crate::logs::LogsHandle>,
}

impl Obs {
    /// Where the server listens; `None` without one.
    #[cfg(feature = "server")]
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.server.as_ref().map(Server::local_addr)
    }

    /// Sends the spans, metrics and logs that are left, for `Builder::shutdown_timeout` at most, and stops the server,
    /// after the answers that it is giving, without blocking the async runtime. Says what became of spans and
    /// logs.
    ///
    /// A program that is not async drops the [`Obs`] instead; that does the same, and blocks. It logs a warning where
    /// something was lost.
    ///
    /// ```
    /// # async fn main_() -> Result<(), obs_runtime::InitError> {
    /// let obs = obs_runtime::builder("shop").init()?;
    /// let report = obs.shutdown().await;
    /// println!("{report}");
    /// assert!(report.is_complete());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn shutdown(self) -> ShutdownReport {
        let service = Arc::clone(&self.service);
        // Without a thread for it, the closure that owns `self` is dropped here, which stops it too.
        let report = match crate::offload::offload("obs-shutdown", move || self.stop()) {
            Ok(stopped) => stopped.await,
            Err(_) => None,
        };
        report.unwrap_or_else(|| service.report())
    }

    fn stop(mut self) -> ShutdownReport {
        self.stopped = true;
        if !self.is_a_copy() {
            self.flush();
        }
        self.service.report()
    }

    /// Whether this process is a child that was forked since: it has a copy of everything but of the threads, and
    /// nobody would answer it.
    fn is_a_copy(&self) -> bool {
        self.process != std::process::id()
    }

    /// Finishes what is under way, and then sends what is left.
    #[cfg(feature = "otlp")]
    fn flush(&self) {
        let exporter = self.service.exporter.as_ref().filter(|exporter| exporter.is_running());
        let left = crate::private::finish(exporter.map(|_| self.within));
        if let Some(exporter) = exporter {
            exporter.stop(left);
        }
    }

    /// Finishes what is under way.
    #[cfg(not(feature = "otlp"))]
    fn flush(&self) {
        crate::private::finish(None);
    }
}

impl Service {
    #[cfg(feature = "otlp")]
    fn report(&self) -> ShutdownReport {
        self.exporter.as_ref().map(Exporter::report).unwrap_or_default()
    }

    #[cfg(not(feature = "otlp"))]
    fn report(&self) -> ShutdownReport {
        ShutdownReport::default()
    }
}

impl Drop for Obs {
    fn drop(&mut self) {
        if !self.stopped && !self.is_a_copy() {
            self.flush();
            let report = self.service.report();
            if !report.is_complete() {
                tracing::warn!(target: "obs", "{report}");
            }
        }
        #[cfg(feature = "logs")]
        if self.ids {
            crate::trace::install(None);
        }
        #[cfg(feature = "server")]
        if self.is_a_copy() {
            // Its thread is the parent's, and so are those who connect to wake it.
            std::mem::forget(self.server.take());
        } else {
            drop(self.server.take());
        }
        let mut installed = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        if installed.as_ref().is_some_and(|service| Arc::ptr_eq(service, &self.service)) {
            *installed = None;
        }
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use std::net::TcpStream;

    #[test]
    fn a_child_that_was_forked_waits_for_no_thread_and_leaves_its_parent_s_server_alone() {
        let _alone = crate::trace::ALONE.lock();
        let mut obs = crate::builder("shop").listen("127.0.0.1:0").init().unwrap();
        let address = obs.local_addr().unwrap();
        obs.process = 0;
        drop(obs);
        assert!(TcpStream::connect(address).is_ok(), "the parent's server was stopped");
    }
}
