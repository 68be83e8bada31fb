//! What queries may ask for.

use super::check::{Labels, did_you_mean, labels_of};
use crate::compose::foreign::Foreign;
use crate::family::{HISTOGRAM_SAMPLES, Schema, TARGET_LABELS};
use crate::plan::Plan;
use crate::rules;
use obs_model::suggest::nearest;
use std::collections::BTreeMap;

/// Series that Prometheus itself makes, whatever it scrapes. Their labels are not checked. In what a person
/// composes they have to be declared, like the metrics of any other program.
const PROMETHEUS: [&str; 7] = [
    "up",
    "ALERTS",
    "ALERTS_FOR_STATE",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
];

/// What queries may ask for.
#[derive(Clone, Debug, Default)]
pub struct Known {
    schema: Schema,
    recorded: BTreeMap<String, Labels>,
    foreign: Vec<Foreign>,
    /// Whether everything from elsewhere has to be declared.
    strict: bool,
}

impl Known {
    /// What the program exports.
    pub fn of(schema: Schema) -> Known {
        Known { schema, ..Known::default() }
    }

    /// What the program exports, what its rules record, and what its build script declares of others.
    pub fn of_plan(plan: &Plan) -> Known {
        let mut known = Known {
            schema: Schema::of_plan(plan),
            foreign: plan.composed.foreign.clone(),
            ..Known::default()
        };
        for (name, query, labels) in rules::recorded(plan) {
            known.record(&name, &query, labels.iter().map(String::as_str));
        }
        known
    }

    /// The same, for what a person composes: whatever is not of this program has to be declared.
    #[must_use]
    pub(crate) fn strict(mut self) -> Known {
        self.strict = true;
        self
    }

    /// Whether the program exports this itself, or its rules record it.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.recorded.contains_key(name) || self.schema.labels(name).is_some()
    }

    /// Adds what a recording rule records. Its expression is checked where it stands, with
    /// [`check`](super::check::check).
    pub fn record<'a>(&mut self, name: &str, query: &str, labels: impl IntoIterator<Item = &'a str>) {
        let found = labels_of(query, self);
        let found =
            found.map(|found| found.into_iter().chain(labels.into_iter().map(str::to_owned)).collect());
        // Rules of one name for several functions may differ in labels: any of them will do.
        let both = match (self.recorded.remove(name), found) {
            (Some(Some(mut before)), Some(found)) => {
                before.extend(found);
                Some(before)
            }
            (Some(None), _) | (_, None) => None,
            (None, found) => found,
        };
        self.recorded.insert(name.to_owned(), both);
    }

    /// The labels of a name, or what is wrong with it.
    pub(super) fn labels(&self, name: &str) -> Result<Labels, String> {
        if PROMETHEUS.contains(&name) && !self.strict {
            return Ok(None);
        }
        if let Some(labels) = self.recorded.get(name) {
            return Ok(labels.clone());
        }
        match self.schema.labels(name) {
            Some(labels) => Ok(Some(labels.into_iter().chain(TARGET_LABELS).map(str::to_owned).collect())),
            None => self.declared(name).ok_or_else(|| self.unknown(name)),
        }
    }

    /// The labels of a metric of another program; `None` if none of that name is declared.
    fn declared(&self, name: &str) -> Option<Labels> {
        let mut covering = self.foreign.iter().filter(|foreign| foreign.covers(name));
        // What is said of one metric is more exact than what is said of many.
        let exact = covering.clone().find(|foreign| !foreign.prefix);
        let labels = exact.or_else(|| covering.next())?.labels.as_ref();
        Some(labels.map(|labels| labels.iter().cloned().chain(TARGET_LABELS.map(str::to_owned)).collect()))
    }

    fn unknown(&self, name: &str) -> String {
        if PROMETHEUS.contains(&name) {
            return format!(
                "`{name}` is not exported by this program but made by Prometheus; declare it: \
                 `.foreign(Foreign::metric(\"{name}\"))`"
            );
        }
        let samples: Vec<String> = self.schema.samples().collect();
        if HISTOGRAM_SAMPLES.iter().all(|suffix| samples.contains(&format!("{name}{suffix}"))) {
            return format!(
                "`{name}` is a histogram: its samples are `{name}_bucket`, `{name}_sum` and `{name}_count`"
            );
        }
        let names = samples.iter().map(String::as_str).chain(self.recorded.keys().map(String::as_str));
        let names = names.chain(self.foreign.iter().filter(|f| !f.prefix).map(|f| f.name.as_str()));
        match nearest(name, names) {
            None if self.strict => format!(
                "unknown metric `{name}`; if another program exports it, declare it: \
                 `.foreign(Foreign::metric(\"{name}\"))`"
            ),
            near => did_you_mean(format!("unknown metric `{name}`"), near),
        }
    }
}
