//! The attribute macros of obs. Use them through `obs_runtime`, and `#[gpu_kernel]` through `obs_gpu`: these
//! re-export them, and are what their expansions call.

mod derive;
mod docs;
mod emit;
mod item;
mod kernel;
mod metric;
mod observe;
#[cfg(all(test, not(feature = "off")))]
mod tests;
mod wrap;

use proc_macro::TokenStream;

/// Counts, times and traces the calls of a function, of all functions in an `impl` or trait block, or of
/// all functions in an inline module.
///
/// Works on sync and `async` functions, on functions that return `impl Future` or
/// `Pin<Box<dyn Future>>` (and so with `#[async_trait]`, in either order), on methods with any receiver, and on
/// generic, `unsafe` and `extern` functions. Every call is counted once, as `ok`, `error`, `cancelled` or
/// `panic`; nothing of the arguments is captured unless named.
///
/// | argument | meaning |
/// |---|---|
/// | `name = "…"` | the `function` label and the span's name; default: the function's, in a block `Type::function` |
/// | `labels(format = input.format, tenant = capped(&input.tenant, 50))` | labels: bounded types, or capped strings |
/// | `fields(subject = %input.subject, id)` | what the span records, as `tracing` writes it |
/// | `ok_if = \|value\| …`, `error_if = …` | which returned values count as ok or as errors |
/// | `buckets = "fast"`, `buckets = [0.01, 0.1]` | latency buckets: `latency` (default), `fast`, `batch`, or seconds |
/// | `slo(success = "99.9%", latency("25ms", "95%"), window = "30d", min_events = 100, name = "…")` | objective |
/// | `slow = "100ms"` | calls over it are warned of (once a second), counted in `function_calls_slow_total`, and kept with their trace |
/// | `metric = "checkout"` | families of its own: `checkout_total`, `checkout_duration_seconds`, `checkout_concurrent` |
/// | `help`, `runbook`, `dashboard` | texts for generated artefacts |
/// | `level`, `target`, `kind`, `parent`, `follows_from` | of the span |
/// | `no_span`, `no_metrics` | leave one half out |
/// | `skip` | inside an observed block: leave this function out |
/// | `crate = path` | where `obs_runtime` is |
///
/// Labels, fields, `parent` and `follows_from` are evaluated before the body, fields only if the span is
/// enabled. Observed `async fn`s that await each other from some thirty deep, as generic combinators do, may need
/// `#![recursion_limit = "256"]` in each crate that awaits the whole; a `Box::pin` on the way does as well.
/// On an `impl` block that says `type Future = Pin<Box<dyn Future<…>>>`, as tower's services do, a method that returns
/// `Self::Future` is counted until that future is ready, if the block's parameters say `'static` or the method does nothing
/// but end in `Box::pin(…)`; the method's own attribute cannot see this, and counts the making.
/// A function that hands on a `Pin<Box<dyn Future<Output = T> + 'a>>` puts it into another box, so `T` has to outlive
/// `'a`: where it is a parameter, `T: 'a`, or `T: 'static` where no lifetime is written.
/// On a block, arguments are the defaults of its functions. `const fn`, variadic functions and
/// functions without a body cannot be observed: on the function itself that is an error, in a block they are
/// left out.
///
#[doc = include_str!("../docs/observe.md")]
#[proc_macro_attribute]
pub fn observe(args: TokenStream, item: TokenStream) -> TokenStream {
    observe::expand(args.into(), item.into()).into()
}

/// Declares a metric: on a static instrument, on a function whose calls it counts or measures, or on a
/// function that is asked at each scrape.
///
/// Starts with `counter`, `gauge` or `histogram`. On a function without `value`, a counter counts calls, a
/// histogram times them, and a gauge is what the function returns when it is asked: a number, or with labels pairs of
/// their values and a number, all series at once.
///
/// | argument | meaning |
/// |---|---|
/// | `name = "…"` | the family's full name, with unit and `_total` |
/// | `help = "…"` | default: the documentation's first paragraph |
/// | `labels(state: PoolState)`, `labels(format = input.format)` | on a static, and on a function that is asked, by type; on others by value |
/// | `labels(status = result(), kind = error_type())` | on a function: `ok`, `error`, `cancelled` or `panic`; the error's category |
/// | `labels(verdict = \|returned\| …)` | on a function: read from a reference to what it returned |
/// | `value = input.len()` | on a function: what a call adds, sets or observes; evaluated before the body |
/// | `when = "ok"` | on a function: which calls count: `ok` (default), `error`, or `always` (default with `result()`) |
/// | `buckets` | of a histogram: a preset or a list |
/// | `keep_name` | the name stays as it is, where others ask for it already: a counter without `_total`, a unit that is no base unit |
/// | `dashboard` | the dashboard it belongs on |
/// | `crate = path` | where `obs_runtime` is |
///
#[doc = include_str!("../docs/metric.md")]
#[proc_macro_attribute]
pub fn metric(args: TokenStream, item: TokenStream) -> TokenStream {
    metric::expand(args.into(), item.into()).into()
}

/// Counts the launches of a GPU kernel and times them on the device: on a function that launches it, or on a
/// static `Kernel` for a part of a function. Use it through `obs_gpu`.
///
/// The body of a function is the launch. Two events are recorded around it in its stream, and read by another
/// thread once the device is done: the function waits for nothing. Every launch is counted once, as `ok`, `error`,
/// `cancelled` or `panic`, whether it was timed or not. Works on the same functions as [`macro@observe`], sync and
/// `async`, and together with it in either order; an `async fn`'s launch starts at its first poll and ends when it
/// is ready.
///
/// | argument | meaning |
/// |---|---|
/// | `stream = &self.stream` | what it is launched into; required on a function |
/// | `name = "…"` | the `kernel` label; default: the function's name, or the static's in lower case |
/// | `bytes = 12 * n`, `flops = 2 * n`, `items = n` | how much a launch does, as any number; on a static alone: launches say it |
/// | `grid = (blocks, 1, 1)`, `block = 256` | on a function: the launch's size, for its span |
/// | `labels(precision = self.precision)` | on a function: labels, bounded types or `capped(…)` strings |
/// | `every = 10` | one launch in so many is timed; default: as many as cost a hundredth of the kernel's own time |
/// | `buckets = "kernel"`, `buckets = [0.001, 0.01]` | buckets of the time on the device, in seconds; default: `kernel`, 1 µs to 1 s |
/// | `slo(success = "99.5%", latency("1ms", "99%"), window = "30d")` | objective; latency is the time on the device |
/// | `slow = "5ms"` | launches over it are counted in `gpu_kernel_slow_total` |
/// | `help`, `runbook`, `dashboard` | texts for generated artefacts |
/// | `crate = path` | where `obs_gpu` is |
///
/// `stream`, labels, amounts and sizes are evaluated once a launch, before the body, and may use its parameters.
///
/// What `stream` yields is held until the launch ends, since its second event goes into the same stream: `&self.stream`
/// borrows it over the whole body, and over the awaits of an `async fn`. Where the body has `&mut self`, or takes what is
/// borrowed, give it a stream of its own: `self.stream.clone()` of an `Arc`, or a copy of a `Lane<'static>`.
///
/// `const fn`, variadic functions and functions without a body are errors; so is the attribute on an `impl` block or
/// a module: it stands on each function that launches something.
#[proc_macro_attribute]
pub fn gpu_kernel(args: TokenStream, item: TokenStream) -> TokenStream {
    kernel::expand(args.into(), item.into()).into()
}

/// Implements `ErrorCategory` for an enum or a struct.
///
/// `#[category("not_found", severity = "…", retry_after = "5s", action = "…", runbook = "…")]` stands on a
/// variant or a struct; on an enum it is the default of its variants. `#[category(transparent)]` takes the
/// category of the only field. Severities are `recoverable` (default), `degraded`, `critical` and `fatal`.
///
/// ```
/// use obs_runtime::ErrorCategory as _;
///
/// #[derive(Debug, obs_runtime::ErrorCategory)]
/// #[category("storage", severity = "degraded")]
/// enum StorageError {
///     Full,
///     #[category("corrupt", severity = "critical", action = "restore the last snapshot", runbook = "storage-corrupt")]
///     Corrupt { page: u64 },
/// }
///
/// #[derive(Debug, obs_runtime::ErrorCategory)]
/// enum OrderError {
///     #[category("not_found")]
///     NotFound(String),
///     #[category(transparent)]
///     Storage(StorageError),
/// }
///
/// assert_eq!(StorageError::Full.category().name, "storage");
/// assert_eq!(OrderError::Storage(StorageError::Corrupt { page: 7 }).category().runbook, Some("storage-corrupt"));
/// # let _ = OrderError::NotFound;
/// ```
#[proc_macro_derive(ErrorCategory, attributes(category))]
pub fn error_category(item: TokenStream) -> TokenStream {
    derive::error_category(item.into()).into()
}

/// Implements `LabelValue` for an enum without fields. Values are the variants' names in `snake_case`, or
/// what `#[label(rename = "…")]` says.
///
/// ```
/// use obs_runtime::LabelValue as _;
///
/// #[derive(Clone, Copy, obs_runtime::LabelValue)]
/// enum Format { Json, #[label(rename = "proto")] Protobuf }
///
/// assert_eq!(Format::VALUES, ["json", "proto"]);
/// ```
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn label_value(item: TokenStream) -> TokenStream {
    derive::label_value(item.into()).into()
}
