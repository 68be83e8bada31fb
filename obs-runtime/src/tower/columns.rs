//! Which of what is known of a request becomes labels, and under what names.
//!
//! Requests are counted by everything that is known of them. A family that shows less of it adds up, when it is
//! asked, the series that look alike: so names and labels cost a request nothing.

use crate::snapshot::{Family, HistogramValue, Labels, Series, Value};
use obs_model::request::RequestLabel;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The labels of a family, in their order.
#[derive(Debug)]
pub(super) struct Columns {
    columns: Vec<Column>,
    /// Whether series can look alike that are not.
    partial: bool,
}

#[derive(Debug)]
struct Column {
    name: &'static str,
    /// Where its value stands among what is known.
    at: usize,
    /// Where that of the error does, if the status has to say both.
    or: Option<usize>,
}

impl Columns {
    /// Of what is told in this order.
    pub(super) fn new(labels: &[(RequestLabel, String)], told: &[RequestLabel]) -> Columns {
        let place = |wanted: RequestLabel| told.iter().position(|label| *label == wanted);
        let has = |wanted: RequestLabel| labels.iter().any(|(label, _)| *label == wanted);
        let or = if has(RequestLabel::ErrorType) { None } else { place(RequestLabel::ErrorType) };
        let columns: Vec<Column> = labels
            .iter()
            .filter_map(|(label, name)| {
                let or = or.filter(|_| *label == RequestLabel::Status);
                Some(Column { name: name.clone().leak(), at: place(*label)?, or })
            })
            .collect();
        Columns { partial: columns.len() < told.len(), columns }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }

    /// The labels of what is known, without those that have no value.
    pub(super) fn of(&self, known: &[&str]) -> Vec<(&'static str, Cow<'static, str>)> {
        let value = |at: usize| known.get(at).copied().filter(|value| !value.is_empty());
        let label = |column: &Column| {
            let value = value(column.at).or_else(|| value(column.or?))?;
            Some((column.name, Cow::Owned(value.to_owned())))
        };
        self.columns.iter().filter_map(label).collect()
    }
}

/// Adds up the series of a family that look alike.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Where the series with these labels is; nothing where no two can be alike.
    places: Option<HashMap<Arc<Labels>, usize>>,
}

impl Merged {
    pub(super) fn of(columns: &Columns) -> Merged {
        Merged { places: columns.partial.then(HashMap::new) }
    }

    pub(super) fn add(&mut self, family: &mut Family, labels: Arc<Labels>, value: Value) {
        let next = family.series.len();
        let place = match &mut self.places {
            Some(places) => *places.entry(Arc::clone(&labels)).or_insert(next),
            None => next,
        };
        match family.series.get_mut(place) {
            Some(series) => sum(&mut series.value, value),
            None => family.series.push(Series { labels, value }),
        }
    }
}

/// Adds the series of another family of that name.
pub(super) fn add(family: &mut Family, other: Family) {
    for Series { labels, value } in other.series {
        match family.series.iter_mut().find(|series| series.labels == labels) {
            Some(series) => sum(&mut series.value, value),
            None => family.series.push(Series { labels, value }),
        }
    }
}

fn sum(into: &mut Value, value: Value) {
    match (into, value) {
        (Value::Integer(into), Value::Integer(value)) => *into += value,
        (Value::Histogram(into), Value::Histogram(value)) if into.bounds == value.bounds => {
            histogram(into, value);
        }
        // Of one family all are of one kind. Layers of one name whose buckets differ cannot be added up.
        _ => {}
    }
}

fn histogram(into: &mut HistogramValue, value: HistogramValue) {
    into.counts.iter_mut().zip(value.counts).for_each(|(into, count)| *into += count);
    into.sum += value.sum;
    for (bucket, exemplar) in value.exemplars {
        match into.exemplars.binary_search_by_key(&bucket, |(bucket, _)| *bucket) {
            Ok(at) if into.exemplars[at].1.at < exemplar.at => into.exemplars[at].1 = exemplar,
            Ok(_) => {}
            Err(at) => into.exemplars.insert(at, (bucket, exemplar)),
        }
    }
}
