//! Launches: how many, how they end, how long they take and wait.

use super::super::column::Column;
use super::super::frame::other;
use super::super::label::Labelled;
use super::super::layout::Section;
use super::super::panel::{Panel, Threshold, Visual};
use super::super::service::budget;
use super::{LEGEND, RANGE, on_device, or_none};
use crate::launches::{Amount, DURATION, LAUNCH, Launches, QUEUE, WHERE};
use crate::query::Query;
use crate::subject::{Board, Subject};
use obs_model::duration::display;
use obs_model::{Kernel, Percent};
use std::time::Duration;

/// Above nothing at all.
const ANY: [Threshold; 1] = [Threshold::AtMost(0.000_001)];

pub(super) fn sections(kernels: &[&Kernel], subject: &Subject) -> Vec<Section> {
    let launches = Launches::chosen();
    vec![
        Section::new("", stats(&launches, kernels)),
        Section::new("Kernels", vec![table(&launches, kernels, subject)]),
        Section::new("Device time", duration(&launches, kernels)),
        Section::new("Launches", ended(&launches, kernels)),
        Section::new("On the way to the device", waiting(&launches)),
        Section::new("Out of the ordinary", unusual(&launches, kernels)),
    ]
}

/// The highest share of successes that any kernel promises.
fn strictest(kernels: &[&Kernel]) -> Option<Percent> {
    kernels.iter().filter_map(|kernel| kernel.slo.as_ref()?.success).max()
}

/// What one looks at first.
fn stats(launches: &Launches, kernels: &[&Kernel]) -> Vec<Panel> {
    let stat = |title: &str, unit: &str, about: &str| {
        Panel::new(Visual::Stat, title, unit).describe(about).sized(4, 4)
    };
    vec![
        stat("Launches", "ops", "Launches a second, of the chosen kernels together.")
            .query(launches.total().rate(RANGE).sum(&[]).or_zero(), "launches"),
        stat("Failed launches", "percentunit", "The share of launches that ended in an error or a panic.")
            .threshold(strictest(kernels).map(budget))
            .or_else("no launches")
            .query(launches.error_ratio(RANGE, &[]), "failed"),
        stat("p99", "s", "99 of 100 timed launches of the slowest kernel took at most this long on the device.")
            .or_else("no timings")
            .query(launches.buckets(DURATION, RANGE, &WHERE).quantile("0.99").max(&[]), "p99"),
        stat(
            "Busiest device",
            "percentunit",
            "Seconds of kernels a second on the device that has most; more than one where streams run side by side.",
        )
        .or_else("no timings")
        .query(launches.busy(RANGE, &["instance", "device"]).max(&[]), "busy"),
        stat("Devices up", "short", "Devices that work, of all instances.")
            .threshold([Threshold::AtLeast(1.0)])
            .query(on_device("gpu_device_up").now().sum(&[]).or_zero(), "up"),
        stat("Fallbacks", "ops", "Launches a second that ran on the host in place of a device.")
            .threshold(ANY)
            .query(fallbacks(&[]).or_zero(), "on the host"),
    ]
}

/// Fallbacks are no device's.
fn fallbacks(by: &[&str]) -> Query {
    super::chosen("gpu_kernel_fallbacks_total").like("kernel", "$kernel").rate(RANGE).sum(by)
}

/// Every kernel in one table; a click on its name shows only this one.
fn table(launches: &Launches, kernels: &[&Kernel], subject: &Subject) -> Panel {
    let quantile = |q: &str| launches.buckets(DURATION, RANGE, &WHERE).quantile(q);
    let only = |variable: &str| other(subject, Board::Gpu, &[(variable, "${__value.raw}")]);
    let mut columns = vec![
        (launches.total().rate(RANGE).sum(&WHERE), "Launches", "ops"),
        (launches.error_ratio(RANGE, &WHERE), "Failed", "percentunit"),
        (quantile("0.5"), "p50", "s"),
        (quantile("0.99"), "p99", "s"),
        (launches.busy(RANGE, &WHERE), "Device time", "percentunit"),
    ];
    let amounts = [(Amount::Bytes, "Bandwidth", "Bps"), (Amount::Flops, "Operations", "flops")];
    for (amount, title, unit) in amounts {
        if kernels.iter().any(|kernel| amount.of(kernel)) {
            columns.push((launches.achieved(amount, RANGE, &WHERE), title, unit));
        }
    }
    let panel = Panel::new(Visual::Table, "Kernels", "short")
        .describe("Each kernel now, by its device. Its name leads to the kernel alone.")
        .column(Column::new("kernel", "Kernel").link("Only this kernel", only("kernel")))
        .column(Column::new("device", "Device").link("Only this device", only("device")));
    columns.into_iter().zip('A'..='Z').fold(panel, |panel, ((query, title, unit), letter)| {
        panel.query(query, "").column(Column::new(format!("Value #{letter}"), title).unit(unit))
    })
}

fn duration(launches: &Launches, kernels: &[&Kernel]) -> Vec<Panel> {
    // What a kernel promises says nothing about the others.
    let bounds = || match kernels {
        [one] => one.slo.iter().flat_map(|slo| &slo.latency).map(|l| l.bound.as_secs_f64()).collect(),
        _ => Vec::new(),
    };
    let quantile = |title: &str, q: &str, share: &str| {
        Panel::new(Visual::TimeSeries, title, "s")
            .describe(format!("{share} timed launches of each kernel took at most this long on the device."))
            .describe("Points are traces.")
            .threshold(bounds().into_iter().map(Threshold::AtMost))
            .exemplars()
            .sized(8, 8)
            .query(launches.buckets(DURATION, RANGE, &WHERE).quantile(q), LEGEND)
    };
    let mut panels = vec![
        quantile("p50 by kernel", "0.5", "Half of the"),
        quantile("p95 by kernel", "0.95", "95 of 100"),
        quantile("p99 by kernel", "0.99", "99 of 100"),
        Panel::new(Visual::TimeSeries, "Mean by kernel", "s")
            .describe("The mean device time of timed launches.")
            .query(launches.mean(DURATION, RANGE, &WHERE), LEGEND),
    ];
    let heatmap = |title: String, launches: &Launches| {
        Panel::new(Visual::Heatmap, title, "s")
            .describe("How many timed launches a second took how long on the device. Points are traces.")
            .exemplars()
            .query(launches.buckets(DURATION, RANGE, &[]), "{{le}}")
    };
    match layouts(kernels).as_slice() {
        [_] => panels.push(heatmap("Device times".to_owned(), launches)),
        layouts => panels.extend(layouts.iter().map(|layout| {
            let end = |bound: Option<&f64>| display(Duration::from_secs_f64(*bound.unwrap_or(&0.0)));
            let buckets = &layout[0].buckets;
            let title = match layout.as_slice() {
                [one] => format!("Device times of {}", one.name),
                _ => format!("Device times, {} to {}", end(buckets.first()), end(buckets.last())),
            };
            heatmap(title, &launches.clone().only(layout))
                .describe("Of kernels whose buckets have the same bounds.")
        })),
    }
    panels
}

/// The kernels by the bounds of their buckets: those of different bounds cannot be added up.
fn layouts<'a>(kernels: &[&'a Kernel]) -> Vec<Vec<&'a Kernel>> {
    let mut layouts: Vec<Vec<&Kernel>> = Vec::new();
    for &kernel in kernels {
        match layouts.iter_mut().find(|layout| layout[0].buckets == kernel.buckets) {
            Some(layout) => layout.push(kernel),
            None => layouts.push(vec![kernel]),
        }
    }
    layouts
}

fn ended(launches: &Launches, kernels: &[&Kernel]) -> Vec<Panel> {
    let graph =
        |title: &str, unit: &str, about: &str| Panel::new(Visual::TimeSeries, title, unit).describe(about);
    vec![
        graph("Launches by kernel", "ops", "Launches a second, timed or not.")
            .query(launches.total().rate(RANGE).sum(&WHERE), LEGEND),
        graph(
            "Launches by result",
            "ops",
            "Launches a second by how they ended: ok, error, cancelled (dropped before completion) or panic.",
        )
        .query(launches.total().rate(RANGE).sum(&["result"]), "{{result}}"),
        graph("Error ratio by kernel", "percentunit", "The share of each kernel's launches that failed.")
            .threshold(strictest(kernels).map(budget))
            .query(launches.error_ratio(RANGE, &WHERE), LEGEND),
        graph(
            "Failed launches by error type",
            "ops",
            "Failed launches a second by the category of their error; _OTHER is an error without one.",
        )
        .query(
            launches.family("_errors_total").rate(RANGE).sum(&["error_type"]).or_none(&["error_type"]),
            "{{error_type}}",
        ),
        graph("Launches on the host", "ops", "Launches a second that ran on the host in place of a device.")
            .query(fallbacks(&["kernel"]).or_none(&["kernel"]), "{{kernel}}"),
        graph(
            "Device time by kernel",
            "percentunit",
            "Seconds of each kernel a second, of all devices together; launches that were not timed are taken to be \
             like those that were.",
        )
        .stacked(true)
        .query(launches.busy(RANGE, &["kernel"]), "{{kernel}}"),
    ]
}

fn waiting(launches: &Launches) -> Vec<Panel> {
    let panel = |title: &str, part: &str, about: &str| {
        let quantile = |q: &str| launches.buckets(part, RANGE, &WHERE).quantile(q);
        Panel::new(Visual::TimeSeries, title, "s")
            .describe(about)
            .query(quantile("0.5"), format!("{LEGEND} p50"))
            .query(quantile("0.99"), format!("{LEGEND} p99"))
    };
    vec![
        panel("Time in the queue", QUEUE, "How long launches waited on the device before they started."),
        panel("Time to launch", LAUNCH, "How long the host took to put launches into their stream."),
    ]
}

fn unusual(launches: &Launches, kernels: &[&Kernel]) -> Vec<Panel> {
    let count = |title: &str, family: &str, about: &str| {
        Panel::new(Visual::TimeSeries, title, "ops")
            .describe(about)
            .query(or_none(launches.family(family).rate(RANGE).sum(&WHERE)), LEGEND)
    };
    let mut panels = vec![count(
        "Outliers",
        "_outliers_total",
        "Timings a second over the mean and three standard deviations of the kernel's last hundred.",
    )];
    if kernels.iter().any(|kernel| kernel.slow.is_some()) {
        let about = "Timings a second over the bound that the kernel's attribute calls slow.";
        panels.push(count("Slow launches", "_slow_total", about));
    }
    panels.push(
        Panel::new(Visual::TimeSeries, "Launches that were not timed", "ops")
            .describe(
                "By reason: left out on purpose (sampled), captured into a graph (capture), no events left (pool), \
                 refused by the driver (refused), device lost (lost), the launch itself failed (failed).",
            )
            .query(
                launches.family("_untimed_total").rate(RANGE).sum(&["reason"]).or_none(&["reason"]),
                "{{reason}}",
            ),
    );
    panels
}

/// Launches by each label that a kernel adds.
pub(super) fn labels(kernels: &[&Kernel], subject: &Subject) -> Section {
    let panels = kernels.iter().flat_map(|kernel| {
        let total = Launches::of(kernel).on_dashboard().total();
        let labelled = Labelled { name: &kernel.name, place: &kernel.place, what: "Launches", total };
        labelled.panels(&kernel.labels, subject)
    });
    Section::new("Launches by label", panels.collect())
}
