//! What logs look like, and where they go.

use super::limit::Rule;
use super::line::Form;
use super::rotate::Rotation;
use super::sink::Target;
use crate::secret::Redacted;
use std::io::Write;
use std::path::PathBuf;

/// How many lines, of how many bytes, wait for a slow disk or terminal, unless the program says otherwise.
const LINES: usize = 16_384;
const BYTES: usize = 8 << 20;

/// What logs look like, what is in them, and where they go: for [`Builder::logs`](crate::Builder::logs) or
/// [`logs::layer`](super::layer).
///
/// ```
/// use obs_runtime::Logs;
///
/// let logs = Logs::json()
///     .level("info,hyper=warn")
///     .redact(["password", "card"])
///     .sample("shop::cache", 100)
///     .at_most_per_second("sqlx", 50);
/// # drop(logs);
/// ```
#[derive(Debug)]
#[must_use = "nothing is logged before `Builder::logs` or `logs::layer` has it"]
pub struct Logs {
    pub(super) form: Form,
    pub(super) threads: bool,
    pub(crate) redacted: Redacted,
    pub(super) baggage: Vec<Box<str>>,
    pub(super) level: String,
    pub(super) environment: bool,
    pub(super) limits: Vec<Rule>,
    /// `None` where no lines are wanted.
    pub(super) sink: Option<Target>,
    #[cfg(feature = "otlp")]
    pub(crate) otlp: bool,
    pub(super) buffer: usize,
    pub(super) buffer_bytes: usize,
    pub(crate) calls: bool,
}

impl Logs {
    fn of(form: Form) -> Logs {
        Logs {
            form,
            threads: false,
            redacted: Redacted::default(),
            baggage: Vec::new(),
            level: "info".to_owned(),
            environment: true,
            limits: Vec::new(),
            sink: Some(Target::Stdout),
            #[cfg(feature = "otlp")]
            otlp: false,
            buffer: LINES,
            buffer_bytes: BYTES,
            calls: false,
        }
    }

    /// An object of JSON a line, with the members that the [module](super) tells, to standard output.
    pub fn json() -> Logs {
        Logs::of(Form::Json)
    }

    /// Lines for people, to standard output. What they look like may change between versions.
    pub fn text() -> Logs {
        Logs::of(Form::Text)
    }

    /// What is logged where neither `OBS_LOG` nor `RUST_LOG` is set, in their syntax: `"info"` unless it is said.
    pub fn level(mut self, levels: &str) -> Logs {
        levels.clone_into(&mut self.level);
        self
    }

    /// What the environment says counts for nothing.
    pub fn ignore_environment(mut self) -> Logs {
        self.environment = false;
        self
    }

    /// Says `***` for the values of fields of these names, of events and of spans. A field `user.password` is called
    /// `password` too. What is in an event's message stays there: for values that nobody is to see, there is
    /// [`Secret`](crate::Secret).
    ///
    /// Given to [`Builder::logs`](crate::Builder::logs), it holds for all that the program's exporter sends too. With
    /// [`logs::layer`](super::layer) it holds for what this layer logs, and `Otlp::redact` says the same of spans.
    pub fn redact<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Logs {
        self.redacted.add(names);
        self
    }

    /// Adds the entries of these names that the [`Baggage`](crate::Baggage) has to each event, as fields: the ids of what
    /// the work is done for, such as `session.id`, wherever in the program it is done. A field of the event's own with
    /// that name stays as it is.
    ///
    /// ```
    /// use obs_runtime::{Baggage, Logs};
    ///
    /// let logs = Logs::json().baggage(["session.id", "tenant"]);
    /// let _attached = Baggage::current().correlation("session", "s-42").attach();
    /// tracing::info!("every line from here on has session.id, and so have those of spawned tasks");
    /// # drop(logs);
    /// ```
    ///
    /// Baggage comes from callers: name what may be in logs. [`redact`](Logs::redact) holds for these fields, too.
    pub fn baggage<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Logs {
        self.baggage.extend(names.into_iter().map(Box::from));
        self
    }

    /// Logs one of `of` events of a target and of those below it, from the first on. Warnings and errors are all
    /// logged.
    pub fn sample(mut self, target: &str, of: u32) -> Logs {
        self.limits.push(Rule::share(target.to_owned(), of.into()));
        self
    }

    /// Logs at most so many events a second of a target and of those below it; `""` is all targets. Warnings and
    /// errors count as well.
    pub fn at_most_per_second(mut self, target: &str, events: u32) -> Logs {
        self.limits.push(Rule::rate(target.to_owned(), events));
        self
    }

    /// Gives observed calls ids, and keeps their fields while they last, also where their spans are sent nowhere: so
    /// the lines of one request have one `trace_id`. With an exporter of traces, and with
    /// [`logs::layer`](super::layer), it says nothing.
    ///
    /// Costs each observed call what recording its span costs. The ids are handed on in `traceparent`, as parents that
    /// no collector has: leave it where those before and after this program export their traces.
    pub fn call_ids(mut self) -> Logs {
        self.calls = true;
        self
    }

    /// Says on which thread it was.
    pub fn threads(mut self) -> Logs {
        self.threads = true;
        self
    }

    /// Writes to standard error.
    pub fn to_stderr(mut self) -> Logs {
        self.sink = Some(Target::Stderr);
        self
    }

    /// Writes to the end of a file, which is made, with its directory, where it is not there.
    pub fn to_file(mut self, path: impl Into<PathBuf>) -> Logs {
        self.sink = Some(Target::File(path.into(), None));
        self
    }

    /// Puts the file away when it is full or old. Without [`to_file`](Logs::to_file) before it, it says nothing.
    pub fn rotate(mut self, rotation: Rotation) -> Logs {
        if let Some(Target::File(_, of_file)) = &mut self.sink {
            *of_file = Some(rotation);
        }
        self
    }

    /// Writes to that, line by line, on a thread of its own, and flushes it when there are no more.
    pub fn to_writer(mut self, writer: impl Write + Send + 'static) -> Logs {
        self.sink = Some(Target::Writer(Box::new(writer)));
        self
    }

    /// Sends events to the collector that [`Builder::otlp`](crate::Builder::otlp) or
    /// [`otlp_from_env`](crate::Builder::otlp_from_env) names, as log records of OpenTelemetry, beside writing their lines.
    /// The same levels, limits and hidden fields hold for both. An event never waits: what does not fit into
    /// [`Otlp::log_queue`](crate::Otlp::log_queue) is dropped, and counted in `obs_log_records_total`.
    ///
    /// | of a record | what it is |
    /// |---|---|
    /// | `time_unix_nano`, `observed_time_unix_nano` | when it happened |
    /// | `severity_number`, `severity_text` | 1, 5, 9, 13 or 17 for `TRACE` to `ERROR`, and the word |
    /// | `body` | the event's text |
    /// | scope | the target |
    /// | `event_name` | the event's name, if it was given one: `info!(name: "order.placed", …)` |
    /// | `trace_id`, `span_id`, `flags` | of the call that it was written in, sampled or not |
    /// | attributes | `code.file.path`, `code.line.number`, `correlation_id`, with [`threads`](Logs::threads) `thread.name`, and the event's own fields |
    ///
    /// Fields of the spans around it are not repeated: they are in the trace. The exporter's own words about sending logs
    /// are written as lines, and not sent.
    ///
    /// With [`logs::layer`](super::layer), make the layer before `init`. A second layer can send other events than
    /// are written, with levels of its own.
    ///
    /// ```
    /// use obs_runtime::{Logs, Otlp};
    ///
    /// let obs = obs_runtime::builder("shop")
    ///     .logs(Logs::json().otlp())
    ///     .otlp(Otlp::http("http://127.0.0.1:4318").log_queue(10_000, 1_000))
    ///     .shutdown_timeout("100ms")
    ///     .init()?;
    /// # Ok::<(), obs_runtime::InitError>(())
    /// ```
    #[cfg(feature = "otlp")]
    pub fn otlp(mut self) -> Logs {
        self.otlp = true;
        self
    }

    /// Writes no lines: with [`otlp`](Logs::otlp), for programs whose logs only the collector is to have.
    #[cfg(feature = "otlp")]
    pub fn without_lines(mut self) -> Logs {
        self.sink = None;
        self
    }

    /// How many lines may wait to be written; 16384 unless it is said. What comes when there are so many is dropped
    /// and counted: a program does not wait for its logs.
    pub fn buffer(mut self, lines: usize) -> Logs {
        self.buffer = lines;
        self
    }

    /// How many bytes of lines may wait to be written; 8 MiB unless it is said. What comes when there are so many is
    /// dropped and counted, and so is a line that is longer than that. The memory that they take is at most twice as
    /// much, and next to none while nothing waits.
    pub fn buffer_bytes(mut self, bytes: usize) -> Logs {
        self.buffer_bytes = bytes;
        self
    }
}
