//! The layer: events become lines.

use super::config::Logs;
use super::counts;
use super::event::Event;
use super::fields::{OfSpan, put};
use super::limit::{self, Rule};
use super::line::Form;
use super::sink::{Sink, Writer};
use crate::TraceContext;
use crate::secret::Redacted;
use crate::trace::fields::Fields;
use crate::trace::thread;
use std::io;
use std::time::SystemTime;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event as TracingEvent, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

/// Writes a line for each event that is let through.
#[derive(Debug)]
pub(super) struct Lines {
    limits: Vec<Rule>,
    redacted: Redacted,
    threads: bool,
    form: Form,
    writer: Writer,
    /// Another clock in tests.
    pub(super) now: fn() -> SystemTime,
}

impl Lines {
    /// With the sink, whose end is that of the lines.
    pub(super) fn open(logs: Logs) -> io::Result<(Lines, Sink)> {
        let Logs { limits, redacted, threads, form, sink, buffer, .. } = logs;
        let sink = sink.open(buffer)?;
        let writer = sink.writer();
        Ok((Lines { limits, redacted, threads, form, writer, now: SystemTime::now }, sink))
    }
}

impl<S> Layer<S> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.is_empty() {
            return;
        }
        let fields = Fields::read(|fields| attributes.record(fields));
        if let Some(span) = context.span(id) {
            let mut kept = OfSpan::default();
            kept.add(fields);
            // Another layer of this kind may have been here: it says the same.
            span.extensions_mut().replace(kept);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let fields = Fields::read(|fields| values.record(fields));
        let Some(span) = context.span(id) else { return };
        let mut extensions = span.extensions_mut();
        match extensions.get_mut::<OfSpan>() {
            Some(kept) => kept.add(fields),
            None => {
                let mut kept = OfSpan::default();
                kept.add(fields);
                extensions.insert(kept);
            }
        }
    }

    fn on_event(&self, event: &TracingEvent<'_>, context: Context<'_, S>) {
        let meta = event.metadata();
        if let Some(why) = limit::refusal(&self.limits, meta.target(), *meta.level()) {
            return counts::dropped(why);
        }
        let mut span = Vec::new();
        for around in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(OfSpan(fields)) = around.extensions().get::<OfSpan>() {
                fields.iter().for_each(|field| put(&mut span, field.clone()));
            }
        }
        thread::all_fields().into_iter().for_each(|field| put(&mut span, field));
        let mut fields = Fields::read(|fields| event.record(fields)).into_values();
        let message = fields.iter().position(|(name, _)| name == "message").map(|at| fields.remove(at).1);
        if meta.target() == crate::private::SLOW {
            // The call's fields as one text, in which nothing could be hidden. They are in `span` too.
            fields.retain(|(name, _)| name != "fields");
        }
        self.redacted.hide(&mut fields);
        self.redacted.hide(&mut span);
        let line = self.form.write(&Event {
            at: (self.now)(),
            meta,
            trace: TraceContext::current(),
            correlation: crate::correlation_id(),
            thread: self.threads.then(this_thread),
            message,
            fields,
            span,
        });
        if self.writer.write(&line) {
            counts::written(*meta.level());
        }
    }
}

/// The thread's name, or its number.
fn this_thread() -> String {
    let thread = std::thread::current();
    thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned)
}
