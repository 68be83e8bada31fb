//! The service on one page: whether it is well, how busy it is, and where to look next.

use super::column::Column;
use super::frame::{Frame, firing, other};
use super::layout::Section;
use super::panel::{Panel, Threshold, Visual};
use super::{RANGE, chosen, counted, errors, gpu, objectives, process, requests, service, sides};
use crate::calls::{Calls, IDENTITY};
use crate::plan::Plan;
use crate::query::Query;
use crate::subject::{Board, Subject};
use obs_model::Function;

/// Every service has one.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    let sections = vec![
        Section::new("", now(plan)),
        Section::new("Requests", requests::overview(plan)),
        Section::new("Calls", calls(plan)),
        Section::new("Errors", errors(plan)),
        Section::new("GPU", gpu::overview(plan)),
        Section::new("Saturation", process::saturation()),
        Section::new("State", state(&plan.subject)),
    ];
    let frame = Frame::new(Board::Overview.as_str(), "overview", plan, sections);
    Some(frame.describe(&format!("Whether {} is well, on one page.", plan.subject.title())))
}

/// What one looks at first.
fn now(plan: &Plan) -> Vec<Panel> {
    let (shared, own) = counted(plan);
    // Of functions that have nothing in common, the first.
    let functions = if shared.is_empty() { &own[..own.len().min(1)] } else { &shared };
    let mut panels = vec![
        Panel::new(Visual::Stat, "Instances up", "short")
            .describe("Instances that Prometheus could scrape last time.")
            .threshold([Threshold::AtLeast(1.0)])
            .sized(4, 4)
            .query(chosen("up").now().sum(&[]).or_zero(), "up"),
        Panel::new(Visual::Stat, "Firing alerts", "short")
            .describe("Alerts of this service that fire now.")
            .threshold([Threshold::AtMost(1.0)])
            .sized(4, 4)
            .query(firing(&plan.subject).count(&[]).or_zero(), "firing"),
    ];
    if let Some((calls, _)) = sides(plan).first() {
        panels.extend(service::stats(calls, functions).into_iter().map(|panel| panel.sized(4, 4)));
    }
    panels.extend(objectives::budgets(plan));
    panels
}

/// Rate, errors and duration of everything that is counted together.
fn calls(plan: &Plan) -> Vec<Panel> {
    let sides = sides(plan);
    if sides.is_empty() {
        return Vec::new();
    }
    let (shared, own) = counted(plan);
    let (success, latency) = service::strictest(if shared.is_empty() { &own } else { &shared });
    let panel = |title, unit, text| Panel::new(Visual::TimeSeries, title, unit).describe(text).sized(8, 8);
    let each = |panel: Panel, query: &dyn Fn(&Calls) -> Query| {
        sides.iter().fold(panel, |panel, (calls, name)| panel.query(query(calls), name.clone()))
    };
    let p99 = |calls: &Calls| {
        // Those of their own families are one function each.
        let together: &[&Function] = if calls.is_shared() { &shared } else { &[] };
        service::quantile(calls, together, "0.99")
    };
    vec![
        each(panel("Rate", "ops", "Calls a second."), &|calls| calls.total().rate(RANGE).sum(&[])),
        each(
            panel("Errors", "percentunit", "The share of calls that ended in an error or a panic.")
                .threshold(success.map(service::budget)),
            &|calls| calls.error_ratio(RANGE, &[]),
        ),
        each(
            panel("p99 duration", "s", "99 of 100 calls took at most this long. Points are traces.")
                .describe(service::whose(&shared))
                .threshold(latency.map(|latency| objectives::bound(&latency)))
                .exemplars(),
            &p99,
        ),
    ]
}

/// What fails most, and what is slowest.
fn errors(plan: &Plan) -> Vec<Panel> {
    let mut panels: Vec<Panel> = errors::top(plan).into_iter().collect();
    let (shared, _) = counted(plan);
    if !shared.is_empty() {
        let calls = Calls::shared(&plan.subject.crates).on_dashboard();
        let only = other(
            &plan.subject,
            Board::Red,
            &[("module", "${__field.labels.module}"), ("function", "${__field.labels.function}")],
        );
        let top = |title, unit, text| {
            Panel::new(Visual::BarGauge, title, unit)
                .describe(text)
                .describe("A click leads to the function.")
                .range(0.0, None)
                .data_link("Rate, errors and duration of this function", only.clone())
                .sized(8, 8)
        };
        panels.push(
            top(
                "Failing functions",
                "percentunit",
                "The ten functions that fail the largest share of their calls.",
            )
            .query(calls.error_ratio(RANGE, &IDENTITY).top(), "{{function}} ({{module}})"),
        );
        panels.push(
            top(
                "Slowest functions",
                "s",
                "The ten functions with the longest calls, by their 99th percentile.",
            )
            .query(calls.buckets(RANGE, &IDENTITY).quantile("0.99").top(), "{{function}} ({{module}})"),
        );
    }
    panels
}

/// What is and was the matter: health checks, alerts and builds.
fn state(subject: &Subject) -> Vec<Panel> {
    let well = chosen("obs_health_check_up").now().min(&["check"]);
    let scraped = chosen("up").now().min(&["instance"]);
    let quiet = Query::fact(&[("alertname", "all alerts")]);
    vec![
        Panel::new(Visual::StateTimeline, "Health", "short")
            .describe("Which instances were scraped and which health checks passed, over time.")
            .word("0", "down", "red")
            .word("1", "up", "green")
            .sized(8, 5)
            .query(well.or(&scraped), "{{check}}{{instance}}"),
        Panel::new(Visual::StateTimeline, "Alerts", "short")
            .describe("Which alerts fired when.")
            .word("0", "quiet", "green")
            .word("1", "firing", "red")
            .sized(8, 5)
            .query(firing(subject).max(&["alertname"]).or_else_by(&quiet), "{{alertname}}"),
        Panel::new(Visual::Table, "Builds", "short")
            .describe("Which builds run on how many instances.")
            .sized(8, 5)
            .query(chosen("build_info").now().count(&["version", "commit", "branch"]), "")
            .column(Column::new("version", "Version"))
            .column(Column::new("commit", "Commit"))
            .column(Column::new("branch", "Branch"))
            .column(Column::new("Value", "Instances").unit("short")),
    ]
}
