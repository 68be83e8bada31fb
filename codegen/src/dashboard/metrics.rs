//! The families that `#[metric]` declares, each by its kind.

use super::frame::Frame;
use super::layout::Section;
use super::panel::{Panel, Visual, rate_unit, unit};
use super::{RANGE, chosen};
use crate::plan::Plan;
use crate::subject::{Board, Subject};
use obs_model::{Kind, Label, Metric, Unit};
use std::collections::BTreeMap;

/// One, if there are such metrics.
pub(super) fn board(plan: &Plan) -> Option<Frame> {
    let metrics = &plan.catalogue.metrics;
    if metrics.is_empty() {
        return None;
    }
    let sections = sections(metrics, &plan.subject);
    let frame = Frame::new(Board::Metrics.as_str(), "metrics", plan, sections);
    Some(frame.describe("What the program counts of its own business."))
}

/// A row for each module that declares any of them.
pub(super) fn sections<'a>(metrics: impl IntoIterator<Item = &'a Metric>, subject: &Subject) -> Vec<Section> {
    let mut modules: BTreeMap<&str, Vec<Panel>> = BTreeMap::new();
    for metric in metrics {
        modules.entry(&metric.module).or_default().extend(panels(metric, subject));
    }
    modules.into_iter().map(|(module, panels)| Section::new(module, panels)).collect()
}

/// A sample of the family, whichever kind it is.
pub(super) fn any_sample(metric: &Metric) -> String {
    match metric.kind {
        Kind::Histogram => format!("{}_count", metric.name),
        Kind::Counter | Kind::Gauge => metric.name.clone(),
    }
}

/// The panels of a family.
fn panels(metric: &Metric, subject: &Subject) -> Vec<Panel> {
    match metric.kind {
        Kind::Counter => counter(metric, subject),
        Kind::Gauge => [gauge(metric, subject)].into_iter().chain(parts(metric, subject)).collect(),
        Kind::Histogram => histogram(metric, subject),
    }
}

/// A panel that says whose it is.
fn panel(visual: Visual, title: impl Into<String>, unit: &str, metric: &Metric, subject: &Subject) -> Panel {
    Panel::new(visual, title, unit).describe(&metric.help).link("Source", subject.source(&metric.place))
}

fn counter(metric: &Metric, subject: &Subject) -> Vec<Panel> {
    let labels = labels(metric);
    let rate = |by: &[&str]| chosen(&metric.name).rate(RANGE).sum(by);
    let capped = metric.labels.iter().any(|label| label.cap.is_some());
    let unit = rate_unit(metric.unit);
    let all = if capped { rate(&labels).top() } else { rate(&labels) };
    let mut panels = vec![
        panel(Visual::TimeSeries, title(metric), unit, metric, subject)
            .describe("The increase a second.")
            .query(all, legend(&labels, "all")),
    ];
    for label in &metric.labels {
        let title = format!("{} by {}", title(metric), label.name);
        let legend = format!("{{{{{}}}}}", label.name);
        panels.push(match label.cap {
            None => panel(Visual::Pie, title, unit, metric, subject)
                .describe(format!("Which share each {} has of the increase now.", label.name))
                .query(rate(&[&label.name]), legend),
            Some(_) => panel(Visual::BarGauge, title, unit, metric, subject)
                .describe(format!("The ten values of {} that increase most now.", label.name))
                .range(0.0, None)
                .query(rate(&[&label.name]).top(), legend),
        });
    }
    panels
}

/// The value of a gauge over time.
pub(super) fn gauge(metric: &Metric, subject: &Subject) -> Panel {
    let labels = labels(metric);
    // Each instance on its own: a sum of ratios or temperatures would mean nothing.
    let each: Vec<&str> = ["instance"].iter().chain(&labels).copied().collect();
    let panel = panel(Visual::TimeSeries, title(metric), unit(metric.unit), metric, subject)
        .describe("The current value of each instance.")
        .query(chosen(&metric.name).now().max(&each), legend(&each, "value"));
    // A temperature may be below zero.
    match metric.unit {
        Some(Unit::Celsius) | None => panel.start_at_lowest(),
        Some(_) => panel,
    }
}

/// What a gauge is made of, or how full it is, where that means anything.
fn parts(metric: &Metric, subject: &Subject) -> Vec<Panel> {
    let title = title(metric);
    let name = chosen(&metric.name).now();
    match metric.unit {
        Some(Unit::Ratio) => vec![
            panel(Visual::Gauge, format!("{title}: now"), unit(metric.unit), metric, subject)
                .describe("The highest of all instances.")
                .range(0.0, 1.0)
                .sized(6, 8)
                .query(name.max(&[]), "highest"),
        ],
        None | Some(Unit::Bytes) => {
            let bounded = |label: &&Label| label.cap.is_none();
            let pie = |label: &Label| {
                panel(Visual::Pie, format!("{title} by {}", label.name), unit(metric.unit), metric, subject)
                    .describe(format!("Which share each {} has, of all instances together.", label.name))
                    .query(name.clone().sum(&[&label.name]), format!("{{{{{}}}}}", label.name))
            };
            metric.labels.iter().filter(bounded).map(pie).collect()
        }
        Some(_) => Vec::new(),
    }
}

fn histogram(metric: &Metric, subject: &Subject) -> Vec<Panel> {
    let labels = labels(metric);
    let buckets = |labels: &[&str]| {
        let labels: Vec<&str> = ["le"].iter().chain(labels).copied().collect();
        chosen(format!("{}_bucket", metric.name)).rate(RANGE).sum(&labels)
    };
    let quantile = |q: &str| buckets(&labels).quantile(q);
    let series =
        |q: &str| legend(&labels, "").trim().to_owned() + if labels.is_empty() { "" } else { " " } + q;
    let heatmap = format!("{}: distribution", title(metric));
    vec![
        panel(Visual::TimeSeries, title(metric), unit(metric.unit), metric, subject)
            .describe("What half, 95 of 100 and 99 of 100 observations were at most.")
            .exemplars()
            .query(quantile("0.5"), series("p50"))
            .query(quantile("0.95"), series("p95"))
            .query(quantile("0.99"), series("p99")),
        panel(Visual::Heatmap, heatmap, unit(metric.unit), metric, subject)
            .describe("How many observations a second were how large.")
            .exemplars()
            .query(buckets(&[]), "{{le}}"),
    ]
}

fn labels(metric: &Metric) -> Vec<&str> {
    metric.labels.iter().map(|label| label.name.as_str()).collect()
}

/// `db_connections` as "db connections", without the suffixes that the unit of the axis says again.
fn title(metric: &Metric) -> String {
    let name = metric.name.strip_suffix("_total").unwrap_or(&metric.name);
    let unit = metric.unit.map_or("", Unit::as_str);
    let name = name.strip_suffix(unit).map_or(name, |name| name.trim_end_matches('_'));
    name.replace('_', " ")
}

fn legend(labels: &[&str], without: &str) -> String {
    match labels {
        [] => without.to_owned(),
        labels => labels.iter().map(|label| format!("{{{{{label}}}}}")).collect::<Vec<_>>().join(" "),
    }
}
