//! Records whether each objective is kept, and tells when it is not.

use super::{FEW, LOOK, RANGE, RANGE_SECONDS, Recorded, Rule, dashboard, verbatim};
use crate::calls::Calls;
use crate::subject::Subject;
use obs_model::{Function, Latency, Percent, Slo, duration};

/// The rules of every function that has objectives.
pub(super) fn rules(functions: &[&Function], subject: &Subject) -> Vec<Rule> {
    let mut rules = Vec::new();
    for function in functions {
        let Some(slo) = &function.slo else { continue };
        rules.extend(slo.success.map(|share| success(function, slo, share, subject)));
        for objective in &slo.latency {
            rules.extend(latency(function, slo, objective, subject));
        }
    }
    rules
}

/// Failures eat the error budget faster than the window refills it.
fn success(function: &Function, slo: &Slo, share: Percent, subject: &Subject) -> Rule {
    let calls = Recorded::of(function);
    let query =
        calls.error_ratio().now().above(&share.budget_ratio()).and(calls.labels, &enough(&calls, slo));
    let path = path(function);
    Rule::alert("FunctionErrorObjectiveMissed", "15m", query, subject)
        .of(function)
        .label("objective", share.to_string())
        .annotate("summary", format!("{} fails {{{{ $value | humanizePercentage }}}} of its calls", verbatim(&function.name)))
        .annotate(
            "description",
            format!(
                "{{{{ $value | humanizePercentage }}}} of the calls of {path} in job {{{{ $labels.job }}}} ended in an \
                 error or a panic over the last five minutes; the objective allows {} over {}.{}",
                percent_of_budget(share),
                duration::display(slo.window),
                help(function)
            ),
        )
        .guide(function, subject)
}

/// Too many successful calls are slower than promised.
fn latency(function: &Function, slo: &Slo, objective: &Latency, subject: &Subject) -> [Rule; 2] {
    let (calls, bound) = (Recorded::of(function), duration::display(objective.bound));
    let share = objective.share;
    let within = Calls::of(function).within(objective.bound.as_secs_f64(), RANGE, calls.labels);
    let record = Rule::record(calls.name("_duration_seconds", "within_bound_ratio"), within)
        .of(function)
        .label("bound", &bound);
    let query = calls
        .select("_duration_seconds", "within_bound_ratio")
        .eq("bound", &bound)
        .now()
        .below(&share.ratio())
        .and(calls.labels, &enough(&calls, slo));
    let path = path(function);
    let alert = Rule::alert("FunctionLatencyObjectiveMissed", "15m", query, subject)
        .of(function)
        .label("objective", share.to_string())
        .label("bound", &bound)
        .annotate(
            "summary",
            format!(
                "Only {{{{ $value | humanizePercentage }}}} of the calls of {} take at most {bound}",
                verbatim(&function.name)
            ),
        )
        .annotate(
            "description",
            format!(
                "{{{{ $value | humanizePercentage }}}} of the successful calls of {path} in job {{{{ $labels.job }}}} \
                 took at most {bound} over the last five minutes; the objective is {share} over {}.{}",
                duration::display(slo.window),
                help(function)
            ),
        )
        .guide(function, subject);
    [record, alert]
}

/// There were calls enough to judge by.
fn enough(calls: &Recorded, slo: &Slo) -> crate::query::Query {
    calls.rate().now().at_least(slo.min_events.unwrap_or(FEW), RANGE_SECONDS)
}

/// The error budget of 99.9 % as `0.1%`.
fn percent_of_budget(share: Percent) -> String {
    Percent::from_millionths(100_000_000 - share.millionths())
        .map_or_else(String::new, |budget| budget.to_string())
}

fn path(function: &Function) -> String {
    verbatim(&format!("{}::{}", function.module, function.name))
}

fn help(function: &Function) -> String {
    if function.help.is_empty() {
        String::new()
    } else {
        format!(" It does this: {}", verbatim(&function.help))
    }
}

impl Rule {
    /// Says whose rule it is: two rules of one name differ in this.
    fn of(self, function: &Function) -> Rule {
        self.label("function", &function.name).label("module", &function.module)
    }

    /// Where to go from here.
    fn guide(self, function: &Function, subject: &Subject) -> Rule {
        let runbook = function.runbook.as_deref().map_or_else(|| LOOK.to_owned(), verbatim);
        // Functions with families of their own have panels of their own, whatever is chosen.
        let chosen = match function.metric {
            Some(_) => String::new(),
            None => format!("?var-function={}", verbatim(&function.name)),
        };
        self.annotate("runbook", runbook).annotate("dashboard", dashboard(subject) + &chosen)
    }
}
