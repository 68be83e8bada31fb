//! The things that have names, and what is known of each.

use super::part::{counts_in, example, family_of, is_of, is_of_kernel};
use super::{Explained, LabelOf, ObjectiveOf, PlaceOf};
use crate::answer::At;
use crate::project::Project;
use obs_codegen::family::{Family, HISTOGRAM_SAMPLES, Schema, gpu};
use obs_codegen::plan::Promise;
use obs_codegen::query::Select;
use obs_codegen::query::asked::Asked;
use obs_codegen::uses::{Asks, Use, reach};
use obs_model::{Catalogue, Category, ErrorType, Function, Kernel, Kind, Label, Place, duration};
use std::collections::BTreeSet;

/// What a project has names for.
pub(super) struct Topics<'a> {
    pub(super) project: &'a Project,
    pub(super) uses: &'a [Use],
    /// The directory of the uses' files.
    pub(super) below: &'a str,
}

/// The results that a call can have.
const RESULTS: [&str; 4] = ["ok", "error", "panic", "cancelled"];

impl Topics<'_> {
    fn catalogue(&self) -> &Catalogue {
        &self.project.plan.catalogue
    }

    fn functions(&self) -> impl Iterator<Item = &Function> {
        self.catalogue().functions.iter()
    }

    fn kernels(&self) -> impl Iterator<Item = &Kernel> {
        self.catalogue().kernels.iter()
    }

    fn categories(&self) -> impl Iterator<Item = (&ErrorType, &Category)> {
        self.catalogue().errors.iter().flat_map(|error| error.categories.iter().map(move |c| (error, c)))
    }

    /// Every name that can be explained.
    pub(super) fn names(&self) -> Vec<String> {
        let schema = Schema::of_plan(&self.project.plan);
        let rules = self.uses.iter().filter(|each| matches!(each.asks, Asks::Rule | Asks::Alert));
        schema
            .families()
            .map(|family| family.name.clone())
            .chain(schema.samples())
            .chain(self.functions().flat_map(|f| [f.name.clone(), format!("{}::{}", f.module, f.name)]))
            .chain(self.kernels().flat_map(|k| [k.name.clone(), format!("{}::{}", k.module, k.name)]))
            .chain(self.categories().map(|(_, category)| category.name.clone()))
            .chain(rules.map(|rule| rule.name.clone()))
            .chain(self.project.plan.promises().into_iter().map(|promise| promise.name))
            .collect()
    }

    /// Everything of that name.
    pub(super) fn named(&self, name: &str) -> Vec<Explained> {
        let schema = Schema::of_plan(&self.project.plan);
        let sample_of = |family: &Family| {
            family.kind == Kind::Histogram
                && HISTOGRAM_SAMPLES.iter().any(|suffix| name.strip_suffix(suffix) == Some(&family.name))
        };
        let mut found: Vec<Explained> = schema
            .families()
            .filter(|family| family.name == name || sample_of(family))
            .map(|family| self.family(family))
            .collect();
        let called = |f: &&Function| f.name == name || format!("{}::{}", f.module, f.name) == name;
        found.extend(self.functions().filter(called).map(|function| self.function(function)));
        let called = |k: &&Kernel| k.name == name || format!("{}::{}", k.module, k.name) == name;
        found.extend(self.kernels().filter(called).map(|kernel| self.kernel(kernel)));
        if self.categories().any(|(_, category)| category.name == name) {
            found.push(self.category(name));
        }
        found.extend(self.rule(name, Asks::Rule));
        found.extend(self.rule(name, Asks::Alert));
        let promises = self.project.plan.promises();
        found.extend(promises.iter().filter(|promise| promise.name == name).map(|p| self.objective(p)));
        found
    }

    fn family(&self, family: &Family) -> Explained {
        let mut explained = Explained::new("metric", &family.name);
        explained.help.clone_from(&family.help);
        explained.fact("kind", family.kind.as_str().to_owned());
        explained.fact("unit", family.unit.map(|unit| unit.as_str().to_owned()));
        let functions: Vec<&Function> = self.functions().filter(|f| counts_in(f, &family.name)).collect();
        let metrics: Vec<_> = self.catalogue().metrics.iter().filter(|m| m.name == family.name).collect();
        let kernels: Vec<&Kernel> = self.kernels().filter(|k| gpu::counts_in(k, &family.name)).collect();
        let labelled = kernels.iter().filter(|_| gpu::is_labelled(&family.name));
        let own = |name: &str| {
            let labels =
                functions.iter().flat_map(|f| &f.labels).chain(metrics.iter().flat_map(|m| &m.labels));
            let labels = labels.chain(labelled.clone().flat_map(|k| &k.labels));
            labels.filter(|label| label.name == name).cloned().collect::<Vec<_>>()
        };
        // Errors are of every function, also of those with families of their own.
        let counted: Vec<&Function> = match family.name.as_str() {
            "errors_total" => self.functions().filter(|function| function.metrics).collect(),
            _ => functions.clone(),
        };
        let labels = family.labels.iter();
        explained.labels = labels
            .map(|name| match name.as_str() {
                "kernel" => {
                    let mut values: Vec<String> = kernels.iter().map(|kernel| kernel.name.clone()).collect();
                    values.dedup();
                    LabelOf { name: name.clone(), values, cap: None }
                }
                _ => self.label(name, &own(name), &counted),
            })
            .collect();
        let buckets = metrics.iter().flat_map(|m| &m.buckets);
        if family.kind == Kind::Histogram {
            let of_functions = functions.iter().flat_map(|f| &f.buckets);
            let timed = kernels.iter().filter(|_| family.name == "gpu_kernel_duration_seconds");
            let of_kernels = timed.flat_map(|k| &k.buckets);
            let mut bounds: Vec<f64> = buckets.chain(of_functions).chain(of_kernels).copied().collect();
            bounds.sort_by(f64::total_cmp);
            bounds.dedup();
            explained.buckets = bounds;
        }
        let item = |module: &str, what: String| match self.project.foreign(module) {
            Some(krate) => format!("{what} (crate {krate})"),
            None => what,
        };
        for metric in &metrics {
            let what = item(&metric.module, format!("{} in {}", metric.source.as_str(), metric.module));
            explained.places.push(PlaceOf { at: At::from(&metric.place), item: what });
        }
        for function in &functions {
            explained.places.push(self.place(function));
        }
        for kernel in &kernels {
            explained.places.push(self.place_of(&kernel.module, &kernel.name, &kernel.place));
        }
        if family.name == "errors_total" {
            for error in &self.catalogue().errors {
                let what = item(&error.module, format!("{}::{}", error.module, error.name));
                explained.places.push(PlaceOf { at: At::from(&error.place), item: what });
            }
        }
        explained.query = example(family).to_string();
        let samples: Vec<String> = match family.kind {
            Kind::Histogram => HISTOGRAM_SAMPLES.iter().map(|s| format!("{}{s}", family.name)).collect(),
            _ => vec![family.name.clone()],
        };
        let wanted = |_: &Use, asked: &Asked| asked.name == family.name || samples.contains(&asked.name);
        explained.used(self.below, &reach(self.uses, &[], &wanted));
        let of = |promise: &Promise| {
            functions.iter().any(|f| is_of(promise, f)) || kernels.iter().any(|k| is_of_kernel(promise, k))
        };
        explained.objectives = self.objectives(&of);
        explained
    }

    fn function(&self, function: &Function) -> Explained {
        let mut explained = Explained::new("function", format!("{}::{}", function.module, function.name));
        explained.help.clone_from(&function.help);
        let prefix = function.metric.as_deref().unwrap_or("function_calls");
        if function.metrics {
            let slow = function.slow.map(|_| "_slow_total");
            let suffixes = ["_total", "_duration_seconds", "_concurrent"].into_iter().chain(slow);
            let families: Vec<_> = suffixes.map(|s| format!("{prefix}{s}")).collect();
            explained.fact("counts in", families.join(", "));
        }
        explained.fact("slow over", function.slow.map(duration::display));
        explained.fact("runbook", function.runbook.clone());
        explained.labels =
            function.labels.iter().map(|l| self.label(&l.name, std::slice::from_ref(l), &[])).collect();
        explained.buckets.clone_from(&function.buckets);
        explained.places.push(self.place(function));
        if !function.metrics {
            return explained;
        }
        let identity = [("function", function.name.as_str()), ("module", function.module.as_str())];
        // Its own family needs no identity, and its errors carry one in any case.
        let shared = function.metric.is_none();
        let total = Select::new(format!("{prefix}_total"));
        let total = if shared { identity.iter().fold(total, |s, (l, v)| s.eq(l, v)) } else { total };
        explained.query = total.rate("5m").sum(&["result"]).to_string();
        let wanted = |_: &Use, asked: &Asked| {
            counts_in(function, family_of(&asked.name)) || asked.name == "errors_total"
        };
        explained.used(self.below, &reach(self.uses, &identity, &wanted));
        explained.objectives = self.objectives(&|promise| is_of(promise, function));
        explained
    }

    fn category(&self, name: &str) -> Explained {
        let mut explained = Explained::new("category", name);
        for (error, category) in self.categories().filter(|(_, category)| category.name == name) {
            let variant =
                if category.variant.is_empty() { String::new() } else { format!("::{}", category.variant) };
            let item = format!("{}::{}{variant}", error.module, error.name);
            explained.places.push(PlaceOf { at: At::from(&error.place), item });
            explained.fact("severity", category.severity.as_str().to_owned());
            explained.fact("retry after", category.retry_after.map(duration::display));
            explained.fact("action", category.action.clone());
            explained.fact("runbook", category.runbook.clone());
        }
        let select = Select::new("errors_total").eq("category", name);
        explained.query = select.rate("5m").sum(&["function", "module"]).to_string();
        // Calls are about a category only where the query tells them apart by it.
        let wanted = |by: &Use, asked: &Asked| {
            asked.name == "errors_total"
                || (asked.name.ends_with("_total") && by.query.contains("error_type"))
        };
        let mut facts = vec![("category", name), ("error_type", name)];
        let of = self.categories().filter(|(_, category)| category.name == name);
        let severities: BTreeSet<&str> = of.map(|(_, category)| category.severity.as_str()).collect();
        // Two types may give one category two severities.
        if severities.len() == 1 {
            facts.extend(severities.into_iter().map(|severity| ("severity", severity)));
        }
        explained.used(self.below, &reach(self.uses, &facts, &wanted));
        explained
    }

    pub(super) fn objectives(&self, of: &dyn Fn(&Promise) -> bool) -> Vec<ObjectiveOf> {
        let promises = self.project.plan.promises().into_iter().filter(|promise| of(promise));
        promises
            .map(|promise| ObjectiveOf {
                at: At::from(&promise.place),
                name: promise.name,
                title: promise.title,
                share: promise.share,
                window: promise.window,
            })
            .collect()
    }

    fn place(&self, function: &Function) -> PlaceOf {
        self.place_of(&function.module, &function.name, &function.place)
    }

    pub(super) fn place_of(&self, module: &str, name: &str, place: &Place) -> PlaceOf {
        let name = format!("{module}::{name}");
        let item = match self.project.foreign(module) {
            Some(krate) => format!("{name} (crate {krate})"),
            None => name,
        };
        PlaceOf { at: At::from(place), item }
    }

    /// A label with the values that the source shows.
    pub(super) fn label(&self, name: &str, own: &[Label], functions: &[&Function]) -> LabelOf {
        let mut values: Vec<String> = match (own, name) {
            ([], "function") => functions.iter().map(|function| function.name.clone()).collect(),
            ([], "module") => functions.iter().map(|function| function.module.clone()).collect(),
            ([], "result") => RESULTS.map(str::to_owned).to_vec(),
            ([], "category" | "error_type") => self.categories().map(|(_, c)| c.name.clone()).collect(),
            ([], "severity") => self.categories().map(|(_, c)| c.severity.as_str().to_owned()).collect(),
            (own, _) => own.iter().flat_map(|label| label.values.clone()).collect(),
        };
        if name != "result" {
            values.sort();
            values.dedup();
        }
        LabelOf { name: name.to_owned(), values, cap: own.iter().filter_map(|label| label.cap).max() }
    }
}
