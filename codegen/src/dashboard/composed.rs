//! The dashboards that a person composed in the build script.

use super::frame::{self, Frame};
use super::layout::Section;
use super::panel::Panel;
use super::{variables, word};
use crate::compose::dashboard::{self, Dashboard, Leads, Visual};
use crate::plan::Plan;

/// One for each, in the order they were given.
pub(super) fn boards(plan: &Plan) -> Vec<Frame> {
    plan.composed.dashboards.iter().map(|dashboard| board(dashboard, plan)).collect()
}

fn board(dashboard: &Dashboard, plan: &Plan) -> Frame {
    let sections = dashboard
        .rows
        .iter()
        .map(|row| Section::new(&row.title, row.panels.iter().map(|panel| draw(panel, plan)).collect()))
        .collect();
    let frame = Frame::new(&word(&dashboard.title), &dashboard.title, plan, sections);
    let choices = dashboard
        .variables
        .iter()
        .map(|choice| variables::label(&choice.label, &choice.label, &choice.select, Some(".*")));
    let first = if dashboard.targets { variables::targets(plan) } else { vec![variables::datasource()] };
    let own = dashboard.values.iter().map(|values| variables::values(&values.name, &values.values));
    let traces = dashboard.leads_to_traces().then(variables::traces);
    let logs = dashboard.shows_logs().then(variables::logs);
    Frame {
        refresh: dashboard.refresh.clone().unwrap_or(frame.refresh),
        shows: dashboard.shows.clone().unwrap_or(frame.shows),
        targets: dashboard.targets,
        description: format!(
            "{} Composed in the build script of {}.",
            dashboard.description.trim(),
            plan.subject.title()
        )
        .trim()
        .to_owned(),
        variables: first.into_iter().chain(choices).chain(own).chain(traces).chain(logs).collect(),
        ..frame
    }
}

/// A panel as it was composed, with the way to the line that composed it.
fn draw(panel: &dashboard::Panel, plan: &Plan) -> Panel {
    let mut drawn = Panel::new(panel.visual, &panel.title, &panel.unit)
        .describe(&panel.description)
        .threshold(panel.thresholds.iter().copied())
        .content(&panel.content)
        .stacked(panel.stacked);
    if panel.min.is_some() || panel.max.is_some() {
        drawn = drawn.range(panel.min, panel.max);
    }
    if let Some(text) = &panel.no_value {
        drawn = drawn.or_else(text);
    }
    if let Some((width, height)) = panel.size {
        drawn = drawn.sized(width, height);
    }
    for (value, word, color) in &panel.words {
        drawn = drawn.word(value, word, color);
    }
    for asked in &panel.queries {
        drawn = drawn.text(asked.query.clone(), &asked.legend);
    }
    // Buckets carry the traces of some of what they count.
    let over_time = matches!(panel.visual, Visual::TimeSeries | Visual::Heatmap);
    if over_time && panel.queries.iter().any(|asked| asked.query.contains("_bucket")) {
        drawn = drawn.exemplars();
    }
    // Of a table, a row is clicked at; of all else, a series.
    let clicked = if panel.visual == Visual::Table { "__data.fields" } else { "__field.labels" };
    for leads in &panel.leads {
        drawn = match leads {
            Leads::Address { title, address } => drawn.data_link(title, address),
            Leads::Traces { span } => drawn.data_link("Traces", frame::traces(&plan.subject, span)),
            Leads::Dashboard { title, labels } => {
                let values: Vec<(&str, String)> =
                    labels.iter().map(|label| (label.as_str(), format!("${{{clicked}.{label}}}"))).collect();
                let values: Vec<(&str, &str)> =
                    values.iter().map(|(label, value)| (*label, value.as_str())).collect();
                drawn.data_link(title, frame::named(&plan.subject, &word(title), &values))
            }
        };
    }
    for (title, address) in &panel.links {
        drawn = drawn.link(title, Some(address.clone()));
    }
    drawn.link("Source", plan.subject.source(&panel.place))
}
