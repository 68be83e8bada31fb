//! Every word that the attributes know.

/// `action = "…"`: what to do about an error.
pub const ACTION: &str = "action";
/// `block = …`: the threads of one block of a kernel.
pub const BLOCK: &str = "block";
/// `buckets = "preset"` or `buckets = [0.1, 1.0]`.
pub const BUCKETS: &str = "buckets";
/// `bytes = …`: what a kernel moves.
pub const BYTES: &str = "bytes";
/// `capped(expr)` or `capped(expr, 20)`, as the value of a label.
pub const CAPPED: &str = "capped";
/// The name of the attribute `#[category(…)]`.
pub const CATEGORY: &str = "category";
/// `counter`, as a metric's first word.
pub const COUNTER: &str = "counter";
/// `crate = path`: where the runtime is.
pub const CRATE: &str = "crate";
/// `dashboard = "…"`: the dashboard that a function or metric belongs on.
pub const DASHBOARD: &str = "dashboard";
/// `error_if = |value| …`: which returned values count as errors.
pub const ERROR_IF: &str = "error_if";
/// `error_type()`: the category of the error that a call ended in, as the value of a label.
pub const ERROR_TYPE: &str = "error_type";
/// `every = 10`: one launch of a kernel in so many is timed.
pub const EVERY: &str = "every";
/// `expire = "10m"`: a gauge's series leaves the page when not updated for so long.
pub const EXPIRE: &str = "expire";
/// `fields(…)`: what the span records.
pub const FIELDS: &str = "fields";
/// `flops = …`: what a kernel computes.
pub const FLOPS: &str = "flops";
/// `follows_from = …`: the spans that the span follows from.
pub const FOLLOWS_FROM: &str = "follows_from";
/// `gauge`, as a metric's first word.
pub const GAUGE: &str = "gauge";
/// The name of the attribute `#[gpu_kernel(…)]`.
pub const GPU_KERNEL: &str = "gpu_kernel";
/// `grid = …`: the blocks of a kernel.
pub const GRID: &str = "grid";
/// `help = "…"`.
pub const HELP: &str = "help";
/// `histogram`, as a metric's first word.
pub const HISTOGRAM: &str = "histogram";
/// `items = …`: what a kernel works on.
pub const ITEMS: &str = "items";
/// `keep_name`: a metric's name is one that others know already.
pub const KEEP_NAME: &str = "keep_name";
/// `kind = "server"`: the span's role.
pub const KIND: &str = "kind";
/// The name of the attribute `#[label(…)]`.
pub const LABEL: &str = "label";
/// `labels(…)`.
pub const LABELS: &str = "labels";
/// `latency("25ms", "95%")`, in `slo(…)`.
pub const LATENCY: &str = "latency";
/// `level = "debug"`: the span's level.
pub const LEVEL: &str = "level";
/// `metric = "prefix"`, and the name of the attribute `#[metric(…)]`.
pub const METRIC: &str = "metric";
/// `min_events = 100`, in `slo(…)`.
pub const MIN_EVENTS: &str = "min_events";
/// `name = "…"`.
pub const NAME: &str = "name";
/// `no_metrics`: calls are not counted.
pub const NO_METRICS: &str = "no_metrics";
/// `no_span`: calls make no spans.
pub const NO_SPAN: &str = "no_span";
/// The name of the attribute `#[observe(…)]`.
pub const OBSERVE: &str = "observe";
/// `ok_if = |value| …`: which returned values count as ok.
pub const OK_IF: &str = "ok_if";
/// `parent = …`: the span's parent.
pub const PARENT: &str = "parent";
/// `rename = "…"`: the value that a variant has as a label.
pub const RENAME: &str = "rename";
/// `result()`: how a call ended, as the value of a label.
pub const RESULT: &str = "result";
/// `retry_after = "5s"`.
pub const RETRY_AFTER: &str = "retry_after";
/// `runbook = "…"`.
pub const RUNBOOK: &str = "runbook";
/// `severity = "critical"`.
pub const SEVERITY: &str = "severity";
/// `skip`: leaves a function of an observed block out.
pub const SKIP: &str = "skip";
/// `slo(…)`.
pub const SLO: &str = "slo";
/// `slow = "100ms"`: the bound over which calls are slow.
pub const SLOW: &str = "slow";
/// `stream = …`: where a kernel is launched.
pub const STREAM: &str = "stream";
/// `success = "99.9%"`, in `slo(…)`.
pub const SUCCESS: &str = "success";
/// `target = "…"`: the span's target.
pub const TARGET: &str = "target";
/// `transparent`: the category of the error inside.
pub const TRANSPARENT: &str = "transparent";
/// `value = …`: what a call adds, sets or observes.
pub const VALUE: &str = "value";
/// `when = "error"`: the calls that a metric counts.
pub const WHEN: &str = "when";
/// `window = "30d"`, in `slo(…)`.
pub const WINDOW: &str = "window";

/// The derive macro of error types.
pub const ERROR_CATEGORY: &str = "ErrorCategory";
/// The derive macro of label values.
pub const LABEL_VALUE: &str = "LabelValue";

/// The levels of a span, from the least important.
pub const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];
/// The words that `when` takes.
pub const WHENS: [&str; 3] = ["ok", "error", "always"];
