//! Launches: those that fail, that are slow, that run on the host instead, and that are not timed.

use super::{board, guide, our_jobs, ours, slower};
use crate::alert::scope::{self, series};
use crate::alert::template::{PERCENT, WHOLE, verbatim};
use crate::alert::{Alert, Urgency};
use crate::launches::{DURATION, Launches};
use crate::objective::{self, FEW, INSTANCE, JOB, Sli};
use crate::plan::Plan;
use crate::query::Select;
use crate::rules::kernels::{LABELS, Recorded};
use crate::rules::{RANGE, RANGE_SECONDS};
use crate::subject::Runbook;
use obs_model::{Kernel, duration};

/// A kernel without an objective that fails more often than this deserves a look.
const HIGH: &str = "0.05";

/// The share of timed launches that may be slow.
const SLOW: &str = "0.05";

/// The share of launches whose timings may be lost.
const LOST: &str = "0.01";

/// Reasons for which a launch was not timed though it was meant to be, while its device works.
const LOSING: &str = "pool|refused|concurrent";

/// Launches a minute in rule tests: enough for every guard.
const MANY: u64 = 60;

/// The device in rule tests.
pub(super) const DEVICE: &str = "0";

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let kernels: Vec<&Kernel> = plan.catalogue.kernels.iter().collect();
    if kernels.is_empty() {
        return Vec::new();
    }
    let mut alerts: Vec<Alert> = failing(&kernels, plan).into_iter().collect();
    alerts.push(slower::alert(&kernels, plan));
    alerts.extend(kernels.iter().filter_map(|kernel| slow(kernel, plan)));
    alerts.push(fallbacks(&kernels, plan));
    alerts.push(untimed(&kernels, plan));
    alerts
}

/// A series of a kernel on a device of ours.
pub(super) fn of(kernel: &Kernel, suffix: &str, labels: &[(&str, &str)], values: &str) -> (String, String) {
    let select = Launches::of(kernel).family(suffix).eq("device", DEVICE);
    series(labels.iter().fold(select, |select, (label, value)| select.eq(label, value)), values)
}

fn failing(kernels: &[&Kernel], plan: &Plan) -> Option<Alert> {
    let objectives = objective::all(plan);
    let promises = |kernel: &&Kernel| {
        objectives.iter().any(|objective| objective.sli == Sli::Success && objective.kernels.contains(kernel))
    };
    let (promising, others): (Vec<&Kernel>, Vec<&Kernel>) = kernels.iter().copied().partition(promises);
    let kernel = *others.first()?;
    let (subject, recorded) = (&plan.subject, Recorded::of(&others));
    let enough = recorded.rate().now().at_least(FEW, RANGE_SECONDS);
    let mut query = our_jobs(recorded.error_ratio().now().above(HIGH).and(&LABELS, &enough), subject);
    // One name may stand for a kernel that promises and for one that does not.
    if promising.iter().any(|promising| others.iter().any(|other| other.name == promising.name)) {
        query = query.unless(&Recorded::of(&promising).error_ratio().now());
    }
    let mut alert = Alert::new("GpuKernelErrorRatioHigh", Urgency::Ticket, "10m", query).says(
        format!("Kernel {{{{ $labels.kernel }}}} fails {PERCENT} of its launches"),
        format!(
            "{PERCENT} of the launches of {{{{ $labels.kernel }}}} on device {{{{ $labels.device }}}} in job \
             {{{{ $labels.job }}}} ended in an error or a panic over the last five minutes."
        ),
    );
    let launches = Launches::any(&others);
    alert.guide = guide(
        "A kernel that promises nothing fails often. If that matters, give it an objective.",
        &[
            "The device is out of memory.",
            "A launch's grid, block or shared memory is more than the device has.",
            "An earlier kernel left an error behind: it comes out at the next call.",
            "A change that was just deployed.",
        ],
        &[
            "See by category which errors they are.",
            "See whether one device fails or all: one is the device, all is the code or its input.",
            "Run the kernel with the driver's memory checker if it reads or writes out of bounds.",
        ],
        vec![
            ("Launches by result", launches.total().rate(RANGE).sum(&["kernel", "device", "result"])),
            (
                "Errors by category",
                launches.family("_errors_total").rate(RANGE).sum(&["kernel", "error_type"]),
            ),
        ],
    );
    alert.dashboard = board(subject, &["kernel", "device"]);
    let launched = |ok: u64, failed: u64| {
        let count = |result, a_minute: u64| {
            of(kernel, "_launches_total", &[("result", result)], &format!("0+{a_minute}x20"))
        };
        vec![scope::ours(subject, "1x20"), count("ok", ok), count("error", failed)]
    };
    let theirs = launched(MANY, MANY).split_off(1);
    Some(
        alert
            .quiet("no launch fails", launched(MANY, 0), 20)
            .quiet("launches are few", launched(0, 2), 20)
            .quiet("a kernel of that name fails in another service", theirs, 20)
            .fires(
                subject,
                "half of the launches fail",
                launched(MANY, MANY),
                20,
                (&[("job", JOB), ("kernel", &kernel.name), ("device", DEVICE)], "0.5"),
            ),
    )
}

/// Timings over the bound that the attribute calls slow. Sampling does not matter: both are of timed launches.
fn slow(kernel: &Kernel, plan: &Plan) -> Option<Alert> {
    let (slow, subject) = (kernel.slow?, &plan.subject);
    let promised = kernel.slo.iter().flat_map(|slo| &slo.latency).any(|latency| latency.bound == slow);
    // An objective for the same bound has alerts that know better.
    if promised {
        return None;
    }
    let launches = Launches::of(kernel);
    let timed = launches.family(DURATION).suffixed("_count").rate(RANGE).sum(&LABELS);
    let ratio = launches.family("_slow_total").rate(RANGE).sum(&LABELS).ratio(&timed);
    let query = our_jobs(ratio.above(SLOW).and(&LABELS, &timed.at_least(FEW, RANGE_SECONDS)), subject);
    let (name, text) = (verbatim(&kernel.name), duration::display(slow));
    let mut alert = Alert::new("GpuKernelSlow", Urgency::Ticket, "10m", query)
        .says(
            format!("{PERCENT} of the launches of kernel {name} take more than {text}"),
            format!(
                "{PERCENT} of the timed launches of {name} on device {{{{ $labels.device }}}} in job \
                 {{{{ $labels.job }}}} took more than {text} on the device over the last five minutes."
            ),
        )
        .label("kernel", &name);
    alert.guide = guide(
        "More than one launch in twenty takes longer on the device than the attribute `slow` says is usual.",
        &SLOWER.0,
        &SLOWER.1,
        vec![
            (
                "99 of 100 launches take at most",
                launches.buckets(DURATION, RANGE, &["device"]).quantile("0.99"),
            ),
            ("Outliers", launches.family("_outliers_total").rate(RANGE).sum(&["device"])),
        ],
    );
    alert.runbook = kernel.runbook.as_deref().map_or(alert.runbook, Runbook::of);
    alert.dashboard = board(subject, &["kernel", "device"]);
    let timings = |slow: u64| {
        vec![
            scope::ours(subject, "1x20"),
            of(kernel, "_duration_seconds_count", &[], &format!("0+{MANY}x20")),
            of(kernel, "_slow_total", &[], &format!("0+{slow}x20")),
        ]
    };
    Some(alert.quiet("every launch is fast", timings(0), 20).fires(
        subject,
        "half of the launches are slow",
        timings(MANY / 2),
        20,
        (&[("job", JOB), ("kernel", &kernel.name), ("device", DEVICE)], "0.5"),
    ))
}

/// Why kernels take longer, and what to do.
pub(super) const SLOWER: ([&str; 4], [&str; 4]) = (
    [
        "The device runs at lower clocks: heat, power or a setting holds it back.",
        "Something else uses the device: another process, another stream.",
        "Launches have more to do: larger input, another grid.",
        "A change that was just deployed.",
    ],
    [
        "Compare clocks, temperature and throttle reasons with the time at which it began.",
        "Compare the bytes and operations of a launch: more work takes longer, and is no regression.",
        "See whether one device is slow or all: one is the device, all is the code or its input.",
        "Roll back if it began with a deployment.",
    ],
);

/// Kernels that run on the host in a program that has, or wants, a device.
fn fallbacks(kernels: &[&Kernel], plan: &Plan) -> Alert {
    let subject = &plan.subject;
    let counted = Launches::any(kernels).family("_fallbacks_total");
    let query = ours(counted.clone().increase("1h").sum(&["job", "instance", "kernel"]).above("0"), subject);
    let mut alert = Alert::new("GpuFallback", Urgency::Ticket, "0s", query).says(
        format!("{}: kernel {{{{ $labels.kernel }}}} runs on the host", subject.service),
        format!(
            "In {{{{ $labels.instance }}}} of job {{{{ $labels.job }}}}, {WHOLE} launches of {{{{ $labels.kernel }}}} \
             within an hour ran on the host, though there is a device or one was asked for."
        ),
    );
    alert.guide = guide(
        "Work that was meant for a device is done by the processor. It is right, and slow.",
        &[
            "No driver was found when the program started, or no device that it can use.",
            "The device was lost.",
            "The program chooses the host where the device has no memory left.",
        ],
        &[
            "Read the log of the program's start, which says what the driver said.",
            "See whether the instance has a device at all: its container, its node, its resources.",
        ],
        vec![
            ("Launches on the host", counted.rate(RANGE).sum(&["instance", "kernel"])),
            ("Devices that work", Select::new("gpu_device_up").now().min(&["instance", "device"])),
        ],
    );
    alert.dashboard = board(subject, &["kernel"]);
    let counts = |values: &str| {
        let select = Launches::of(kernels[0]).family("_fallbacks_total");
        vec![scope::ours(subject, "1x20"), series(select, values)]
    };
    alert.quiet("every launch runs on its device", counts("0x20"), 20).fires(
        subject,
        "launches run on the host",
        counts("0+6x20"),
        20,
        (&[("job", JOB), ("instance", INSTANCE), ("kernel", &kernels[0].name)], "120"),
    )
}

/// Timings that are lost, so that what is known of kernels is less exact than it looks.
fn untimed(kernels: &[&Kernel], plan: &Plan) -> Alert {
    const AT: [&str; 3] = ["job", "instance", "device"];
    let subject = &plan.subject;
    let launches = Launches::any(kernels);
    let all = launches.total().increase("1h").sum(&AT);
    let lost = launches.family("_untimed_total").like("reason", LOSING);
    let share = lost.clone().increase("1h").sum(&["job", "instance", "device", "reason"]).share_of(&AT, &all);
    let mut alert = Alert::new("GpuTimingsLost", Urgency::Info, "15m", ours(share.above(LOST), subject)).says(
        format!("{}: timings of kernels are lost: {{{{ $labels.reason }}}}", subject.service),
        format!(
            "In {{{{ $labels.instance }}}} of job {{{{ $labels.job }}}}, {PERCENT} of the launches on device \
             {{{{ $labels.device }}}} within an hour were not timed though they were meant to be \
             ({{{{ $labels.reason }}}})."
        ),
    );
    alert.guide = guide(
        "Launches are counted, and run as ever, but many have no time: percentiles are those of the others.",
        &[
            "`pool`: the device is far behind, and all pairs of events are in use.",
            "`concurrent`: more launches are in progress at one time, in async code for instance, than have a place.",
            "`refused`: the driver refused to make, record or read an event.",
        ],
        &[
            "Compare the timings that are pending with the pairs of events: a longer queue wants more pairs \
             (`Config::pairs`), and so do more launches in progress.",
            "Time fewer launches of the kernels that are launched most (`every = …`).",
            "Read the log for what the driver said.",
        ],
        vec![
            (
                "Launches that were not timed, by reason",
                lost.rate(RANGE).sum(&["kernel", "device", "reason"]),
            ),
            (
                "Timings that are pending",
                Select::new("gpu_timings_pending").now().max(&["instance", "device"]),
            ),
            ("Pairs of events", Select::new("gpu_event_pairs").now().sum(&["instance", "device", "state"])),
        ],
    );
    alert.dashboard = board(subject, &["device"]);
    let counts = |reason: &str, lost: u64| {
        vec![
            scope::ours(subject, "1x40"),
            of(kernels[0], "_launches_total", &[("result", "ok")], &format!("0+{MANY}x40")),
            of(kernels[0], "_untimed_total", &[("reason", reason)], &format!("0+{lost}x40")),
            of(kernels[0], "_untimed_total", &[("reason", "sampled")], &format!("0+{}x40", MANY / 2)),
        ]
    };
    let cases = [
        ("pool", "half of the timings find no events"),
        ("refused", "the driver refuses half of the timings"),
        ("concurrent", "half of the launches find no place beside those in progress"),
    ];
    cases.into_iter().fold(
        alert.quiet("launches are left out on purpose", counts("pool", 0), 40),
        |alert, (reason, what)| {
            let labels = [("job", JOB), ("instance", INSTANCE), ("device", DEVICE), ("reason", reason)];
            alert.fires(subject, what, counts(reason, MANY / 2), 40, (&labels, "0.5"))
        },
    )
}
