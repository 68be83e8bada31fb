//! What nobody looks at.

use super::{Findings, Rule};
use crate::family::HISTOGRAM_SAMPLES;
use crate::mistake::Mistake;
use crate::uses::{Asks, Use};
use obs_model::Catalogue;
use std::collections::BTreeSet;

/// The metrics that nothing among the artefacts asks for, directly or through what rules record. Runbooks
/// do not count: nobody reads them before there is an alert. The families that every program has are not
/// looked at, nor are functions that share theirs.
pub fn unused(catalogue: &Catalogue, uses: &[Use]) -> Vec<(Rule, Mistake)> {
    let looks = |asks| !matches!(asks, Asks::Runbook | Asks::Mention);
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    // A rule alone is nobody who looks.
    let mut next: Vec<&Use> =
        uses.iter().filter(|each| looks(each.asks) && each.asks != Asks::Rule).collect();
    while let Some(by) = next.pop() {
        for name in by.asked.iter().map(|asked| asked.name.as_str()) {
            if asked.insert(name) {
                next.extend(uses.iter().filter(|rule| rule.asks == Asks::Rule && rule.name == name));
            }
        }
    }
    let is_asked = |family: &str| {
        asked.contains(family)
            || HISTOGRAM_SAMPLES.iter().any(|suffix| asked.contains(format!("{family}{suffix}").as_str()))
    };
    let mut found = Findings::default();
    for metric in catalogue.metrics.iter().filter(|metric| !is_asked(&metric.name)) {
        let message = format!("metric {} is on no dashboard and in no alert", metric.name);
        found.add(Rule::Unused, &metric.place, message);
    }
    for function in catalogue.functions.iter().filter(|function| function.metrics) {
        let Some(prefix) = &function.metric else { continue };
        if !["_total", "_duration_seconds", "_concurrent"].iter().any(|s| is_asked(&format!("{prefix}{s}"))) {
            let message = format!("metric {prefix}_total is on no dashboard and in no alert");
            found.add(Rule::Unused, &function.place, message);
        }
    }
    found.0.sort_by(|(_, a), (_, b)| a.cmp(b));
    found.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn what_nobody_looks_at_is_unused() {
        let rules = "groups:\n- rules:\n  - record: seen\n    expr: sum(db_connections)\n  - record: unseen\n    \
                     expr: sum(schemas_registered_total)\n  - alert: A\n    expr: seen > rate(checkout_total[5m])\n";
        let board = r#"{"panels":[{"title":"x","targets":[{"expr":"rate(schema_size_bytes_sum[5m])"}]}]}"#;
        let files = [
            ("rules/own.yml", rules),
            ("dashboards/own.json", board),
            ("runbooks/a.md", "```promql\nopen_files\n```\n"),
        ];
        let uses = crate::uses::uses(files).unwrap();
        let found: Vec<String> =
            unused(&example::catalogue(), &uses).iter().map(|(_, finding)| finding.to_string()).collect();
        assert_eq!(
            found,
            [
                "src/metrics.rs:7:5: unused: metric open_files is on no dashboard and in no alert",
                "src/metrics.rs:7:5: unused: metric schemas_registered_total is on no dashboard and in no alert",
            ]
        );
    }
}
