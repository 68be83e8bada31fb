//! What of other libraries joins, where a filter says so.

use super::*;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

/// Whether the call is a span of the subscriber.
#[obs_macros::observe(crate = crate)]
fn observed() -> bool {
    let other = tracing::info_span!("other");
    let fine = tracing::debug_span!("fine");
    assert!(fine.is_none() && !other.is_none(), "the filter says so");
    other.in_scope(|| tracing::debug!("too fine"));
    !tracing::Span::current().is_none()
}

#[test]
fn a_filter_leaves_observed_calls_out_of_the_subscriber() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let layer = layer_with_filter(LevelFilter::INFO);
    let _subscriber = tracing_subscriber::registry().with(layer).set_default();
    assert!(!observed(), "it is a span of the subscriber too, which costs ten times as much");
    let traces = recording.tracer.inbox.take();
    let records: Vec<_> = traces.iter().flat_map(|trace| &trace.records).collect();
    assert_eq!(records.len(), 2, "{records:?}");
    assert!(records.iter().all(|record| record.extra.as_ref().is_none_or(|extra| extra.events.is_empty())));
}

#[test]
fn a_layer_that_is_there_twice_records_once() {
    let recording = Recording::start(Sampling::always(), Limits::default());
    let _subscriber = tracing_subscriber::registry().with(layer()).with(layer()).set_default();
    tracing::info_span!("outer").in_scope(|| tracing::info_span!("inner").in_scope(|| ()));
    let traces = recording.tracer.inbox.take();
    let records: Vec<_> = traces.iter().flat_map(|trace| &trace.records).collect();
    assert_eq!((traces.len(), records.len()), (1, 2), "{records:?}");
    assert_eq!(records[0].parent, records[1].id);
}
