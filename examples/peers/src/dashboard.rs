//! What is asked in the generated files.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// Grafana takes four scrape intervals and more; ours is one second.
const RATE_INTERVAL: &str = "10s";
/// The time that a dashboard shows.
const RANGE: &str = "1h";

/// A generated dashboard.
#[derive(Debug)]
pub struct Dashboard(Value);

impl Dashboard {
    /// Every dashboard of a directory, by the name of its file.
    ///
    /// # Panics
    ///
    /// It cannot be read.
    pub fn all(directory: &str) -> BTreeMap<String, Dashboard> {
        let entries = fs::read_dir(directory).expect("the generated dashboards").flatten();
        let read = |path: PathBuf| {
            let text = fs::read_to_string(&path).expect("the generated dashboard");
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, Dashboard(serde_json::from_str(&text).expect("it is JSON")))
        };
        entries.map(|entry| read(entry.path())).collect()
    }

    /// What links name it by.
    pub fn uid(&self) -> &str {
        self.0["uid"].as_str().unwrap_or_default()
    }

    /// The queries of every panel, with everything chosen.
    ///
    /// # Panics
    ///
    /// They use a variable that the dashboard has not, here and below.
    pub fn queries(&self, job: &str) -> Vec<String> {
        let mut queries = Vec::new();
        collect(&self.0["panels"], &mut queries);
        queries.iter().map(|query| self.choose(query, job)).collect()
    }

    /// The queries of the events that are drawn over graphs.
    pub fn annotations(&self, job: &str) -> Vec<String> {
        let list = self.0["annotations"]["list"].as_array().into_iter().flatten();
        let queries = list.filter_map(|annotation| annotation["target"]["expr"].as_str());
        queries.map(|query| self.choose(query, job)).collect()
    }

    /// What the choices at the top are made of: the selectors in `label_values(selector, label)`.
    pub fn variables(&self, job: &str) -> Vec<String> {
        let queries = self.list().filter_map(|variable| variable["query"].as_str());
        let selectors = queries.filter_map(|query| query.strip_prefix("label_values("));
        let selectors = selectors.filter_map(|query| Some(query.rsplit_once(',')?.0));
        selectors.map(|selector| self.choose(selector, job)).collect()
    }

    fn list(&self) -> impl Iterator<Item = &Value> {
        self.0["templating"]["list"].as_array().into_iter().flatten()
    }

    /// The query as Grafana sends it when each choice is the one that it starts with.
    fn choose(&self, query: &str, job: &str) -> String {
        let mut query = query.replace("$__rate_interval", RATE_INTERVAL).replace("$__range", RANGE);
        for variable in self.list() {
            let name = variable["name"].as_str().unwrap_or_default();
            let chosen = match name {
                "job" => job,
                _ if variable["type"] == "custom" => {
                    variable["current"]["value"].as_str().unwrap_or_default()
                }
                _ => variable["allValue"].as_str().unwrap_or(".+"),
            };
            query = query.replace(&format!("${name}"), chosen);
        }
        assert!(!query.contains('$'), "a variable is left in {query}");
        query
    }
}

fn collect(panels: &Value, into: &mut Vec<String>) {
    for panel in panels.as_array().into_iter().flatten() {
        let targets = panel["targets"].as_array().into_iter().flatten();
        into.extend(targets.filter_map(|target| Some(target["expr"].as_str()?.to_owned())));
        collect(&panel["panels"], into);
    }
}

/// The names of the series that a rules file records, each once.
///
/// # Panics
///
/// It cannot be read.
pub fn recorded(path: &str) -> Vec<String> {
    let text = fs::read_to_string(path).expect("the generated rules");
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("- record: "));
    let mut names: Vec<String> = names.map(|name| name.trim_matches('"').to_owned()).collect();
    names.sort();
    names.dedup();
    names
}
