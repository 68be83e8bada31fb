//! Everything that a program measures, as data.

use crate::{Percent, Requests, Unit};
use std::fmt;
use std::time::Duration;

mod drift;
mod json;
mod kernel;

pub use drift::Drift;
pub use kernel::{Every, Kernel};

/// Where something is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The source file, as `file!()` spells it (relative to the workspace root).
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What kind of instrument a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Only ever goes up; its name ends in `_total`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts observations by size.
    Histogram,
}

impl Kind {
    /// The word that expositions and attributes use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        }
    }
}

/// How bad an error is, from an on-call engineer's point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The caller can retry or correct the request; nothing is wrong with the service.
    #[default]
    Recoverable,
    /// The service works with less than it should have.
    Degraded,
    /// A part of the service does not work; a person should look now.
    Critical,
    /// The process cannot go on.
    Fatal,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Severity; 4] =
        [Severity::Recoverable, Severity::Degraded, Severity::Critical, Severity::Fatal];

    /// The word that attributes and labels use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Recoverable => "recoverable",
            Severity::Degraded => "degraded",
            Severity::Critical => "critical",
            Severity::Fatal => "fatal",
        }
    }
}

/// The role of a span in a trace, by OpenTelemetry's five kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// Work inside the process.
    #[default]
    Internal,
    /// Handling a remote request.
    Server,
    /// Waiting for a remote service.
    Client,
    /// Putting a message on a queue.
    Producer,
    /// Taking a message off a queue.
    Consumer,
}

impl SpanKind {
    /// The word that attributes and `otel.kind` use.
    pub const fn as_str(self) -> &'static str {
        match self {
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            SpanKind::Producer => "producer",
            SpanKind::Consumer => "consumer",
        }
    }
}

/// A label that a family carries besides those that the runtime adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The label's name.
    pub name: String,
    /// How many distinct strings are kept before `_other`; `None` for a label whose type bounds it.
    pub cap: Option<u32>,
    /// The values an enum label can take, where they are known.
    pub values: Vec<String>,
}

/// A latency objective: this share of calls finishes within the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The bound. It is always a bucket boundary of the function's histogram.
    pub bound: Duration,
    /// The share of successful calls that has to stay within it.
    pub share: Percent,
}

/// A service level objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slo {
    /// The share of calls that must not end in `error` or `panic`.
    pub success: Option<Percent>,
    /// The latency objectives, tightest bound first.
    pub latency: Vec<Latency>,
    /// The period that the error budget covers.
    pub window: Duration,
    /// Alerts stay quiet below this many calls in their window.
    pub min_events: Option<u64>,
    /// The name of an objective that several functions share.
    pub name: Option<String>,
}

/// An `#[observe]`d function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// The `function` label and the span's name.
    pub name: String,
    /// The `module` label: the module's path from the crate's root.
    pub module: String,
    /// Where the function's name stands.
    pub place: Place,
    /// The first paragraph of its documentation, or `help = "…"`.
    pub help: String,
    /// The prefix of a family of its own, in place of `function_calls`.
    pub metric: Option<String>,
    /// The labels it adds.
    pub labels: Vec<Label>,
    /// The upper bounds of its latency buckets in seconds, without +Inf.
    pub buckets: Vec<f64>,
    /// Whether calls are futures, which can be cancelled.
    pub is_async: bool,
    /// Calls over this bound are slow.
    pub slow: Option<Duration>,
    /// Its objective.
    pub slo: Option<Slo>,
    /// The name or address of its runbook.
    pub runbook: Option<String>,
    /// The dashboard it belongs on.
    pub dashboard: Option<String>,
    /// The role of its span.
    pub kind: SpanKind,
    /// The level of its span: `trace`, `debug`, `info`, `warn` or `error`.
    pub level: String,
    /// The target of its span; the module where none is named.
    pub target: String,
    /// The fields it captures, in order.
    pub fields: Vec<String>,
    /// Whether calls make spans.
    pub spans: bool,
    /// Whether calls are counted.
    pub metrics: bool,
}

/// How a metric gets its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A `static` that code updates.
    Static,
    /// Calls of a function.
    Function,
    /// A function that is asked at each scrape.
    Polled,
}

impl Source {
    /// The word that the catalogue's JSON uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Source::Static => "static",
            Source::Function => "function",
            Source::Polled => "polled",
        }
    }
}

/// A family declared with `#[metric]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The family's full name, with unit and `_total`.
    pub name: String,
    /// What kind of instrument it is.
    pub kind: Kind,
    /// What it says.
    pub help: String,
    /// Its unit, from its name.
    pub unit: Option<Unit>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// The upper bounds of its buckets, without +Inf; empty unless it is a histogram.
    pub buckets: Vec<f64>,
    /// How it gets its values.
    pub source: Source,
    /// The module that declares it.
    pub module: String,
    /// Where the item it stands on is declared.
    pub place: Place,
    /// The dashboard it belongs on.
    pub dashboard: Option<String>,
}

/// One category of an error type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The variant that it stands on; empty for a struct.
    pub variant: String,
    /// The `error_type` and `category` label.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// What to do about it.
    pub action: Option<String>,
    /// The name or address of its runbook.
    pub runbook: Option<String>,
}

/// A type with `#[derive(ErrorCategory)]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorType {
    /// The type's name.
    pub name: String,
    /// The module that declares it.
    pub module: String,
    /// Where it is declared.
    pub place: Place,
    /// Its own categories, in the order of its variants; transparent ones are not listed.
    pub categories: Vec<Category>,
}

/// Everything that a program measures.
///
/// Sorted by module and name, so that two catalogues of the same program are equal however the linker
/// or the file system ordered their parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// The `#[observe]`d functions.
    pub functions: Vec<Function>,
    /// The `#[metric]` families.
    pub metrics: Vec<Metric>,
    /// The `#[gpu_kernel]`s.
    pub kernels: Vec<Kernel>,
    /// The error types with categories.
    pub errors: Vec<ErrorType>,
    /// The requests that layers of the runtime count: in a source, those that the build script names; in a program,
    /// those that were there by now.
    pub requests: Vec<Requests>,
}

impl Catalogue {
    /// Puts the parts in their one order: by module, name and place.
    pub fn sort(&mut self) {
        self.functions.sort_by(|a, b| (&a.module, &a.name, &a.place).cmp(&(&b.module, &b.name, &b.place)));
        self.metrics.sort_by(|a, b| (&a.name, &a.module, &a.place).cmp(&(&b.name, &b.module, &b.place)));
        self.kernels.sort_by(|a, b| (&a.module, &a.name, &a.place).cmp(&(&b.module, &b.name, &b.place)));
        self.errors.sort_by(|a, b| (&a.module, &a.name, &a.place).cmp(&(&b.module, &b.name, &b.place)));
        self.requests.sort();
    }

    /// What differs between the program as linked (`self`) and as its `source` reads, worded for a
    /// test's failure message; empty when they agree.
    ///
    /// Columns are not compared, nor what only one side can know (the values of an enum label).
    /// Functions and metrics of other crates are left out: only modules of `krate` are compared.
    pub fn drift(&self, source: &Catalogue, krate: &str) -> Vec<Drift> {
        drift::between(self, source, krate)
    }

    /// The catalogue as JSON, two spaces an indent, keys in the order of the fields.
    pub fn to_json(&self) -> String {
        json::write(self)
    }
}
