//! What an exporter has to know.

use super::tls::{Files, Tls};
use crate::secret::Redacted;
use crate::trace::{Limits, Sampling};
use std::time::Duration;
use tonic::codegen::http::uri::Scheme;
use tonic::codegen::http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// Where everything goes, and how.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// `None` where spans are not wanted.
    pub(crate) traces: Option<Target>,
    /// `None` where metrics are not wanted.
    pub(crate) metrics: Option<Target>,
    /// Where events go that are logged, if they go anywhere.
    pub(crate) logs: Option<Target>,
    /// Whether anybody asks for that.
    pub(crate) wants_logs: bool,
    /// The service's name where it is not the builder's.
    pub(crate) service_name: Option<String>,
    /// What else is known of the program. A later one of a name replaces an earlier one.
    pub(crate) attributes: Vec<(String, String)>,
    /// The fields whose values are not sent.
    pub(crate) redacted: Redacted,
    /// What the environment says of sampling.
    pub(crate) sampling: Option<Sampling>,
    pub(crate) limits: Limits,
    /// Spans wait for others at most this long.
    pub(crate) schedule_delay: Duration,
    /// How long a batch of spans is tried.
    pub(crate) export_timeout: Duration,
    pub(crate) events: Events,
    /// The time from one export of metrics to the next.
    pub(crate) metric_interval: Duration,
    /// How long an export of metrics is tried.
    pub(crate) metric_timeout: Duration,
    /// The first pause before a request is sent again, and the longest.
    pub(crate) pauses: (Duration, Duration),
}

/// How events that are logged are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Events {
    /// How many may wait.
    pub(crate) queue: usize,
    /// How many bytes of them may wait.
    pub(crate) bytes: usize,
    /// How many are sent at once.
    pub(crate) batch: usize,
    /// They wait for others at most this long.
    pub(crate) delay: Duration,
    /// How long a batch is tried.
    pub(crate) timeout: Duration,
}

impl Default for Events {
    /// Those of OpenTelemetry's specification, which has no bound for bytes.
    fn default() -> Events {
        let (delay, timeout) = (Duration::from_secs(1), Duration::from_secs(30));
        Events { queue: 2048, bytes: 8 << 20, batch: 512, delay, timeout }
    }
}

/// Where one signal goes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) protocol: Protocol,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    /// How long one request may take.
    pub(crate) timeout: Duration,
    pub(crate) gzip: bool,
    /// What is named of certificates.
    pub(super) files: Files,
    /// What these hold, once they have been read.
    pub(super) tls: Tls,
}

/// How requests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    HttpProtobuf,
    HttpJson,
}

/// What is sent, for paths and counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Metrics,
    Logs,
}

impl Signal {
    pub(crate) const ALL: [Signal; 3] = [Signal::Traces, Signal::Metrics, Signal::Logs];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Signal::Traces => "traces",
            Signal::Metrics => "metrics",
            Signal::Logs => "logs",
        }
    }
}

impl Settings {
    /// The defaults of OpenTelemetry's specification, with one exception: the queue is that of
    /// [`Limits::default`]. It takes a trace as a whole or not at all, and into the specification's 2048 spans no
    /// larger trace would ever fit.
    pub(crate) fn new() -> Settings {
        Settings {
            traces: None,
            metrics: None,
            logs: None,
            wants_logs: false,
            service_name: None,
            attributes: Vec::new(),
            redacted: Redacted::default(),
            sampling: None,
            limits: Limits::default(),
            schedule_delay: Duration::from_secs(5),
            export_timeout: Duration::from_secs(30),
            events: Events::default(),
            metric_interval: Duration::from_secs(60),
            metric_timeout: Duration::from_secs(30),
            pauses: (Duration::from_millis(500), Duration::from_secs(10)),
        }
    }

    /// Whether nothing is to be sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.traces.is_none() && self.metrics.is_none() && self.wanted_logs().is_none()
    }

    /// Where events go that are logged, if anybody asks for that.
    pub(crate) fn wanted_logs(&self) -> Option<&Target> {
        self.logs.as_ref().filter(|_| cfg!(feature = "logs") && self.wants_logs)
    }

    pub(super) fn target_mut(&mut self, signal: Signal) -> &mut Option<Target> {
        match signal {
            Signal::Traces => &mut self.traces,
            Signal::Metrics => &mut self.metrics,
            Signal::Logs => &mut self.logs,
        }
    }

    /// Limits that fit together: a batch fits into the queue, and so does the largest trace, which is charged in
    /// portions.
    pub(crate) fn fitting_limits(&self) -> Limits {
        let Limits { queue, batch, spans_per_trace, .. } = self.limits;
        let whole = (queue.saturating_sub(1) / Limits::PORTION * Limits::PORTION).max(Limits::PORTION);
        Limits { batch: batch.min(queue), spans_per_trace: spans_per_trace.min(whole), ..self.limits }
    }
}

impl Target {
    /// How long a request may take, where nobody says otherwise.
    pub(super) const TIMEOUT: Duration = Duration::from_secs(10);

    /// A target at exactly this address.
    ///
    /// # Errors
    ///
    /// What is expected instead of the address.
    pub(super) fn at(protocol: Protocol, address: &str) -> Result<Target, String> {
        let wrong = |expected: &str| format!("expected {expected}; found {address:?}");
        let example = match protocol {
            Protocol::Grpc => "an address such as http://127.0.0.1:4317",
            Protocol::HttpProtobuf | Protocol::HttpJson => "an address such as http://127.0.0.1:4318",
        };
        let uri: Uri = address.trim().parse().map_err(|_| wrong(example))?;
        if uri.scheme() == Some(&Scheme::HTTPS) && !cfg!(feature = "otlp-tls") {
            return Err(wrong("http://, for https:// needs the feature otlp-tls of obs-runtime"));
        }
        let known = uri.scheme().is_some_and(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme));
        if !known || uri.host().is_none_or(str::is_empty) {
            return Err(wrong(example));
        }
        Ok(Target {
            protocol,
            uri,
            headers: HeaderMap::new(),
            timeout: Target::TIMEOUT,
            gzip: false,
            files: Files::default(),
            tls: Tls::default(),
        })
    }

    /// A target below this address, at the signal's own path where the protocol has paths.
    pub(super) fn below(protocol: Protocol, address: &str, signal: Signal) -> Result<Target, String> {
        // Told of the address as it was given.
        let target = Target::at(protocol, address)?;
        match protocol {
            Protocol::Grpc => Ok(target),
            _ => {
                let (path, query) = address.trim().split_once('?').unwrap_or((address.trim(), ""));
                let (path, mark) = (path.trim_end_matches('/'), if query.is_empty() { "" } else { "?" });
                Target::at(protocol, &format!("{path}/v1/{}{mark}{query}", signal.as_str()))
            }
        }
    }
}

/// A header of every request. Its value is not shown in logs: it often is a password.
///
/// # Errors
///
/// What is expected instead.
pub(super) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let name: HeaderName =
        name.trim().parse().map_err(|_| format!("expected the name of a header; found {name:?}"))?;
    let mut value = HeaderValue::from_str(value.trim())
        .map_err(|_| format!("expected visible ASCII characters in the header {name}"))?;
    value.set_sensitive(true);
    Ok((name, value))
}
