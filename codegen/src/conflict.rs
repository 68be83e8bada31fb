//! Mistakes that no single attribute shows: two declarations of one family that disagree.

use crate::mistake::Mistake;
use obs_model::{Catalogue, Kind, Label, Place};
use std::collections::BTreeMap;

/// What one item declares about a family.
struct Declared<'a> {
    kind: Kind,
    labels: Vec<&'a str>,
    buckets: &'a [f64],
    /// `None` where the runtime words the help.
    help: Option<&'a str>,
    place: &'a Place,
}

/// Every declaration that contradicts an earlier one of the same name.
pub(crate) fn conflicts(catalogue: &Catalogue) -> Vec<Mistake> {
    let mut families: BTreeMap<String, Vec<Declared<'_>>> = BTreeMap::new();
    for metric in &catalogue.metrics {
        families.entry(metric.name.clone()).or_default().push(Declared {
            kind: metric.kind,
            labels: names(&metric.labels),
            buckets: &metric.buckets,
            help: Some(&metric.help),
            place: &metric.place,
        });
    }
    for function in catalogue.functions.iter().filter(|function| function.metrics) {
        let Some(prefix) = &function.metric else { continue };
        let declared =
            |kind, labels, buckets| Declared { kind, labels, buckets, help: None, place: &function.place };
        let labels = names(&function.labels);
        for (suffix, declared) in [
            ("_total", declared(Kind::Counter, labels.clone(), &[])),
            ("_duration_seconds", declared(Kind::Histogram, labels, &function.buckets)),
            ("_concurrent", declared(Kind::Gauge, Vec::new(), &[])),
        ]
        .into_iter()
        .chain(function.slow.map(|_| ("_slow_total", declared(Kind::Counter, Vec::new(), &[]))))
        {
            families.entry(format!("{prefix}{suffix}")).or_default().push(declared);
        }
    }
    for kernel in &catalogue.kernels {
        families
            .entry(format!("gpu_kernel_duration_seconds{{kernel=\"{}\"}}", kernel.name))
            .or_default()
            .push(Declared {
                kind: Kind::Histogram,
                labels: names(&kernel.labels),
                buckets: &kernel.buckets,
                help: None,
                place: &kernel.place,
            });
    }
    let mut found: Vec<Mistake> =
        families.into_iter().flat_map(|(name, declared)| disagreements(&name, declared)).collect();
    found.sort();
    // The families of one function all stand at one place; one sentence is enough.
    found.dedup_by(|a, b| a.place == b.place);
    found
}

fn disagreements(name: &str, mut declared: Vec<Declared<'_>>) -> Vec<Mistake> {
    declared.sort_by_key(|declared| declared.place);
    let Some((first, rest)) = declared.split_first() else { return Vec::new() };
    let tell = |other: &Declared<'_>| {
        let difference = if other.kind != first.kind {
            format!("as a {} here and as a {}", other.kind.as_str(), first.kind.as_str())
        } else if other.labels != first.labels {
            format!("with {} here and with {}", words(&other.labels), words(&first.labels))
        } else if other.buckets != first.buckets {
            "with other buckets here than".to_owned()
        } else if other.help.is_some() != first.help.is_some() || other.help != first.help {
            "with another help here than".to_owned()
        } else {
            return None;
        };
        let message = format!("metric `{name}` is declared {difference} at {}", first.place);
        Some(Mistake::new(other.place.clone(), message))
    };
    rest.iter().filter_map(tell).collect()
}

fn names(labels: &[Label]) -> Vec<&str> {
    labels.iter().map(|label| label.name.as_str()).collect()
}

fn words(labels: &[&str]) -> String {
    if labels.is_empty() { "no labels".to_owned() } else { format!("the labels {}", labels.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use obs_model::Source;

    fn told(change: impl FnOnce(&mut Catalogue)) -> Vec<String> {
        let mut catalogue = example::catalogue();
        change(&mut catalogue);
        conflicts(&catalogue).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_same_thing_twice_is_no_conflict() {
        let none = told(|catalogue| {
            let twin = catalogue.metrics[0].clone();
            catalogue.metrics.push(twin);
        });
        assert_eq!(none, [""; 0]);
    }

    #[test]
    fn each_disagreement_names_both_places() {
        let found = told(|catalogue| {
            let mut other = example::metric("db_connections", Kind::Counter, Source::Static, Vec::new());
            other.place.line = 90;
            catalogue.metrics.push(other.clone());
            other.kind = Kind::Gauge;
            other.place.line = 91;
            catalogue.metrics.push(other.clone());
            other.labels = vec![example::label("state", None, &[])];
            other.help = "Else.".into();
            other.place.line = 92;
            catalogue.metrics.push(other);
        });
        let at = "src/metrics.rs:7:5";
        let expected = [
            format!(
                "src/metrics.rs:90:5: metric `db_connections` is declared as a counter here and as a gauge at {at}"
            ),
            format!(
                "src/metrics.rs:91:5: metric `db_connections` is declared with no labels here and with the labels state \
                 at {at}"
            ),
            format!(
                "src/metrics.rs:92:5: metric `db_connections` is declared with another help here than at {at}"
            ),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn kernels_of_one_name_have_the_same_labels_and_buckets() {
        let twin = |change: fn(&mut obs_model::Kernel)| {
            told(|catalogue| {
                let mut other = example::kernel("k", 60);
                change(&mut other);
                catalogue.kernels = vec![example::kernel("k", 50), other];
            })
        };
        assert_eq!(twin(|_| ()), [""; 0]);
        let found = twin(|kernel| kernel.buckets = vec![1.0]);
        assert_eq!(
            found,
            [
                "src/gpu.rs:60:5: metric `gpu_kernel_duration_seconds{kernel=\"k\"}` is declared with other buckets here \
              than at src/gpu.rs:50:5"
            ]
        );
        assert_eq!(twin(|kernel| kernel.labels = vec![example::label("a", None, &[])]).len(), 1);
    }

    #[test]
    fn families_of_functions_count() {
        let found = told(|catalogue| {
            let mut other = example::function("other", "registry", 60);
            other.metric = Some("checkout".into());
            catalogue.functions.push(other);
        });
        let at = "src/lib.rs:20:5";
        let expected = format!(
            "src/lib.rs:60:5: metric `checkout_duration_seconds` is declared with no labels here and with the labels \
             region at {at}"
        );
        assert_eq!(found, [expected]);
    }
}
