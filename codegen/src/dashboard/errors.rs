//! Errors by category and severity, and what to do about each.

use super::column::Column;
use super::frame::Frame;
use super::layout::Section;
use super::panel::{Panel, Threshold, Visual};
use super::{RANGE, chosen, sides};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::{Board, Runbook, Subject};
use obs_model::{Category, ErrorType, Severity, duration};
use std::collections::BTreeMap;

/// One, if errors have categories.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    if plan.catalogue.errors.is_empty() {
        return None;
    }
    let mut sections = vec![
        Section::new("", now()),
        Section::new("What to do", vec![advice(plan)]),
        Section::new("Which errors", which()),
        Section::new("Where they come from", origins(plan)),
    ];
    sections.extend(plan.catalogue.errors.iter().map(|error| section(error, &plan.subject)));
    let frame = Frame::new(Board::Errors.as_str(), "errors", plan, sections);
    Some(frame.describe("What fails, how bad that is, and what to do about it."))
}

/// The most frequent errors; none if errors have no categories.
pub(super) fn top(plan: &Plan) -> Option<Panel> {
    (!plan.catalogue.errors.is_empty()).then(|| {
        Panel::new(Visual::BarGauge, "Top errors", "ops")
            .describe("The ten most frequent categories of errors, a second.")
            .range(0.0, None)
            .or_else("no errors")
            .sized(8, 8)
            .query(errors().rate(RANGE).sum(&["category"]).top().or_none(&["category"]), "{{category}}")
    })
}

fn errors() -> Select {
    chosen("errors_total")
}

fn now() -> Vec<Panel> {
    let stat = |title, about, bound: Option<f64>| {
        Panel::new(Visual::Stat, title, "ops").describe(about).threshold(bound.map(Threshold::AtMost))
    };
    let bad = errors().like("severity", "critical|fatal").rate(RANGE).sum(&[]);
    let degraded = errors().eq("severity", "degraded").rate(RANGE).sum(&[]);
    let recoverable = errors().eq("severity", "recoverable").rate(RANGE).sum(&[]);
    // Any rate above zero.
    let any = Some(0.000_001);
    vec![
        stat("Errors", "Errors a second that left observed functions or were reported.", None)
            .query(errors().rate(RANGE).sum(&[]).or_zero(), "errors"),
        stat("Critical and fatal", "Errors a second that a person should look at now.", any)
            .query(bad.or_zero(), "errors"),
        stat("Degraded", "Errors a second that leave the service with less than it should have.", None)
            .query(degraded.or_zero(), "errors"),
        stat("Recoverable", "Errors a second that a caller can retry or correct.", None)
            .query(recoverable.or_zero(), "errors"),
    ]
}

/// A row for each category: how often it occurs, how bad it is, when to try again, and what to do.
fn advice(plan: &Plan) -> Panel {
    let mut categories: BTreeMap<&str, &Category> = BTreeMap::new();
    for category in plan.catalogue.errors.iter().flat_map(|error| &error.categories) {
        let known = categories.entry(&category.name).or_insert(category);
        // Several types may have a category: the one that says what to do tells more.
        if known.action.is_none() && category.action.is_some() {
            *known = category;
        }
    }
    let rows = u32::try_from(categories.len()).unwrap_or(u32::MAX);
    let runbook = runbooks(categories.values().copied(), &plan.subject);
    let facts = categories.into_values().map(|category| fact(category, &plan.subject));
    let facts = facts.reduce(|all, fact| all.or(&fact)).unwrap_or_else(|| Query::fact(&[]));
    let table = Panel::new(Visual::Table, "Categories", "short")
        .describe("Every category of errors that the source declares, with its rate now. A click on a runbook opens it.")
        // A heading, and a row for each, and for errors without a category.
        .sized(24, rows.saturating_add(3).clamp(6, 16))
        .query(errors().rate(RANGE).sum(&["category"]).or_none(&["category"]), "")
        .query(facts, "")
        .column(Column::new("category", "Category").width(180));
    let severity =
        Severity::ALL.iter().fold(Column::new("severity", "Severity").width(120), |column, &severity| {
            column.word(severity.as_str(), severity.as_str(), color(severity))
        });
    table
        .column(severity)
        .column(Column::new("Value #A", "Errors a second").unit("ops").width(130))
        .column(Column::new("retry_after", "Retry after").width(100))
        .column(Column::new("action", "Action"))
        .column(runbook)
        .column(Column::hidden("Value #B"))
}

/// The pages about categories: the cells are addresses, and show the name of the page.
fn runbooks<'a>(categories: impl Iterator<Item = &'a Category>, subject: &Subject) -> Column {
    let name = |category: &Category| category.runbook.clone().unwrap_or_else(|| category.name.clone());
    let column = Column::new("runbook", "Runbook").width(220);
    let column =
        categories.fold(column, |column, category| column.word(page(category, subject), name(category), ""));
    // Without a base, a runbook is the path of its file, which Grafana cannot open.
    match subject.runbooks {
        Some(_) => column.link("Open the runbook", "${__value.raw}"),
        None => column,
    }
}

/// What the source says about a category, as labels of a series: Grafana can join a table with nothing that no
/// data source returns.
fn fact(category: &Category, subject: &Subject) -> Query {
    let retry = category.retry_after.map_or_else(String::new, duration::display);
    Query::fact(&[
        ("category", &category.name),
        ("severity", category.severity.as_str()),
        ("retry_after", &retry),
        ("action", category.action.as_deref().unwrap_or_default()),
        ("runbook", &page(category, subject)),
    ])
}

/// The address of the page about a category.
fn page(category: &Category, subject: &Subject) -> String {
    let runbook =
        category.runbook.as_deref().map_or_else(|| Runbook::Category(category.name.clone()), Runbook::of);
    subject.runbook(&runbook)
}

const fn color(severity: Severity) -> &'static str {
    match severity {
        Severity::Recoverable => "green",
        Severity::Degraded => "yellow",
        Severity::Critical => "orange",
        Severity::Fatal => "red",
    }
}

fn which() -> Vec<Panel> {
    vec![
        Panel::new(Visual::TimeSeries, "By category", "ops")
            .describe("Errors a second, by category.")
            .stacked(true)
            .sized(16, 8)
            .query(errors().rate(RANGE).sum(&["category"]).or_none(&["category"]), "{{category}}"),
        Severity::ALL
            .iter()
            .fold(Panel::new(Visual::Pie, "By severity", "ops"), |panel, &severity| {
                panel.colored(severity.as_str(), color(severity))
            })
            .describe("Which share of the errors is how bad.")
            .query(errors().rate(RANGE).sum(&["severity"]).or_none(&["severity"]), "{{severity}}"),
    ]
}

fn origins(plan: &Plan) -> Vec<Panel> {
    let mut panels = vec![
        Panel::new(Visual::BarGauge, "By function and category", "ops")
            .describe("The ten most frequent errors a second, by the function that they left.")
            .range(0.0, None)
            .query(
                errors().rate(RANGE).sum(&["function", "category"]).top().or_none(&["category"]),
                "{{function}} {{category}}",
            ),
    ];
    let sides = sides(plan);
    if !sides.is_empty() {
        let panic = Panel::new(Visual::TimeSeries, "Panics", "ops").describe("Calls a second that panicked.");
        panels.push(sides.iter().fold(panic, |panel, (calls, name)| {
            panel.query(calls.total().eq("result", "panic").rate(RANGE).sum(&[]).or_zero(), name.clone())
        }));
    }
    panels
}

/// One type of errors: a number for each category, with the ways to its code and its page.
fn section(error: &ErrorType, subject: &Subject) -> Section {
    // Four to six in a row.
    let width = 24 / u32::try_from(error.categories.len()).unwrap_or(u32::MAX).clamp(4, 6);
    let panel = |category: &Category| {
        let advice =
            category.action.as_ref().map_or_else(String::new, |action| format!("What to do: {action}."));
        let retry = category
            .retry_after
            .map_or_else(String::new, |after| format!("Try again after {}.", duration::display(after)));
        Panel::new(Visual::Stat, &category.name, "ops")
            .describe(format!("A {} error, as many a second.", category.severity.as_str()))
            .describe(advice)
            .describe(retry)
            .sized(width, 4)
            .threshold((category.severity > Severity::Recoverable).then_some(Threshold::AtMost(0.000_001)))
            .link("Runbook", Some(page(category, subject)))
            .link("Source", subject.source(&error.place))
            .query(errors().eq("category", &category.name).rate(RANGE).sum(&[]).or_zero(), &category.name)
    };
    Section::new(format!("{}::{}", error.module, error.name), error.categories.iter().map(panel).collect())
}
