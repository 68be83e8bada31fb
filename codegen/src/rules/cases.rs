//! Rule tests for `promtool test rules`: each alert fires where it should, and stays quiet where it should.
//!
//! Cases with the same series are one test: Prometheus evaluates every rule for each of them.

use super::{Yaml, groups};
use crate::alert::{self, Alert, Case, Fires, Firing};
use crate::plan::Plan;
use crate::query::Select;

/// How far apart samples are.
const INTERVAL: &str = "1m";

/// How often rules are evaluated: seldom, so that the tests of a large service take seconds. Objectives, which are
/// meant to be recorded once a minute, see a fifth of the events then, and cases have traffic enough for that.
const EVALUATED: &str = "5m";

/// Cases that look at the same series.
struct Test<'a> {
    series: &'a [(String, String)],
    /// What happens, in words.
    what: Vec<&'a str>,
    cases: Vec<(&'a Alert, &'a Case)>,
}

/// The file of rule tests, which lies in a directory below the rules.
pub(super) fn file(plan: &Plan) -> String {
    let alerts = alert::all(plan);
    let package = &plan.subject.package;
    let mut yaml = Yaml::new();
    yaml.comment(&format!("Tests of the rules of {}. Generated; run them with", plan.subject.title()));
    yaml.comment(&format!("promtool test rules {package}.yml"));
    for untested in untested(&alerts) {
        yaml.comment(&untested);
    }
    yaml.strings("rule_files", &[format!("../{package}.yml")]);
    yaml.text("evaluation_interval", EVALUATED);
    yaml.strings("group_eval_order", &groups(plan).into_iter().map(|group| group.name).collect::<Vec<_>>());
    yaml.list("tests", tests(&alerts), |yaml, test| {
        yaml.text("name", &test.what.join("; "));
        yaml.text("interval", INTERVAL);
        yaml.list("input_series", test.series.iter().collect(), |yaml, (series, values)| {
            yaml.text("series", series);
            yaml.text("values", values);
        });
        let (exact, some): (Vec<_>, Vec<_>) =
            test.cases.into_iter().partition(|(_, case)| matches!(case.fires, Fires::These(_)));
        if !exact.is_empty() {
            yaml.list("alert_rule_test", exact, |yaml, (alert, case)| expected(yaml, &alert.name, case));
        }
        if !some.is_empty() {
            yaml.list("promql_expr_test", some, |yaml, (alert, case)| firing(yaml, alert, case));
        }
    });
    yaml.finish()
}

/// What no case says of an alert.
fn untested(alerts: &[Alert]) -> Vec<String> {
    let without = |alert: &&Alert| alert.cases.iter().all(|case| case.fires.quiet());
    let tell = |alert: &Alert| {
        format!(
            "No case makes {} fire: its condition does not say which series do; `.fires_when(…)` can.",
            alert.name
        )
    };
    alerts.iter().filter(without).map(tell).collect()
}

fn tests(alerts: &[Alert]) -> Vec<Test<'_>> {
    let mut tests: Vec<Test<'_>> = Vec::new();
    for alert in alerts {
        for case in &alert.cases {
            let named = (alert, case);
            match tests.iter_mut().find(|test| test.series == case.series) {
                // Alerts of one name look at the same results.
                Some(test) => {
                    let exact = |case: &Case| matches!(case.fires, Fires::These(_));
                    let same = |(known, other): &(&Alert, &Case)| {
                        known.name == alert.name && other.minute == case.minute && exact(other) && exact(case)
                    };
                    if !test.cases.iter().any(same) {
                        test.cases.push(named);
                    }
                    if !test.what.contains(&case.what.as_str()) {
                        test.what.push(&case.what);
                    }
                }
                None => tests.push(Test { series: &case.series, what: vec![&case.what], cases: vec![named] }),
            }
        }
    }
    tests
}

/// Exactly which alerts of a name fire.
fn expected(yaml: &mut Yaml, name: &str, case: &Case) {
    yaml.text("eval_time", &format!("{}m", case.minute));
    yaml.text("alertname", name);
    let Fires::These(firing) = &case.fires else { return };
    if firing.is_empty() {
        return yaml.word("exp_alerts", "[]");
    }
    yaml.list("exp_alerts", firing.iter().collect(), |yaml, firing: &Firing| {
        let added = firing.added.iter().map(|(name, value)| (name.clone(), unescaped(value)));
        let mut labels: Vec<(String, String)> = firing
            .labels
            .iter()
            .filter(|(name, _)| !firing.added.iter().any(|(own, _)| own == name))
            .cloned()
            .collect();
        labels.extend(added);
        yaml.map("exp_labels", &labels);
        yaml.map("exp_annotations", &firing.annotations);
    });
}

/// A label's value as its template says.
fn unescaped(value: &str) -> String {
    alert::template::expand(value, &[], "").unwrap_or_else(|| value.to_owned())
}

/// That an alert fires, whatever it says, or that it does not, whatever others of its name do.
fn firing(yaml: &mut Yaml, alert: &Alert, case: &Case) {
    yaml.text("eval_time", &format!("{}m", case.minute));
    let fires = Select::new("ALERTS").eq("alertname", &alert.name).eq("alertstate", "firing");
    let fires = alert.labels.iter().fold(fires, |fires, (label, value)| fires.eq(label, &unescaped(value)));
    yaml.block("expr", &fires.now().group(&["alertname"]).to_string());
    if case.fires.quiet() {
        return yaml.word("exp_samples", "[]");
    }
    yaml.list("exp_samples", vec![()], |yaml, ()| {
        yaml.text("labels", &format!("{{alertname=\"{}\"}}", alert.name));
        yaml.word("value", "1");
    });
}
