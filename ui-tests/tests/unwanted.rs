//! A program of its own, because a subscriber anywhere in a process decides about spans everywhere in it.

use obs_runtime::observe;
use std::sync::atomic::{AtomicU32, Ordering};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};

static EVALUATED: AtomicU32 = AtomicU32::new(0);

#[observe(level = "debug", fields(value = EVALUATED.fetch_add(1, Ordering::Relaxed)))]
fn quiet() {}

#[observe(level = "debug", fields(value = EVALUATED.fetch_add(1, Ordering::Relaxed)))]
async fn quiet_later() {}

struct Wants;

impl<S: tracing::Subscriber> Layer<S> for Wants {}

#[test]
fn fields_are_evaluated_for_spans_that_are_wanted() {
    let both = || {
        quiet();
        ui_tests::ready(quiet_later());
        EVALUATED.swap(0, Ordering::Relaxed)
    };
    assert_eq!(both(), 0, "without a subscriber");
    let at = |level| tracing_subscriber::registry().with(Wants.with_filter(level));
    assert_eq!(tracing::subscriber::with_default(at(LevelFilter::INFO), both), 0, "below its level");
    assert_eq!(tracing::subscriber::with_default(at(LevelFilter::DEBUG), both), 2, "at its level");
    ui_tests::ended!("quiet", "ok" => 3);
    ui_tests::ended!("quiet_later", "ok" => 3);
}
