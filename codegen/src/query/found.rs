//! Finding the queries of dashboards, ours and others'.

use serde_json::Value;

/// A query, and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The title of its panel, or the name of its variable or rule, in words.
    pub owner: String,
    /// The query.
    pub query: String,
}

/// Every query of a Grafana dashboard: of its panels, of the panels inside rows, and of its variables.
///
/// Panels of other data sources, such as logs, have no `expr` or say what they are asking.
pub fn in_dashboard(dashboard: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    for variable in dashboard["templating"]["list"].as_array().into_iter().flatten() {
        // Grafana writes the query as text, or as an object that holds it.
        let text = variable["query"].as_str().or_else(|| variable["query"]["query"].as_str());
        if let Some(query) = text.filter(|_| variable["type"] == "query").and_then(label_values) {
            let owner = format!("variable {}", variable["name"].as_str().unwrap_or_default());
            found.push(Found { owner, query });
        }
    }
    panels(&dashboard["panels"], &mut found);
    found
}

fn panels(list: &Value, found: &mut Vec<Found>) {
    for panel in list.as_array().into_iter().flatten() {
        panels(&panel["panels"], found);
        let foreign = |source: &Value| source["type"].as_str().is_some_and(|kind| kind != "prometheus");
        for target in panel["targets"].as_array().into_iter().flatten() {
            let Some(query) = target["expr"].as_str().filter(|query| !query.trim().is_empty()) else {
                continue;
            };
            if !foreign(&target["datasource"]) && !foreign(&panel["datasource"]) {
                let owner = format!("panel \"{}\"", panel["title"].as_str().unwrap_or_default());
                found.push(Found { owner, query: query.to_owned() });
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
            ]},
            "panels": [
                { "type": "row", "panels": [{ "title": "In", "targets": [{ "expr": "b" }, { "expr": "" }] }] },
                { "title": "Logs", "datasource": { "type": "loki" }, "targets": [{ "expr": "{app=\"x\"}" }] },
                { "title": "Out", "targets": [{ "expr": "c" }] },
            ],
        });
        let found: Vec<(String, String)> =
            in_dashboard(&dashboard).into_iter().map(|f| (f.owner, f.query)).collect();
        let expected = [
            ("variable job", "group by (job) (a_total{x=\"1,2\"})"),
            ("panel \"In\"", "b"),
            ("panel \"Out\"", "c"),
        ];
        assert_eq!(found, expected.map(|(owner, query)| (owner.to_owned(), query.to_owned())));
    }
}
