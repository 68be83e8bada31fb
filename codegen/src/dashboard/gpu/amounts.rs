//! How much kernels do, against what the device can; and how much time goes into moving data there and back.

use super::super::panel::{Panel, Visual};
use super::{LEGEND, RANGE, on_device, or_none};
use crate::launches::{Amount, Launches, WHERE};
use crate::query::Query;
use obs_model::Kernel;

/// What kernels achieve while they run, of each amount that any of them names.
pub(super) fn achieved(kernels: &[&Kernel]) -> Vec<Panel> {
    const AMOUNTS: [(Amount, &str, &str, &str); 3] = [
        (
            Amount::Bytes,
            "Bandwidth",
            "Bps",
            "Bytes that a launch moves, over the time that it takes on the device.",
        ),
        (
            Amount::Flops,
            "Operations",
            "flops",
            "Floating-point operations of a launch, over the time that it takes on the device.",
        ),
        (
            Amount::Items,
            "Items",
            "si:items/s",
            "Items that a launch works on, over the time that it takes on the device.",
        ),
    ];
    let launches = Launches::chosen();
    let named = AMOUNTS.into_iter().filter(|(amount, ..)| kernels.iter().any(|kernel| amount.of(kernel)));
    named
        .flat_map(|(amount, title, unit, about)| {
            let achieved = Panel::new(Visual::TimeSeries, format!("{title} by kernel"), unit)
                .describe(about)
                .describe("Amounts are as the attribute names them; a cache may move fewer bytes than that.")
                .query(launches.achieved(amount, RANGE, &WHERE), LEGEND);
            let share = launches.share_of_peak(amount, RANGE).map(|share| {
                Panel::new(Visual::TimeSeries, format!("{title}: share of peak"), "percentunit")
                    .describe(
                        "That, as a share of what the device can do; of the instance that comes closest.",
                    )
                    .describe("None where nobody knows what the device can do.")
                    .query(or_none(share), LEGEND)
            });
            [Some(achieved), share]
        })
        .flatten()
        .collect()
}

/// Copies, which are no kernel's.
fn copies(family: &str, by: &[&str]) -> Query {
    on_device(&format!("gpu_cop{family}")).rate(RANGE).sum(by)
}

/// Seconds of copies a second by direction, those that were not timed taken to be like those that were.
fn copying() -> Query {
    const EACH: [&str; 3] = ["instance", "device", "direction"];
    let ended = on_device("gpu_copies_total").eq("result", "ok").rate(RANGE).sum(&EACH);
    let mean = copies("y_duration_seconds_sum", &EACH).ratio(&copies("y_duration_seconds_count", &EACH));
    ended.product(&mean).sum_block(&["direction"])
}

/// Time of compute against time of transfer, and the copies themselves.
pub(super) fn transfer() -> Vec<Panel> {
    const DIRECTION: [&str; 1] = ["direction"];
    let graph =
        |title: &str, unit: &str, about: &str| Panel::new(Visual::TimeSeries, title, unit).describe(about);
    let none = |query: Query| query.or_none(&DIRECTION);
    vec![
        graph(
            "Compute and transfer",
            "percentunit",
            "Seconds of kernels a second beside seconds of copies, of all devices together. Where copies take longer, \
             the device waits for data.",
        )
        .query(Launches::chosen().busy(RANGE, &[]), "compute")
        .query(none(copying()), "{{direction}}"),
        graph("Copied", "Bps", "Bytes a second by direction.")
            .query(none(copies("y_bytes_total", &DIRECTION)), "{{direction}}"),
        graph("Copies by result", "ops", "Copies a second by how they ended.").query(
            copies("ies_total", &["direction", "result"]).or_none(&DIRECTION),
            "{{direction}} {{result}}",
        ),
        graph("Time of copies", "s", "What half and 99 of 100 timed copies took at most on the device.")
            .query(none(copies("y_duration_seconds_bucket", &["le", "direction"]).quantile("0.5")), "{{direction}} p50")
            .query(none(copies("y_duration_seconds_bucket", &["le", "direction"]).quantile("0.99")), "{{direction}} p99"),
    ]
}
