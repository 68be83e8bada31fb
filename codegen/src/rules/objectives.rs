//! What is recorded of each objective, under the names that sloth gave them: its dashboards show these.
//!
//! The two rates of events are recorded every minute, and everything else is made of them: the ratio of a window
//! is the bad events in it over all events in it. So an hour with many events counts for more than one with few,
//! an hour with none for nothing, and thirty days cost two series.

use super::{Group, Rule};
use crate::objective::{self, Objective, Window, pairs, windows};
use crate::plan::Plan;
use crate::query::Select;
use crate::subject::Subject;

/// How often objectives are evaluated.
const INTERVAL: &str = "1m";

/// The same in seconds: what a rate that is recorded so often stands for.
const SECONDS: &str = "60";

const EVENTS: &str = "slo:events:rate5m";
const BAD: &str = "slo:bad_events:rate5m";

/// A group for each objective.
pub(super) fn groups(plan: &Plan) -> Vec<Group> {
    objective::all(plan).iter().map(|objective| group(objective, &plan.subject)).collect()
}

fn group(objective: &Objective, subject: &Subject) -> Group {
    let labels = objective.labels(subject);
    let recorded = |name: &str| objective.recorded(name, subject);
    let period = Window::of(objective.window);
    let mut rules = vec![Rule::record(EVENTS, objective.events()), Rule::record(BAD, objective.bad())];
    let guarded: Vec<Window> = pairs(objective).into_iter().map(|pair| pair.long).chain([period]).collect();
    for window in windows(objective) {
        rules.extend(ratio(window, guarded.contains(&window), &recorded));
    }
    let of = |window: Window| recorded(&ratio_name(window)).now().over(&objective.budget_share(100));
    rules.extend([
        Rule::record("slo:objective:ratio", vector(&objective.share.ratio())),
        Rule::record("slo:error_budget:ratio", vector(&objective.budget_share(100))),
        Rule::record("slo:time_period:days", vector(&objective.days())),
        Rule::record("slo:current_burn_rate:ratio", of(windows(objective)[0])),
        Rule::record("slo:period_burn_rate:ratio", of(period)),
        Rule::record(
            "slo:period_error_budget_remaining:ratio",
            crate::query::Query::written("1").minus(&recorded("slo:period_burn_rate:ratio").now()),
        ),
        Rule::record("sloth_slo_info", vector("1")).labelled(&info(objective)),
    ]);
    Group {
        name: format!("{}.objectives.{}", subject.package, objective.name),
        comment: format!("Objective: {}.", objective.promise()),
        interval: Some(INTERVAL.to_owned()),
        rules: rules.into_iter().map(|rule| rule.labelled(&labels)).collect(),
    }
}

fn ratio_name(window: Window) -> String {
    format!("slo:sli_error:ratio_rate{}", window.name())
}

/// The events in a window, where alerts look at whether there are enough; and the share of bad ones.
fn ratio(window: Window, counted: bool, recorded: &impl Fn(&str) -> Select) -> Vec<Rule> {
    let name = window.name();
    let labelled = [("sloth_window".to_owned(), name.clone())];
    if name == "5m" {
        let ratio = recorded(BAD).now().ratio(&recorded(EVENTS).now());
        return vec![Rule::record(ratio_name(window), ratio).labelled(&labelled)];
    }
    if !counted {
        let ratio = recorded(BAD).total_over(&name).ratio(&recorded(EVENTS).total_over(&name));
        return vec![Rule::record(ratio_name(window), ratio).labelled(&labelled)];
    }
    let increase = |rate: &str| recorded(rate).total_over(&name).times(SECONDS);
    let events = format!("slo:events:increase{name}");
    let ratio = increase(BAD).ratio(&recorded(&events).now());
    vec![Rule::record(&events, increase(EVENTS)), Rule::record(ratio_name(window), ratio).labelled(&labelled)]
}

fn vector(number: &str) -> crate::query::Query {
    crate::query::Query::written(&format!("vector({number})"))
}

/// What sloth's dashboards list objectives by.
fn info(objective: &Objective) -> [(String, String); 3] {
    let number = objective.share.to_string().trim_end_matches('%').to_owned();
    [("sloth_mode", "obs".to_owned()), ("sloth_objective", number), ("sloth_spec", "obs".to_owned())]
        .map(|(name, value)| (name.to_owned(), value))
}
