//! The families of observed functions.

use crate::instrument::errors::ErrorCounts;
use crate::instrument::family::{Page, named};
use crate::instrument::timing;
use crate::label::Combination;
use crate::private::{Category, Fallible, Live, Outcome};
use crate::snapshot::{FamilyKind, HistogramValue, Series, Value};
use std::borrow::Cow;

type Pairs = Vec<(&'static str, Cow<'static, str>)>;

const ERRORS: Cow<'static, str> = Cow::Borrowed("errors_total");
const ERRORS_HELP: &str = "Errors that left an observed function or were reported, by category and severity.";

// Lanes of a site's label sets in the texts: its outcomes come first, then these.
const IDENTITY: usize = 4;
const CATEGORIES: usize = 5;

/// Adds the families of all sites.
pub(super) fn collect(sites: &[&'static Live], page: &mut Page<'_>) {
    let mut series = Seen::default();
    for site in sites {
        // Ends before starts: see `cells::Update`.
        let ended = ended(site, page, &mut series);
        let concurrent = page.reader.total(&site.site.started).saturating_sub(ended);
        let labels = page.texts.labels(*site, 0, IDENTITY, || identity(site));
        let series = Series { labels, value: concurrent.into() };
        page.named(family(site, Part::Concurrent), "Calls in progress.", FamilyKind::Gauge).push(series);
        slow(site, page);
        if !site.interns.all().is_empty() {
            let name = format!("{}::{}", site.desc.module, site.desc.name);
            page.overflows(name.into(), site.desc.labels, &site.interns);
        }
    }
}

/// Memory for one site's series, which the next one uses again.
#[derive(Debug, Default)]
struct Seen {
    calls: Vec<Series>,
    durations: Vec<Series>,
}

/// Adds the errors that were reported where no observed function returned them.
pub(super) fn collect_reports(reports: &'static ErrorCounts, page: &mut Page<'_>) {
    reports.each_category(|_, category, counts| {
        let labels = page.texts.labels(category, 0, 0, || error_labels("report", "", category));
        let value = counts.total(page.reader).into();
        page.named(ERRORS, ERRORS_HELP, FamilyKind::Counter).push(Series { labels, value });
    });
}

/// Adds the slow calls of a function that has a bound for them.
fn slow(site: &'static Live, page: &mut Page<'_>) {
    if site.desc.slow.is_some() {
        let labels = page.texts.labels(site, 0, IDENTITY, || identity(site));
        let series = Series { labels, value: page.reader.total(&site.slow.count).into() };
        page.named(family(site, Part::Slow), "Calls over their bound.", FamilyKind::Counter).push(series);
    }
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Calls,
    Duration,
    Concurrent,
    Slow,
}

/// The shared family's name, or that of the function's own.
fn family(site: &Live, part: Part) -> Cow<'static, str> {
    let (shared, suffix) = match part {
        Part::Calls => ("function_calls_total", "total"),
        Part::Duration => ("function_calls_duration_seconds", "duration_seconds"),
        Part::Concurrent => ("function_calls_concurrent", "concurrent"),
        Part::Slow => ("function_calls_slow_total", "slow_total"),
    };
    site.desc.metric.map_or(Cow::Borrowed(shared), |own| Cow::Owned(format!("{own}_{suffix}")))
}

fn identity(site: &Live) -> Pairs {
    match site.desc.metric {
        Some(_) => Vec::new(),
        None => vec![("function", site.desc.name.into()), ("module", site.desc.module.into())],
    }
}

fn labels(site: &Live, at: Combination, outcome: Outcome, error: Option<&'static Category>) -> Pairs {
    let mut pairs = identity(site);
    pairs.push(("result", outcome.as_str().into()));
    pairs.extend(error.map(|category| ("error_type", Cow::Borrowed(category.name))));
    pairs.extend(named(site.desc.labels, site.site.calls.values(at, site.interns.all())));
    pairs
}

fn error_labels(function: &'static str, module: &'static str, category: &'static Category) -> Pairs {
    let severity = category.severity.as_str();
    [("function", function), ("module", module), ("category", category.name), ("severity", severity)]
        .map(|(name, value)| (name, Cow::Borrowed(value)))
        .into()
}

/// Adds a site's calls and durations by outcome, and its errors; returns how many calls have ended.
fn ended(site: &'static Live, page: &mut Page<'_>, seen: &mut Seen) -> u64 {
    let mut ended = 0;
    let Seen { calls, durations } = seen;
    let labelled = !site.desc.labels.is_empty();
    let bounds = page.texts.bounds(site.desc.buckets);
    site.site.calls.each(labelled, |at, slots| {
        for outcome in Outcome::ALL {
            let slot = &slots[outcome as usize];
            // Without labels, what the signature allows is there from the start.
            let possible = !labelled && is_possible(site, outcome);
            if !slot.is_used() && !possible {
                continue;
            }
            let lane = outcome as usize;
            let labels = page.texts.labels(site, at.number(), lane, || labels(site, at, outcome, None));
            let (counts, sum) = timing::read(page.reader, slot, site.desc.buckets.len());
            let count = counts.iter().sum();
            ended += count;
            // A dozen series of durations are worth their space only where calls usually end so.
            if slot.is_used() || matches!(outcome, Outcome::Ok | Outcome::Error) {
                let exemplars = site.exemplars.of(Live::series(at, outcome), counts.len());
                let value = HistogramValue { bounds: bounds.clone(), counts, sum, exemplars };
                durations.push(Series { labels: labels.clone(), value: value.into() });
            }
            // Errors are counted by category, below.
            if outcome != Outcome::Error {
                calls.push(Series { labels, value: Value::Integer(count) });
            }
        }
    });
    errors(site, page, calls);
    page.named(family(site, Part::Calls), "Calls by result.", FamilyKind::Counter).append(calls);
    let help = "How long calls took, by result.";
    page.named(family(site, Part::Duration), help, FamilyKind::Histogram).append(durations);
    ended
}

/// Adds a site's errors by category: to its calls with `result="error"`, and to `errors_total`.
fn errors(site: &'static Live, page: &mut Page<'_>, calls: &mut Vec<Series>) {
    let labelled = !site.desc.labels.is_empty();
    site.errors.each_category(|number, category, counts| {
        let lane = CATEGORIES + 2 * number;
        let mut total = 0;
        counts.each(page.reader, |at, count| {
            total += count;
            if !labelled || count > 0 {
                let make = || labels(site, at, Outcome::Error, Some(category));
                let labels = page.texts.labels(site, at.number(), lane, make);
                calls.push(Series { labels, value: Value::Integer(count) });
            }
        });
        let make = || error_labels(site.desc.name, site.desc.module, category);
        let labels = page.texts.labels(site, 0, lane + 1, make);
        page.named(ERRORS, ERRORS_HELP, FamilyKind::Counter).push(Series { labels, value: total.into() });
    });
}

/// Whether a call can end so, as far as its signature tells.
fn is_possible(site: &Live, outcome: Outcome) -> bool {
    match outcome {
        Outcome::Ok | Outcome::Panic => true,
        Outcome::Error => site.desc.errors.fallible == Fallible::Always,
        Outcome::Cancelled => site.desc.is_async,
    }
}
