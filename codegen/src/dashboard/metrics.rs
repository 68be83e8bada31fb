//! The families that `#[metric]` declares, each by its kind.

use super::panel::{Panel, Visual, rate_unit, unit};
use super::{RANGE, Section, chosen};
use obs_model::{Kind, Metric, Unit};

/// One panel for each counter and gauge, two for each histogram.
pub(super) fn section(metrics: &[Metric]) -> Section {
    Section::new("Metrics", metrics.iter().flat_map(panels).collect())
}

/// A sample of the family, whichever kind it is.
pub(super) fn any_sample(metric: &Metric) -> String {
    match metric.kind {
        Kind::Histogram => format!("{}_count", metric.name),
        Kind::Counter | Kind::Gauge => metric.name.clone(),
    }
}

fn panels(metric: &Metric) -> Vec<Panel> {
    let labels: Vec<&str> = metric.labels.iter().map(|label| label.name.as_str()).collect();
    match metric.kind {
        Kind::Counter => {
            let rate = chosen(&metric.name).rate(RANGE).sum(&labels);
            let capped = metric.labels.iter().any(|label| label.cap.is_some());
            let panel = Panel::new(Visual::TimeSeries, title(metric), rate_unit(metric.unit))
                .describe(&metric.help)
                .describe("The increase a second.")
                .query(if capped { rate.top() } else { rate }, legend(&labels, "all"));
            vec![panel]
        }
        Kind::Gauge => {
            // Each instance on its own: a sum of ratios or temperatures would mean nothing.
            let each: Vec<&str> = ["instance"].iter().chain(&labels).copied().collect();
            let panel = Panel::new(Visual::TimeSeries, title(metric), unit(metric.unit))
                .describe(&metric.help)
                .describe("The current value of each instance.")
                .query(chosen(&metric.name).now().max(&each), legend(&each, "value"));
            // A temperature may be below zero.
            vec![if metric.unit == Some(Unit::Celsius) || metric.unit.is_none() {
                panel.start_at_lowest()
            } else {
                panel
            }]
        }
        Kind::Histogram => {
            let buckets = |labels: &[&str]| {
                let labels: Vec<&str> = ["le"].iter().chain(labels).copied().collect();
                chosen(format!("{}_bucket", metric.name)).rate(RANGE).sum(&labels)
            };
            let quantile = |q: &str| buckets(&labels).quantile(q);
            let series = |q: &str| {
                legend(&labels, "").trim().to_owned() + if labels.is_empty() { "" } else { " " } + q
            };
            vec![
                Panel::new(Visual::TimeSeries, title(metric), unit(metric.unit))
                    .describe(&metric.help)
                    .describe("What half, 95 of 100 and 99 of 100 observations were at most.")
                    .exemplars()
                    .query(quantile("0.5"), series("p50"))
                    .query(quantile("0.95"), series("p95"))
                    .query(quantile("0.99"), series("p99")),
                Panel::new(Visual::Heatmap, format!("{}: distribution", title(metric)), unit(metric.unit))
                    .describe(&metric.help)
                    .describe("How many observations a second were how large.")
                    .exemplars()
                    .query(buckets(&[]), "{{le}}"),
            ]
        }
    }
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
