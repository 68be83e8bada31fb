//! Rates and ratios of functions, recorded once for all dashboards and alerts.

use super::{Group, RANGE, Rule};
use crate::calls::{Calls, modules};
use crate::plan::Plan;
use crate::query::Select;
use obs_model::Function;

/// The rules that record what every function does.
pub(super) fn group(plan: &Plan) -> Group {
    let mut rules = Vec::new();
    if plan.counted().any(|function| function.metric.is_none()) {
        // Series of that name are recorded by the rules of other services as well.
        let ours = modules(&plan.subject.crates);
        let calls = Calls::shared(&plan.subject.crates);
        rules.extend(Recorded::shared().record(&calls, |select| select.like("module", &ours)));
    }
    for function in plan.counted().filter(|function| function.metric.is_some()) {
        rules.extend(Recorded::of(function).record(&Calls::of(function), |select| select));
    }
    Group {
        name: format!("{}.functions", plan.subject.package),
        comment: "Calls, failures and load of each function, without the labels of its own.".to_owned(),
        interval: None,
        rules,
    }
}

/// The series that the rules record of some calls, named `level:metric:operations`.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// The word for the labels that are kept.
    level: &'static str,
    /// The labels that are kept.
    pub(crate) labels: &'static [&'static str],
    prefix: String,
    is: Vec<(&'static str, String)>,
}

impl Recorded {
    /// Of every function that has no family of its own.
    pub(crate) fn shared() -> Recorded {
        Recorded {
            level: "function",
            labels: &["job", "module", "function"],
            prefix: "function_calls".to_owned(),
            is: Vec::new(),
        }
    }

    /// Of one function.
    pub(crate) fn of(function: &Function) -> Recorded {
        match &function.metric {
            Some(prefix) => {
                Recorded { level: "job", labels: &["job"], prefix: prefix.clone(), is: Vec::new() }
            }
            None => {
                let is = vec![("module", function.module.clone()), ("function", function.name.clone())];
                Recorded { is, ..Recorded::shared() }
            }
        }
    }

    fn name(&self, metric: &str, operation: &str) -> String {
        format!("{}:{}{metric}:{operation}", self.level, self.prefix)
    }

    fn select(&self, metric: &str, operation: &str) -> Select {
        let select = Select::new(self.name(metric, operation));
        self.is.iter().fold(select, |select, (label, value)| select.eq(label, value))
    }

    /// Calls a second.
    pub(crate) fn rate(&self) -> Select {
        self.select("", "rate5m")
    }

    /// The share of them that failed.
    pub(crate) fn error_ratio(&self) -> Select {
        self.select("", "error_ratio5m")
    }

    /// The calls that are running.
    pub(crate) fn in_flight(&self) -> Select {
        self.select("_concurrent", "sum")
    }

    /// The rules that record them; `ours` chooses among series of these names.
    fn record(&self, calls: &Calls, ours: impl Fn(Select) -> Select) -> Vec<Rule> {
        let all = || ours(self.rate()).now();
        let failed = self.name("_failed", "rate5m");
        let ratio = ours(Select::new(&failed)).now().ratio(&all());
        // A series of failures may appear with the first of them; until then there are none.
        let failures = calls.failed().rate(RANGE).sum(self.labels).or(&all().times("0"));
        vec![
            Rule::record(self.name("", "rate5m"), calls.total().rate(RANGE).sum(self.labels)),
            Rule::record(&failed, failures),
            Rule::record(self.name("", "error_ratio5m"), ratio),
            Rule::record(self.name("_concurrent", "sum"), calls.in_flight().now().sum(self.labels)),
        ]
    }
}
