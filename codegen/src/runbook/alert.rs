//! The page about an alert.

use super::{Book, ask, label, questions, same};
use crate::alert::{Alert, Urgency};
use crate::markdown::{Page, code, sentence};
use crate::query::Query;
use crate::subject::Runbook;
use obs_model::{Function, Kernel};

pub(super) fn page(book: &Book<'_>, alerts: &[&Alert]) -> Page {
    let first = alerts[0];
    let path = Runbook::Alert(first.name.clone()).path().unwrap_or_default();
    let mut page = Page::new(&path, &first.name);
    page.say(&format!("{} Service {}.", calls(alerts), code(&book.plan.subject.service)));

    page.section("Meaning");
    let mut meanings: Vec<String> = alerts.iter().map(|alert| sentence(&alert.guide.meaning)).collect();
    dedup(&mut meanings);
    match meanings.as_slice() {
        [one] => page.say(one),
        many => page.list(&many[..many.len().min(MANY)]),
    }
    page.say("It tells whoever is called:");
    page.code("text", &format!("{}\n{}", first.summary, first.description));

    causes(book, alerts, &mut page);
    actions(book, alerts, &mut page);
    queries(book, alerts, &mut page);
    links(book, alerts, &mut page);
    page
}

/// Whom the alert calls, and when.
fn calls(alerts: &[&Alert]) -> String {
    let mut lines: Vec<(Urgency, &str)> =
        alerts.iter().map(|alert| (alert.urgency, alert.after.as_str())).collect();
    lines.sort();
    lines.dedup();
    let line = |(urgency, after): &(Urgency, &str)| {
        let whom = match urgency {
            Urgency::Page => "Somebody is called now",
            Urgency::Ticket => "Somebody should look at it in working hours",
            Urgency::Info => "Nobody is called; it is there to be seen",
            Urgency::None => "Always fires, so that its absence is noticed",
        };
        match after.trim_start_matches('0') {
            "" | "s" | "m" => format!("**{}**: {whom}, at once.", urgency.as_str()),
            _ => format!("**{}**: {whom}, once it has held for {after}.", urgency.as_str()),
        }
    };
    lines.iter().map(line).collect::<Vec<_>>().join(" ")
}

fn causes(book: &Book<'_>, alerts: &[&Alert], page: &mut Page) {
    let mut lines: Vec<String> =
        alerts.iter().flat_map(|alert| &alert.guide.causes).map(|cause| sentence(cause)).collect();
    dedup(&mut lines);
    if lines.is_empty() {
        return;
    }
    page.section("Likely causes");
    page.list(&lines);
    // What a failing call says of itself is known by category.
    if !book.categories().is_empty() && alerts.iter().any(|alert| !book.functions_of(alert).is_empty()) {
        page.say("Failing calls name their cause themselves: ask below for the errors by category, then open the page of the category.");
    }
}

fn actions(book: &Book<'_>, alerts: &[&Alert], page: &mut Page) {
    let mut lines: Vec<String> =
        alerts.iter().flat_map(|alert| &alert.guide.actions).map(|action| sentence(action)).collect();
    for function in alerts.iter().flat_map(|alert| book.functions_of(alert)) {
        if let Some(runbook) = &function.runbook {
            let link = book.named_link(page, runbook);
            lines.push(format!("Follow the runbook of {}: {link}.", code(&function.name)));
        }
    }
    for kernel in alerts.iter().flat_map(|alert| book.kernels_of(alert)) {
        if let Some(runbook) = &kernel.runbook {
            let link = book.named_link(page, runbook);
            lines.push(format!("Follow the runbook of {}: {link}.", code(&kernel.name)));
        }
    }
    dedup(&mut lines);
    if !lines.is_empty() {
        page.section("What to do");
        page.steps(&lines);
    }
}

/// So many alerts of one name, or functions of one alert, have their queries on the page.
const MANY: usize = 4;

fn queries(book: &Book<'_>, alerts: &[&Alert], page: &mut Page) {
    page.section("Queries");
    for alert in alerts.iter().take(MANY) {
        if alerts.len() > 1 {
            page.part(&told_apart(alert));
        }
        let mut asked = vec![("the condition".to_owned(), alert.query.clone())];
        asked.extend(alert.guide.queries.iter().cloned());
        once(&mut asked);
        ask(page, &asked);
    }
    if let Some(more) = alerts.len().checked_sub(MANY).filter(|more| *more > 0) {
        page.say(&format!("There are {more} more of them, alike; they are in the files of rules."));
    }
    let mut functions: Vec<&Function> = alerts.iter().flat_map(|alert| book.functions_of(alert)).collect();
    functions.sort_by_key(|function| (&function.module, &function.name));
    functions.dedup_by(|a, b| same(a, b));
    if functions.len() <= MANY {
        for function in functions {
            page.part(&format!("Calls of {}", code(&format!("{}::{}", function.module, function.name))));
            ask(page, &questions::function(function));
        }
    }
    let mut kernels: Vec<&Kernel> = alerts.iter().flat_map(|alert| book.kernels_of(alert)).collect();
    kernels.sort_by_key(|kernel| (&kernel.module, &kernel.name));
    kernels.dedup();
    if kernels.len() <= MANY {
        for kernel in kernels {
            page.part(&format!("Launches of {}", code(&format!("{}::{}", kernel.module, kernel.name))));
            ask(page, &questions::kernel(kernel));
        }
    }
}

/// What tells an alert from others of its name.
fn told_apart(alert: &Alert) -> String {
    let labels: Vec<String> =
        alert.labels.iter().map(|(name, value)| code(&format!("{name}=\"{value}\""))).collect();
    match labels.is_empty() {
        true => format!("The {}", alert.urgency.as_str()),
        false => format!("{} ({})", labels.join(", "), alert.urgency.as_str()),
    }
}

fn links(book: &Book<'_>, alerts: &[&Alert], page: &mut Page) {
    page.section("Links");
    let mut lines = Vec::new();
    for alert in alerts {
        // Dashboards that differ are told apart as the alerts are.
        let dashboard = match alerts.iter().all(|other| other.dashboard == alert.dashboard) {
            true => "Dashboard".to_owned(),
            false => format!("Dashboard for {}", told_apart(alert)),
        };
        lines.push(book.dashboard(&dashboard, &alert.dashboard));
        if alert.runbook != Runbook::Alert(alert.name.clone()) {
            lines
                .push(format!("Runbook {}", book.runbook_link(page, &words(&alert.runbook), &alert.runbook)));
        }
        lines.extend(book.objective_of(alert).map(|objective| book.objective_link(page, objective)));
        let categories = book.categories();
        let category = label(alert, "category").filter(|name| categories.contains_key(name));
        lines.extend(category.map(|name| format!("Errors of category {}", book.category_link(page, name))));
        lines.extend(book.functions_of(alert).iter().map(|function| book.function_line(page, function)));
        lines.extend(book.kernels_of(alert).iter().map(|kernel| book.kernel_line(page, kernel)));
    }
    let functions = alerts.iter().flat_map(|alert| book.functions_of(alert));
    let kernels = alerts.iter().flat_map(|alert| book.kernels_of(alert));
    let related = functions.flat_map(|function| book.alerts_of(function));
    let related = related.chain(kernels.flat_map(|kernel| book.alerts_of_kernel(kernel)));
    let related = related.filter(|alert| alert.name != alerts[0].name);
    lines.extend(book.alert_links(page, related));
    lines.push(book.metrics_link(page));
    dedup(&mut lines);
    page.list(&lines);
}

/// What a runbook is called.
fn words(runbook: &Runbook) -> String {
    match runbook {
        Runbook::Alert(name) | Runbook::Category(name) | Runbook::Named(name) => code(name),
        Runbook::Objective(name) => format!("of objective {}", code(name)),
        Runbook::Address(address) => address.clone(),
    }
}

/// Drops queries that were asked before.
pub(super) fn once(asked: &mut Vec<(String, Query)>) {
    let mut seen: Vec<Query> = Vec::new();
    asked.retain(|(_, query)| {
        let new = !seen.contains(query);
        seen.push(query.clone());
        new
    });
}

/// Drops what was said before, wherever that was.
pub(super) fn dedup(lines: &mut Vec<String>) {
    let mut seen: Vec<String> = Vec::new();
    lines.retain(|line| {
        let new = !seen.contains(line);
        seen.push(line.clone());
        new
    });
}
