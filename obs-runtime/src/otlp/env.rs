//! OpenTelemetry's environment variables.

mod unmet;

use super::config::Otlp;
use super::settings::{Protocol, Signal, Target, header};
use super::tls::{self, File, Files};
use crate::trace::Sampling;
use std::path::Path;
use std::time::Duration;
use tonic::codegen::http::Uri;

/// Gives the value of a variable.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What the variables say.
pub(super) fn read(lookup: Lookup<'_>) -> Otlp {
    let mut reader = Reader { lookup, otlp: Otlp::nothing() };
    if !reader.disabled() {
        for signal in Signal::ALL {
            reader.signal(signal);
        }
        reader.resource();
        reader.sampler();
        reader.numbers();
        reader.unmet();
    }
    reader.otlp
}

struct Reader<'a> {
    lookup: Lookup<'a>,
    otlp: Otlp,
}

impl Reader<'_> {
    /// The value, if there is one: empty is like unset.
    fn text(&self, name: &str) -> Option<String> {
        let text = (self.lookup)(name)?;
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    fn warn(&mut self, name: &str, expected: &str, found: &str) {
        self.otlp.warnings.push(format!("{name}: expected {expected}; found {found:?}, which is ignored"));
    }

    fn disabled(&mut self) -> bool {
        let name = "OTEL_SDK_DISABLED";
        let Some(text) = self.text(name) else { return false };
        let disabled = text.eq_ignore_ascii_case("true");
        if !disabled && !text.eq_ignore_ascii_case("false") {
            self.warn(name, "true or false", &text);
        }
        disabled
    }

    /// One of a few words.
    fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let found = words.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.warn(name, &format!("one of {}", words.join(", ")), &text);
        }
        found
    }

    fn number(&mut self, name: &str, least: u64, expected: &str) -> Option<u64> {
        let text = self.text(name)?;
        // What nobody means is as wrong as what nobody can read; and larger numbers overflow moments.
        let number = text.parse().ok().filter(|number| (least..=u64::from(u32::MAX)).contains(number));
        if number.is_none() {
            self.warn(name, expected, &text);
        }
        number
    }

    fn millis(&mut self, name: &str) -> Option<Duration> {
        self.number(name, 1, "a positive number of milliseconds").map(Duration::from_millis)
    }

    /// How long something waits for more of its kind. Where that is no time, it is a millisecond.
    fn delay(&mut self, name: &str) -> Option<Duration> {
        self.number(name, 0, "a number of milliseconds").map(|delay| Duration::from_millis(delay.max(1)))
    }

    /// How long something may take. Zero is without end, says the specification, and that "a very long time" will do.
    fn timeout(&mut self, name: &str) -> Option<Duration> {
        let millis = self.number(name, 0, "a number of milliseconds")?;
        Some(Duration::from_millis(if millis == 0 { u32::MAX.into() } else { millis }))
    }

    /// The name of the signal's own variable if it is set, and otherwise of the common one.
    fn name(&self, signal: Signal, what: &str) -> String {
        let own = format!("OTEL_EXPORTER_OTLP_{}_{what}", signal.as_str().to_ascii_uppercase());
        if self.text(&own).is_some() { own } else { format!("OTEL_EXPORTER_OTLP_{what}") }
    }

    fn signal(&mut self, signal: Signal) {
        let exporter = format!("OTEL_{}_EXPORTER", signal.as_str().to_ascii_uppercase());
        let words = [("otlp", true), ("none", false), ("prometheus", false)];
        // Metrics that are to be scraped are on their page, and sent nowhere.
        let words = if signal == Signal::Metrics { &words[..] } else { &words[..2] };
        let asked = self.word(&exporter, words);
        if asked == Some(false) {
            return;
        }
        self.otlp.settings.wants_logs |= signal == Signal::Logs && asked == Some(true);
        let protocols = [
            ("grpc", Protocol::Grpc),
            ("http/protobuf", Protocol::HttpProtobuf),
            ("http/json", Protocol::HttpJson),
        ];
        let name = self.name(signal, "PROTOCOL");
        let protocol = self.word(&name, &protocols).unwrap_or(Protocol::HttpProtobuf);
        let name = self.name(signal, "ENDPOINT");
        let target = match self.text(&name) {
            None if protocol == Protocol::Grpc => Target::at(protocol, "http://localhost:4317"),
            None => Target::below(protocol, "http://localhost:4318", signal),
            Some(address) if name == "OTEL_EXPORTER_OTLP_ENDPOINT" => {
                Target::below(protocol, &address, signal)
            }
            Some(address) => Target::at(protocol, &address),
        };
        let mut target = match target {
            Ok(target) => target,
            Err(mistake) => return self.otlp.mistaken(&name, mistake),
        };
        let name = self.name(signal, "HEADERS");
        for (key, value) in self.pairs(&name).unwrap_or_else(|mistake| {
            self.otlp.mistaken(&name, mistake);
            Vec::new()
        }) {
            match header(&key, &value) {
                Ok((key, value)) => drop(target.headers.append(key, value)),
                Err(mistake) => self.otlp.mistaken(&name, mistake),
            }
        }
        let name = self.name(signal, "TIMEOUT");
        target.timeout = self.timeout(&name).unwrap_or(target.timeout);
        let name = self.name(signal, "COMPRESSION");
        target.gzip = self.word(&name, &[("gzip", true), ("none", false)]).unwrap_or(false);
        target.files = self.files(signal, &target.uri);
        *self.otlp.settings.target_mut(signal) = Some(target);
    }

    /// The files of certificates. One may be named for all programs of a machine, so one that is named for a collector
    /// without TLS is in nobody's way.
    fn files(&mut self, signal: Signal, uri: &Uri) -> Files {
        let [authorities, client_certificate, client_key] =
            ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"].map(|what| {
                let name = self.name(signal, what);
                self.text(&name).map(|path| File::new(&name, Path::new(&path)))
            });
        let files = Files { authorities, client_certificate, client_key };
        if tls::is_secure(uri) {
            return files;
        }
        for file in files.iter() {
            let (name, origin) = (&file.said, tls::origin(uri));
            let warning = format!("{name}: {origin} is reached without TLS; found {file}, which is ignored");
            // Once for all signals that go there.
            if !self.otlp.warnings.contains(&warning) {
                self.otlp.warnings.push(warning);
            }
        }
        Files::default()
    }

    /// `a=b,c=d%20e`. The value is not repeated in the message: headers hold passwords.
    fn pairs(&self, name: &str) -> Result<Vec<(String, String)>, String> {
        let text = self.text(name).unwrap_or_default();
        let wrong = || "expected pairs such as a=b,c=d, percent-encoded".to_owned();
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=').ok_or_else(wrong)?;
            let key = percent_decoded(key.trim()).filter(|key| !key.is_empty()).ok_or_else(wrong)?;
            Ok((key, percent_decoded(value.trim()).ok_or_else(wrong)?))
        };
        text.split(',').filter(|part| !part.trim().is_empty()).map(pair).collect()
    }

    fn resource(&mut self) {
        let name = "OTEL_RESOURCE_ATTRIBUTES";
        match self.pairs(name) {
            Ok(pairs) => self.otlp.settings.attributes = pairs,
            // The specification discards all of it then.
            Err(mistake) => self.otlp.warnings.push(format!("{name}: {mistake}; it is ignored")),
        }
        self.otlp.settings.service_name = self.text("OTEL_SERVICE_NAME");
    }

    fn sampler(&mut self) {
        /// Whether a share follows, the share otherwise, and whether a remote parent counts for more.
        type Word = (Option<f64>, bool);
        let words: [(&str, Word); 6] = [
            ("always_on", (Some(1.0), false)),
            ("always_off", (Some(0.0), false)),
            ("traceidratio", (None, false)),
            ("parentbased_always_on", (Some(1.0), true)),
            ("parentbased_always_off", (Some(0.0), true)),
            ("parentbased_traceidratio", (None, true)),
        ];
        let Some((share, heeds)) = self.word("OTEL_TRACES_SAMPLER", &words) else { return };
        let share = share.unwrap_or_else(|| self.share());
        let sampling = Sampling::ratio(share);
        self.otlp.settings.sampling = Some(if heeds { sampling } else { sampling.heedless() });
    }

    fn share(&mut self) -> f64 {
        let name = "OTEL_TRACES_SAMPLER_ARG";
        let Some(text) = self.text(name) else { return 1.0 };
        let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
        share.unwrap_or_else(|| {
            self.warn(name, "a share from 0 to 1", &text);
            1.0
        })
    }

    fn numbers(&mut self) {
        let delay = self.delay("OTEL_BSP_SCHEDULE_DELAY");
        let export = self.timeout("OTEL_BSP_EXPORT_TIMEOUT");
        let interval = self.millis("OTEL_METRIC_EXPORT_INTERVAL");
        let metric = self.timeout("OTEL_METRIC_EXPORT_TIMEOUT");
        let settings = &mut self.otlp.settings;
        settings.schedule_delay = delay.unwrap_or(settings.schedule_delay);
        settings.export_timeout = export.unwrap_or(settings.export_timeout);
        settings.metric_interval = interval.unwrap_or(settings.metric_interval);
        settings.metric_timeout = metric.unwrap_or(settings.metric_timeout);
        let delay = self.delay("OTEL_BLRP_SCHEDULE_DELAY");
        let timeout = self.timeout("OTEL_BLRP_EXPORT_TIMEOUT");
        let queue = self.size("OTEL_BLRP_MAX_QUEUE_SIZE", 1);
        let batch = self.size("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", 1);
        let events = &mut self.otlp.settings.events;
        events.delay = delay.unwrap_or(events.delay);
        events.timeout = timeout.unwrap_or(events.timeout);
        events.queue = queue.unwrap_or(events.queue);
        events.batch = batch.unwrap_or(events.batch);
        self.limits();
    }

    fn limits(&mut self) {
        let queue = self.size("OTEL_BSP_MAX_QUEUE_SIZE", 1);
        let batch = self.size("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1);
        let own = self.size("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", 0);
        // The common one is of everything that has attributes: fields of log events have no limit of their own.
        let attributes = own.or_else(|| self.size("OTEL_ATTRIBUTE_COUNT_LIMIT", 0));
        let events = self.size("OTEL_SPAN_EVENT_COUNT_LIMIT", 0);
        let links = self.size("OTEL_SPAN_LINK_COUNT_LIMIT", 0);
        let limits = &mut self.otlp.settings.limits;
        limits.queue = queue.unwrap_or(limits.queue);
        limits.batch = batch.unwrap_or(limits.batch);
        limits.attributes = attributes.unwrap_or(limits.attributes);
        limits.events = events.unwrap_or(limits.events);
        limits.links = links.unwrap_or(limits.links);
    }

    fn size(&mut self, name: &str, least: u64) -> Option<usize> {
        let expected = if least == 0 { "a number" } else { "a positive number" };
        self.number(name, least, expected).and_then(|number| usize::try_from(number).ok())
    }
}

/// `None` where what follows a `%` is no byte, or the bytes are no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        out.push(match byte {
            b'%' => (digit()? * 16 + digit()?) as u8,
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}
