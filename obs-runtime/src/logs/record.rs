//! The layer: events become lines.

use super::counts;
use super::fields::{OfSpan, put};
use super::limit::{self, Rule};
use super::line::{Format, Line};
use super::sink::Writer;
use crate::TraceContext;
use crate::trace::fields::Fields;
use crate::trace::thread;
use std::time::SystemTime;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

/// Writes a line for each event that is let through.
#[derive(Debug)]
pub(super) struct Lines {
    format: Format,
    limits: Vec<Rule>,
    writer: Writer,
    /// Another clock in tests.
    pub(super) now: fn() -> SystemTime,
}

impl Lines {
    pub(super) fn new(format: Format, limits: Vec<Rule>, writer: Writer) -> Lines {
        Lines { format, limits, writer, now: SystemTime::now }
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

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
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
        if meta.target() == crate::private::SLOW {
            // The call's fields as one text, in which nothing could be hidden. They are in `span` too.
            fields.retain(|(name, _)| name != "fields");
        }
        let (trace, correlation) = (TraceContext::current(), crate::correlation_id());
        let line = self.format.write(Line { at: (self.now)(), meta, trace, correlation, fields, span });
        if self.writer.write(&line) {
            counts::written(*meta.level());
        }
    }
}
