//! Which events are logged.

use super::LevelError;
use crate::private::is_observed;
use std::fmt;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Context, Filter};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;

/// The environment's variables that go before what the program says. The first that is set counts.
const VARIABLES: [&str; 2] = ["OBS_LOG", "RUST_LOG"];

/// Changes the levels.
pub(super) type Set = Box<dyn Fn(&str) -> Result<(), LevelError> + Send + Sync>;

/// Levels by target, which can be changed, for everything but observed calls: those would pay for a span that
/// nobody needs.
pub(super) struct Levels<S>(reload::Layer<EnvFilter, S>);

impl<S> Levels<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    /// Begins with what the environment says, or else with `level`. Also tells what changes them, and
    /// what is wrong in the environment.
    pub(super) fn new(
        level: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(Levels<S>, Set, Option<String>), LevelError> {
        let read = |name| Some((name, environment(name).filter(|text| !text.trim().is_empty())?));
        let said = VARIABLES.into_iter().find_map(read);
        let of_program = parse(level)?;
        let (filter, warning) = match said.map(|(name, text)| (name, parse(&text))) {
            None => (of_program, None),
            Some((_, Ok(filter))) => (filter, None),
            Some((name, Err(mistake))) => (of_program, Some(format!("{name} is ignored: {mistake}"))),
        };
        let (filter, handle) = reload::Layer::new(filter);
        let set = move |level: &str| {
            let gone = |_| LevelError(format!("cannot set {level:?}: its subscriber is gone"));
            handle.reload(parse(level)?).map_err(gone)
        };
        Ok((Levels(filter), Box::new(set), warning))
    }
}

fn parse(levels: &str) -> Result<EnvFilter, LevelError> {
    EnvFilter::try_new(levels).map_err(|error| {
        LevelError(format!("expected levels such as \"info,hyper=warn\"; found {levels:?} ({error})"))
    })
}

impl<S> fmt::Debug for Levels<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Levels")
    }
}

impl<S: Subscriber> Filter<S> for Levels<S> {
    fn enabled(&self, meta: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        !is_observed(meta) && self.0.enabled(meta, context)
    }

    fn callsite_enabled(&self, meta: &'static Metadata<'static>) -> Interest {
        // At once and for all: otherwise each call of each observed function would ask.
        if is_observed(meta) { Interest::never() } else { Filter::callsite_enabled(&self.0, meta) }
    }

    // `event_enabled` is left as it is: no directive looks at the values of an event, and to ask takes a lock that all
    // threads share.

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Filter::max_level_hint(&self.0)
    }

    // Directives may name spans and their fields.
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        Filter::on_new_span(&self.0, attributes, id, context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        Filter::on_record(&self.0, id, values, context);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        Filter::on_enter(&self.0, id, context);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        Filter::on_exit(&self.0, id, context);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        Filter::on_close(&self.0, id, context);
    }
}
