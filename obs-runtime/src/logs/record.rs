//! The layer: events become lines, and log records.

use super::config::Logs;
use super::counts::{self, Reason};
use super::event::Copied;
#[cfg(feature = "otlp")]
use super::event::Event;
use super::fields::{OfSpan, put};
use super::limit::{self, Rule};
use super::line::{Form, Known};
use super::paper::Paper;
use super::sink::{Sink, Writer};
use crate::carry;
use crate::secret::Redacted;
use crate::trace::fields::Fields;
use crate::trace::record::{FieldValue, Named};
use crate::trace::thread;
use crate::{Baggage, TraceContext};
use std::io;
use std::time::SystemTime;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event as TracingEvent, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

/// Logs each event that is let through.
#[derive(Debug)]
pub(super) struct Events {
    limits: Vec<Rule>,
    redacted: Redacted,
    baggage: Vec<Box<str>>,
    threads: bool,
    form: Form,
    /// `None` where no lines are wanted.
    lines: Option<Writer>,
    #[cfg(feature = "otlp")]
    otlp: bool,
    /// Another clock in tests.
    pub(super) now: fn() -> SystemTime,
}

impl Events {
    /// With the sink, whose end is that of the lines.
    pub(super) fn open(logs: Logs) -> io::Result<(Events, Option<Sink>)> {
        let sink = logs.sink.map(|sink| sink.open(logs.buffer, logs.buffer_bytes)).transpose()?;
        counts::begin();
        #[cfg(feature = "otlp")]
        if logs.otlp {
            crate::otlp::logs::ask();
        }
        let events = Events {
            limits: logs.limits,
            redacted: logs.redacted,
            baggage: logs.baggage,
            threads: logs.threads,
            form: logs.form,
            lines: sink.as_ref().map(Sink::writer),
            #[cfg(feature = "otlp")]
            otlp: logs.otlp,
            now: SystemTime::now,
        };
        Ok((events, sink))
    }

    /// The fields, where more is to be done with them than to write them: they are exported too, or the baggage adds to
    /// them, or one of them is left out.
    fn copied(&self, event: &TracingEvent<'_>) -> Option<Copied> {
        let slow = event.metadata().target() == crate::private::SLOW;
        if !slow && self.baggage.is_empty() && !self.exports() {
            return None;
        }
        let mut fields = Fields::read(|fields| event.record(fields)).into_values();
        let message = fields.iter().position(|(name, _)| name == "message").map(|at| fields.remove(at).1);
        if slow {
            // The call's fields as one text, in which nothing could be hidden. They are in `span` too.
            fields.retain(|(name, _)| name != "fields");
        }
        self.add_baggage(&mut fields);
        self.redacted.hide(&mut fields);
        Some(Copied { message, fields })
    }

    /// Adds what is wanted of the baggage, unless the event has a field of that name.
    fn add_baggage(&self, fields: &mut Vec<Named>) {
        if self.baggage.is_empty() {
            return;
        }
        let baggage = Baggage::current();
        for name in &self.baggage {
            if let Some(value) = baggage.get(name)
                && fields.iter().all(|(known, _)| **known != **name)
            {
                fields.push((name.to_string().into(), FieldValue::Text(value.into())));
            }
        }
    }

    /// Writes a line. Its memory is that of the one before on this thread.
    fn write(
        &self,
        lines: &Writer,
        event: &TracingEvent<'_>,
        copied: Option<&Copied>,
        span: &[Named],
        known: Known<'_>,
    ) -> bool {
        let (mut paper, form) = (Paper::take(), self.form);
        match copied {
            Some(Copied { message, fields }) => {
                message.iter().for_each(|message| paper.message(form, message.into()));
                fields.iter().for_each(|(name, value)| paper.field(form, name, value.into()));
            }
            None => paper.read(form, &self.redacted, event),
        }
        span.iter().for_each(|(name, value)| paper.of_span(form, name, value.into()));
        // What may be the last words of a program does not wait for others.
        let urgent = *known.meta.level() == Level::ERROR;
        let written = lines.write(paper.line(form, known), urgent);
        paper.leave();
        written
    }

    #[cfg(feature = "otlp")]
    fn exports(&self) -> bool {
        self.otlp
    }

    #[cfg(not(feature = "otlp"))]
    #[expect(clippy::unused_self)]
    fn exports(&self) -> bool {
        false
    }

    /// Whether there is somebody who exports it.
    #[cfg(feature = "otlp")]
    fn export(&self, copied: Option<Copied>, known: Known<'_>) -> bool {
        let offered = copied.filter(|_| self.otlp).is_some_and(|Copied { message, fields }| {
            let Known { at, meta, trace, correlation, thread } = known;
            let (correlation, thread) = (correlation.cloned(), thread.map(str::to_owned));
            crate::otlp::logs::offer(Event { at, meta, trace, correlation, thread, message, fields })
        });
        if !offered && self.lines.is_none() {
            counts::dropped(Reason::NotExported);
        }
        offered
    }

    #[cfg(not(feature = "otlp"))]
    #[expect(clippy::unused_self)]
    fn export(&self, _: Option<Copied>, _: Known<'_>) -> bool {
        false
    }
}

impl<S> Layer<S> for Events
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
        if *meta.level() > Level::WARN && carry::is_quiet() {
            return counts::dropped(Reason::Sampled);
        }
        let (at, copied) = ((self.now)(), self.copied(event));
        let (correlation, thread) = (crate::correlation_id(), self.threads.then(this_thread));
        let (correlation, thread) = (correlation.as_ref(), thread.as_deref());
        let known = Known { at, meta, trace: TraceContext::current(), correlation, thread };
        let written = self.lines.as_ref().is_some_and(|lines| {
            // Only lines say what is around an event.
            let mut span = Vec::new();
            for around in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
                if let Some(OfSpan(fields)) = around.extensions().get::<OfSpan>() {
                    fields.iter().for_each(|field| put(&mut span, field.clone()));
                }
            }
            thread::each_field(|field| put(&mut span, field.clone()));
            self.redacted.hide(&mut span);
            self.write(lines, event, copied.as_ref(), &span, known)
        });
        if self.export(copied, known) || written {
            counts::logged(*meta.level());
        }
    }
}

/// The thread's name, or its number.
fn this_thread() -> String {
    let thread = std::thread::current();
    thread.name().map_or_else(|| format!("{:?}", thread.id()), str::to_owned)
}
