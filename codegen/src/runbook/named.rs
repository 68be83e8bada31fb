//! The pages that attributes name with `runbook = "…"`: each gathers everything that names it.

use super::alert::{dedup, once};
use super::{Book, ask, category, questions};
use crate::alert::Alert;
use crate::markdown::{Page, code, sentence};
use crate::objective::Objective;
use crate::subject::Runbook;
use obs_model::{Category, ErrorType, Function, Kernel};
use std::collections::BTreeMap;

/// What names a page.
#[derive(Default)]
struct Naming<'a> {
    title: String,
    functions: Vec<&'a Function>,
    kernels: Vec<&'a Kernel>,
    categories: Vec<(&'a ErrorType, &'a Category)>,
    objectives: Vec<&'a Objective>,
    alerts: Vec<&'a Alert>,
}

pub(super) fn pages(book: &Book<'_>) -> Vec<Page> {
    gather(book).into_iter().map(|(path, naming)| page(book, &path, &naming)).collect()
}

/// By path: two spellings of one file are one page.
fn gather<'a>(book: &'a Book<'_>) -> BTreeMap<String, Naming<'a>> {
    let mut pages: BTreeMap<String, Naming<'a>> = BTreeMap::new();
    fn at<'a, 'p>(
        pages: &'p mut BTreeMap<String, Naming<'a>>,
        runbook: &Runbook,
    ) -> Option<&'p mut Naming<'a>> {
        let Runbook::Named(name) = runbook else { return None };
        let naming = pages.entry(runbook.path()?).or_default();
        if naming.title.is_empty() {
            naming.title.clone_from(name);
        }
        Some(naming)
    }
    let catalogue = &book.plan.catalogue;
    for function in &catalogue.functions {
        let runbook = function.runbook.as_deref().map(Runbook::of);
        if let Some(naming) = runbook.and_then(|runbook| at(&mut pages, &runbook)) {
            naming.functions.push(function);
        }
    }
    for kernel in &catalogue.kernels {
        let runbook = kernel.runbook.as_deref().map(Runbook::of);
        if let Some(naming) = runbook.and_then(|runbook| at(&mut pages, &runbook)) {
            naming.kernels.push(kernel);
        }
    }
    for error in &catalogue.errors {
        for category in &error.categories {
            let runbook = category.runbook.as_deref().map(Runbook::of);
            if let Some(naming) = runbook.and_then(|runbook| at(&mut pages, &runbook)) {
                naming.categories.push((error, category));
            }
        }
    }
    for objective in &book.objectives {
        if let Some(naming) = objective.runbook.as_ref().and_then(|runbook| at(&mut pages, runbook)) {
            naming.objectives.push(objective);
        }
    }
    for alert in &book.alerts {
        if let Some(naming) = at(&mut pages, &alert.runbook) {
            naming.alerts.push(alert);
        }
    }
    pages
}

fn page(book: &Book<'_>, path: &str, naming: &Naming<'_>) -> Page {
    let mut page = Page::new(path, &title(&naming.title));
    page.say(&format!("For whoever is called about service {}.", code(&book.plan.subject.service)));

    page.section("What leads here");
    let mut lines: Vec<String> =
        naming.functions.iter().map(|function| book.function_line(&page, function)).collect();
    lines.extend(naming.kernels.iter().map(|kernel| book.kernel_line(&page, kernel)));
    for (error, category) in &naming.categories {
        let link = book.category_link(&page, &category.name);
        let source = book.source(&code(&format!("{}::{}", error.module, error.name)), &error.place);
        lines.push(format!("Errors of category {link} ({}), from {source}", category.severity.as_str()));
    }
    lines.extend(naming.objectives.iter().map(|objective| book.objective_link(&page, objective)));
    lines.extend(book.alert_links(&page, naming.alerts.iter().copied()));
    dedup(&mut lines);
    page.list(&lines);

    let mut causes: Vec<String> =
        naming.alerts.iter().flat_map(|alert| &alert.guide.causes).map(|cause| sentence(cause)).collect();
    dedup(&mut causes);
    if !causes.is_empty() {
        page.section("Likely causes");
        page.list(&causes);
    }

    let mut actions: Vec<String> = Vec::new();
    for (_, category) in &naming.categories {
        if let Some(action) = &category.action {
            let link = book.category_link(&page, &category.name);
            actions.push(format!("On errors of category {link}: {}", sentence(action)));
        }
    }
    actions
        .extend(naming.alerts.iter().flat_map(|alert| &alert.guide.actions).map(|action| sentence(action)));
    if actions.is_empty() {
        let of = category::actions(book, &page, &[]);
        let failing = match naming.kernels.is_empty() {
            true => "Find the failing calls with the queries below, by category of their errors.",
            false => {
                "Find what fails or is slow with the queries below, by category of its errors and by device."
            }
        };
        actions.push(failing.to_owned());
        actions.extend(of.into_iter().filter(|_| !naming.categories.is_empty()));
    }
    dedup(&mut actions);
    page.section("What to do");
    page.steps(&actions);

    page.section("Queries");
    let functions = naming.functions.iter().filter(|function| function.metrics);
    let mut asked: Vec<_> =
        naming.categories.iter().flat_map(|(_, c)| questions::category(&c.name)).collect();
    asked.extend(functions.flat_map(|function| questions::function(function)));
    asked.extend(naming.kernels.iter().flat_map(|kernel| questions::kernel(kernel)));
    asked.extend(naming.alerts.iter().flat_map(|alert| alert.guide.queries.clone()));
    once(&mut asked);
    ask(&mut page, &asked);

    page.section("Links");
    let related = naming.functions.iter().flat_map(|function| book.alerts_of(function));
    let related = related.chain(naming.kernels.iter().flat_map(|kernel| book.alerts_of_kernel(kernel)));
    let mut lines = book.alert_links(&page, related);
    lines.push(book.metrics_link(&page));
    page.list(&lines);
    page
}

/// `database-down` as `Database down`.
fn title(name: &str) -> String {
    let words = name.replace(['-', '_', '/'], " ");
    sentence(&words).trim_end_matches('.').to_owned()
}
