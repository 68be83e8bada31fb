//! Opinions about a catalogue that is valid: what Prometheus' own guides and people on call ask for.

#[cfg(feature = "cli")]
mod unused;

#[cfg(feature = "cli")]
pub use unused::unused;

use crate::mistake::Mistake;
use obs_model::{Catalogue, Function, Kernel, Kind, Label, Metric, Place, Severity, duration};
use std::collections::BTreeMap;
use std::fmt;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A metric's name repeats its kind or its labels, or is not in lower case.
    Name,
    /// A unit that is not a base unit, or a histogram that names none.
    Unit,
    /// More series than a family should have.
    Cardinality,
    /// No help: a panel would have nothing to say.
    Help,
    /// Something that wakes people up and does not say what to do.
    Runbook,
    /// Two functions or two kernels that cannot be told apart.
    Identity,
    /// Nobody looks at it: no dashboard, rule or alert asks for it.
    Unused,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 7] =
        [Rule::Name, Rule::Unit, Rule::Cardinality, Rule::Help, Rule::Runbook, Rule::Identity, Rule::Unused];

    /// The word for it, in findings and after `--allow`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Rule::Name => "name",
            Rule::Unit => "unit",
            Rule::Cardinality => "cardinality",
            Rule::Help => "missing-help",
            Rule::Runbook => "missing-runbook",
            Rule::Identity => "identity",
            Rule::Unused => "unused",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A label with more values than this is a label that should not be one.
pub const MAX_CAP: u32 = 200;

/// The most sets of label values that one family should have, in one process.
pub const MAX_LABEL_SETS: u64 = 2_000;

/// Values of an enum that the source does not show, as of another crate.
const UNKNOWN_VALUES: u64 = 8;

/// Units that are not base units, and what to write instead.
const UNITS: [(&str, &str); 14] = [
    ("ms", "seconds"),
    ("millis", "seconds"),
    ("milliseconds", "seconds"),
    ("us", "seconds"),
    ("micros", "seconds"),
    ("microseconds", "seconds"),
    ("ns", "seconds"),
    ("nanoseconds", "seconds"),
    ("minutes", "seconds"),
    ("hours", "seconds"),
    ("kb", "bytes"),
    ("mb", "bytes"),
    ("gb", "bytes"),
    ("percent", "ratio"),
];

/// Everything that could be better, each as `file:line:column: rule: message`, in order.
pub fn lint(catalogue: &Catalogue) -> Vec<(Rule, Mistake)> {
    let mut found = Findings::default();
    catalogue.functions.iter().for_each(|each| function(each, &mut found));
    catalogue.metrics.iter().for_each(|each| metric(each, &mut found));
    catalogue.kernels.iter().for_each(|each| kernel(each, &mut found));
    for error in &catalogue.errors {
        for category in
            error.categories.iter().filter(|c| c.severity >= Severity::Critical && c.runbook.is_none())
        {
            let message = format!(
                "category {} of {} is {} and names no runbook",
                category.name,
                error.name,
                category.severity.as_str()
            );
            found.add(Rule::Runbook, &error.place, message);
        }
    }
    identities(catalogue, &mut found);
    found.0.sort_by(|(a, x), (b, y)| (x, a).cmp(&(y, b)));
    found.0
}

#[derive(Default)]
struct Findings(Vec<(Rule, Mistake)>);

impl Findings {
    fn add(&mut self, rule: Rule, place: &Place, message: String) {
        self.0.push((rule, Mistake::new(place.clone(), format!("{rule}: {message}"))));
    }
}

fn function(function: &Function, found: &mut Findings) {
    let name = format!("function {}", function.name);
    if function.help.is_empty() {
        found.add(Rule::Help, &function.place, format!("{name} has neither a doc comment nor `help`"));
    }
    if function.slo.is_some() && function.runbook.is_none() {
        found.add(Rule::Runbook, &function.place, format!("{name} has objectives and names no runbook"));
    }
    if function.metrics {
        // Results and, for failures, categories come on top of the labels; buckets do for histograms.
        labels(&name, &function.labels, &function.place, found);
    }
}

fn kernel(kernel: &Kernel, found: &mut Findings) {
    let name = format!("kernel {}", kernel.name);
    if kernel.help.is_empty() {
        found.add(Rule::Help, &kernel.place, format!("{name} has neither a doc comment nor `help`"));
    }
    if kernel.slo.is_some() && kernel.runbook.is_none() {
        found.add(Rule::Runbook, &kernel.place, format!("{name} has objectives and names no runbook"));
    }
    let highest = kernel.buckets.last().copied().unwrap_or_default();
    if let Some(slow) = kernel.slow.filter(|slow| slow.as_secs_f64() > highest) {
        let message = format!(
            "{name}: launches are slow over {}, and buckets end at {highest} s: no percentile tells how slow",
            duration::display(slow)
        );
        found.add(Rule::Unit, &kernel.place, message);
    }
    // Devices and results come on top of the labels, and three histograms have their buckets.
    labels(&name, &kernel.labels, &kernel.place, found);
}

fn metric(metric: &Metric, found: &mut Findings) {
    let name = format!("metric {}", metric.name);
    if metric.help.is_empty() {
        found.add(Rule::Help, &metric.place, format!("{name} has neither a doc comment nor `help`"));
    }
    if metric.name.bytes().any(|b| b.is_ascii_uppercase()) {
        found.add(Rule::Name, &metric.place, format!("{name}: names are in lower case"));
    }
    let words: Vec<&str> = metric.name.split('_').collect();
    if let Some(kind) = words.iter().find(|word| ["counter", "gauge", "histogram"].contains(*word)) {
        found.add(Rule::Name, &metric.place, format!("{name}: leave out `{kind}`, the type says it"));
    }
    let by = |label: &&Label| metric.name.contains(&format!("_by_{}", label.name));
    if let Some(label) = metric.labels.iter().find(by) {
        found.add(
            Rule::Name,
            &metric.place,
            format!("{name}: leave out `by_{0}`, the label `{0}` says it", label.name),
        );
    }
    if let Some((unit, base)) = UNITS.iter().find(|(unit, _)| words.contains(unit)) {
        let message = format!("{name}: measure in {base}, the base unit, rather than {unit}");
        found.add(Rule::Unit, &metric.place, message);
    } else if metric.kind == Kind::Histogram && metric.unit.is_none() {
        found.add(Rule::Unit, &metric.place, format!("{name}: end the name of a histogram in its unit"));
    }
    labels(&name, &metric.labels, &metric.place, found);
}

fn labels(of: &str, labels: &[Label], place: &Place, found: &mut Findings) {
    for label in labels {
        if let Some(cap) = label.cap.filter(|cap| *cap > MAX_CAP) {
            let message = format!(
                "{of}: label {} may take {cap} values; more than {MAX_CAP} belong in a log",
                label.name
            );
            found.add(Rule::Cardinality, place, message);
        }
    }
    let values = |label: &Label| match (label.cap, label.values.len()) {
        // The overflow is a value too.
        (Some(cap), _) => u64::from(cap) + 1,
        (None, 0) => UNKNOWN_VALUES,
        (None, known) => known as u64,
    };
    let sets = labels.iter().map(values).fold(1, u64::saturating_mul);
    if sets > MAX_LABEL_SETS {
        let message = format!("{of}: up to {sets} sets of label values; keep it under {MAX_LABEL_SETS}");
        found.add(Rule::Cardinality, place, message);
    }
}

fn identities(catalogue: &Catalogue, found: &mut Findings) {
    let mut seen: BTreeMap<(&str, &str), &Place> = BTreeMap::new();
    for function in
        catalogue.functions.iter().filter(|function| function.metrics && function.metric.is_none())
    {
        if let Some(first) = seen.insert((&function.module, &function.name), &function.place) {
            let message = format!(
                "function {} shares its series with the one at {first}; give one of them a `name`",
                function.name
            );
            found.add(Rule::Identity, &function.place, message);
        }
    }
    let mut seen: BTreeMap<&str, &Kernel> = BTreeMap::new();
    for kernel in &catalogue.kernels {
        // Series of kernels have no label for the module.
        if let Some(first) = seen.insert(&kernel.name, kernel) {
            let message = format!(
                "kernel {} of {} shares its series with the one at {}; give one of them a `name`",
                kernel.name, kernel.module, first.place
            );
            found.add(Rule::Identity, &kernel.place, message);
        }
    }
}

#[cfg(test)]
mod tests;
