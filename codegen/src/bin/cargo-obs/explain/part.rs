//! What belongs to what.

use obs_codegen::family::{Family, HISTOGRAM_SAMPLES};
use obs_codegen::plan::Promise;
use obs_codegen::query::{Query, Select};
use obs_model::{Function, Kernel, Kind};

/// The family of a sample of a function's calls.
pub(super) fn family_of(sample: &str) -> &str {
    HISTOGRAM_SAMPLES
        .iter()
        .find_map(|suffix| sample.strip_suffix(suffix).filter(|family| family.ends_with("_seconds")))
        .unwrap_or(sample)
}

/// Whether calls of a function are counted in a family.
pub(super) fn counts_in(function: &Function, family: &str) -> bool {
    let prefix = function.metric.as_deref().unwrap_or("function_calls");
    let suffix = family.strip_prefix(prefix);
    let always = ["_total", "_duration_seconds", "_concurrent"];
    let counts = |s: &str| always.contains(&s) || (function.slow.is_some() && s == "_slow_total");
    function.metrics && suffix.is_some_and(counts)
}

pub(super) fn is_of(promise: &Promise, function: &Function) -> bool {
    promise.functions.iter().any(|(module, name)| (module, name) == (&function.module, &function.name))
}

/// Whether a promise is about launches of a kernel.
pub(super) fn is_of_kernel(promise: &Promise, kernel: &Kernel) -> bool {
    promise.kernels.iter().any(|(module, name)| (module, name) == (&kernel.module, &kernel.name))
}

/// A query to begin with.
pub(super) fn example(family: &Family) -> Query {
    // The first label tells the most apart: the function, the state, the route.
    let by: Vec<&str> = family.labels.first().map(String::as_str).into_iter().collect();
    match family.kind {
        Kind::Counter => Select::new(&family.name).rate("5m").sum(&by),
        Kind::Gauge => Select::new(&family.name).now().sum(&by),
        Kind::Histogram => {
            let by: Vec<&str> = ["le"].into_iter().chain(by).collect();
            Select::new(format!("{}_bucket", family.name)).rate("5m").sum(&by).quantile("0.99")
        }
    }
}
