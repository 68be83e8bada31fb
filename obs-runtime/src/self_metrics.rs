//! What the runtime says about its own work.
//!
//! Plain atomics rather than our instruments: these change a few times a minute, and they must not
//! depend on the machinery that they report on.

use crate::exposition::Format;
use crate::snapshot::{Bounds, Family, FamilyKind, HistogramValue, Labels};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Scrapes so far, by the format of their page.
static SCRAPES: [AtomicU64; Format::ALL.len()] = [const { AtomicU64::new(0) }; Format::ALL.len()];

const SECONDS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0];
static BOUNDS: LazyLock<Arc<Bounds>> = LazyLock::new(|| Arc::new(Bounds::new(&SECONDS)));
static DURATIONS: [AtomicU64; SECONDS.len() + 1] = [const { AtomicU64::new(0) }; SECONDS.len() + 1];
static DURATION_NANOS: AtomicU64 = AtomicU64::new(0);

/// A page was made: in this format, in this time, from reading the instruments to compression.
pub(crate) fn scraped(format: Format, took: Duration) {
    add(&SCRAPES[format as usize], 1);
    let seconds = took.as_secs_f64();
    add(&DURATIONS[SECONDS.partition_point(|bound| *bound < seconds)], 1);
    add(&DURATION_NANOS, u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
}

/// Appends `obs_scrapes_total`, `obs_scrape_duration_seconds` and, with a server,
/// `obs_http_rejected_total`.
pub(crate) fn collect(into: &mut Vec<Family>) {
    let mut scrapes =
        Family::new("obs_scrapes_total", "Pages of metrics that were made, by format.", FamilyKind::Counter);
    for format in Format::ALL {
        let labels = Labels::new([("format", format.as_str())]);
        scrapes = scrapes.with_labels(labels, read(&SCRAPES[format as usize]));
    }
    into.push(scrapes);
    into.push(
        Family::new(
            "obs_scrape_duration_seconds",
            "Time to make a page of metrics, from reading the instruments to compression.",
            FamilyKind::Histogram,
        )
        .with(HistogramValue {
            bounds: Arc::clone(&BOUNDS),
            counts: DURATIONS.iter().map(read).collect(),
            sum: Duration::from_nanos(read(&DURATION_NANOS)).as_secs_f64(),
            exemplars: Vec::new(),
        }),
    );
    #[cfg(feature = "server")]
    into.push(rejections::family());
}

fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(feature = "server")]
pub(crate) use rejections::{Rejection, rejected};

#[cfg(feature = "server")]
mod rejections {
    use super::{add, read};
    use crate::snapshot::{Family, FamilyKind, Labels};
    use std::sync::atomic::AtomicU64;

    /// Why a connection got no answer to what it asked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Rejection {
        /// All places were taken.
        Busy,
        /// Its header was too large.
        TooLarge,
        /// It did not speak HTTP/1.
        Malformed,
        /// It did not finish its header, or did not read its answer, in time.
        TooSlow,
    }

    const ALL: [(Rejection, &str); 4] = [
        (Rejection::Busy, "busy"),
        (Rejection::TooLarge, "header_too_large"),
        (Rejection::Malformed, "malformed"),
        (Rejection::TooSlow, "timeout"),
    ];
    static COUNTS: [AtomicU64; ALL.len()] = [const { AtomicU64::new(0) }; ALL.len()];

    /// A connection was turned away.
    pub(crate) fn rejected(why: Rejection) {
        add(&COUNTS[why as usize], 1);
    }

    pub(super) fn family() -> Family {
        let family = Family::new(
            "obs_http_rejected_total",
            "Connections to the metrics server that were turned away, by reason.",
            FamilyKind::Counter,
        );
        ALL.into_iter().fold(family, |family, (why, word)| {
            family.with_labels(Labels::new([("reason", word)]), read(&COUNTS[why as usize]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Value;

    #[test]
    fn a_scrape_lands_in_its_bucket() {
        scraped(Format::OpenMetrics, Duration::from_micros(800));
        scraped(Format::Text, Duration::from_secs(60));
        let mut families = Vec::new();
        collect(&mut families);
        let duration = families.iter().find(|family| family.name == "obs_scrape_duration_seconds").unwrap();
        let Value::Histogram(value) = &duration.series[0].value else { panic!("{duration:?}") };
        assert!(value.counts[1] >= 1 && value.counts[SECONDS.len()] >= 1, "{value:?}");
        assert!(value.sum > 60.0);
    }
}
