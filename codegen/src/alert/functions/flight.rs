//! Calls in flight: those that never end, and those that pile up.

use super::{Alert, Group, Urgency, WHOLE, guide};
use crate::calls::{Calls, IDENTITY};
use crate::objective::{FEW, INSTANCE, JOB, call};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::Subject;
use obs_model::Function;

const STUCK: &str = "FunctionStuck";

/// Fewer calls at once than this are no load.
const FLOOR: &str = "10";

/// How many times the mean of a day is more than a busy hour.
const TIMES: &str = "4";

pub(super) fn all(group: &Group<'_>, plan: &Plan) -> Vec<Alert> {
    vec![stuck(group, plan), saturated(group, plan)]
}

/// Calls are running, none ends, and an hour ago they did. A function that always runs for long, such as a loop
/// of a worker, never ended twenty calls in an hour and is left alone. Once it fires, that it does takes the place of
/// that hour, which calls that stay stuck leave behind.
fn stuck(group: &Group<'_>, plan: &Plan) -> Alert {
    let subject = &plan.subject;
    let calls = if group.shared { Calls::shared(&subject.crates) } else { Calls::of(group.functions[0]) };
    let labels: &[&str] =
        if group.shared { &["job", "instance", "module", "function"] } else { &["job", "instance"] };
    let ended = calls.total().increase_before("1h", "10m").sum(labels).from(&FEW.to_string());
    let query = calls
        .in_flight()
        .now()
        .sum(labels)
        .above("0")
        .and(labels, &calls.total().rate("10m").sum(labels).equal("0"))
        .and(labels, &ended.or(&firing(STUCK, group, subject).max(labels)).bracketed());
    let words = group.words();
    let mut alert = Alert::new(STUCK, Urgency::Ticket, "10m", query).says(
        format!("{words} has {WHOLE} calls in flight and finishes none"),
        format!(
            "{WHOLE} calls of {words} are in flight in {{{{ $labels.instance }}}} of job {{{{ $labels.job }}}}, and none \
             has ended for twenty minutes."
        ),
    );
    alert.guide = guide(
        "Calls begin and do not end: whoever waits for them waits for ever.",
        &[
            "A deadlock, or a lock that is held across an await.",
            "Something that it calls does not answer, and there is no timeout.",
            "An executor whose threads are all blocked.",
        ],
        &[
            "Take a stack dump of the instance before anything else.",
            "Restart the instance, and see whether the others are well.",
            "Give what it waits for a timeout.",
        ],
    );
    alert.guide.queries = vec![
        ("In flight by instance".to_owned(), calls.in_flight().now().sum(labels)),
        ("Calls that end, by instance".to_owned(), calls.total().rate("5m").sum(labels)),
    ];
    let function = group.functions[0];
    let of = |ended: &str| vec![ended_series(function, ended), flying(function, "1x40")];
    group
        .finish(alert, subject)
        .quiet("calls end", of("0+60x40"), 40)
        .quiet("its calls always take long", of("0x40"), 40)
        .fires(
            subject,
            "calls have stopped to end",
            of("0+60x9 600x30"),
            40,
            (&group.labels(function, true), "1"),
        )
        .fires(
            subject,
            "they have been stuck for hours",
            vec![ended_series(function, "0+60x9 600x170"), flying(function, "1x180")],
            180,
            (&group.labels(function, true), "1"),
        )
}

/// The alerts of that name about these functions that fire, or did when Prometheus last looked.
fn firing(name: &str, group: &Group<'_>, subject: &Subject) -> Query {
    let select = Select::new("ALERTS").eq("alertname", name).eq("alertstate", "firing");
    let select = select.eq("service", &subject.service);
    match group.functions.as_slice() {
        [function] if !group.shared => select.eq("module", &function.module).eq("function", &function.name),
        _ => select,
    }
    .seen("15m")
}

/// Far more calls at once than usual.
fn saturated(group: &Group<'_>, plan: &Plan) -> Alert {
    let (subject, recorded) = (&plan.subject, group.recorded());
    let flight = || group.ours(recorded.in_flight(), subject);
    let query = flight()
        .now()
        .exceeds(TIMES, &flight().mean_over("1d"))
        .and(recorded.labels, &flight().now().above(FLOOR));
    let words = group.words();
    let mut alert = Alert::new("FunctionSaturated", Urgency::Ticket, "10m", query).says(
        format!("{words} has {WHOLE} calls in flight, far more than usual"),
        format!(
            "{WHOLE} calls of {words} are in flight in job {{{{ $labels.job }}}}, more than four times the mean of a day."
        ),
    );
    alert.guide = guide(
        "Calls arrive faster than they end. Queues grow, and latency follows.",
        &[
            "More traffic than usual.",
            "Each call takes longer than usual.",
            "Callers retry, and make it worse.",
        ],
        &[
            "Compare rate and duration: traffic raises the first, trouble the second.",
            "Add instances, or turn load away before it queues.",
        ],
    );
    let calls = if group.shared { Calls::shared(&subject.crates) } else { Calls::of(group.functions[0]) };
    // Of each function: buckets of different bounds cannot be added up.
    let by: &[&str] = if group.shared { &IDENTITY } else { &[] };
    alert.guide.queries = vec![
        ("Calls a second".to_owned(), calls.total().rate("5m").sum(by)),
        ("99 of 100 calls take at most".to_owned(), calls.buckets("5m", by).quantile("0.99")),
    ];
    let function = group.functions[0];
    let of = |values: &str| vec![flying(function, values)];
    group
        .finish(alert, subject)
        .quiet("as many as always", of("100x105"), 105)
        .quiet("few, though more than usual", of("1x89 9x15"), 105)
        .fires(subject, "calls pile up", of("1x89 100x15"), 105, (&group.labels(function, false), "100"))
}

fn ended_series(function: &Function, values: &str) -> (String, String) {
    series(call(function, "ok").suffixed("_total"), values)
}

fn flying(function: &Function, values: &str) -> (String, String) {
    series(call(function, "").suffixed("_concurrent"), values)
}

fn series(select: Select, values: &str) -> (String, String) {
    (select.eq("job", JOB).eq("instance", INSTANCE).to_string(), values.to_owned())
}
