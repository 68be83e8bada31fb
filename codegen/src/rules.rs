//! A Prometheus rules file, from a catalogue: ratios recorded once, and the first alerts on them.

mod objectives;
mod yaml;

use crate::calls::{Calls, modules};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::{Board, Subject};
use obs_model::{Catalogue, Function};
use yaml::Yaml;

/// Everything here looks at the last five minutes, which is what the recorded names end in.
const RANGE: &str = "5m";
const RANGE_SECONDS: u64 = 300;

/// Of fewer calls than this in [`RANGE`], no share is worth waking anybody for.
const FEW: u64 = 20;

/// A function without an objective that fails more often than this deserves a look.
const HIGH: &str = "0.05";

/// Rules that are evaluated one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    name: String,
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    does: Does,
    query: Query,
    labels: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
enum Does {
    /// Stores the result as a series of this name.
    Record(String),
    /// Fires when the result has been non-empty for so long.
    Alert { name: &'static str, after: &'static str, annotations: Vec<(&'static str, String)> },
}

/// Every file of rules, by its path.
pub(crate) fn files(plan: &Plan) -> Vec<(String, String)> {
    let package = &plan.subject.package;
    vec![(format!("rules/{package}.yml"), file(&plan.catalogue, &plan.subject))]
}

/// The rules of a package as a file for Prometheus' `rule_files`.
fn file(catalogue: &Catalogue, subject: &Subject) -> String {
    let mut yaml = Yaml::new();
    yaml.comment(&format!(
        "Rules of {}. Generated from its source; edit the attributes there instead.",
        subject.title()
    ));
    yaml.list("groups", groups(catalogue, subject), |yaml, group| {
        yaml.text("name", &group.name);
        yaml.list("rules", group.rules, |yaml, rule| rule.write(yaml));
    });
    yaml.finish()
}

/// What the rules record: each name, its query, and the labels that are added to it.
#[cfg(feature = "promql")]
pub(crate) fn recorded(plan: &Plan) -> Vec<(String, String, Vec<String>)> {
    let rules = groups(&plan.catalogue, &plan.subject).into_iter().flat_map(|group| group.rules);
    let record = |rule: Rule| match rule.does {
        Does::Record(name) => {
            let labels = rule.labels.into_iter().map(|(label, _)| label.to_owned()).collect();
            Some((name, rule.query.to_string(), labels))
        }
        Does::Alert { .. } => None,
    };
    rules.filter_map(record).collect()
}

fn groups(catalogue: &Catalogue, subject: &Subject) -> Vec<Group> {
    let counted: Vec<&Function> = catalogue.functions.iter().filter(|function| function.metrics).collect();
    let mut rules = Vec::new();
    if counted.iter().any(|function| function.metric.is_none()) {
        let calls = Recorded::shared();
        rules.extend(calls.record(&Calls::shared(&subject.crates)));
        rules.push(error_ratio_high(&counted, subject));
    }
    for function in counted.iter().filter(|function| function.metric.is_some()) {
        rules.extend(Recorded::of(function).record(&Calls::of(function)));
    }
    let mut groups = vec![
        Group { name: format!("{}.functions", subject.package), rules },
        Group {
            name: format!("{}.objectives", subject.package),
            rules: objectives::rules(&counted, subject),
        },
    ];
    groups.retain(|group| !group.rules.is_empty());
    groups
}

/// The series that the rules record of some calls, named `level:metric:operations`.
#[derive(Clone, Debug)]
struct Recorded {
    /// The labels that are kept, and the word for them.
    level: &'static str,
    labels: &'static [&'static str],
    prefix: String,
    is: Vec<(&'static str, String)>,
}

impl Recorded {
    /// Of every function that has no family of its own.
    fn shared() -> Recorded {
        Recorded {
            level: "function",
            labels: &["job", "module", "function"],
            prefix: "function_calls".to_owned(),
            is: Vec::new(),
        }
    }

    /// Of one function.
    fn of(function: &Function) -> Recorded {
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
        format!("{}:{}{metric}:{operation}{RANGE}", self.level, self.prefix)
    }

    fn select(&self, metric: &str, operation: &str) -> Select {
        let select = Select::new(self.name(metric, operation));
        self.is.iter().fold(select, |select, (label, value)| select.eq(label, value))
    }

    /// Calls a second.
    fn rate(&self) -> Select {
        self.select("", "rate")
    }

    /// The share of them that failed.
    fn error_ratio(&self) -> Select {
        self.select("", "error_ratio")
    }

    /// The rules that record both.
    fn record(&self, calls: &Calls) -> Vec<Rule> {
        let failed = self.name("_failed", "rate");
        let ratio = Select::new(&failed).now().ratio(&self.rate().now());
        vec![
            Rule::record(self.name("", "rate"), calls.total().rate(RANGE).sum(self.labels)),
            Rule::record(failed, calls.failed().rate(RANGE).sum(self.labels)),
            Rule::record(self.name("", "error_ratio"), ratio),
        ]
    }
}

/// One alert for all functions that promise nothing themselves.
fn error_ratio_high(functions: &[&Function], subject: &Subject) -> Rule {
    let shared = Recorded::shared();
    let ours = modules(&subject.crates);
    let mut query = shared
        .error_ratio()
        .like("module", &ours)
        .now()
        .above(HIGH)
        .and(shared.labels, &shared.rate().like("module", &ours).now().at_least(FEW, RANGE_SECONDS));
    let promises = |function: &&&Function| function.slo.as_ref().is_some_and(|slo| slo.success.is_some());
    for function in functions.iter().filter(|function| function.metric.is_none()).filter(promises) {
        query = query.unless(&Recorded::of(function).error_ratio().now());
    }
    Rule::alert("FunctionErrorRatioHigh", "10m", query, subject)
        .annotate("summary", "{{ $labels.function }} fails {{ $value | humanizePercentage }} of its calls")
        .annotate(
            "description",
            "{{ $value | humanizePercentage }} of the calls of {{ $labels.module }}::{{ $labels.function }} in job \
             {{ $labels.job }} ended in an error or a panic over the last five minutes.",
        )
        .annotate("runbook", LOOK)
        .annotate("dashboard", format!("{}?var-function={{{{ $labels.function }}}}", dashboard(subject)))
}

/// What to do where the function names no runbook.
const LOOK: &str = "Choose the function on the dashboard: its errors by category say what fails, its exemplars lead to \
                    traces of calls that were slow or failed.";

/// The dashboard's path below Grafana's address.
fn dashboard(subject: &Subject) -> String {
    subject.dashboard(Board::Red, &[])
}

impl Rule {
    fn record(name: String, query: Query) -> Rule {
        Rule { does: Does::Record(name), query, labels: Vec::new() }
    }

    /// An alert that a person should look at in working hours.
    fn alert(name: &'static str, after: &'static str, query: Query, subject: &Subject) -> Rule {
        let labels = vec![("severity", "ticket".to_owned()), ("service", subject.service.clone())];
        Rule { does: Does::Alert { name, after, annotations: Vec::new() }, query, labels }
    }

    fn label(mut self, name: &'static str, value: impl Into<String>) -> Rule {
        self.labels.push((name, value.into()));
        self
    }

    /// Adds a template for the people who are told.
    fn annotate(mut self, name: &'static str, template: impl Into<String>) -> Rule {
        if let Does::Alert { annotations, .. } = &mut self.does {
            annotations.push((name, template.into()));
        }
        self
    }

    fn write(self, yaml: &mut Yaml) {
        match &self.does {
            Does::Record(name) => yaml.text("record", name),
            Does::Alert { name, .. } => yaml.text("alert", name),
        }
        yaml.block("expr", &self.query.to_string());
        if let Does::Alert { after, .. } = &self.does {
            yaml.text("for", after);
        }
        yaml.map("labels", &self.labels);
        if let Does::Alert { annotations, .. } = &self.does {
            yaml.map("annotations", annotations);
        }
    }
}

/// Text of a user inside a template: what opens an action there is printed as it is.
fn verbatim(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

#[cfg(test)]
mod tests;
