//! What is wrong with what was composed, each mistake at its place in the build script.

mod records;

use super::dashboard::{Dashboard, Panel, Row, Threshold, Visual, chosen};
use super::foreign::Foreign;
use crate::dashboard::{names, units, word};
use crate::mistake::Mistake;
use crate::plan::Plan;
use crate::query::check::{Known, check};
use crate::subject::Board;
use obs_model::Place;
use obs_model::suggest::nearest;
use std::collections::{BTreeMap, BTreeSet};

/// Every mistake in what was composed, by place.
pub(crate) fn mistakes(plan: &Plan) -> Vec<Mistake> {
    let known = Known::of_plan(plan).strict();
    let mut mistakes = Vec::new();
    let exports = Known::of_plan(&Plan { composed: super::Composed::default(), ..plan.clone() });
    for foreign in &plan.composed.foreign {
        mistakes.extend(declaration(foreign, &exports));
    }
    mistakes.extend(clashes(plan));
    mistakes.extend(records::mistakes(plan, &known));
    for dashboard in &plan.composed.dashboards {
        Checker { known: &known, plan, dashboard, mistakes: &mut mistakes }.check();
    }
    mistakes.sort();
    mistakes
}

fn declaration(foreign: &Foreign, exports: &Known) -> Option<Mistake> {
    let Foreign { name, prefix, .. } = foreign;
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    let valid = name.chars().enumerate().all(|(at, c)| first(c) || at > 0 && c.is_ascii_digit());
    let problem = if name.is_empty() || !valid {
        format!("\"{name}\" does not name metrics: a name has letters, digits, `_` and `:`")
    } else if !prefix && exports.has(name) {
        format!("`{name}` is exported by this program or recorded by its rules: it needs no declaration")
    } else {
        return None;
    };
    Some(Mistake::new(foreign.place.clone(), problem))
}

/// The dashboards that are made of attributes, by the word for each in file names, and what they are.
fn generated(plan: &Plan) -> BTreeMap<String, String> {
    let boards = [Board::Overview, Board::Red, Board::Errors, Board::Objectives, Board::Use, Board::Metrics];
    let mut taken: BTreeMap<String, String> = boards
        .iter()
        .map(|board| (board.as_str().to_owned(), "a dashboard that every service has".to_owned()))
        .collect();
    if plan.has_gpu() {
        taken.insert(Board::Gpu.as_str().to_owned(), "the dashboard of kernels and devices".to_owned());
    }
    if !plan.catalogue.requests.is_empty() {
        taken.insert(Board::Requests.as_str().to_owned(), "the dashboard of requests".to_owned());
    }
    taken
}

/// What is wrong with the title of a dashboard to which something leads.
pub(crate) fn dashboard_problem(plan: &Plan, title: &str) -> Option<String> {
    let composed = plan.composed.dashboards.iter().map(|dashboard| dashboard.title.clone());
    let titles = names(plan).into_keys().chain(composed);
    let known: BTreeSet<String> =
        generated(plan).into_keys().chain(titles.map(|title| word(&title))).collect();
    let wanted = word(title);
    (!known.contains(&wanted)).then(|| {
        let near = nearest(&wanted, known.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        format!("there is no dashboard \"{title}\"{near}")
    })
}

/// Dashboards of one name would overwrite each other.
fn clashes(plan: &Plan) -> Vec<Mistake> {
    let mut taken = generated(plan);
    let named = names(plan).into_iter();
    let composed = plan.composed.dashboards.iter().map(|d| (d.title.clone(), d.place.clone()));
    let mut mistakes = Vec::new();
    for (title, place) in named.chain(composed) {
        let word = word(&title);
        match taken.get(&word) {
            None if word.is_empty() => {
                let problem =
                    "a dashboard needs a title with a letter or a digit: its file is named after it";
                mistakes.push(Mistake::new(place, problem));
            }
            None => drop(taken.insert(word, format!("the dashboard \"{title}\" at {place}"))),
            Some(other) => {
                let problem = format!("the file of the dashboard \"{title}\" would be that of {other}");
                mistakes.push(Mistake::new(place, problem));
            }
        }
    }
    mistakes
}

/// Variables that are there without being asked for, or come with `.targets()` and `.traces(…)`.
const RESERVED: [&str; 4] = ["job", "instance", "datasource", "traces"];

/// What is wrong with a time as Grafana writes it: a number and a unit.
fn span_of_time(text: &str, least: u64) -> Option<String> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("w", 604_800)];
    let seconds = units.iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(unit)?;
        // `parse` would take a sign.
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(*seconds)
    });
    match seconds {
        Some(seconds) if seconds >= least => None,
        Some(_) => Some(format!("\"{text}\" is less than {least} seconds")),
        None => Some(format!(
            "expected a whole number and one of s, m, h, d, w, such as \"30s\"; found \"{text}\""
        )),
    }
}

/// Checks one dashboard.
struct Checker<'a> {
    known: &'a Known,
    plan: &'a Plan,
    dashboard: &'a Dashboard,
    mistakes: &'a mut Vec<Mistake>,
}

impl Checker<'_> {
    fn told(&mut self, place: &Place, problem: impl Into<String>) {
        self.mistakes.push(Mistake::new(place.clone(), problem));
    }

    fn check(&mut self) {
        let dashboard = self.dashboard;
        if dashboard.rows.iter().all(|row| row.panels.is_empty()) {
            self.told(&dashboard.place, format!("the dashboard \"{}\" has no panels", dashboard.title));
        }
        for choice in &dashboard.variables {
            let query = format!("group by ({}) ({})", choice.label, choice.select);
            for problem in check(&query, self.known) {
                self.told(&choice.place, format!("variable {}: {problem}", choice.label));
            }
            if RESERVED.contains(&choice.label.as_str()) {
                let problem = "this variable is there already or comes with `.targets()`";
                self.told(&choice.place, format!("variable {}: {problem}", choice.label));
            }
        }
        let mut names: BTreeSet<&str> =
            dashboard.variables.iter().map(|choice| choice.label.as_str()).collect();
        names.extend(RESERVED);
        for values in &dashboard.values {
            let taken =
                || (!names.insert(&values.name)).then(|| "another variable has that name already".to_owned());
            if let Some(problem) = values.problem().or_else(taken) {
                self.told(&values.place, format!("variable {}: {problem}", values.name));
            }
        }
        for (method, time, least) in [("refresh", &dashboard.refresh, 5), ("shows", &dashboard.shows, 60)] {
            if let Some(problem) = time.as_ref().and_then(|time| span_of_time(time, least)) {
                self.told(&dashboard.place, format!("`{method}`: {problem}"));
            }
        }
        let mut titles = BTreeSet::new();
        for row in &dashboard.rows {
            if !row.title.is_empty() && !titles.insert(row.title.as_str()) {
                self.told(&row.place, format!("two rows are called \"{}\"", row.title));
            }
            self.row(row);
        }
    }

    fn row(&mut self, row: &Row) {
        let mut titles = BTreeSet::new();
        for panel in &row.panels {
            if panel.title.trim().is_empty() {
                self.told(&panel.place, "a panel needs a title");
            } else if !titles.insert(panel.title.as_str()) {
                self.told(&panel.place, format!("two panels of a row are called \"{}\"", panel.title));
            }
            self.panel(panel);
        }
    }

    fn panel(&mut self, panel: &Panel) {
        let title = &panel.title;
        let mut problems = Vec::new();
        problems.extend(units::problem(&panel.unit));
        if panel.description.trim().is_empty() {
            problems.push("it has no description: `.describe(\"…\")` tells readers what it shows".to_owned());
        }
        if panel.visual == Visual::Text && !panel.queries.is_empty() {
            problems.push("text asks nothing: remove its `.query(…)`".to_owned());
        }
        if panel.visual == Visual::Logs {
            if !panel.queries.is_empty() {
                problems
                    .push("lines are asked for by `Panel::logs` alone: remove its `.query(…)`".to_owned());
            }
            if !panel.content.trim_start().starts_with('{') {
                let selector = "a query of lines starts with a selector, such as `{service_name=\"orders\"}`";
                problems.push(selector.to_owned());
            }
            problems.extend(variables(&panel.content).into_iter().filter_map(|name| self.variable(name)));
        }
        if panel.queries.is_empty() && !matches!(panel.visual, Visual::Text | Visual::Logs) {
            problems.push("it asks nothing: add a `.query(\"…\")`".to_owned());
        }
        let bound = |threshold: &Threshold| match threshold {
            Threshold::AtMost(bound) | Threshold::AtLeast(bound) => *bound,
        };
        let most = panel.thresholds.iter().any(|threshold| matches!(threshold, Threshold::AtMost(_)));
        let least = panel.thresholds.iter().any(|threshold| matches!(threshold, Threshold::AtLeast(_)));
        if most && least {
            problems.push("its thresholds disagree on which side is bad".to_owned());
        }
        let numbers = panel.thresholds.iter().map(bound).chain(panel.min).chain(panel.max);
        if numbers.into_iter().any(|number| !number.is_finite()) {
            problems.push("a threshold or a range is no finite number".to_owned());
        }
        if panel.min.zip(panel.max).is_some_and(|(min, max)| min >= max) {
            problems.push("its range ends where it begins, or before".to_owned());
        }
        if panel.size.is_some_and(|(width, height)| !(1..=24).contains(&width) || !(2..=40).contains(&height))
        {
            problems.push("a panel is 1 to 24 columns wide and 2 to 40 rows high".to_owned());
        }
        if panel.links.iter().any(|(title, address)| title.trim().is_empty() || address.trim().is_empty()) {
            problems.push("a link needs a title and an address".to_owned());
        }
        problems.extend(panel.leads.iter().filter_map(|leads| self.leads(leads, panel)));
        for problem in problems {
            self.told(&panel.place, format!("panel \"{title}\": {problem}"));
        }
        for asked in &panel.queries {
            for problem in self.asked(&asked.query) {
                self.told(&asked.place, format!("panel \"{title}\": {problem}"));
            }
            for variable in variables(&asked.query) {
                if let Some(problem) = self.variable(variable) {
                    self.told(&asked.place, format!("panel \"{title}\": {problem}"));
                }
            }
        }
    }

    /// What is wrong with a query, whichever values are chosen in it.
    fn asked(&self, query: &str) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, value) in self.dashboard.choices() {
            let others = self.dashboard.first_choices().filter(|(other, _)| *other != name);
            for problem in check(&chosen(query, others.chain([(name, value)])), self.known) {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
        if self.dashboard.values.is_empty() { check(query, self.known) } else { problems }
    }

    /// What is wrong with a variable in a query.
    fn variable(&self, name: &str) -> Option<String> {
        let values = self.dashboard.values.iter().map(|values| values.name.as_str());
        let own = self.dashboard.variables.iter().map(|choice| choice.label.as_str()).chain(values);
        let targets = ["job", "instance"];
        let has_targets = self.dashboard.targets && targets.contains(&name);
        if name.starts_with("__") || has_targets || own.clone().any(|known| known == name) {
            return None;
        }
        if targets.contains(&name) {
            return Some(format!("`${name}` needs `.targets()` on the dashboard"));
        }
        let hint = nearest(name, own.chain(targets));
        let hint = hint.map_or_else(String::new, |near| format!("; did you mean `${near}`?"));
        Some(format!("the dashboard has no variable `${name}`{hint}"))
    }
}

/// Whether Prometheus takes it as a duration.
pub(crate) fn is_duration(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    whole && ["s", "m", "h", "d", "w"].contains(&&text[digits.len()..])
}

/// The names after each `$`, with braces or without.
fn variables(query: &str) -> Vec<&str> {
    let name =
        |text: &'_ str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    query
        .split('$')
        .skip(1)
        .map(|rest| rest.strip_prefix('{').unwrap_or(rest))
        .map(|rest| &rest[..name(rest)])
        .filter(|name| name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_'))
        .collect()
}

mod leads;
#[cfg(test)]
mod tests;
