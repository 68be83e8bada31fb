//! What the macros say about an item, as constants.

use super::{Category, Errors, Kind, Level, Source, SpanKind};
use obs_model::bucket::Preset;

/// A function under `#[observe]`.
#[derive(Clone, Copy, Debug)]
pub struct FunctionDesc {
    pub name: &'static str,
    pub module: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub help: &'static str,
    pub metric: Option<&'static str>,
    pub labels: &'static [LabelDesc],
    /// In seconds.
    pub buckets: &'static [f64],
    pub is_async: bool,
    /// In nanoseconds.
    pub slow: Option<u64>,
    pub slo: Option<SloDesc>,
    pub runbook: Option<&'static str>,
    pub dashboard: Option<&'static str>,
    pub kind: SpanKind,
    pub level: Level,
    /// Empty for the module.
    pub target: &'static str,
    /// The user's fields and then [`FunctionDesc::FIELDS`], in one slice because a span's fields are
    /// one slice: `v1::fields!("subject")`.
    pub fields: &'static [&'static str],
    pub spans: bool,
    pub metrics: bool,
    pub errors: Errors,
}

impl FunctionDesc {
    /// The target of its spans.
    pub(crate) fn target(&self) -> &'static str {
        if self.target.is_empty() { self.module } else { self.target }
    }

    /// The fields that every span has: filled in by the outcome.
    pub const FIELDS: [&'static str; 3] = ["otel.kind", "otel.status_code", "error.type"];

    /// What an attribute without arguments means.
    pub const DEFAULT: FunctionDesc = FunctionDesc {
        name: "",
        module: "",
        file: "",
        line: 0,
        column: 0,
        help: "",
        metric: None,
        labels: &[],
        buckets: Preset::Latency.bounds(),
        is_async: false,
        slow: None,
        slo: None,
        runbook: None,
        dashboard: None,
        kind: SpanKind::Internal,
        level: Level::INFO,
        target: "",
        fields: &FunctionDesc::FIELDS,
        spans: true,
        metrics: true,
        errors: Errors::NONE,
    };
}

/// The fields of a span: the user's, then those that the outcome fills in.
#[doc(hidden)]
#[macro_export]
macro_rules! __fields {
    ($($name:expr),* $(,)?) => { &[$($name,)* "otel.kind", "otel.status_code", "error.type"] };
}
pub use crate::__fields as fields;

/// A label.
#[derive(Clone, Copy, Debug)]
pub struct LabelDesc {
    pub name: &'static str,
    pub cap: Option<u32>,
}

/// An objective.
#[derive(Clone, Copy, Debug)]
pub struct SloDesc {
    /// In millionths of a percent.
    pub success: Option<u32>,
    /// Bounds in nanoseconds, shares in millionths of a percent.
    pub latency: &'static [(u64, u32)],
    /// In nanoseconds.
    pub window: u64,
    pub min_events: Option<u64>,
    pub name: Option<&'static str>,
}

/// A family under `#[metric]`.
#[derive(Clone, Copy, Debug)]
pub struct MetricDesc {
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
    pub labels: &'static [LabelDesc],
    /// Empty unless a histogram.
    pub buckets: &'static [f64],
    pub source: Source,
    pub module: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub dashboard: Option<&'static str>,
    /// In nanoseconds: a gauge's series leaves the exposition when not updated for so long.
    pub expire: Option<u64>,
}

impl MetricDesc {
    /// A counter without a name, in a static.
    pub const DEFAULT: MetricDesc = MetricDesc {
        name: "",
        kind: Kind::Counter,
        help: "",
        labels: &[],
        buckets: &[],
        source: Source::Static,
        module: "",
        file: "",
        line: 0,
        column: 0,
        dashboard: None,
        expire: None,
    };
}

/// Work on a device, under `#[gpu_kernel]`.
#[derive(Clone, Copy, Debug)]
pub struct KernelDesc {
    pub name: &'static str,
    pub module: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    pub help: &'static str,
    /// Those that the attribute names; `kernel` and `device` go before them.
    pub labels: &'static [LabelDesc],
    /// In seconds.
    pub buckets: &'static [f64],
    /// One launch in so many is timed; zero leaves it to the runtime.
    pub every: u32,
    /// Whether the attribute says how much a launch does, of each kind.
    pub bytes: bool,
    pub flops: bool,
    pub items: bool,
    /// In nanoseconds.
    pub slow: Option<u64>,
    pub slo: Option<SloDesc>,
    pub runbook: Option<&'static str>,
    pub dashboard: Option<&'static str>,
    pub errors: Errors,
}

impl KernelDesc {
    /// What an attribute without arguments means.
    pub const DEFAULT: KernelDesc = KernelDesc {
        name: "",
        module: "",
        file: "",
        line: 0,
        column: 0,
        help: "",
        labels: &[],
        buckets: Preset::Kernel.bounds(),
        every: 0,
        bytes: false,
        flops: false,
        items: false,
        slow: None,
        slo: None,
        runbook: None,
        dashboard: None,
        errors: Errors::NONE,
    };
}

/// An error type under `#[derive(ErrorCategory)]`.
#[derive(Clone, Copy, Debug)]
pub struct ErrorTypeDesc {
    pub name: &'static str,
    pub module: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    /// By variant.
    pub categories: &'static [(&'static str, &'static Category)],
}
