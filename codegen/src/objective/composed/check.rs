//! What is wrong with a composed objective, at its place in the build script.

use super::{function, of, path};
use crate::compose::{self, Objective};
use crate::family::Schema;
use crate::mistake::Mistake;
use crate::objective;
use crate::plan::Plan;
use crate::query::Select;
use crate::query::check::{Known, check};
use obs_model::suggest::nearest;
use obs_model::{Kind, Percent, Requests, bucket, duration};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Every mistake in the composed objectives.
pub(crate) fn mistakes(plan: &Plan) -> Vec<Mistake> {
    // Objectives are about what is exported, and not about what other rules record.
    let known = Known::of(Schema::of_plan(plan));
    let attributes = Plan { composed: compose::Composed::default(), ..plan.clone() };
    let mut names: Vec<String> = objective::all(&attributes).into_iter().map(|known| known.name).collect();
    let mut mistakes = Vec::new();
    for composed in &plan.composed.objectives {
        let mut told = Told { composed, plan, known: &known, messages: Vec::new() };
        told.numbers();
        told.events();
        for objective in of(composed, plan) {
            if names.contains(&objective.name) {
                told.messages.push(format!("the name `{}` is taken by another objective", objective.name));
            }
            names.push(objective.name);
        }
        let of = |message| {
            Mistake::new(composed.place.clone(), format!("objective `{}`: {message}", composed.name))
        };
        mistakes.extend(told.messages.into_iter().map(of));
    }
    mistakes
}

struct Told<'a> {
    composed: &'a Objective,
    plan: &'a Plan,
    known: &'a Known,
    messages: Vec<String>,
}

impl Told<'_> {
    fn tell(&mut self, message: impl Into<String>) {
        self.messages.push(message.into());
    }

    /// Shares, durations and the name.
    fn numbers(&mut self) {
        let composed = self.composed;
        if composed.name.is_empty() || obs_model::promise::slug(&composed.name).is_empty() {
            self.tell("a name has letters or digits");
        }
        let shares = composed.success.iter().chain(composed.latency.iter().map(|(_, share)| share));
        let shares: Vec<&String> = shares.chain(composed.at_most.iter().map(|(_, share)| share)).collect();
        if shares.is_empty() {
            self.tell("it promises nothing; add `.success(\"99.9%\")` or `.latency(\"25ms\", \"95%\")`");
        }
        shares.iter().filter_map(|share| Percent::parse(share).err()).for_each(|wrong| self.tell(wrong));
        let bounds = composed.latency.iter().map(|(bound, _)| duration::parse(bound));
        bounds.filter_map(Result::err).for_each(|wrong| self.tell(wrong));
        match duration::parse(&composed.window) {
            Err(wrong) => self.tell(wrong),
            Ok(window) if window < HOUR => self.tell("the window of an objective is at least an hour"),
            Ok(window) if window.subsec_nanos() > 0 => self.tell("a window is a whole number of seconds"),
            Ok(_) => {}
        }
        if composed.min_events == Some(0) {
            self.tell("`min_events` is at least 1");
        }
    }

    /// Which events there are.
    fn events(&mut self) {
        let composed = self.composed;
        let given = [!composed.functions.is_empty(), composed.events.is_some(), composed.histogram.is_some()];
        if given.into_iter().filter(|given| *given).count() != 1 {
            self.tell("its events are one of `.functions(…)`, `.events(bad, total)` and `.histogram(…)`");
        }
        composed.functions.iter().for_each(|path| self.function(path));
        if let Some((bad, total)) = &composed.events {
            [bad, total].into_iter().for_each(|text| self.counter(text));
            if !composed.latency.is_empty() {
                self.tell("a counter does not know how long things take; use `.histogram(…)` for latencies");
            }
            if composed.success.is_none() {
                self.tell("it needs the share of events that is good: `.success(\"99.9%\")`");
            }
        }
        match &composed.histogram {
            Some(text) => self.histogram(text),
            None if !composed.at_most.is_empty() => self.tell("`.at_most(…)` is about a `.histogram(…)`"),
            None => {}
        }
    }

    fn function(&mut self, wanted: &str) {
        let paths: Vec<String> = self.plan.counted().map(path).collect();
        let Some(function) = function(self.plan, wanted) else {
            let near = nearest(wanted, paths.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return self.tell(format!("no observed function `{wanted}`{near}"));
        };
        let buckets = function.buckets.clone();
        self.bounds(&buckets);
    }

    /// Each latency is measured by a bucket.
    fn bounds(&mut self, buckets: &[f64]) {
        for (bound, _) in &self.composed.latency {
            let Ok(bound) = duration::parse(bound) else { continue };
            self.bound(bound.as_secs_f64(), buckets);
        }
    }

    fn bound(&mut self, bound: f64, buckets: &[f64]) {
        if !buckets.contains(&bound) {
            let near = bucket::nearest(buckets, bound);
            let near = near.map(|near| format!("; the nearest is {near}")).unwrap_or_default();
            self.tell(format!(
                "a bound is that of a bucket, or it cannot be measured, and {bound} is none{near}"
            ));
        }
    }

    /// A selector of a counter, without functions around it.
    fn counter(&mut self, text: &str) {
        let problems = check(text, self.known);
        if !problems.is_empty() {
            return problems.into_iter().for_each(|problem| self.tell(problem));
        }
        let select = Select::written(text);
        let schema = Schema::of_plan(self.plan);
        let counter = schema.families().any(|f| f.name == select.name() && f.kind == Kind::Counter);
        let sample = ["_count", "_bucket"].iter().any(|suffix| select.name().ends_with(suffix));
        if !is_selector(text) || !(counter || sample) {
            self.tell(format!(
                "`{text}` is not a counter's name with or without labels; rates are added by themselves"
            ));
        }
    }

    fn histogram(&mut self, text: &str) {
        let composed = self.composed;
        let problems = check(&Select::written(text).suffixed("_bucket").to_string(), self.known);
        if !problems.is_empty() {
            return problems.into_iter().for_each(|problem| self.tell(problem));
        }
        let name = Select::written(text).name().to_owned();
        let catalogue = &self.plan.catalogue;
        let declared = catalogue.metrics.iter().find(|metric| metric.name == name);
        let requests = || catalogue.requests.iter().flat_map(Requests::families).find(|f| f.name == name);
        let buckets = declared.map(|metric| metric.buckets.clone()).or_else(|| Some(requests()?.buckets));
        let Some(buckets) = buckets.filter(|buckets| !buckets.is_empty()) else {
            return self.tell(format!(
                "`{name}` is not a histogram of this program; functions are named by `.functions(…)`"
            ));
        };
        if !composed.latency.is_empty() && !name.ends_with("_seconds") {
            self.tell(format!("`{name}` is not about seconds; use `.at_most(bound, share)`"));
        } else {
            self.bounds(&buckets);
        }
        composed.at_most.iter().for_each(|(bound, _)| self.bound(*bound, &buckets));
        if composed.success.is_some() {
            self.tell("what a histogram observes has no result; use `.latency(…)` or `.at_most(…)`");
        }
    }
}

/// Whether a query is a selector of current samples, and nothing more.
fn is_selector(text: &str) -> bool {
    use promql_parser::parser::{Expr, parse};
    matches!(parse(text), Ok(Expr::VectorSelector(s)) if s.offset.is_none() && s.at.is_none() && s.name.is_some())
}
