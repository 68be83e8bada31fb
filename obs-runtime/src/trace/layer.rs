//! Spans and events of other libraries, in the same traces.

use super::fields::{Addition, Fields};
use super::record::{Ended, Event, Origin};
use super::thread::{self, Above, Active};
use crate::clock;
use crate::private::is_observed;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event as TracingEvent, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;

/// A layer for a `tracing-subscriber` registry, through which the spans and events of other libraries join
/// the traces of observed calls.
///
/// What `hyper`, `sqlx` or `tower-http` record inside of an observed call is below its span, an event inside
/// of it is one of its span's, and an observed call inside of a span of theirs is below that. Observed calls
/// themselves do not come this way: they are recorded where they end, at a fraction of the cost.
///
/// An event on a thread or in a task that has a [`Context`](crate::Context) and no span of its own is one of the span
/// that the context names, also when that has ended, for as long as it has not been sent: a trace is sent when its
/// outermost call in this process ends, and what ends after that by itself. An event that comes later is in no span, and
/// counted in `obs_span_events_late_total`; as a log it has the span's ids all the same.
///
/// Costs next to nothing while no traces are recorded. All spans and events join: [`layer_with_filter`] takes those
/// that a filter lets through, and is what to use instead of `layer().with_filter(…)`.
///
/// Observed calls are no spans of the registry unless another layer wants them to be, so
/// `Span::current()` inside of one is the span around it.
///
/// ```
/// use tracing_subscriber::prelude::*;
///
/// let _guard = tracing_subscriber::registry().with(obs_runtime::layer()).set_default();
/// ```
pub fn layer<S>() -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Foreign.with_filter(NotObserved)
}

/// As [`layer`], of the spans and events that this filter lets through.
///
/// A filter around the layer, `layer().with_filter(…)`, lets the same through, and costs much more: it wants observed
/// calls, which the layer inside does not, so each of them becomes a span of the registry, for nobody. That is some ten
/// times what the call costs otherwise.
///
/// ```
/// use tracing_subscriber::filter::LevelFilter;
/// use tracing_subscriber::prelude::*;
///
/// let layer = obs_runtime::layer_with_filter(LevelFilter::INFO);
/// let _guard = tracing_subscriber::registry().with(layer).set_default();
/// ```
pub fn layer_with_filter<S>(filter: impl Filter<S> + 'static) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Foreign.with_filter(NotObserved.and(filter))
}

/// Keeps observed functions away.
struct NotObserved;

impl<S> Filter<S> for NotObserved {
    fn enabled(&self, meta: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        !is_observed(meta)
    }

    fn callsite_enabled(&self, meta: &'static Metadata<'static>) -> Interest {
        // At once and for all: otherwise each call of each observed function would ask.
        if is_observed(meta) { Interest::never() } else { Interest::always() }
    }
}

#[derive(Debug)]
struct Foreign;

/// What is kept of a span beside the registry's own data.
struct Open {
    active: Active,
    start: u64,
    ended: Ended,
}

impl<S> Layer<S> for Foreign
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if !super::is_on() {
            return;
        }
        let Some(span) = context.span(id) else { return };
        let fields = Fields::read(|fields| attributes.record(fields));
        let below = |parent| Some(context.span(parent)?.extensions().get::<Open>()?.active.below());
        let active = match attributes.parent().and_then(below) {
            Some(active) => active,
            None if attributes.is_root() => thread::begin(Above::Nothing, None),
            None => thread::begin(Above::Current, None),
        };
        let Some(mut active) = active else { return };
        let ended = fields.ended().unwrap_or(Ended::Ok);
        if !attributes.is_empty() {
            active.add(Addition::Fields(fields));
        }
        let mut extensions = span.extensions_mut();
        // Unless somebody has added this layer twice: a second of one kind would be a panic.
        if extensions.get_mut::<Open>().is_none() {
            extensions.insert(Open { active, start: clock::now(), ended });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let fields = Fields::read(|fields| values.record(fields));
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            open.ended = fields.ended().unwrap_or(open.ended);
            open.active.add(Addition::Fields(fields));
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        let (Some(span), Some(cause)) = (context.span(id), context.span(follows)) else { return };
        let cause = cause.extensions().get::<Open>().map(|open| open.active.ids());
        if let (Some((trace, id)), Some(open)) = (cause, span.extensions_mut().get_mut::<Open>()) {
            open.active.add(Addition::Link(trace, id));
        }
    }

    fn on_event(&self, event: &TracingEvent<'_>, context: Context<'_, S>) {
        if !super::is_on() {
            return;
        }
        let parent = event.parent().and_then(|parent| context.span(parent));
        if parent.is_none() && !thread::is_recording() {
            // Nobody would see what it takes to copy.
            return;
        }
        let (at, meta) = (clock::now(), event.metadata());
        let fields = Fields::read_some(meta.fields().len(), |fields| event.record(fields));
        let event_ = Addition::Event(Event { meta, at, fields: fields.values });
        match parent {
            None => thread::add(event_),
            Some(parent) => {
                if let Some(open) = parent.extensions_mut().get_mut::<Open>() {
                    open.active.add(event_);
                }
            }
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            open.active.resume();
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(open) = span.extensions_mut().get_mut::<Open>() {
            open.active.suspend();
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let open = span.extensions_mut().remove::<Open>();
        if let Some(Open { active, start, ended }) = open {
            active.end(Origin::Foreign(span.metadata()), start, clock::now(), ended, 0);
        }
    }
}
