//! Two items with one series: two methods of one name in a module, or two functions that share a family.

use super::Metric;
use crate::private::Live;
use crate::snapshot::{Family, Labels, Series, Value};
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The families in which that happens; the others need not be looked through at each snapshot.
pub(super) fn families(sites: &[&'static Live], metrics: &[Metric]) -> HashSet<Cow<'static, str>> {
    let mut seen = HashSet::new();
    // Always: an error type may give two categories of one function the same name, and two functions of
    // one name have the same labels.
    let mut merged = HashSet::from(["errors_total", "obs_label_overflow_total"].map(Cow::Borrowed));
    for site in sites {
        let identity = match site.desc.metric {
            Some(own) => (own, "", ""),
            None => ("function_calls", site.desc.name, site.desc.module),
        };
        if !seen.insert(identity) {
            let suffixes = ["total", "duration_seconds", "concurrent", "slow_total"];
            merged.extend(suffixes.map(|suffix| Cow::Owned(format!("{}_{suffix}", identity.0))));
        }
    }
    for metric in metrics {
        let name = metric.desc().name;
        if !seen.insert((name, "", "metric")) {
            merged.insert(Cow::Borrowed(name));
        }
    }
    merged
}

/// Adds up the series of a family that have the same labels.
pub(super) fn series(family: &mut Family) {
    let mut places: HashMap<Arc<Labels>, usize> = HashMap::new();
    let mut kept: Vec<Series> = Vec::with_capacity(family.series.len());
    for series in family.series.drain(..) {
        match places.entry(Arc::clone(&series.labels)) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(series);
            }
            Entry::Occupied(place) => add(&mut kept[*place.get()].value, series.value),
        }
    }
    family.series = kept;
}

fn add(sum: &mut Value, value: Value) {
    match (sum, value) {
        (Value::Integer(sum), Value::Integer(value)) => *sum = sum.wrapping_add(value),
        (Value::Float(sum), Value::Float(value)) => *sum += value,
        (Value::Float(sum), Value::Integer(value)) => *sum += value as f64,
        (Value::Histogram(sum), Value::Histogram(value)) => {
            // The bounds agree: the registry has left out an item whose bounds do not.
            for (sum, count) in sum.counts.iter_mut().zip(value.counts) {
                *sum = sum.wrapping_add(count);
            }
            sum.sum += value.sum;
            for exemplar in value.exemplars {
                if !sum.exemplars.iter().any(|(bucket, _)| *bucket == exemplar.0) {
                    sum.exemplars.push(exemplar);
                }
            }
            sum.exemplars.sort_by_key(|(bucket, _)| *bucket);
        }
        (sum @ Value::Integer(_), Value::Float(value)) => {
            let Value::Integer(whole) = *sum else { return };
            *sum = Value::Float(whole as f64 + value);
        }
        // A family has one kind of value.
        _ => {}
    }
}
