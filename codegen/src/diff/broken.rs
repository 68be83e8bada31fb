//! What a change breaks: what was answered before it, and is not after it.

use crate::family::{HISTOGRAM_SAMPLES, Schema, gpu};
use crate::plan::Plan;
use crate::query::asked::Asked;
use crate::query::check::{Known, check};
use crate::uses::{Asks, Use, known};
use obs_model::{Catalogue, Function, Kernel, Label};
use std::collections::BTreeSet;

/// Something that asks for what has gone.
#[derive(Clone, Debug)]
pub struct Broken<'a> {
    /// What asks.
    pub by: &'a Use,
    /// What has gone.
    pub reasons: Vec<String>,
}

/// Everything among `uses` that the first plan and its rules answer, and the second with its rules
/// does not. Something that asks for several things is broken if it gets one of them no more.
pub fn broken<'a>(
    uses: &'a [Use],
    (old, old_rules): (&Plan, &[Use]),
    (new, new_rules): (&Plan, &[Use]),
) -> Vec<Broken<'a>> {
    let (old, new) = (Side::of(old, old_rules), Side::of(new, new_rules));
    let mut found: Vec<Broken<'a>> = Vec::new();
    for by in uses {
        let reasons = reasons(by, &old, &new);
        // A page that mentions a name five times is broken once.
        let told = found.last().is_some_and(|last| {
            (&last.by.file, &last.by.owner, &last.reasons) == (&by.file, &by.owner, &reasons)
        });
        let again = told && by.asks == Asks::Mention;
        if !reasons.is_empty() && !again {
            found.push(Broken { by, reasons });
        }
    }
    found
}

/// A catalogue, and the rules that are in force with it.
struct Side<'a> {
    catalogue: &'a Catalogue,
    rules: &'a [Use],
    schema: Schema,
    known: Known,
}

impl<'a> Side<'a> {
    fn of(plan: &'a Plan, rules: &'a [Use]) -> Side<'a> {
        let catalogue = &plan.catalogue;
        Side { catalogue, rules, known: known(plan, rules), schema: Schema::of_plan(plan) }
    }

    /// Whether that is a series or a family.
    fn has(&self, name: &str) -> bool {
        let recorded = || self.rules.iter().any(|rule| rule.asks == Asks::Rule && rule.name == name);
        self.schema.families().any(|family| family.name == name)
            || self.schema.labels(name).is_some()
            || recorded()
    }
}

fn reasons(by: &Use, old: &Side<'_>, new: &Side<'_>) -> Vec<String> {
    if by.asks == Asks::Mention {
        let gone = old.has(&by.query) && !new.has(&by.query);
        return if gone { vec![format!("`{}` is gone", by.query)] } else { Vec::new() };
    }
    let before = check(&by.query, &old.known);
    let mut reasons: Vec<String> =
        check(&by.query, &new.known).into_iter().filter(|problem| !before.contains(problem)).collect();
    for asked in &by.asked {
        for label in gone(asked, old, new) {
            let reason = format!("nothing has {label}{} any more", asked.condition(label));
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
    }
    reasons
}

/// The labels of which the old side had a value that is asked for, and the new one has none.
fn gone<'q>(asked: &'q Asked, old: &Side<'_>, new: &Side<'_>) -> Vec<&'q str> {
    let mut gone = Vec::new();
    let mut functions = false;
    for label in asked.chosen() {
        if label == "function" || label == "module" {
            // Both together say which function.
            let any = |side: &Side<'_>| counted(side.catalogue).any(|function| is_asked(asked, function));
            if !functions && any(old) && !any(new) {
                gone.push(label);
                functions = true;
            }
            continue;
        }
        let (Some(before), Some(now)) = (values(asked, label, old), values(asked, label, new)) else {
            continue;
        };
        let any = |values: &BTreeSet<String>| values.iter().any(|value| asked.admits(label, value));
        if any(&before) && !any(&now) {
            gone.push(label);
        }
    }
    gone
}

fn counted(catalogue: &Catalogue) -> impl Iterator<Item = &Function> {
    catalogue.functions.iter().filter(|function| function.metrics)
}

fn is_asked(asked: &Asked, function: &Function) -> bool {
    asked.admits("function", &function.name) && asked.admits("module", &function.module)
}

/// The values that a label can have, where the source says so.
fn values(asked: &Asked, label: &str, side: &Side<'_>) -> Option<BTreeSet<String>> {
    let catalogue = side.catalogue;
    let categories = || catalogue.errors.iter().flat_map(|error| &error.categories);
    let recorded = || side.rules.iter().filter(|rule| rule.asks == Asks::Rule && rule.name == asked.name);
    let mut written = recorded().flat_map(|rule| &rule.labels).filter(|(name, _)| name == label).peekable();
    if written.peek().is_some() {
        return Some(written.map(|(_, value)| value.clone()).collect());
    }
    match label {
        // A call that ended well has an error type as well: an empty one.
        "category" | "error_type" => {
            Some(categories().map(|category| category.name.clone()).chain([String::new()]).collect())
        }
        "severity" => Some(categories().map(|category| category.severity.as_str().to_owned()).collect()),
        "le" => Some(bounds(asked, catalogue)),
        "kernel" if gpu::is_gpus(family_of(&asked.name)) || asked.name.starts_with("kernel:gpu_kernel_") => {
            Some(catalogue.kernels.iter().map(|kernel| kernel.name.clone()).collect())
        }
        _ => listed(asked, label, catalogue),
    }
}

/// The family of a sample.
fn family_of(sample: &str) -> &str {
    HISTOGRAM_SAMPLES.iter().find_map(|suffix| sample.strip_suffix(suffix)).unwrap_or(sample)
}

/// The buckets of a histogram, in both spellings of whole numbers.
fn bounds(asked: &Asked, catalogue: &Catalogue) -> BTreeSet<String> {
    let family = asked.name.strip_suffix("_bucket").unwrap_or(&asked.name);
    let metrics = catalogue.metrics.iter().filter(|metric| metric.name == family).flat_map(|m| &m.buckets);
    let timed =
        |kernel: &&Kernel| family == "gpu_kernel_duration_seconds" && asked.admits("kernel", &kernel.name);
    let kernels = catalogue.kernels.iter().filter(timed).flat_map(|kernel| &kernel.buckets);
    let functions = counted(catalogue).filter(|function| match &function.metric {
        Some(prefix) => format!("{prefix}_duration_seconds") == family,
        None => family == "function_calls_duration_seconds" && is_asked(asked, function),
    });
    let spelled = |bound: &f64| [bound.to_string(), format!("{bound:?}")];
    metrics
        .chain(functions.flat_map(|function| &function.buckets))
        .chain(kernels)
        .flat_map(spelled)
        .chain(["+Inf".to_owned()])
        .collect()
}

/// The values of an enum; nothing if any declaration of the label leaves them open.
fn listed(asked: &Asked, label: &str, catalogue: &Catalogue) -> Option<BTreeSet<String>> {
    let samples = |family: &str| ["", "_bucket", "_sum", "_count"].map(|suffix| format!("{family}{suffix}"));
    let metrics = catalogue
        .metrics
        .iter()
        .filter(|metric| samples(&metric.name).contains(&asked.name))
        .flat_map(|metric| &metric.labels);
    let functions = counted(catalogue).filter(|function| {
        let prefix = function.metric.as_deref().unwrap_or("function_calls");
        is_asked(asked, function) && asked.name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("_"))
    });
    let launched =
        |kernel: &&Kernel| gpu::is_labelled(family_of(&asked.name)) && asked.admits("kernel", &kernel.name);
    let kernels = catalogue.kernels.iter().filter(launched).flat_map(|kernel| &kernel.labels);
    let labels = metrics.chain(functions.flat_map(|function| &function.labels)).chain(kernels);
    let of: Vec<&Label> = labels.filter(|known| known.name == label).collect();
    if of.is_empty() || of.iter().any(|label| label.cap.is_some() || label.values.is_empty()) {
        return None;
    }
    Some(of.iter().flat_map(|label| label.values.iter().cloned()).collect())
}
