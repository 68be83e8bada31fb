//! What is wrong with the measuring itself: without these, a dashboard can be wrong and look right.

use super::scope::{TARGET, ours, series, targets};
use super::template::WHOLE;
use super::{Alert, Guide, Urgency};
use crate::objective::{INSTANCE, JOB};
use crate::plan::Plan;
use crate::query::Select;
use crate::subject::{Board, Subject};

/// What the runtime counts or shows of itself, and what it means when it is not zero.
struct Sign {
    alert: &'static str,
    family: &'static str,
    /// Whether it is a counter, which is looked at over an hour.
    counts: bool,
    /// Which of its series, by a label and a regular expression.
    like: Option<(&'static str, &'static str)>,
    labels: &'static [(&'static str, &'static str)],
    summary: &'static str,
    description: &'static str,
    meaning: &'static str,
    causes: &'static [&'static str],
    actions: &'static [&'static str],
}

const SIGNS: [Sign; 8] = [
    Sign {
        alert: "LabelOverflow",
        family: "obs_label_overflow_total",
        counts: true,
        like: None,
        labels: &[("item", "place"), ("label", "tenant")],
        summary: "label {{ $labels.label }} of {{ $labels.item }} has more values than its cap",
        description: "values of the label {{ $labels.label }} of {{ $labels.item }} became `_other` within an hour",
        meaning: "A capped label has seen more distinct values than it keeps. Nothing is lost in sums, but the values \
                  over the cap cannot be told apart.",
        causes: &[
            "The cap is too low for what the label is now.",
            "The label holds something that has no bound: an identifier, an address, a message.",
        ],
        actions: &[
            "Look at the values of the label: are they what it was meant for?",
            "Raise the cap, or label with something bounded, such as a class or a region.",
        ],
    },
    Sign {
        alert: "UpdatesDropped",
        family: "obs_dropped_updates_total",
        counts: true,
        like: None,
        labels: &[],
        summary: "metrics have no room left and drop updates",
        description: "updates of metrics were dropped within an hour",
        meaning: "The memory for counts is used up, and some series stand still: dashboards and objectives show too \
                  little.",
        causes: &["Labels with many values, multiplied by the buckets of a histogram."],
        actions: &[
            "See which family has most series, and take a label or buckets from it.",
            "Restart the service once the cause is gone: series are given room at first use.",
        ],
    },
    Sign {
        alert: "MetricsConnectionsRejected",
        family: "obs_http_rejected_total",
        counts: true,
        like: None,
        labels: &[("reason", "busy")],
        summary: "its metrics port turns connections away: {{ $labels.reason }}",
        description: "connections to the metrics port were turned away within an hour ({{ $labels.reason }})",
        meaning: "Something asked for metrics or health and got no answer.",
        causes: &[
            "`busy`: more scrapers at once than the server has places for, or some that read slowly.",
            "`timeout`, `malformed`, `header_too_large`: something else than Prometheus talks to the port.",
        ],
        actions: &[
            "See who connects to the port.",
            "Keep everything but Prometheus and the platform's checks from it.",
        ],
    },
    Sign {
        alert: "SpansLost",
        family: "obs_spans_total",
        counts: true,
        like: Some(("result", "failed|overflowed|queue_full")),
        labels: &[("result", "queue_full")],
        summary: "spans are lost: {{ $labels.result }}",
        description: "spans that should have been exported were lost within an hour ({{ $labels.result }})",
        meaning: "Traces are missing or incomplete. The service itself is not slowed down by it.",
        causes: &[
            "`failed`: the collector did not take them.",
            "`queue_full`: the collector is slower than spans are made, or was away for a while.",
            "`overflowed`: a trace has more spans than are held until it ends.",
        ],
        actions: &[
            "See whether the collector is up, and what it says of itself.",
            "Sample fewer traces, or give the exporter a longer queue.",
        ],
    },
    Sign {
        alert: "LogsLost",
        family: "obs_log_records_total",
        counts: true,
        like: Some(("result", "failed|queue_full")),
        labels: &[("result", "queue_full")],
        summary: "logs are lost: {{ $labels.result }}",
        description: "events that should have been exported as logs were lost within an hour ({{ $labels.result }})",
        meaning: "Logs are missing where the collector takes them. The service itself is not slowed down by it, and what \
                  it writes as lines is all there.",
        causes: &[
            "`failed`: the collector did not take them.",
            "`queue_full`: the collector is slower than the service logs, or was away for a while.",
        ],
        actions: &[
            "See whether the collector is up, and what it says of itself.",
            "Log less, by level, share or rate, or give the exporter a longer queue.",
        ],
    },
    Sign {
        alert: "ExportFailing",
        family: "obs_export_failures_total",
        counts: true,
        like: None,
        labels: &[("signal", "metrics")],
        summary: "the collector does not take its {{ $labels.signal }}",
        description: "batches of {{ $labels.signal }} were not taken by the collector within an hour",
        meaning: "The collector refused batches, or was not there, for longer than the exporter tries again.",
        causes: &["The collector is down or overloaded.", "Its address, protocol or credentials are wrong."],
        actions: &[
            "Read the service's log: it names the collector and what it answered.",
            "Compare the address with `OTEL_EXPORTER_OTLP_ENDPOINT` or what the program gives `Otlp`.",
        ],
    },
    Sign {
        alert: "MetricsConflict",
        family: "obs_registry_conflicts",
        counts: false,
        like: None,
        labels: &[],
        summary: "metrics contradict one another and are not exported",
        description: "families are left out because two declarations of one name disagree",
        meaning: "Two crates of the program declare one family differently. The one that comes later is not exported.",
        causes: &["Two crates use one name, or two versions of one crate are linked."],
        actions: &["Read the log of the program's start, which names both places.", "Rename one of them."],
    },
    Sign {
        alert: "MetricsConflictPrometheus",
        family: "obs_prometheus_conflicts",
        counts: false,
        like: None,
        labels: &[],
        summary: "metrics of the prometheus crate contradict others and are not exported",
        description: "families of the prometheus crate are left out because their name is taken",
        meaning: "A family of the prometheus crate's registry has the name of one that is exported already.",
        causes: &["A metric was moved from one crate to the other, and is still in both."],
        actions: &["Remove one of the two."],
    },
];

pub(super) fn all(plan: &Plan) -> Vec<Alert> {
    SIGNS.iter().map(|sign| sign.alert(&plan.subject)).collect()
}

impl Sign {
    fn alert(&self, subject: &Subject) -> Alert {
        let select = || {
            let select = Select::new(self.family);
            self.like.map_or(select.clone(), |(label, regex)| select.like(label, regex))
        };
        let value = if self.counts { select().increase("1h") } else { select().now() };
        let after = if self.counts { "0s" } else { "5m" };
        let query = value.above("0").and(&TARGET, &targets(subject));
        let mut alert = Alert::new(self.alert, Urgency::Ticket, after, query).says(
            format!("{}: {}", subject.service, self.summary),
            format!(
                "In {{{{ $labels.instance }}}} of job {{{{ $labels.job }}}}, {WHOLE} {}.",
                self.description
            ),
        );
        let text = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        alert.guide = Guide {
            meaning: self.meaning.to_owned(),
            causes: text(self.causes),
            actions: text(self.actions),
            queries: vec![("By instance".to_owned(), select().now().and(&TARGET, &targets(subject)))],
        };
        alert.dashboard = subject.dashboard(Board::Use, &[]);
        let mut labels = vec![("job", JOB), ("instance", INSTANCE)];
        labels.extend(self.labels);
        let value = if self.counts { "120" } else { "2" };
        let with_ours = |mut series: Vec<(String, String)>| {
            series.insert(0, ours(subject, "1x20"));
            series
        };
        alert
            .quiet("the runtime is well", with_ours(signs("0", "0x20")), 20)
            .quiet("the runtime of another service is not", signs("2", "0+6x20"), 20)
            .fires(subject, "the runtime is not well", with_ours(signs("2", "0+6x20")), 20, (&labels, value))
    }
}

/// Every sign at once, so that one rule test does for all: what is shown, and what is counted.
fn signs(shown: &str, counted: &str) -> Vec<(String, String)> {
    let sign = |sign: &Sign| {
        let select = sign
            .labels
            .iter()
            .fold(Select::new(sign.family), |select, (label, value)| select.eq(label, value));
        series(select, &if sign.counts { counted.to_owned() } else { format!("{shown}x20") })
    };
    SIGNS.iter().map(sign).collect()
}
