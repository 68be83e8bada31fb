//! Devices: full, hot, idle while work waits, faulty, lost.

use super::faults::FAULTS;
use super::kernels::DEVICE;
use super::{board, guide, ours};
use crate::alert::scope::{self, series};
use crate::alert::template::{PERCENT, WHOLE};
use crate::alert::{Alert, Guide, Urgency};
use crate::objective::{INSTANCE, JOB};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::Subject;

/// The labels of a device in what is measured of it, `hw_id` left out: the name says more.
pub(super) const AT: [&str; 4] = ["job", "instance", "device", "hw_name"];

/// The labels of a device wherever it is spoken of.
const PLACE: [&str; 3] = ["job", "instance", "device"];

/// A device in words, by its labels.
pub(super) const NAMED: &str =
    "Device {{ $labels.device }} ({{ $labels.hw_name }}) of {{ $labels.instance }} in job {{ $labels.job }}";

/// The device in rule tests.
const NAME: &str = "H100";

/// How long rule tests last: longer than the longest `for`, and than what conditions look back over.
const MINUTES: u64 = 40;

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let (subject, kernels) = (&plan.subject, !plan.catalogue.kernels.is_empty());
    let measured = subject.devices.measured();
    let mut alerts = Vec::new();
    if kernels {
        alerts.push(lost(subject));
    }
    if measured {
        alerts.extend([memory(subject), hot(subject)]);
        alerts.extend(FAULTS.map(|fault| fault.alert(subject)));
    }
    if kernels && measured {
        alerts.push(idle(subject));
    }
    alerts
}

/// A device, at its worst.
fn worst(query: Query) -> Query {
    query.max(&AT)
}

pub(super) fn alert(
    (name, urgency, after): (&str, Urgency, &str),
    query: Query,
    (summary, description): (&str, String),
    guide: Guide,
    subject: &Subject,
) -> Alert {
    let mut alert = Alert::new(name, urgency, after, ours(query, subject))
        .says(format!("{}: {summary}", subject.service), description);
    alert.guide = guide;
    alert.dashboard = board(subject, &["device"]);
    alert
}

/// Nothing runs on it any more until the process, or more, starts again.
fn lost(subject: &Subject) -> Alert {
    let up = || Select::new("gpu_device_up");
    let alert = alert(
        ("GpuDeviceLost", Urgency::Page, "1m"),
        up().now().equal("0"),
        (
            "a GPU is lost",
            "Device {{ $labels.device }} of {{ $labels.instance }} in job {{ $labels.job }} answers every call with an \
             error (gpu_device_up is {{ $value }})."
                .to_owned(),
        ),
        guide(
            "The driver has given the device up, or this process's use of it. Every launch on it fails, and what was \
             running is lost.",
            &[
                "A kernel read or wrote where it must not, or ran into the driver's limit of time.",
                "The device has fallen off the bus, or has an error that it cannot correct.",
                "The driver was reloaded below the program.",
            ],
            &[
                "Restart the instance: a context that is lost stays lost.",
                "Read the kernel's log for Xid errors, and look their number up in the driver's documentation.",
                "If it comes back on this machine only, take the machine out and have it checked.",
            ],
            vec![
                ("Devices", up().now().min(&["instance", "device"])),
                ("Launches by result", Select::new("gpu_kernel_launches_total").rate("5m").sum(&["instance", "device", "result"])),
            ],
        ),
        subject,
    );
    let at = |values: &str| vec![scope::ours(subject, "1x40"), series(up().eq("device", DEVICE), values)];
    let theirs = at("0x40").split_off(1);
    alert
        .quiet("the device works", at("1x40"), MINUTES)
        .quiet("a device of another service is lost", theirs, MINUTES)
        .fires(
            subject,
            "the device is lost",
            at("1x20 0x20"),
            MINUTES,
            (&[("job", JOB), ("instance", INSTANCE), ("device", DEVICE)], "0"),
        )
}

fn memory(subject: &Subject) -> Alert {
    let used = || Select::new("hw_gpu_memory_usage_bytes");
    let limit = || Select::new("hw_gpu_memory_limit_bytes");
    let alert = alert(
        ("GpuMemoryHigh", Urgency::Ticket, "10m"),
        worst(used().now()).ratio(&worst(limit().now())).above("0.95"),
        (
            "memory of a GPU is nearly used up",
            format!("{NAMED} uses {PERCENT} of its memory, and has for ten minutes."),
        ),
        guide(
            "Whoever uses the device has more than 95 % of its memory. The next allocation may fail.",
            &[
                "Buffers are kept longer than they are needed, or leak.",
                "Larger input, or more of it at one time.",
                "Another process uses the same device, or an allocator reserves all there is.",
            ],
            &[
                "Compare what the device uses with what this program allocated: the rest is somebody else's.",
                "Work on smaller parts, or on fewer at one time.",
                "An allocator that reserves all memory at start is no trouble: watch what it gives out instead.",
            ],
            vec![
                ("Memory in use", worst(used().now())),
                ("Memory of this process", worst(Select::new("hw_gpu_process_memory_bytes").now())),
                (
                    "Allocated by the program",
                    Select::new("gpu_memory_allocated_bytes").now().max(&["instance", "device"]),
                ),
            ],
        ),
        subject,
    );
    cases(alert, subject, ("half of the memory is used", "the memory is used up"), "0.975")
}

fn hot(subject: &Subject) -> Alert {
    let temperature = || Select::new("hw_temperature_celsius");
    let throttled = Select::new("hw_gpu_throttled").now().max(&["instance", "device", "reason"]).above("0");
    let alert = alert(
        ("GpuHot", Urgency::Ticket, "5m"),
        worst(temperature().now()).above("85"),
        ("a GPU is hot", format!("{NAMED} has been over 85 °C for five minutes; it is at {WHOLE} °C.")),
        guide(
            "The device is close to where it slows itself down. Kernels take longer then, and the hardware ages.",
            &[
                "A fan or the machine's air has failed.",
                "The room is warm, or neighbours are busy.",
                "Full load for long, in a case that is not made for it.",
            ],
            &[
                "See whether its neighbours are hot as well: then it is the air, and not the device.",
                "Look at the throttle reasons: heat shows there first.",
                "Lower its power limit, or move work away, until the cause is found.",
            ],
            vec![
                ("Temperature", worst(temperature().now())),
                ("Reasons for which devices are slowed down", throttled),
                ("Power", worst(Select::new("hw_power_watts").now())),
            ],
        ),
        subject,
    );
    cases(alert, subject, ("it is warm", "it is hot"), "91")
}

/// Work waits in queues, and the device does little.
fn idle(subject: &Subject) -> Alert {
    let busy = || Select::new("hw_gpu_utilization_ratio").eq("hw_gpu_task", "general");
    let waiting = Select::new("gpu_timings_pending").least_over("5m").max(&PLACE).above("0");
    let alert = alert(
        ("GpuIdle", Urgency::Ticket, "15m"),
        worst(busy().mean_over("5m")).below("0.3").and(&PLACE, &waiting),
        (
            "a GPU is idle while work waits",
            format!(
                "{NAMED} was busy for {PERCENT} of the last five minutes, though launches were queued all the time."
            ),
        ),
        guide(
            "There is always something queued, and the device works less than 30 % of the time: what is queued waits for \
             something else than the device.",
            &[
                "Streams wait for one another, or for copies from and to the host.",
                "Kernels are so short that launching takes longer than running.",
                "A host function or a lock in the middle of a stream.",
            ],
            &[
                "Compare time of compute with time of transfer, and queue time with launch time.",
                "Launch several short kernels as one graph.",
                "Copy on a stream of its own, from memory that is pinned.",
            ],
            vec![
                ("Utilisation", worst(busy().now())),
                (
                    "Launches that are queued",
                    Select::new("gpu_timings_pending").now().max(&["instance", "device"]),
                ),
                (
                    "Seconds of transfer a second",
                    Select::new("gpu_copy_duration_seconds_sum").rate("5m").sum(&["device", "direction"]),
                ),
            ],
        ),
        subject,
    );
    cases(alert, subject, ("it is busy", "it is idle"), "0.1")
}

/// A device that is well, and one that is full, hot, idle and faulty at once, so that one rule test does for all.
pub(super) fn cases(alert: Alert, subject: &Subject, (well, ill): (&str, &str), value: &str) -> Alert {
    let device = |select: Select| select.eq("hw_id", "GPU-1").eq("device", DEVICE).eq("hw_name", NAME);
    let of = |select: Select, values: &str| series(device(select), &format!("{values}x40"));
    let errors = |error_type: &str| Select::new("hw_errors_total").eq("error_type", error_type);
    let state = |[used, temperature, busy, count]: [&str; 4]| {
        vec![
            scope::ours(subject, "1x40"),
            series(Select::new("gpu_timings_pending").eq("device", DEVICE), "7x40"),
            of(Select::new("hw_gpu_memory_limit_bytes"), "80"),
            of(Select::new("hw_gpu_memory_usage_bytes"), used),
            of(Select::new("hw_temperature_celsius"), temperature),
            of(Select::new("hw_gpu_utilization_ratio").eq("hw_gpu_task", "general"), busy),
            of(errors("xid"), count),
            of(errors("uncorrected"), count),
            of(errors("corrected"), "0+3"),
        ]
    };
    let is_ill = || state(["78", "91", "0.1", "0+3"]);
    let labels = [("job", JOB), ("instance", INSTANCE), ("device", DEVICE), ("hw_name", NAME)];
    alert
        .quiet(well, state(["40", "60", "0.8", "0"]), MINUTES)
        .quiet("a device of another service is not well", is_ill().split_off(1), MINUTES)
        .fires(subject, ill, is_ill(), MINUTES, (&labels, value))
}
