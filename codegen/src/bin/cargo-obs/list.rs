//! `cargo obs list`

use crate::project::Project;
use crate::table::Table;
use crate::{FINE, FOUND};
use obs_model::{Catalogue, Function, Label, Slo, duration};

/// Shows the catalogues. Changes since the commit are told on standard error, for the table is what was
/// asked for.
pub(crate) fn run(projects: &[Project], json: bool) -> Result<u8, String> {
    if json {
        let mut all = Catalogue::default();
        for project in projects {
            all.functions.extend(project.plan.catalogue.functions.iter().cloned());
            all.metrics.extend(project.plan.catalogue.metrics.iter().cloned());
            all.errors.extend(project.plan.catalogue.errors.iter().cloned());
        }
        all.sort();
        print!("{}", all.to_json());
    } else {
        let tables: Vec<String> =
            projects.iter().flat_map(|project| tables(&project.plan.catalogue)).collect();
        println!("{}", tables.join("\n\n"));
    }
    let mut code = FINE;
    for project in projects {
        for change in project.changes()? {
            eprintln!("{change}");
            code = FOUND;
        }
    }
    Ok(code)
}

/// What there is of functions, metrics and errors, a table each.
fn tables(catalogue: &Catalogue) -> Vec<String> {
    let mut functions = Table::new(&["FUNCTION", "FAMILY", "LABELS", "OBJECTIVE", "AT"]);
    for function in &catalogue.functions {
        functions.row([
            format!("{}::{}", function.module, function.name),
            family(function),
            labels(&function.labels),
            function.slo.as_ref().map_or_else(|| "-".to_owned(), objective),
            function.place.to_string(),
        ]);
    }
    let mut metrics = Table::new(&["METRIC", "KIND", "LABELS", "HELP", "AT"]);
    for metric in &catalogue.metrics {
        metrics.row([
            metric.name.clone(),
            metric.kind.as_str().to_owned(),
            labels(&metric.labels),
            if metric.help.is_empty() { "-".to_owned() } else { metric.help.clone() },
            metric.place.to_string(),
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
                error.place.to_string(),
            ]);
        }
    }
    let lines = [functions, metrics, errors].map(|table| table.lines());
    lines.into_iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect()
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
