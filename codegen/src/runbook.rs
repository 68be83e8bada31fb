//! Runbooks: a page for each alert, objective and category of errors, and for each page that an attribute
//! names. A page says what is known from the attributes, and keeps what people add below.

mod alert;
mod category;
mod named;
mod objective;
mod questions;

use crate::alert::Alert;
use crate::alert::template::verbatim;
use crate::artefacts::{Marks, marked};
use crate::markdown::{Page, code, link, sentence};
use crate::objective::Objective;
use crate::plan::Plan;
use crate::query::Query;
use crate::subject::Runbook;
use crate::{alert as alerts, metrics_md, objective as objectives};
use obs_model::{Category, ErrorType, Function, Kernel, Place, duration};
use std::collections::BTreeMap;

/// What stands below the generated part until somebody writes something else.
const NOTES: &str = "## Notes\n\n<!-- What happened, what helped, what to try first: whatever the next reader will be glad of. -->\n";

/// Every page, by the path of its file.
pub(crate) fn files(plan: &Plan) -> Vec<(String, String)> {
    Book { plan, alerts: alerts::all(plan), objectives: objectives::all(plan) }.files()
}

/// What the pages are about.
#[derive(Clone, Debug)]
pub(crate) struct Book<'a> {
    plan: &'a Plan,
    alerts: Vec<Alert>,
    objectives: Vec<Objective>,
}

/// A category, and the types that it is a category of.
type Categories<'a> = BTreeMap<&'a str, Vec<(&'a ErrorType, &'a Category)>>;

impl Book<'_> {
    fn files(&self) -> Vec<(String, String)> {
        let mut pages: Vec<Page> = Vec::new();
        pages.extend(self.alerts_by_name().into_values().map(|alerts| alert::page(self, &alerts)));
        pages.extend(self.objectives.iter().map(|objective| objective::page(self, objective)));
        pages.extend(self.categories().into_iter().map(|(name, of)| category::page(self, name, &of)));
        pages.extend(named::pages(self));
        let finish = |page: Page| {
            let (path, text) = page.finish();
            (path, marked(Marks::Markdown, &text, NOTES))
        };
        pages.into_iter().map(finish).collect()
    }

    /// Alerts of one name share a page.
    fn alerts_by_name(&self) -> BTreeMap<&str, Vec<&Alert>> {
        let mut by_name: BTreeMap<&str, Vec<&Alert>> = BTreeMap::new();
        self.alerts.iter().for_each(|alert| by_name.entry(&alert.name).or_default().push(alert));
        by_name
    }

    fn categories(&self) -> Categories<'_> {
        let mut by_name = Categories::new();
        for error in &self.plan.catalogue.errors {
            for category in &error.categories {
                by_name.entry(&category.name).or_default().push((error, category));
            }
        }
        by_name
    }

    /// The functions that an alert is about.
    fn functions_of(&self, alert: &Alert) -> Vec<&Function> {
        let objective = self.objective_of(alert);
        let is = |function: &&Function| {
            let named = label(alert, "function") == Some(&function.name)
                && label(alert, "module").is_none_or(|module| module == function.module);
            let promised = objective.is_some_and(|objective| {
                let same = |f: &Function| (&f.module, &f.name) == (&function.module, &function.name);
                objective.functions.iter().any(same)
            });
            named || promised
        };
        self.plan.counted().filter(is).collect()
    }

    /// The kernels that an alert is about.
    fn kernels_of(&self, alert: &Alert) -> Vec<&Kernel> {
        let objective = self.objective_of(alert);
        let is = |kernel: &&Kernel| {
            let promised = objective.is_some_and(|objective| objective.kernels.iter().any(|k| k == *kernel));
            promised || label(alert, "kernel").is_some_and(|name| verbatim(&kernel.name) == name)
        };
        self.plan.catalogue.kernels.iter().filter(is).collect()
    }

    /// The alerts that are about a kernel, or about an objective of it.
    fn alerts_of_kernel(&self, kernel: &Kernel) -> Vec<&Alert> {
        self.alerts.iter().filter(|alert| self.kernels_of(alert).contains(&kernel)).collect()
    }

    /// The objective that an alert is about.
    fn objective_of(&self, alert: &Alert) -> Option<&Objective> {
        self.objectives.iter().find(|objective| self.is_about(alert, objective))
    }

    /// Whether an alert says that it is about an objective, by its name or by its name among all services.
    fn is_about(&self, alert: &Alert, objective: &Objective) -> bool {
        label(alert, "sloth_slo").is_some_and(|name| name == objective.name)
            || label(alert, "sloth_id").is_some_and(|id| id == objective.id(&self.plan.subject))
    }

    /// The alerts that are about a function, or about an objective of it.
    fn alerts_of(&self, function: &Function) -> Vec<&Alert> {
        let about = |alert: &&Alert| self.functions_of(alert).iter().any(|f| same(f, function));
        self.alerts.iter().filter(about).collect()
    }

    /// Links to the pages of alerts, each once.
    fn alert_links<'a>(&self, page: &Page, alerts: impl IntoIterator<Item = &'a Alert>) -> Vec<String> {
        let mut names: Vec<&str> = alerts.into_iter().map(|alert| alert.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let to = |name: &&str| {
            let path = Runbook::Alert((*name).to_owned()).path().unwrap_or_default();
            format!("Alert {}", page.to(&code(name), &path))
        };
        names.iter().map(to).collect()
    }

    /// A link to a page about something that can go wrong.
    fn runbook_link(&self, page: &Page, words: &str, runbook: &Runbook) -> String {
        match (runbook, runbook.path()) {
            (Runbook::Address(address), _) => link(words, address),
            (_, path) => page.to(words, &path.unwrap_or_default()),
        }
    }

    /// The page that an attribute names.
    fn named_link(&self, page: &Page, runbook: &str) -> String {
        self.runbook_link(page, &code(runbook), &Runbook::of(runbook))
    }

    /// What a function is, with where it is written.
    fn function_line(&self, page: &Page, function: &Function) -> String {
        let name = format!("{}::{}", function.module, function.name);
        self.line(page, ("Function", &name, &function.place), &function.help, function.runbook.as_ref())
    }

    /// The same of a kernel.
    fn kernel_line(&self, page: &Page, kernel: &Kernel) -> String {
        let name = format!("{}::{}", kernel.module, kernel.name);
        self.line(page, ("Kernel", &name, &kernel.place), &kernel.help, kernel.runbook.as_ref())
    }

    fn line(
        &self,
        page: &Page,
        (what, name, place): (&str, &str, &Place),
        help: &str,
        runbook: Option<&String>,
    ) -> String {
        let mut line = format!("{what} {}", self.source(&code(name), place));
        if !help.is_empty() {
            line += &format!(": {}", sentence(help));
        }
        // A page does not lead to itself.
        let elsewhere = |runbook: &&String| Runbook::of(runbook).path().as_deref() != Some(page.path());
        match runbook.filter(elsewhere) {
            Some(runbook) => format!("{line} Runbook {}.", self.named_link(page, runbook)),
            None => line,
        }
    }

    /// Words that lead to a place in the source, if anybody knows where it is shown.
    fn source(&self, words: &str, place: &Place) -> String {
        match self.plan.subject.source(place) {
            Some(address) => link(words, &address),
            None => format!("{words} in {}", code(&place.file)),
        }
    }

    fn objective_link(&self, page: &Page, objective: &Objective) -> String {
        let path = Runbook::Objective(objective.name.clone()).path().unwrap_or_default();
        let window = duration::display(objective.window);
        format!("Objective {}, {} over {window}", page.to(&objective.title, &path), objective.share)
    }

    fn category_link(&self, page: &Page, name: &str) -> String {
        let path = Runbook::Category(name.to_owned()).path().unwrap_or_default();
        page.to(&code(name), &path)
    }

    /// A dashboard. An address without a server is one below Grafana's, which a page elsewhere cannot link
    /// to. What a template would fill in is left out.
    fn dashboard(&self, words: &str, address: &str) -> String {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let fixed: Vec<&str> =
            query.split('&').filter(|part| !part.is_empty() && !part.contains("{{")).collect();
        let address = match fixed.as_slice() {
            [] => path.to_owned(),
            fixed => format!("{path}?{}", fixed.join("&")),
        };
        match address.contains("://") {
            true => link(words, &address),
            false => format!("{words}: {} on Grafana", code(&address)),
        }
    }

    /// Where all metrics are explained.
    fn metrics_link(&self, page: &Page) -> String {
        page.to("All metrics", metrics_md::FILE)
    }
}

/// Adds queries to a page, each with its title.
fn ask(page: &mut Page, queries: &[(String, Query)]) {
    for (title, query) in queries {
        page.say(&sentence(title));
        page.code("promql", &query.to_string());
    }
}

/// The label that an alert adds.
fn label<'a>(alert: &'a Alert, name: &str) -> Option<&'a str> {
    alert.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
}

fn same(a: &Function, b: &Function) -> bool {
    (&a.module, &a.name) == (&b.module, &b.name)
}

#[cfg(test)]
mod tests;
