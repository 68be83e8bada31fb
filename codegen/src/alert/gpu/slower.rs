//! Kernels that take longer than they did.

use super::kernels::{SLOWER, of};
use super::{board, guide, our_jobs};
use crate::alert::scope;
use crate::alert::{Alert, Urgency};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::rules::kernels::{LABELS, Recorded};
use obs_model::Kernel;
use obs_model::bucket::le;

/// Of fewer timings in an hour, the 99th percentile is the longest of them.
const ENOUGH: &str = "100";

/// How many times as long is a regression.
const TIMES: &str = "1.5";

/// How much more the mean has to be. Percentiles are told by buckets: where all launches take about as long as a
/// bound, a hair's breadth more looks like the next bound. The mean is exact.
const MEAN: &str = "1.1";

/// Takes longer than at this time yesterday; or than an hour ago, where yesterday knows too little.
pub(super) fn alert(kernels: &[&Kernel], plan: &Plan) -> Alert {
    let (subject, recorded) = (&plan.subject, Recorded::of(kernels));
    let longer = |of: &Select, times| of.clone().now().exceeds(times, &before(of, &recorded));
    let query = longer(&recorded.p99(), TIMES)
        .and(&LABELS, &longer(&recorded.mean(), MEAN))
        .and(&LABELS, &recorded.timings().now().from(ENOUGH));
    let mut alert = Alert::new("GpuKernelSlower", Urgency::Ticket, "15m", our_jobs(query, subject)).says(
        "Kernel {{ $labels.kernel }} takes longer than it did",
        "99 of 100 launches of {{ $labels.kernel }} on device {{ $labels.device }} in job {{ $labels.job }} took up to \
         {{ $value | humanizeDuration }} over the last hour, more than one and a half times what they took a day ago, \
         or an hour ago where nothing is known of that.",
    );
    alert.guide = guide(
        "The 99th percentile of an hour's device time is half as much again as in the same hour of yesterday, and the \
         mean has risen by a tenth as well; both hours have at least a hundred timings.",
        &SLOWER.0,
        &SLOWER.1,
        vec![
            ("What 99 of 100 launches of an hour take", recorded.p99().now()),
            ("What they took a day ago", recorded.p99().before("1d")),
            ("The mean of an hour", recorded.mean().now()),
            ("Timings in an hour", recorded.timings().now()),
        ],
    );
    alert.dashboard = board(subject, &["kernel", "device"]);
    let timed = |then: (&str, u64), now: (&str, u64)| {
        let mut series = vec![scope::ours(subject, "1x200")];
        series.extend(timings(kernels[0], &[(then.0, 120, then.1), (now.0, 80, now.1)]));
        series
    };
    let (fast, slow) = (("fast", 60), ("slow", 60));
    alert
        .quiet("it takes as long as ever", timed(fast, fast), 170)
        .quiet("it was launched too rarely to compare with", timed(("fast", 1), slow), 170)
        .quiet("it is launched too rarely to tell", timed(fast, ("slow", 1)), 195)
        .fires_as("it takes longer than an hour ago", timed(fast, slow), 170, Vec::new())
}

/// What it was a day ago, or else an hour ago: whatever is known well enough.
fn before(of: &Select, recorded: &Recorded) -> Query {
    let known = |ago| {
        let enough = recorded.timings().before(ago).from(ENOUGH);
        of.clone().before(ago).and(&LABELS, &enough)
    };
    known("1d").or(&known("1h")).bracketed()
}

/// The histogram of a kernel that is fast or slow for so many minutes, with so many timings in each: those that are
/// slow take longer than its lowest bound.
pub(crate) fn timings(kernel: &Kernel, phases: &[(&str, u64, u64)]) -> Vec<(String, String)> {
    let lowest = kernel.buckets.first().copied().unwrap_or(1.0);
    let slow = lowest * 2.0;
    let counter = |one: &dyn Fn(&str) -> f64| {
        let mut count = 0.0;
        let mut parts = Vec::new();
        for &(phase, minutes, timings) in phases {
            let step = one(phase) * timings as f64;
            parts.push(format!("{count}+{step}x{}", minutes - 1));
            count += step * minutes as f64;
        }
        parts.join(" ")
    };
    let is_fast = |phase: &str| phase == "fast";
    let within = |phase: &str| f64::from(u8::from(is_fast(phase)));
    let took = |phase: &str| if is_fast(phase) { lowest / 2.0 } else { slow };
    let bucket = |bound: &str, values: &str| of(kernel, "_duration_seconds_bucket", &[("le", bound)], values);
    vec![
        bucket(&le(lowest), &counter(&within)),
        bucket(&le(slow), &counter(&|_| 1.0)),
        bucket("+Inf", &counter(&|_| 1.0)),
        of(kernel, "_duration_seconds_count", &[], &counter(&|_| 1.0)),
        of(kernel, "_duration_seconds_sum", &[], &counter(&took)),
    ]
}
