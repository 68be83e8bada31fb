//! Logs: a line, a log record of OpenTelemetry, or both for each event of `tracing`, with the ids of the call that it
//! happened in.
//!
//! [`Builder::logs`](crate::Builder::logs) installs them. Who has a subscriber already adds [`layer`] to it.
//!
//! A line of [`Logs::json`] is one object with these members, in this order:
//!
//! | member | what it is | when it is there |
//! |---|---|---|
//! | `timestamp` | RFC 3339, UTC, milliseconds | always |
//! | `level` | `TRACE`, `DEBUG`, `INFO`, `WARN` or `ERROR` | always |
//! | `message` | the event's text; empty without one | always |
//! | `target` | the module, or what else the event says | always |
//! | `file`, `line` | where it was written | if the event knows |
//! | `thread` | the thread's name, or else its number | with [`Logs::threads`] |
//! | `trace_id`, `span_id` | 32 and 16 hexadecimal digits: [`TraceContext::current`](crate::TraceContext::current) | inside of a trace |
//! | `correlation_id` | [`correlation_id()`](crate::correlation_id) | where there is one |
//! | `fields` | the event's own fields, and what [`Logs::baggage`] names, as an object | if there are any |
//! | `span` | the fields of the spans that it happened in, as one object; of two of one name, the inner | if there are any |
//!
//! Numbers and truth values are such; everything else is text. `span` is made of the fields of the observed calls around
//! the event and of the request that they answer, where [calls are recorded](crate::Builder::sampling), what
//! [`record`](crate::record()) said among them, and of those of all spans that libraries made with `tracing`. Observed calls are no spans of the subscriber: each of them would pay for one.
//!
//! A thread writes them, those that wait together at once. The first line after a pause is written when it comes, and
//! one of level `ERROR` too; others wait for more, a tenth of a second at most, unless the queue fills. So a program that
//! ends without dropping what keeps its logs, by `std::process::exit` or a signal, may lose the lines of its last tenth
//! of a second.
//!
//! With feature `otlp`, `Logs::otlp` sends events to a collector too, or instead of writing lines.
//!
//! `obs_log_events_total{level}` counts what was logged, and `obs_log_dropped_total{reason}` what was not:
//! `sampled` and `rate_limited` were asked for, `buffer_full` is a disk or terminal that is too slow,
//! `write_failed` one that refuses, `after_shutdown` came too late, and `not_exported` is an event of a program without
//! lines while no exporter runs. What became of events that were to be exported is in `obs_log_records_total{result}`:
//! `exported`, `failed` or `queue_full`; those that wait are `obs_log_records_queued`.

mod config;
mod counts;
mod event;
mod fields;
mod handle;
mod levels;
mod limit;
mod line;
mod output;
mod paper;
mod queue;
mod quote;
mod record;
mod rotate;
mod sink;
#[cfg(test)]
mod tests;

pub use config::Logs;
pub(crate) use counts::collect;
#[cfg(feature = "otlp")]
pub(crate) use event::Event;
pub use handle::{LevelError, LogsHandle};
pub use rotate::Rotation;

use levels::Levels;
use record::Events;
use std::io;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;

/// The logs as a layer, for a subscriber of one's own, and what changes their levels.
///
/// The handle has to be kept: what is written after it is dropped is lost, and counted as that.
///
/// ```
/// use obs_runtime::logs::{self, Logs};
/// use tracing_subscriber::prelude::*;
///
/// let (layer, logs) = logs::layer(Logs::json().level("info,hyper=warn").to_writer(std::io::sink()))?;
/// let _guard = tracing_subscriber::registry().with(layer).with(obs_runtime::layer()).set_default();
/// tracing::info!(order = 7, "accepted");
/// logs.set_level("debug")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The levels are not well written, or the file cannot be opened.
pub fn layer<S>(logs: Logs) -> io::Result<(impl Layer<S>, LogsHandle)>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let invalid = |mistake: LevelError| io::Error::new(io::ErrorKind::InvalidInput, mistake);
    let (levels, set, warning) =
        Levels::new(&logs.level, &|name| std::env::var(name).ok().filter(|_| logs.environment))
            .map_err(invalid)?;
    let (events, sink) = Events::open(logs)?;
    Ok((events.with_filter(levels), LogsHandle::new(set, warning, sink)))
}

/// Makes the logs those of the whole process, together with the [layer](crate::layer) for traces. `None` if the
/// process has a subscriber already.
pub(crate) fn install(logs: Logs) -> io::Result<Option<LogsHandle>> {
    let (layer, handle) = layer(logs)?;
    // What libraries record at lower levels is for who asks for it with a subscriber of their own.
    let traces = crate::layer_with_filter(tracing::level_filters::LevelFilter::INFO);
    let subscriber = tracing_subscriber::registry().with(traces).with(layer);
    Ok(tracing::subscriber::set_global_default(subscriber).is_ok().then_some(handle))
}
