//! Finding the queries of dashboards, ours and others'.

use crate::compose::dashboard::chosen;
use serde_json::Value;

/// A query, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The title of its panel, or the name of its variable or rule, in words.
    pub owner: String,
    /// The query.
    pub query: String,
    /// The same as it stands in the file, which says it in other words for a variable.
    pub written: String,
}

/// Every query of a Grafana dashboard: of its panels, of the panels inside rows, and of its variables.
///
/// Panels of other data sources, such as logs, have no `expr` or say what they are asking. A variable that holds one
/// value of a list has it in the queries, as chosen: `histogram_quantile($quantile, …)` is no PromQL without.
pub fn in_dashboard(dashboard: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    let values: Vec<(&str, &str)> =
        dashboard["templating"]["list"].as_array().into_iter().flatten().filter_map(held).collect();
    for variable in dashboard["templating"]["list"].as_array().into_iter().flatten() {
        // Grafana writes the query as text, or as an object that holds it.
        let text = variable["query"].as_str().or_else(|| variable["query"]["query"].as_str());
        let Some(text) = text.filter(|_| variable["type"] == "query") else { continue };
        if let Some(query) = label_values(text) {
            let owner = format!("variable {}", variable["name"].as_str().unwrap_or_default());
            found.push(Found { owner, query, written: text.to_owned() });
        }
    }
    panels(&dashboard["panels"], &values, &mut found);
    found
}

/// The name and the value of a variable that holds one.
fn held(variable: &Value) -> Option<(&str, &str)> {
    let kinds = ["custom", "constant", "interval", "textbox"];
    let is_one = kinds.iter().any(|kind| variable["type"] == **kind);
    Some((variable["name"].as_str()?, variable["current"]["value"].as_str()?)).filter(|_| is_one)
}

fn panels(list: &Value, values: &[(&str, &str)], found: &mut Vec<Found>) {
    for panel in list.as_array().into_iter().flatten() {
        panels(&panel["panels"], values, found);
        let foreign = |source: &Value| source["type"].as_str().is_some_and(|kind| kind != "prometheus");
        for target in panel["targets"].as_array().into_iter().flatten() {
            let Some(query) = target["expr"].as_str().filter(|query| !query.trim().is_empty()) else {
                continue;
            };
            if !foreign(&target["datasource"]) && !foreign(&panel["datasource"]) {
                let owner = format!("panel \"{}\"", panel["title"].as_str().unwrap_or_default());
                let asked = chosen(query, values.iter().copied());
                found.push(Found { owner, query: asked, written: query.to_owned() });
            }
        }
    }
}

/// `label_values(selector, label)` asks for what `group by (label) (selector)` returns. Other functions
/// of variables are not about series.
fn label_values(query: &str) -> Option<String> {
    let inner = query.trim().strip_prefix("label_values(")?.strip_suffix(')')?;
    let (select, label) = inner.rsplit_once(',')?;
    Some(format!("group by ({}) ({})", label.trim(), select.trim()))
}

/// A rule of a Prometheus rules file.
#[cfg(feature = "cli")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFound {
    /// Its expression.
    pub found: Found,
    /// What it records, if it is a recording rule.
    pub record: Option<String>,
    /// What it is called, if it is an alert.
    pub alert: Option<String>,
    /// The names of the labels it adds.
    pub labels: Vec<String>,
    /// The same with their values, which are templates in an alert.
    pub values: Vec<(String, String)>,
    /// What it tells people, by name.
    pub annotations: Vec<(String, String)>,
}

/// Every rule of a Prometheus rules file, in order.
///
/// # Errors
///
/// What is wrong with the YAML.
#[cfg(feature = "cli")]
pub fn in_rules(text: &str) -> Result<Vec<RuleFound>, String> {
    use saphyr::{LoadableYamlNode, Yaml};
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    let mut rules = Vec::new();
    for group in documents.iter().flat_map(|document| list(document, "groups")) {
        for rule in list(group, "rules") {
            let text = |key: &str| rule.as_mapping_get(key).and_then(Yaml::as_str).map(str::to_owned);
            let (record, alert) = (text("record"), text("alert"));
            let owner = match (&record, &alert) {
                (Some(record), _) => format!("rule {record}"),
                (None, alert) => format!("alert {}", alert.as_deref().unwrap_or_default()),
            };
            let query = text("expr").unwrap_or_default();
            let values = pairs(rule, "labels");
            rules.push(RuleFound {
                found: Found { owner, written: query.clone(), query },
                record,
                alert,
                labels: values.iter().map(|(name, _)| name.clone()).collect(),
                values,
                annotations: pairs(rule, "annotations"),
            });
        }
    }
    Ok(rules)
}

#[cfg(feature = "cli")]
fn list<'a, 'y>(yaml: &'a saphyr::Yaml<'y>, key: &str) -> &'a [saphyr::Yaml<'y>] {
    yaml.as_mapping_get(key).and_then(saphyr::Yaml::as_vec).map_or(&[], Vec::as_slice)
}

/// A mapping of text to text. What is a number or a word of YAML's own in it is no text, and empty.
#[cfg(feature = "cli")]
fn pairs(yaml: &saphyr::Yaml<'_>, key: &str) -> Vec<(String, String)> {
    let text = |value: &saphyr::Yaml<'_>| value.as_str().unwrap_or_default().to_owned();
    let mapping = yaml.as_mapping_get(key).and_then(saphyr::Yaml::as_mapping);
    mapping.into_iter().flatten().map(|(name, value)| (text(name), text(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn queries_are_found_wherever_they_are() {
        let dashboard = json!({
            "templating": { "list": [
                { "name": "job", "type": "query", "query": { "query": "label_values(a_total{x=\"1,2\"}, job)" } },
                { "name": "all", "type": "query", "query": "label_names()" },
                { "name": "datasource", "type": "datasource", "query": "prometheus" },
                { "name": "q", "type": "custom", "query": "p50 : 0.5, p99 : 0.99", "current": { "value": "0.5" } },
            ]},
            "panels": [
                { "type": "row", "panels": [{ "title": "In", "targets": [{ "expr": "b" }, { "expr": "" }] }] },
                { "title": "Logs", "datasource": { "type": "loki" }, "targets": [{ "expr": "{app=\"x\"}" }] },
                { "title": "Out", "targets": [{ "expr": "histogram_quantile($q, c)" }] },
            ],
        });
        let found: Vec<(String, String)> =
            in_dashboard(&dashboard).into_iter().map(|f| (f.owner, f.query)).collect();
        let expected = [
            ("variable job", "group by (job) (a_total{x=\"1,2\"})"),
            ("panel \"In\"", "b"),
            ("panel \"Out\"", "histogram_quantile(0.5, c)"),
        ];
        assert_eq!(found, expected.map(|(owner, query)| (owner.to_owned(), query.to_owned())));
    }
}
