//! A kernel on the dashboard that its attribute names.

use super::super::layout::Section;
use super::super::objectives::bound;
use super::super::panel::{Panel, Visual};
use super::super::service::budget;
use super::RANGE;
use crate::launches::{Amount, DURATION, Launches};
use crate::subject::{Runbook, Subject};
use obs_model::Kernel;

/// Launches, failures, device time, and what it achieves.
pub(in crate::dashboard) fn own(kernel: &Kernel, subject: &Subject) -> Section {
    let launches = Launches::of(kernel).on_dashboard();
    let name = &kernel.name;
    let quantile = |q: &str| launches.buckets(DURATION, RANGE, &["device"]).quantile(q);
    let slo = kernel.slo.as_ref();
    let panel = |what: &str, unit: &str, about: &str| {
        Panel::new(Visual::TimeSeries, format!("{name}: {what}"), unit).describe(&kernel.help).describe(about)
    };
    let mut panels = vec![
        panel("launches by result", "ops", "Launches a second by how they ended.")
            .query(launches.total().rate(RANGE).sum(&["result"]), "{{result}}"),
        panel("error ratio", "percentunit", "The share of launches that ended in an error or a panic.")
            .threshold(slo.and_then(|slo| slo.success).map(budget))
            .query(launches.error_ratio(RANGE, &["device"]), "{{device}}"),
        panel(
            "device time",
            "s",
            "How long half, 95 of 100 and 99 of 100 timed launches took at most on the device. Points are traces.",
        )
        .threshold(slo.and_then(|slo| slo.latency.first()).map(bound))
        .exemplars()
        .query(quantile("0.5"), "{{device}} p50")
        .query(quantile("0.95"), "{{device}} p95")
        .query(quantile("0.99"), "{{device}} p99"),
    ];
    let amounts = [
        (Amount::Bytes, "bandwidth", "Bps", "Bytes of a launch over its time on the device."),
        (
            Amount::Flops,
            "operations",
            "flops",
            "Floating-point operations of a launch over its time on the device.",
        ),
        (Amount::Items, "items", "si:items/s", "Items of a launch over its time on the device."),
    ];
    for (amount, what, unit, about) in amounts.into_iter().filter(|(amount, ..)| amount.of(kernel)) {
        panels.push(
            panel(what, unit, about)
                .query(launches.achieved(amount, RANGE, &["kernel", "device"]), "{{device}}"),
        );
    }
    let page = kernel.runbook.as_deref().map(|page| subject.runbook(&Runbook::of(page)));
    let link =
        |panel: Panel| panel.link("Source", subject.source(&kernel.place)).link("Runbook", page.clone());
    Section::new(format!("{}::{name}", kernel.module), panels.into_iter().map(link).collect())
}
