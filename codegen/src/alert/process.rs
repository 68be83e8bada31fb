//! Whether the service is there, stays up, and passes its own checks; and whether alerts arrive.

use super::scope::{TARGET, build_info, ours, series, targets, targets_within};
use super::template::WHOLE;
use super::{Alert, Guide, Urgency};
use crate::objective::{INSTANCE, JOB};
use crate::plan::Plan;
use crate::query::{Query, Select};
use crate::subject::{Board, Subject};

const HERE: (&str, &str) = ("job", JOB);
const AT: (&str, &str) = ("instance", INSTANCE);

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    let subject = &plan.subject;
    let alerts =
        [target_down(subject), absent(subject), restarting(subject), unhealthy(subject), watchdog(subject)];
    alerts
        .map(|alert| Alert { dashboard: subject.dashboard(Board::Overview, &[]), ..alert })
        .map(|alert| cases(alert, subject))
        .into()
}

/// How long a target or a service that was there is missed. It says nothing while it is away, so this is also when the
/// alert about it ends by itself.
const MISSED: &str = "1d";

fn target_down(subject: &Subject) -> Alert {
    let query = Select::new("up").now().equal("0").and(&TARGET, &targets_within(subject, MISSED));
    let mut alert = Alert::new("TargetDown", Urgency::Page, "5m", query).says(
        format!("An instance of {} cannot be scraped", subject.service),
        "Prometheus has not reached {{ $labels.instance }} of job {{ $labels.job }} for five minutes (up is \
         {{ $value }}), though it was there within a day.",
    );
    alert.guide = Guide {
        meaning: "The target exists, and does not answer on its metrics port. Its other alerts are blind. It ends by itself \
                  after a day, whether the target is back or not."
            .into(),
        causes: vec![
            "The process has ended, and is not started again.".into(),
            "The process is wedged, or its machine is out of memory or CPU.".into(),
            "The network or a policy keeps Prometheus from it.".into(),
        ],
        actions: vec![
            "See whether the process runs, and what it logged last.".into(),
            "Ask it for /health from its own machine.".into(),
            "Compare with the time of the last deployment, and roll back if they agree.".into(),
        ],
        queries: vec![(
            "Targets of the service".into(),
            Select::new("up").now().and(&TARGET, &targets_within(subject, MISSED)),
        )],
    };
    alert
}

fn absent(subject: &Subject) -> Alert {
    let query = build_info(subject).absent().and(&[], &build_info(subject).seen(MISSED).group(&[]));
    let mut alert = Alert::new("ServiceAbsent", Urgency::Page, "10m", query).says(
        format!("Nothing says that it is {}", subject.service),
        format!(
            "No target has exported build_info of {} for ten minutes, though one did within a day (absent is \
             {{{{ $value }}}}).",
            subject.service
        ),
    );
    alert.guide = Guide {
        meaning: "No instance of the service is scraped: there is none, or Prometheus does not know of any. It ends by \
                  itself after a day, so that a service that was retired is left alone."
            .into(),
        causes: vec![
            "All instances are down.".into(),
            "Service discovery, a label or a port changed, and finds nothing.".into(),
            "The service was renamed, or scaled to zero.".into(),
        ],
        actions: vec![
            "Look at the targets in Prometheus, and at what its service discovery finds.".into(),
            "See whether instances run.".into(),
        ],
        queries: vec![("Instances by job".into(), build_info(subject).now().count(&["job"]))],
    };
    alert
}

fn restarting(subject: &Subject) -> Alert {
    let changes = Select::new("process_start_time_seconds").changes("30m");
    let query = changes.above("2").and(&TARGET, &targets(subject));
    let mut alert = Alert::new("ProcessRestarting", Urgency::Ticket, "0s", query).says(
        format!("{} keeps restarting", subject.service),
        format!(
            "{{{{ $labels.instance }}}} of job {{{{ $labels.job }}}} started {WHOLE} times in half an hour."
        ),
    );
    alert.guide = Guide {
        meaning: "One instance ends and is started again, and again. What it was doing each time is lost."
            .into(),
        causes: vec![
            "It runs out of memory and is killed.".into(),
            "It panics or exits at start: a setting, a migration, something that it depends on.".into(),
            "Its liveness check is stricter than it is fast.".into(),
        ],
        actions: vec![
            "Read the last lines of the log before a restart, and the reason that the platform gives.".into(),
            "Compare memory with its limit.".into(),
            "Roll back if it began with a deployment.".into(),
        ],
        queries: vec![(
            "Resident memory".into(),
            Select::new("process_resident_memory_bytes").now().and(&TARGET, &targets(subject)),
        )],
    };
    alert
}

fn unhealthy(subject: &Subject) -> Alert {
    let up = || Select::new("obs_health_check_up");
    let query = up().now().equal("0").and(&TARGET, &targets(subject));
    let mut alert = Alert::new("HealthCheckFailing", Urgency::Page, "5m", query).says(
        format!("{}: health check {{{{ $labels.check }}}} fails", subject.service),
        "The check {{ $labels.check }} of {{ $labels.instance }} in job {{ $labels.job }} has failed for five minutes \
         (obs_health_check_up is {{ $value }}).",
    );
    alert.guide = Guide {
        meaning: "The service itself says that something it needs does not work. Load balancers that ask /health send \
                  it no traffic. Checks run when /health is asked, as Kubernetes' probes do: where nobody asks, this stays \
                  as it was."
            .into(),
        causes: vec![
            "What the check asks is down or slow: a database, a queue, another service.".into(),
            "The check's timeout is too short for what it does.".into(),
        ],
        actions: vec![
            "Ask /health for the reason that the check gives.".into(),
            "See whether one instance fails or all: one is the instance, all is what they depend on.".into(),
        ],
        queries: vec![
            ("Checks".into(), up().now().min(&["check"])),
            ("How long checks take".into(), Select::new("obs_health_check_duration_seconds").now().max(&["check"])),
        ],
    };
    alert
}

/// Whoever watches Prometheus itself expects this one, always.
fn watchdog(subject: &Subject) -> Alert {
    let mut alert = Alert::new("Watchdog", Urgency::None, "0s", Query::written("vector(1)")).says(
        format!("Alerts about {} arrive", subject.service),
        "This alert always fires (its value is {{ $value }}). When it stops, so do all others: Prometheus, \
         Alertmanager or the way between is down.",
    );
    alert.guide = Guide {
        meaning: "All is well as long as it fires. Route it to something that calls somebody when it stops."
            .into(),
        causes: vec!["It is meant to fire.".into()],
        actions: vec![
            "When it has stopped: see whether Prometheus evaluates rules and reaches Alertmanager.".into(),
        ],
        queries: vec![("Rules that fire".into(), Select::new("ALERTS").now().count(&["alertname"]))],
    };
    alert
}

fn cases(alert: Alert, subject: &Subject) -> Alert {
    let up = |values| series(Select::new("up"), values);
    let start = |values| series(Select::new("process_start_time_seconds"), values);
    let check = |values| series(Select::new("obs_health_check_up").eq("check", "database"), values);
    let ours = || ours(subject, "1x20");
    match alert.name.as_str() {
        "TargetDown" => alert
            .quiet("the target answers", vec![ours(), up("1x20")], 20)
            .quiet("a target of another service is down", vec![up("0x20")], 20)
            .fires(
                subject,
                "the target does not answer",
                vec![self::ours(subject, "1x5 _x15"), up("1x5 0x15")],
                20,
                (&[HERE, AT], "0"),
            )
            .fires(
                subject,
                "the target has not answered for hours",
                vec![self::ours(subject, "1x5 _x235"), up("1x5 0x235")],
                240,
                (&[HERE, AT], "0"),
            ),
        "ServiceAbsent" => alert
            .quiet("an instance is there", vec![ours()], 20)
            .quiet("there was never one", Vec::new(), 20)
            .fires(
                subject,
                "all instances are gone",
                vec![self::ours(subject, "1x5 stale")],
                20,
                (&[("service", &subject.service)], "1"),
            ),
        "ProcessRestarting" => {
            alert.quiet("it started twice", vec![ours(), start("100x5 200x5 300x10")], 20).fires(
                subject,
                "it starts again and again",
                vec![ours(), start("100x5 200x5 300x5 400x5")],
                20,
                (&[HERE, AT], "3"),
            )
        }
        "HealthCheckFailing" => alert.quiet("the check passes", vec![ours(), check("1x20")], 20).fires(
            subject,
            "the check fails",
            vec![ours(), check("0x20")],
            20,
            (&[HERE, AT, ("check", "database")], "0"),
        ),
        _ => alert.fires(subject, "always", Vec::new(), 20, (&[], "1")),
    }
}
