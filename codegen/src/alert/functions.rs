//! Functions that promise nothing: too many errors, calls that are slow, stuck or too many at once.

mod flight;

use super::template::{PERCENT, WHOLE, verbatim};
use super::{Alert, Guide, Urgency};
use crate::calls::{Calls, modules};
use crate::objective::{self, FEW, INSTANCE, JOB, Objective, Sli, call};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::rules::{RANGE, RANGE_SECONDS, Recorded};
use crate::subject::{Board, Runbook, Subject};
use obs_model::{Function, bucket, duration};
use std::time::Duration;

/// A function without an objective that fails more often than this deserves a look.
const HIGH: &str = "0.05";

/// The share of calls that may be slow.
const SLOW: &str = "0.05";

/// Calls a minute in rule tests: enough for every guard.
const MANY: u64 = 60;

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let objectives = objective::all(plan);
    let mut alerts = Vec::new();
    for group in groups(plan) {
        alerts.extend(error_ratio(&group, &objectives, plan));
        alerts.extend(flight::all(&group, plan));
    }
    alerts.extend(plan.counted().filter_map(|function| slow(function, &objectives, plan)));
    alerts
}

/// Functions that one alert is about: all of the shared families, or one of a family of its own.
struct Group<'a> {
    functions: Vec<&'a Function>,
    shared: bool,
}

fn groups(plan: &Plan) -> Vec<Group<'_>> {
    let (shared, own): (Vec<&Function>, Vec<&Function>) =
        plan.counted().partition(|function| function.metric.is_none());
    let mut groups: Vec<Group<'_>> =
        own.into_iter().map(|function| Group { functions: vec![function], shared: false }).collect();
    if !shared.is_empty() {
        groups.insert(0, Group { functions: shared, shared: true });
    }
    groups
}

impl Group<'_> {
    /// What the rules record of them.
    fn recorded(&self) -> Recorded {
        if self.shared { Recorded::shared() } else { Recorded::of(self.functions[0]) }
    }

    /// Those of the recorded series that are theirs: the shared families are everybody's.
    fn ours(&self, select: Select, subject: &Subject) -> Select {
        if self.shared { select.like("module", &modules(&subject.crates)) } else { select }
    }

    /// Which function it is, in a template.
    fn words(&self) -> String {
        match self.shared {
            true => "{{ $labels.module }}::{{ $labels.function }}".to_owned(),
            false => verbatim(&path(self.functions[0])),
        }
    }

    /// Says whose alert it is, and where to see more.
    fn finish(&self, mut alert: Alert, subject: &Subject) -> Alert {
        let function = self.functions[0];
        match self.shared {
            true => {
                alert.dashboard = subject.dashboard(
                    Board::Red,
                    &[("module", "{{ $labels.module }}"), ("function", "{{ $labels.function }}")],
                );
            }
            false => {
                alert.dashboard = subject.dashboard(Board::Red, &[]);
                alert = of(alert, function);
            }
        }
        alert
    }

    /// The labels of a result about `function` in rule tests, `instance` among them if it is kept.
    fn labels<'a>(&self, function: &'a Function, instance: bool) -> Vec<(&'a str, &'a str)> {
        let mut labels = vec![("job", JOB)];
        labels.extend(instance.then_some(("instance", INSTANCE)));
        if self.shared {
            labels.extend([("module", function.module.as_str()), ("function", function.name.as_str())]);
        }
        labels
    }
}

/// Names the function of an alert about one, and the page that its attribute names.
fn of(alert: Alert, function: &Function) -> Alert {
    let runbook = function.runbook.as_deref().map_or(alert.runbook.clone(), Runbook::of);
    let alert =
        alert.label("function", &verbatim(&function.name)).label("module", &verbatim(&function.module));
    Alert { runbook, ..alert }
}

fn error_ratio(group: &Group<'_>, objectives: &[Objective], plan: &Plan) -> Option<Alert> {
    let promised: Vec<&Function> =
        objectives.iter().filter(|o| o.sli == Sli::Success).flat_map(|o| &o.functions).collect();
    let (promising, others): (Vec<&Function>, Vec<&Function>) =
        group.functions.iter().copied().partition(|function| promised.contains(function));
    let function = *others.first()?;
    let (subject, recorded) = (&plan.subject, group.recorded());
    let enough = group.ours(recorded.rate(), subject).now().at_least(FEW, RANGE_SECONDS);
    let mut query =
        group.ours(recorded.error_ratio(), subject).now().above(HIGH).and(recorded.labels, &enough);
    for promising in promising {
        query = query.unless(&Recorded::of(promising).error_ratio().now());
    }
    let words = group.words();
    let mut alert = Alert::new("FunctionErrorRatioHigh", Urgency::Ticket, "10m", query).says(
        format!("{words} fails {PERCENT} of its calls"),
        format!(
            "{PERCENT} of the calls of {words} in job {{{{ $labels.job }}}} ended in an error or a panic over the last \
             five minutes."
        ),
    );
    alert.guide = guide(
        "A function that promises nothing fails often. If that matters, give it an objective; if it does not, its \
         errors may be results.",
        &[
            "Something that it calls fails.",
            "Callers ask for what it cannot give.",
            "A change that was just deployed.",
        ],
        &[
            "See by category which errors they are, and what each of them asks to be done.",
            "Follow an exemplar to a trace of a call that failed.",
        ],
    );
    let calls = if group.shared { Calls::shared(&subject.crates) } else { Calls::of(function) };
    let by: &[&str] = if group.shared { &["function", "module", "result"] } else { &["result"] };
    alert.guide.queries = vec![
        ("Failed calls by result".to_owned(), calls.failed().rate(RANGE).sum(by)),
        ("Errors by category".to_owned(), errors(group, subject)),
    ];
    let of = |ok, failed| calls_of(function, &[("ok", ok), ("error", failed)]);
    Some(
        group
            .finish(alert, subject)
            .quiet("no call fails", of(MANY, 0), 20)
            .quiet("calls are few", of(0, 2), 20)
            .fires(
                subject,
                "half of the calls fail",
                of(MANY, MANY),
                20,
                (&group.labels(function, false), "0.5"),
            ),
    )
}

/// Errors by category, of the functions of a group.
fn errors(group: &Group<'_>, subject: &Subject) -> Query {
    let select = Select::new("errors_total");
    let select = match group.shared {
        true => select.like("module", &modules(&subject.crates)),
        false => select.eq("function", &group.functions[0].name).eq("module", &group.functions[0].module),
    };
    let by: &[&str] = if group.shared { &["function", "module", "category"] } else { &["category"] };
    select.rate(RANGE).sum(by)
}

/// Calls over the bound that the attribute calls slow, by the nearest bucket that is not below it.
fn slow(function: &Function, objectives: &[Objective], plan: &Plan) -> Option<Alert> {
    let slow = function.slow?;
    let bound = function.buckets.iter().copied().find(|bound| *bound >= slow.as_secs_f64())?;
    let promised = |o: &&Objective| {
        o.functions.contains(function)
            && matches!(o.sli, Sli::Latency { bound: b } if b.as_secs_f64() == bound)
    };
    // An objective for the same bound has alerts that know better.
    if objectives.iter().any(|objective| promised(&objective)) {
        return None;
    }
    let text = Duration::try_from_secs_f64(bound).map_or_else(|_| format!("{bound}s"), duration::display);
    let durations = || call(function, "").suffixed("_duration_seconds");
    let all = durations().suffixed("_count").rate(RANGE).sum(&["job"]);
    let within = durations().suffixed("_bucket").bucket(bound).rate(RANGE).sum(&["job"]);
    let query = all
        .clone()
        .minus(&within)
        .bracketed()
        .ratio(&all)
        .above(SLOW)
        .and(&["job"], &all.clone().at_least(FEW, RANGE_SECONDS));
    let words = verbatim(&path(function));
    let exactly = match bucket::le(bound) == bucket::le(slow.as_secs_f64()) {
        true => String::new(),
        false => format!(" It calls {} slow; that is the nearest bucket.", duration::display(slow)),
    };
    let mut alert = Alert::new("FunctionSlow", Urgency::Ticket, "10m", query).says(
        format!("{PERCENT} of the calls of {words} take more than {text}"),
        format!(
            "{PERCENT} of the calls of {words} in job {{{{ $labels.job }}}} took more than {text} over the last five \
             minutes.{exactly}"
        ),
    );
    alert.guide = guide(
        "More than one call in twenty is slower than the attribute `slow` says is usual. Each of them is an event in \
         its trace.",
        &[
            "Something that it waits for is slow.",
            "More work in each call than before.",
            "The machine is busy.",
        ],
        &[
            "Compare the time of the functions that it calls.",
            "Follow an exemplar of a high bucket to a trace.",
            "See CPU and memory of the instances.",
        ],
    );
    alert.guide.queries = vec![(
        "99 of 100 calls take at most".to_owned(),
        durations().suffixed("_bucket").rate(RANGE).sum(&["le"]).quantile("0.99"),
    )];
    alert.dashboard = subject_board(function, &plan.subject);
    let of_ = |within: u64| {
        let target =
            |select: Select| select.eq("result", "ok").eq("job", JOB).eq("instance", INSTANCE).to_string();
        let bucket = durations().suffixed("_bucket").eq("le", &bound.to_string());
        vec![
            (target(durations().suffixed("_count")), format!("0+{MANY}x20")),
            (target(bucket), format!("0+{within}x20")),
        ]
    };
    Some(of(alert, function).quiet("every call is fast", of_(MANY), 20).fires(
        &plan.subject,
        "half of the calls are slow",
        of_(MANY / 2),
        20,
        (&[("job", JOB)], "0.5"),
    ))
}

fn subject_board(function: &Function, subject: &Subject) -> String {
    match function.metric {
        // Functions with families of their own have panels of their own, whatever is chosen.
        Some(_) => subject.dashboard(Board::Red, &[]),
        None => subject.dashboard(
            Board::Red,
            &[("module", &verbatim(&function.module)), ("function", &verbatim(&function.name))],
        ),
    }
}

/// So many calls a minute of each result, for twenty minutes.
fn calls_of(function: &Function, results: &[(&str, u64)]) -> Vec<(String, String)> {
    let of = |&(result, calls): &(&str, u64)| {
        let select = call(function, result).suffixed("_total");
        (select.eq("job", JOB).eq("instance", INSTANCE).to_string(), format!("0+{calls}x20"))
    };
    results.iter().map(of).collect()
}

fn guide(meaning: &str, causes: &[&str], actions: &[&str]) -> Guide {
    let text = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Guide { meaning: meaning.to_owned(), causes: text(causes), actions: text(actions), queries: Vec::new() }
}

fn path(function: &Function) -> String {
    format!("{}::{}", function.module, function.name)
}
