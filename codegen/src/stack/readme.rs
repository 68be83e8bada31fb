//! How to start the stack, and what to change.

use super::{
    ALERTMANAGER, ALLOY, CADVISOR, GRAFANA, JAEGER, LOKI, METRICS_PORT, NODE, PROMETHEUS, alertmanager,
    receivers, teams,
};
use crate::markdown::{Page, code};
use crate::plan::Plan;
use std::collections::BTreeSet;

pub(super) fn text(plan: &Plan) -> String {
    let subject = &plan.subject;
    let package = &subject.package;
    let mut page = Page::new("stack/README.md", &format!("The stack of {}", subject.title()));
    page.say("Generated from the attributes of the program; everything here is wired to everything else.");

    page.section("On one's own machine");
    page.say("In this directory:");
    page.code("console", "$ docker compose up --detach --wait");
    page.say(&format!(
        "Start the service so that containers reach it: listening on `0.0.0.0:{METRICS_PORT}` rather than on the \
         loopback address. All ports of the stack are open to this machine only."
    ));
    let row = |what: &str, port: u64, does: &str| {
        vec![what.to_owned(), format!("<http://127.0.0.1:{port}>"), does.to_owned()]
    };
    page.table(
        &["What", "Where", "What it does"],
        &[
            row(
                "Grafana",
                GRAFANA.port,
                "shows the dashboards; points on graphs lead to traces, traces to logs",
            ),
            row("Prometheus", PROMETHEUS.port, "scrapes, keeps exemplars, evaluates the rules of `../rules`"),
            row("Alertmanager", ALERTMANAGER.port, "tells people, by severity and team"),
            row("Jaeger", JAEGER.port, "takes spans by OTLP at `127.0.0.1:4317` (gRPC) and `:4318` (HTTP)"),
            row("Loki", LOKI.port, "keeps logs"),
            row("Alloy", ALLOY.port, "brings it the logs of containers, and of `logs/*.log`"),
        ],
    );
    page.say(&format!(
        "{} and {} measure the machine and its containers; only Prometheus reaches them.",
        code(NODE.name),
        code(CADVISOR.name)
    ));

    page.section("In Kubernetes");
    page.say("In the directory above this one:");
    page.code("console", "$ kubectl apply --server-side --kustomize .");
    page.say(
        "It needs the Prometheus operator, and Grafana with the sidecar that loads \
         dashboards, as kube-prometheus-stack brings both. Its release is taken to be called \
         `kube-prometheus-stack`; change the label `release` in an overlay where it is not. \
         [deployment.yaml](kubernetes/deployment.yaml) is an example, with probes, and is not applied.",
    );

    page.section("What to change");
    let mut names: BTreeSet<String> = teams(plan).iter().map(|team| receivers(team)).collect();
    names.insert(alertmanager::OTHERS.to_owned());
    let receivers: Vec<String> = names
        .iter()
        .flat_map(|team| [code(&format!("{team}-page")), code(&format!("{team}-ticket"))])
        .chain([alertmanager::DEAD_MANS_SWITCH, alertmanager::NOBODY].map(code))
        .collect();
    let mut files = vec![
        vec![
            format!("[targets/{package}.yml](prometheus/targets/{package}.yml)"),
            "where the service is".into(),
            "below `obs:end`".into(),
        ],
        vec![
            "[alertmanager.yml](alertmanager/alertmanager.yml)".into(),
            format!("whom to tell: the receivers {}", receivers.join(", ")),
            "below `obs:end`".into(),
        ],
        vec![
            "`alertmanager/secrets/`".into(),
            "`slack-url`, `pagerduty-key`, `opsgenie-key`, `smtp-password`: one secret a file, readable for \
                 user 65534"
                .into(),
            "git ignores it".into(),
        ],
        vec![
            "`compose.override.yaml`".into(),
            "other ports, versions, volumes; the service itself".into(),
            "not generated".into(),
        ],
        vec!["`.env`".into(), "`GRAFANA_ADMIN_PASSWORD`".into(), "not generated".into()],
    ];
    if plan.subject.grafana.is_none() {
        files.push(vec![
            "`build.rs`".into(),
            "`.grafana(\"https://…\")`: until it says where Grafana is, links from alerts to dashboards begin with \
             `/d/` and lead nowhere"
                .into(),
            "yours".into(),
        ]);
    }
    page.table(&["File", "What", "Kept"], &files);
    page.say(
        "Everything else is written anew when the program is built or `cargo obs generate` runs. What stands between the marks \
         `obs:begin` and `obs:end` of a file is generated; the rest of that file is yours and is kept.",
    );

    page.section("How alerts find people");
    page.table(
        &["severity", "Whom", "Again after"],
        &[
            vec!["`page`".into(), "the team's `…-page`, now".into(), "an hour".into()],
            vec!["`ticket`".into(), "the team's `…-ticket`".into(), "a day".into()],
            vec!["`info`".into(), "nobody; it is shown".into(), "–".into()],
            vec![
                "`none`".into(),
                "the dead man's switch, which calls you when it is *not* told".into(),
                "a minute".into(),
            ],
        ],
    );
    page.say(
        "While somebody is paged about an objective, a function or a category of errors, its tickets wait. While a target \
         is down, so do the tickets of its service; while none is there, so does everything else about it.",
    );
    page.finish().1
}
