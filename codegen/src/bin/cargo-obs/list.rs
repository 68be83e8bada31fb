//! `cargo obs list`

use crate::FOUND;
use crate::answer::{Answer, At};
use crate::project::Project;
use crate::table::Table;
use obs_codegen::uses::{self, Asks};
use obs_model::{Catalogue, Every, Function, Label, Place, Slo, duration};
use serde_json::{Value, json};

/// Shows the catalogues. Changes since the commit are told on standard error, for the table is what was
/// asked for.
pub(crate) fn run(projects: &[Project]) -> Result<Answer, String> {
    let mut answer = Answer::empty();
    let mut all = Catalogue::default();
    let (mut objectives, mut alerts) = (Vec::new(), Vec::new());
    let mut parts = Vec::new();
    for project in projects {
        all.functions.extend(project.plan.catalogue.functions.iter().cloned());
        all.metrics.extend(project.plan.catalogue.metrics.iter().cloned());
        all.kernels.extend(project.plan.catalogue.kernels.iter().cloned());
        all.errors.extend(project.plan.catalogue.errors.iter().cloned());
        all.requests.extend(project.plan.catalogue.requests.iter().cloned());
        parts.extend(tables(project));
        for promise in project.plan.promises() {
            let paths = |of: &[(String, String)]| -> Vec<String> {
                of.iter().map(|(module, name)| format!("{module}::{name}")).collect()
            };
            objectives.push(json!({
                "package": project.plan.subject.package, "name": promise.name, "id": promise.id,
                "title": promise.title, "share": promise.share, "window": promise.window,
                "functions": paths(&promise.functions), "kernels": paths(&promise.kernels), "at": At::from(&promise.place),
            }));
        }
        for alert in self::alerts(project)? {
            alerts.push(json!({
                "package": project.plan.subject.package, "name": alert.name, "severity": alert.severity,
                "summary": alert.summary, "query": alert.query,
            }));
        }
        parts.extend(promised(project)?);
        let changes = project.changes()?;
        if !changes.is_empty() {
            answer.code = FOUND;
        }
        answer.aside.extend(changes.iter().map(ToString::to_string));
    }
    all.sort();
    answer.lines = vec![parts.join("\n\n")];
    answer.json = serde_json::from_str(&all.to_json()).map_err(|error| error.to_string())?;
    answer.json["objectives"] = Value::Array(objectives);
    answer.json["alerts"] = Value::Array(alerts);
    Ok(answer)
}

/// An alert that is generated. Those written by hand are not of the source.
struct Alert {
    name: String,
    severity: String,
    summary: String,
    query: String,
}

fn alerts(project: &Project) -> Result<Vec<Alert>, String> {
    let artefacts = project.artefacts();
    let uses = uses::uses(artefacts.files())?;
    let label = |each: &uses::Use, name: &str| {
        let known = each.labels.iter().find(|(known, _)| known == name);
        known.map_or_else(|| "-".to_owned(), |(_, value)| value.clone())
    };
    let alerts = uses.into_iter().filter(|each| each.asks == Asks::Alert);
    Ok(alerts
        .map(|each| Alert {
            severity: label(&each, "severity"),
            summary: each.annotation("summary").unwrap_or("-").to_owned(),
            name: each.name,
            query: each.query,
        })
        .collect())
}

/// Objectives and alerts, a table each.
fn promised(project: &Project) -> Result<Vec<String>, String> {
    let mut objectives = Table::new(&["OBJECTIVE", "PROMISE", "SHARE", "WINDOW", "AT"]);
    for promise in project.plan.promises() {
        let at = at(
            project,
            promise.functions.iter().chain(&promise.kernels).next().map_or("", |(module, _)| module),
            &promise.place,
        );
        objectives.row([promise.name, promise.title, promise.share, promise.window, at]);
    }
    let mut alerts = Table::new(&["ALERT", "SEVERITY", "SUMMARY"]);
    for alert in self::alerts(project)? {
        alerts.row([alert.name, alert.severity, alert.summary]);
    }
    Ok(written([objectives, alerts]))
}

/// The tables that have rows, as text.
fn written<const N: usize>(tables: [Table; N]) -> Vec<String> {
    let lines = tables.map(|table| table.lines());
    lines.into_iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect()
}

/// A place, and the crate if it is another package's.
fn at(project: &Project, module: &str, place: &Place) -> String {
    match project.foreign(module) {
        Some(krate) if !module.is_empty() => format!("{place} (crate {krate})"),
        _ => place.to_string(),
    }
}

/// What there is of functions, metrics, kernels, errors and requests, a table each.
fn tables(project: &Project) -> Vec<String> {
    let catalogue = &project.plan.catalogue;
    let mut functions = Table::new(&["FUNCTION", "FAMILY", "LABELS", "OBJECTIVE", "AT"]);
    for function in &catalogue.functions {
        functions.row([
            format!("{}::{}", function.module, function.name),
            family(function),
            labels(&function.labels),
            function.slo.as_ref().map_or_else(|| "-".to_owned(), objective),
            at(project, &function.module, &function.place),
        ]);
    }
    let mut metrics = Table::new(&["METRIC", "KIND", "LABELS", "HELP", "AT"]);
    for metric in &catalogue.metrics {
        metrics.row([
            metric.name.clone(),
            metric.kind.as_str().to_owned(),
            labels(&metric.labels),
            if metric.help.is_empty() { "-".to_owned() } else { metric.help.clone() },
            at(project, &metric.module, &metric.place),
        ]);
    }
    let mut kernels = Table::new(&["KERNEL", "TIMED", "AMOUNTS", "LABELS", "OBJECTIVE", "AT"]);
    for kernel in &catalogue.kernels {
        let amounts = [(kernel.bytes, "bytes"), (kernel.flops, "flops"), (kernel.items, "items")];
        let amounts = amounts.into_iter().filter(|(named, _)| *named).map(|(_, word)| word);
        let amounts = amounts.collect::<Vec<_>>().join(",");
        kernels.row([
            format!("{}::{}", kernel.module, kernel.name),
            match kernel.every {
                Every::Auto => "auto".to_owned(),
                Every::Nth(n) => format!("1/{n}"),
            },
            if amounts.is_empty() { "-".to_owned() } else { amounts },
            labels(&kernel.labels),
            kernel.slo.as_ref().map_or_else(|| "-".to_owned(), objective),
            at(project, &kernel.module, &kernel.place),
        ]);
    }
    let mut errors = Table::new(&["ERROR", "CATEGORY", "SEVERITY", "RETRY", "RUNBOOK", "AT"]);
    for error in &catalogue.errors {
        for category in &error.categories {
            let dash = || "-".to_owned();
            let variant =
                if category.variant.is_empty() { String::new() } else { format!("::{}", category.variant) };
            errors.row([
                format!("{}::{}{variant}", error.module, error.name),
                category.name.clone(),
                category.severity.as_str().to_owned(),
                category.retry_after.map_or_else(dash, duration::display),
                category.runbook.clone().unwrap_or_else(dash),
                at(project, &error.module, &error.place),
            ]);
        }
    }
    let mut requests = Table::new(&["REQUESTS", "FAMILY", "LABELS", "SLOW", "AT"]);
    for exchange in project.plan.exchanges() {
        requests.row([
            exchange.name,
            exchange.family,
            exchange.labels.join(","),
            exchange.slow.map_or_else(|| "-".to_owned(), |slow| format!(">{}", duration::display(slow))),
            // What is only counted and not named has no place but the program.
            exchange.place.map_or_else(|| "-".to_owned(), |place| place.to_string()),
        ]);
    }
    written([functions, metrics, kernels, errors, requests])
}

fn family(function: &Function) -> String {
    match (&function.metric, function.metrics) {
        (_, false) => "-".to_owned(),
        (Some(prefix), true) => prefix.clone(),
        (None, true) => "function_calls".to_owned(),
    }
}

fn labels(labels: &[Label]) -> String {
    let label = |label: &Label| match label.cap {
        Some(cap) => format!("{}<={cap}", label.name),
        None => label.name.clone(),
    };
    if labels.is_empty() { "-".to_owned() } else { labels.iter().map(label).collect::<Vec<_>>().join(",") }
}

/// `99.9%, 95%<25ms in 30d`
fn objective(slo: &Slo) -> String {
    let success = slo.success.map(|share| share.to_string());
    let latency =
        slo.latency.iter().map(|latency| format!("{}<={}", latency.share, duration::display(latency.bound)));
    let parts: Vec<String> = success.into_iter().chain(latency).collect();
    format!("{} in {}", parts.join(", "), duration::display(slo.window))
}
