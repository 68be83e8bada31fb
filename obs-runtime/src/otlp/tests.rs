//! The exporter, against collectors that behave and that do not.

#[cfg(feature = "otlp-tls")]
#[path = "../../tests/otlp/authority.rs"]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod authority;
#[path = "../../tests/otlp/collector.rs"]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod collector;
#[path = "../../tests/otlp/rotel.rs"]
#[allow(unreachable_pub, missing_debug_implementations)]
mod rotel;

mod bounds;
mod contents;
mod env;
mod json;
#[cfg(all(feature = "logs", not(feature = "off")))]
mod logs;
mod losses;
mod parts;
#[cfg(all(feature = "tracing-subscriber", not(feature = "off")))]
mod secrets;
#[cfg(feature = "otlp-tls")]
#[path = "../../tests/otlp/terminator.rs"]
#[allow(dead_code, unreachable_pub, missing_debug_implementations)]
mod terminator;
mod tls;
mod written;

use super::Otlp;
use super::exporter::{Exporter, Program};
use super::settings::Settings;
use crate::context::TraceContext;
use crate::private::{Category, Errors, Severity, Site};
use crate::trace::record::{Ended, Origin};
use crate::trace::thread::{self, Above};
use crate::trace::{ALONE, Sampling};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

static CHECKOUT: Site = Site::new("checkout", "shop::cart", "src/cart.rs", 7, 1, "", false, Errors::NONE);
static CHARGE: Site = Site::new("charge", "bank::card", "src/card.rs", 9, 1, "", false, Errors::NONE);
static BROKEN: Category =
    Category { name: "broken", severity: Severity::Critical, retry_after: None, action: None, runbook: None };

/// An exporter that nobody else uses, for as long as it lives.
struct Exporting {
    exporter: Exporter,
    _alone: MutexGuard<'static, ()>,
}

impl Exporting {
    /// With pauses that nobody has to wait for, and nothing sent before it is told.
    fn start(otlp: Otlp, configure: impl FnOnce(&mut Settings)) -> Exporting {
        Exporting::sampled(otlp, Sampling::always(), configure)
    }

    fn sampled(otlp: Otlp, sampling: Sampling, configure: impl FnOnce(&mut Settings)) -> Exporting {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut settings = otlp.into_settings().unwrap();
        settings.pauses = (Duration::from_millis(2), Duration::from_millis(10));
        settings.schedule_delay = Duration::from_secs(3600);
        settings.metric_interval = Duration::from_secs(3600);
        configure(&mut settings);
        let program = Program { name: "shop".to_owned(), version: Some("1.2.3") };
        Exporting { exporter: Exporter::start(&settings, sampling, &program).unwrap(), _alone: alone }
    }

    fn queued(&self) -> usize {
        self.exporter.tracer().inbox.queued()
    }

    /// Everything that is known of spans, which adds up to how many have ended while the exporter is at rest.
    fn accounted(&self) -> u64 {
        let counts = &self.exporter.tracer().counts;
        let all = [
            &counts.exported,
            &counts.failed,
            &counts.sampled_out,
            &counts.limited,
            &counts.overflowed,
            &counts.queue_full,
        ];
        all.iter().map(|count| count.load(Ordering::SeqCst)).sum::<u64>() + self.queued() as u64
    }
}

/// A call that ends so.
fn call<R>(site: &'static Site, ended: Ended, body: impl FnOnce() -> R) -> R {
    assert!(thread::enter(Above::Current, None).is_some());
    let start = crate::clock::now();
    let result = body();
    thread::leave(Origin::Function(site.live()), start, crate::clock::now(), ended, 0);
    result
}

/// A checkout with two charges, the second of which fails.
fn tree() -> TraceContext {
    call(&CHECKOUT, Ended::Ok, || {
        call(&CHARGE, Ended::Ok, || ());
        call(&CHARGE, Ended::Error(&BROKEN), || ());
        TraceContext::current().unwrap()
    })
}
