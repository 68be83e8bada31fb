//! Comparing the program as linked with its source.

use super::{Catalogue, ErrorType, Function, Kernel, Label, Metric};
use std::fmt;

/// One difference between two catalogues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drift {
    /// The source declares it, but it was not linked: a binary that never names the crate or module
    /// loses its entries.
    NotLinked(String),
    /// It was linked, but reading the source did not find it: it comes from a macro, or from a file
    /// that code generation does not walk.
    NotInSource(String),
    /// Both have it, and disagree about one property.
    Differs {
        /// What it is.
        item: String,
        /// The property they disagree about.
        property: &'static str,
        /// As linked.
        linked: String,
        /// As the source reads.
        source: String,
    },
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Drift::NotLinked(item) => write!(f, "{item}: in the source, but not linked into this program"),
            Drift::NotInSource(item) => {
                write!(f, "{item}: linked into this program, but not found in the source")
            }
            Drift::Differs { item, property, linked, source } => {
                write!(f, "{item}: {property} is {linked} as linked and {source} in the source")
            }
        }
    }
}

/// A property's name and its value in words.
type Property = (&'static str, String);

pub(super) fn between(linked: &Catalogue, source: &Catalogue, krate: &str) -> Vec<Drift> {
    let ours = |module: &str| module == krate || module.starts_with(&format!("{krate}::"));
    let describe = |catalogue: &Catalogue| -> Vec<(String, Vec<Property>)> {
        let functions = catalogue.functions.iter().filter(|f| ours(&f.module)).map(function);
        let metrics = catalogue.metrics.iter().filter(|m| ours(&m.module)).map(metric);
        let errors = catalogue.errors.iter().filter(|e| ours(&e.module)).map(error_type);
        let kernels = catalogue.kernels.iter().filter(|k| ours(&k.module)).map(kernel);
        let mut items: Vec<_> = functions.chain(metrics).chain(kernels).chain(errors).collect();
        items.sort();
        items
    };
    compare(describe(linked), describe(source))
}

/// Walks two sorted lists side by side; equal items meet, whatever is left over is on one side only.
fn compare(linked: Vec<(String, Vec<Property>)>, source: Vec<(String, Vec<Property>)>) -> Vec<Drift> {
    let mut found = Vec::new();
    let (mut linked, mut source) = (linked.into_iter().peekable(), source.into_iter().peekable());
    loop {
        let order = match (linked.peek(), source.peek()) {
            (None, None) => return found,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => a.0.cmp(&b.0),
        };
        match order {
            std::cmp::Ordering::Less => found.extend(linked.next().map(|(item, _)| Drift::NotInSource(item))),
            std::cmp::Ordering::Greater => {
                found.extend(source.next().map(|(item, _)| Drift::NotLinked(item)));
            }
            std::cmp::Ordering::Equal => {
                let (Some((item, a)), Some((_, b))) = (linked.next(), source.next()) else { return found };
                for ((property, linked), (_, source)) in a.into_iter().zip(b) {
                    if linked != source {
                        found.push(Drift::Differs { item: item.clone(), property, linked, source });
                    }
                }
            }
        }
    }
}

fn function(f: &Function) -> (String, Vec<Property>) {
    let properties = vec![
        ("its place", line(&f.place.file, f.place.line)),
        ("help", quoted(&f.help)),
        ("metric", format!("{:?}", f.metric)),
        ("labels", labels(&f.labels)),
        ("buckets", format!("{:?}", f.buckets)),
        ("async", f.is_async.to_string()),
        ("slow", format!("{:?}", f.slow)),
        ("slo", format!("{:?}", f.slo)),
        ("runbook", format!("{:?}", f.runbook)),
        ("dashboard", format!("{:?}", f.dashboard)),
        ("kind", f.kind.as_str().to_owned()),
        ("level", f.level.clone()),
        ("target", f.target.clone()),
        ("fields", f.fields.join(", ")),
        ("spans", f.spans.to_string()),
        ("metrics", f.metrics.to_string()),
    ];
    (format!("function {}::{}", f.module, f.name), properties)
}

fn metric(m: &Metric) -> (String, Vec<Property>) {
    let properties = vec![
        ("its place", line(&m.place.file, m.place.line)),
        ("kind", m.kind.as_str().to_owned()),
        ("help", quoted(&m.help)),
        ("unit", format!("{:?}", m.unit)),
        ("labels", labels(&m.labels)),
        ("buckets", format!("{:?}", m.buckets)),
        ("source", m.source.as_str().to_owned()),
        ("dashboard", format!("{:?}", m.dashboard)),
    ];
    (format!("metric {} in {}", m.name, m.module), properties)
}

fn kernel(k: &Kernel) -> (String, Vec<Property>) {
    let properties = vec![
        ("its place", line(&k.place.file, k.place.line)),
        ("help", quoted(&k.help)),
        ("labels", labels(&k.labels)),
        ("buckets", format!("{:?}", k.buckets)),
        ("every", k.every.to_string()),
        ("bytes", k.bytes.to_string()),
        ("flops", k.flops.to_string()),
        ("items", k.items.to_string()),
        ("slow", format!("{:?}", k.slow)),
        ("slo", format!("{:?}", k.slo)),
        ("runbook", format!("{:?}", k.runbook)),
        ("dashboard", format!("{:?}", k.dashboard)),
    ];
    (format!("kernel {}::{}", k.module, k.name), properties)
}

fn error_type(e: &ErrorType) -> (String, Vec<Property>) {
    let properties =
        vec![("its place", line(&e.place.file, e.place.line)), ("categories", format!("{:?}", e.categories))];
    (format!("error type {}::{}", e.module, e.name), properties)
}

fn labels(labels: &[Label]) -> String {
    let label = |l: &Label| match l.cap {
        Some(cap) => format!("{} (cap {cap})", l.name),
        None => l.name.clone(),
    };
    labels.iter().map(label).collect::<Vec<_>>().join(", ")
}

fn line(file: &str, line: u32) -> String {
    format!("{file}:{line}")
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
