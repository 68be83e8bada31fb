//! The exporter as a program describes it.

use super::env;
use super::settings::{Protocol, Settings, Signal, Target, header};
use obs_model::duration;
use std::time::Duration;

/// Where spans, metrics and logs are sent, in the OpenTelemetry protocol: to a collector, or to whatever else speaks it.
///
/// What is not said here has the defaults of OpenTelemetry's specification. A mistake in an argument is an error of
/// [`Builder::init`](crate::Builder::init), which says what belongs there.
///
/// ```
/// use obs_runtime::Otlp;
///
/// let otlp = Otlp::grpc("http://127.0.0.1:4317")
///     .header("authorization", "Bearer 1234")
///     .timeout("5s")
///     .gzip()
///     .attribute("deployment.environment.name", "staging");
/// # let obs = obs_runtime::builder("shop").otlp(otlp.without_traces().without_metrics()).init()?;
/// # Ok::<(), obs_runtime::InitError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before it is given to the builder"]
pub struct Otlp {
    pub(super) settings: Settings,
    /// The first wrong argument, for `init` to tell.
    pub(super) mistake: Option<String>,
    /// What was ignored, for `init` to log.
    pub(super) warnings: Vec<String>,
}

impl Otlp {
    /// Over gRPC, to an address such as `http://127.0.0.1:4317`.
    pub fn grpc(address: &str) -> Otlp {
        Otlp::below(Protocol::Grpc, address)
    }

    /// Over HTTP as protobuf, below an address such as `http://127.0.0.1:4318`, to which `/v1/traces`, `/v1/metrics`
    /// and `/v1/logs` are appended.
    pub fn http(address: &str) -> Otlp {
        Otlp::below(Protocol::HttpProtobuf, address)
    }

    /// Over HTTP as JSON, below an address like that of [`http`](Otlp::http).
    pub fn http_json(address: &str) -> Otlp {
        Otlp::below(Protocol::HttpJson, address)
    }

    /// As OpenTelemetry's environment variables say, now.
    ///
    /// | variable | default |
    /// |---|---|
    /// | `OTEL_SDK_DISABLED` | `false` |
    /// | `OTEL_SERVICE_NAME` | `service.name` of the next, and then the builder's |
    /// | `OTEL_RESOURCE_ATTRIBUTES` | |
    /// | `OTEL_TRACES_EXPORTER` | `otlp`; the other word is `none` |
    /// | `OTEL_METRICS_EXPORTER` | `otlp`; `none`, or `prometheus`, for which there is `Builder::listen` |
    /// | `OTEL_LOGS_EXPORTER` | `otlp` if the program asks for it with `Logs::otlp`, and otherwise `none` |
    /// | `OTEL_EXPORTER_OTLP_PROTOCOL` | `http/protobuf`; `grpc`, `http/json` |
    /// | `OTEL_EXPORTER_OTLP_ENDPOINT` | `http://localhost:4318`, or `:4317` for gRPC |
    /// | `OTEL_EXPORTER_OTLP_HEADERS` | |
    /// | `OTEL_EXPORTER_OTLP_TIMEOUT` | 10000 ms a request |
    /// | `OTEL_EXPORTER_OTLP_COMPRESSION` | `none`; `gzip` |
    /// | `OTEL_EXPORTER_OTLP_CERTIFICATE` | Mozilla's; or a file as for [`certificate`](Otlp::certificate) |
    /// | `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE` | none; or a file as for [`client_certificate`](Otlp::client_certificate) |
    /// | `OTEL_EXPORTER_OTLP_CLIENT_KEY` | none; or the file of that one's key |
    /// | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | `parentbased_always_on`, 1 |
    /// | `OTEL_BSP_SCHEDULE_DELAY`, `OTEL_BSP_EXPORT_TIMEOUT` | 5000 ms, 30000 ms |
    /// | `OTEL_BSP_MAX_QUEUE_SIZE` | 32768 spans, as traces are queued as a whole |
    /// | `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` | 512 spans |
    /// | `OTEL_BLRP_SCHEDULE_DELAY`, `OTEL_BLRP_EXPORT_TIMEOUT` | 1000 ms, 30000 ms |
    /// | `OTEL_BLRP_MAX_QUEUE_SIZE` | 2048 events |
    /// | `OTEL_BLRP_MAX_EXPORT_BATCH_SIZE` | 512 events |
    /// | `OTEL_METRIC_EXPORT_INTERVAL`, `OTEL_METRIC_EXPORT_TIMEOUT` | 60000 ms, 30000 ms |
    /// | `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, or else `OTEL_ATTRIBUTE_COUNT_LIMIT` | 128 |
    /// | `OTEL_SPAN_EVENT_COUNT_LIMIT`, `OTEL_SPAN_LINK_COUNT_LIMIT` | 128 |
    ///
    /// A timeout of 0 is none. Those of `OTEL_EXPORTER_OTLP_` exist with `TRACES_`, `METRICS_` or `LOGS_` behind it
    /// too, for one signal. An `ENDPOINT` of one signal is used as it is; to the common one, its path is appended.
    ///
    /// Logs are those of `Builder::logs`, of feature `logs`. `OTEL_LOGS_EXPORTER` set to `otlp` sends them also where
    /// the program does not ask for it.
    ///
    /// What the program says counts for more: [`Builder::sampling`](crate::Builder::sampling) and what is said of what
    /// this returns, as with [`attribute`](Otlp::attribute) or [`certificate`](Otlp::certificate). Its name does not, so
    /// that who runs one program twice can tell the two apart.
    ///
    /// Certificates need feature `otlp-tls`. Where a variable names one for a collector at an `http://` address, it is
    /// ignored with a warning, as it may be set for all programs of a machine. Where a method does, it is an error.
    /// Proxies are not used.
    ///
    /// Numbers and words that are not understood are ignored with a warning, as the specification wants it. So are
    /// those that ask for another way than the one there is: values of attributes are sent whole
    /// (`…_ATTRIBUTE_VALUE_LENGTH_LIMIT`), `OTEL_PROPAGATORS` are `tracecontext,baggage`, `OTEL_METRICS_EXEMPLAR_FILTER`
    /// is `trace_based`, and of `OTEL_EXPORTER_OTLP_METRICS_`, `TEMPORALITY_PREFERENCE` is `cumulative` and
    /// `DEFAULT_HISTOGRAM_AGGREGATION` `explicit_bucket_histogram`. What cannot be guessed is an error of
    /// [`Builder::init`](crate::Builder::init): addresses, headers and files.
    pub fn from_env() -> Otlp {
        env::read(&|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    fn below(protocol: Protocol, address: &str) -> Otlp {
        let mut otlp = Otlp::nothing();
        for signal in Signal::ALL {
            match Target::below(protocol, address, signal) {
                Ok(target) => *otlp.settings.target_mut(signal) = Some(target),
                Err(mistake) => otlp.mistaken("address", mistake),
            }
        }
        otlp
    }

    pub(super) fn nothing() -> Otlp {
        Otlp { settings: Settings::new(), mistake: None, warnings: Vec::new() }
    }

    /// Only the first mistake is told.
    pub(super) fn mistaken(&mut self, what: &str, mistake: String) {
        self.mistake.get_or_insert_with(|| format!("{what}: {mistake}"));
    }

    /// What it says and what is in the files that it names, or its first mistake.
    pub(crate) fn into_settings(mut self) -> Result<Settings, String> {
        if let Some(mistake) = self.mistake.take() {
            return Err(mistake);
        }
        for target in self.targets() {
            target.tls = target.files.read(&target.uri)?;
        }
        Ok(self.settings)
    }

    /// What was ignored.
    pub(crate) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    pub(super) fn targets(&mut self) -> impl Iterator<Item = &mut Target> {
        let Settings { traces, metrics, logs, .. } = &mut self.settings;
        traces.iter_mut().chain(metrics).chain(logs)
    }

    fn duration(&mut self, what: &str, text: &str) -> Option<Duration> {
        match duration::parse(text) {
            Ok(parsed) => Some(parsed),
            Err(mistake) => {
                self.mistaken(what, mistake);
                None
            }
        }
    }

    /// Adds a header to every request.
    pub fn header(mut self, name: &str, value: &str) -> Otlp {
        match header(name, value) {
            Ok((name, value)) => self.targets().for_each(|target| {
                target.headers.append(name.clone(), value.clone());
            }),
            Err(mistake) => self.mistaken("header", mistake),
        }
        self
    }

    /// How long one request may take, as in `"10s"`.
    pub fn timeout(mut self, timeout: &str) -> Otlp {
        if let Some(timeout) = self.duration("timeout", timeout) {
            self.targets().for_each(|target| target.timeout = timeout);
        }
        self
    }

    /// Compresses requests.
    pub fn gzip(mut self) -> Otlp {
        self.targets().for_each(|target| target.gzip = true);
        self
    }

    /// Sends no spans, and records none.
    pub fn without_traces(mut self) -> Otlp {
        self.settings.traces = None;
        self
    }

    /// Sends no metrics: a scraper fetches them.
    pub fn without_metrics(mut self) -> Otlp {
        self.settings.metrics = None;
        self
    }

    /// Says something about the program that is to stand beside everything it sends: an attribute of the resource,
    /// in OpenTelemetry's words. It replaces what the runtime or the environment says under the same name.
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Otlp {
        self.settings.attributes.push((name.into(), value.into()));
        self
    }

    /// Sends `***` for the values of fields of these names, of spans and of events. A field `user.password` is called
    /// `password` too. What is in an event's message stays there: for values that nobody is to see, there is
    /// [`Secret`](crate::Secret).
    ///
    /// Costs nothing where spans are made: values are hidden on the exporter's thread.
    pub fn redact<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Otlp {
        self.settings.redacted.add(names);
        self
    }

    /// How long spans and logs wait for others to be sent with, as in `"5s"`.
    pub fn schedule_delay(mut self, delay: &str) -> Otlp {
        if let Some(delay) = self.duration("schedule_delay", delay) {
            self.settings.schedule_delay = delay;
            self.settings.events.delay = delay;
        }
        self
    }

    /// How long a batch is tried before it is given up, as in `"30s"`. It is tried again when the collector cannot be
    /// reached, or asks for it.
    pub fn export_timeout(mut self, timeout: &str) -> Otlp {
        if let Some(timeout) = self.duration("export_timeout", timeout) {
            self.settings.export_timeout = timeout;
            self.settings.metric_timeout = timeout;
            self.settings.events.timeout = timeout;
        }
        self
    }

    /// The time from one export of metrics to the next, as in `"60s"`.
    pub fn metric_interval(mut self, interval: &str) -> Otlp {
        if let Some(interval) = self.duration("metric_interval", interval) {
            self.settings.metric_interval = interval;
        }
        self
    }

    /// How many spans may wait to be sent, and how many are sent at once; neither is zero. A trace for which there
    /// is no room is dropped, and counted. Spans without fields take about a hundred bytes each.
    pub fn queue(mut self, spans: usize, at_once: usize) -> Otlp {
        if spans == 0 || at_once == 0 {
            self.mistaken("queue", format!("expected at least one span; found {spans} and {at_once}"));
        } else {
            self.settings.limits.queue = spans;
            self.settings.limits.batch = at_once;
        }
        self
    }

    /// How many events that are logged may wait to be sent, and how many are sent at once; neither is zero. An event
    /// for which there is no room is dropped, and counted. It takes some three hundred bytes and its text; together they
    /// take at most what [`log_queue_bytes`](Otlp::log_queue_bytes) says.
    pub fn log_queue(mut self, events: usize, at_once: usize) -> Otlp {
        if events == 0 || at_once == 0 {
            self.mistaken("log_queue", format!("expected at least one event; found {events} and {at_once}"));
        } else {
            self.settings.events.queue = events;
            self.settings.events.batch = at_once;
        }
        self
    }

    /// How much memory the events that wait to be sent may take, in bytes; 8 MiB unless it is said. An event for which
    /// there is no room is dropped, and counted as those are that [`log_queue`](Otlp::log_queue) has no room for.
    pub fn log_queue_bytes(mut self, bytes: usize) -> Otlp {
        if bytes == 0 {
            self.mistaken("log_queue_bytes", "expected at least one byte; found 0".to_owned());
        } else {
            self.settings.events.bytes = bytes;
        }
        self
    }
}
