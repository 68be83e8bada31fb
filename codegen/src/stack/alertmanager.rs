//! Whom Alertmanager tells, and what it keeps to itself.

use super::{receivers as named, teams};
use crate::plan::Plan;
use crate::yaml::{Yaml, list, map};
use std::collections::BTreeSet;

/// What does not call anybody, and is there to be seen.
pub(super) const NOBODY: &str = "nobody";
/// What is told all the time, and notices when it is not.
pub(super) const DEAD_MANS_SWITCH: &str = "dead-mans-switch";
/// For a team that has no receivers of its own.
pub(super) const OTHERS: &str = "others";

/// The generated part, and the receivers, which people change.
pub(super) fn config(plan: &Plan) -> (String, String) {
    let teams: Vec<String> = teams(plan).into_iter().collect();
    let words = format!(
        "Alertmanager for {}: routes and inhibitions. The receivers below are yours to change;\n\
         keep their names, or `amtool check-config` will tell which are missing.",
        plan.subject.title()
    );
    let generated = map([
        (
            "global",
            map([
                ("resolve_timeout", "5m".into()),
                ("smtp_smarthost", "smtp.example.org:587".into()),
                ("smtp_from", "alerts@example.org".into()),
                ("smtp_require_tls", true.into()),
            ])
            .noted("For receivers of e-mail. A key of a receiver's own goes before these."),
        ),
        ("templates", list(["*.tmpl"])),
        ("route", route(&teams)),
        ("inhibit_rules", inhibitions()),
    ]);
    let mut receivers = vec![
        map([("name", NOBODY.into())]).noted("What is shown and calls nobody."),
        map([
            ("name", DEAD_MANS_SWITCH.into()),
            (
                "webhook_configs",
                list([map([
                    ("url", "https://example.org/dead-mans-switch".into()),
                    ("send_resolved", false.into()),
                ])]),
            ),
        ])
        .noted("A service outside that calls you when this has *not* been told for some minutes."),
    ];
    // Two spellings of one word are one team here.
    let names: BTreeSet<String> = teams.iter().map(|team| named(team)).chain([OTHERS.to_owned()]).collect();
    for team in &names {
        receivers.push(page(team));
        receivers.push(ticket(team));
    }
    let receivers = map([("receivers", list(receivers))]).noted(
        "Whom to tell. Keep of each receiver the ways that you use, and put its secrets into files of\n\
         stack/alertmanager/secrets, which git ignores: slack-url, pagerduty-key, opsgenie-key, smtp-password.\n\
         As long as a file is missing, Alertmanager starts, and logs that it cannot tell anybody this way.",
    );
    (generated.noted(words).document(), receivers.document())
}

/// First by severity for those that call nobody, then by team, then by severity.
fn route(teams: &[String]) -> Yaml {
    let mut routes = vec![
        map([
            ("receiver", DEAD_MANS_SWITCH.into()),
            ("matchers", list(["severity=\"none\""])),
            ("group_wait", "0s".into()),
            ("group_interval", "1m".into()),
            ("repeat_interval", "1m".into()),
        ])
        .noted("The alert that always fires: as long as it arrives, alerts arrive."),
        map([("receiver", NOBODY.into()), ("matchers", list(["severity=\"info\""]))]),
    ];
    routes.extend(teams.iter().map(|team| {
        let matcher = format!("team={}", quoted(team));
        map([
            ("receiver", format!("{}-ticket", named(team)).into()),
            ("matchers", list([matcher])),
            ("routes", severities(&named(team))),
        ])
    }));
    let mut all = vec![
        ("receiver".to_owned(), format!("{OTHERS}-ticket").into()),
        ("group_by".to_owned(), list(["alertname", "service", "job", "sloth_id"])),
        ("group_wait".to_owned(), "30s".into()),
        ("group_interval".to_owned(), "5m".into()),
        ("repeat_interval".to_owned(), "12h".into()),
    ];
    if let Yaml::List(others) = severities(OTHERS) {
        routes.extend(others);
    }
    all.push(("routes".to_owned(), list(routes)));
    Yaml::Map(all)
}

fn severities(team: &str) -> Yaml {
    list([
        map([
            ("receiver", format!("{team}-page").into()),
            ("matchers", list(["severity=\"page\""])),
            ("group_wait", "10s".into()),
            ("repeat_interval", "1h".into()),
        ]),
        map([
            ("receiver", format!("{team}-ticket").into()),
            ("matchers", list(["severity=\"ticket\""])),
            ("repeat_interval", "1d".into()),
        ]),
    ])
}

/// What need not be told, because something worse is. Labels that both sides lack count as equal: so each
/// rule asks that they are there.
fn inhibitions() -> Yaml {
    let rule = |source: &[&str], target: &[&str], equal: &[&str]| {
        map([
            ("source_matchers", list(source.iter().copied())),
            ("target_matchers", list(target.iter().copied())),
            ("equal", list(equal.iter().copied())),
        ])
    };
    list([
        rule(
            &["severity=\"page\"", "sloth_id!=\"\""],
            &["severity=~\"ticket|info\"", "sloth_id!=\"\""],
            &["sloth_id", "job"],
        )
        .noted("The budget burns fast: that it burns slowly as well is no news."),
        rule(
            &["severity=\"page\"", "function!=\"\""],
            &["severity=~\"ticket|info\"", "function!=\"\""],
            &["service", "job", "module", "function"],
        )
        .noted("Somebody is called about a function: what else is wrong with it can wait."),
        rule(
            &["severity=\"page\"", "category!=\"\""],
            &["severity=~\"ticket|info\"", "category!=\"\""],
            &["service", "job", "category"],
        )
        .noted("The same for a category of errors."),
        rule(
            &["alertname=\"TargetDown\""],
            &["alertname!=\"TargetDown\"", "severity=~\"ticket|info\""],
            &["service", "job"],
        )
        .noted(
            "Where a target is down, the rest of its service has a reason to look odd. Pages go out all the same:\n\
             one of several targets may be down while users are hurt by something else.",
        ),
        rule(
            &["alertname=\"TargetDown\"", "instance!=\"\""],
            &["alertname!=\"TargetDown\"", "instance!=\"\"", "severity=\"page\""],
            &["service", "job", "instance"],
        )
        .noted("Of the target itself, nothing else can be known."),
        rule(
            &["alertname=\"ServiceAbsent\""],
            &["alertname!=\"ServiceAbsent\"", "severity=~\"page|ticket|info\""],
            &["service"],
        )
        .noted("Nothing of the service is there: one call is enough."),
    ])
}

fn page(team: &str) -> Yaml {
    map([
        ("name", format!("{team}-page").into()),
        ("slack_configs", list([slack(&format!("#{team}-pages"), "danger")])),
        (
            "pagerduty_configs",
            list([map([
                ("routing_key_file", "secrets/pagerduty-key".into()),
                ("severity", "critical".into()),
                ("description", "{{ template \"obs.title\" . }}".into()),
            ])]),
        ),
        (
            "opsgenie_configs",
            list([map([
                ("api_key_file", "secrets/opsgenie-key".into()),
                ("priority", "P1".into()),
                ("message", "{{ template \"obs.title\" . }}".into()),
                ("description", "{{ template \"obs.text\" . }}".into()),
            ])]),
        ),
    ])
}

fn ticket(team: &str) -> Yaml {
    map([
        ("name", format!("{team}-ticket").into()),
        ("slack_configs", list([slack(&format!("#{team}-tickets"), "warning")])),
        (
            "email_configs",
            list([map([
                ("to", format!("{team}@example.org").into()),
                ("auth_username", "alerts@example.org".into()),
                ("auth_password_file", "secrets/smtp-password".into()),
                ("send_resolved", true.into()),
            ])]),
        ),
    ])
}

fn slack(channel: &str, color: &str) -> Yaml {
    map([
        ("api_url_file", "secrets/slack-url".into()),
        ("channel", channel.into()),
        ("send_resolved", true.into()),
        ("color", format!("{{{{ if eq .Status \"firing\" }}}}{color}{{{{ else }}}}good{{{{ end }}}}").into()),
        ("title", "{{ template \"obs.title\" . }}".into()),
        ("text", "{{ template \"obs.text\" . }}".into()),
    ])
}

/// The value of a matcher.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// What the messages say.
pub(super) const TEMPLATES: &str = r#"{{/* Generated by obs; it is written anew by the next build. Put templates of your own into another file. */}}
{{ define "obs.title" -}}
[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}] {{ .GroupLabels.alertname }} {{ .CommonLabels.service }}
{{- end }}
{{ define "obs.text" -}}
{{ range .Alerts -}}
{{ .Annotations.summary }}
{{ .Annotations.description }}
{{ with .Annotations.runbook_url }}Runbook: {{ . }}
{{ end }}{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}
{{ end }}
{{ end }}
{{- end }}
"#;
