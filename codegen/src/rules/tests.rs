//! What holds for every rules file.

use super::*;
use crate::example;
use std::process::Command;

fn subject() -> Subject {
    example::subject()
}

fn rules(catalogue: &Catalogue) -> Vec<Rule> {
    groups(catalogue, &subject()).into_iter().flat_map(|group| group.rules).collect()
}

#[test]
fn a_brace_in_help_is_no_template() {
    assert_eq!(verbatim("uses {{x}}"), "uses {{ \"{{\" }}x}}");
}

#[test]
fn promtool_accepts_the_file_and_finds_no_duplicate() {
    let mut catalogue = example::catalogue();
    catalogue.functions[0].help = "Braces {{ .Here }}, \"quotes\", a: colon and\ta tab.".into();
    for (name, catalogue) in [("full", catalogue), ("empty", Catalogue::default())] {
        let path = std::env::temp_dir().join(format!("obs-rules-{name}-{}.yml", std::process::id()));
        std::fs::write(&path, file(&catalogue, &subject())).unwrap();
        let output = Command::new("promtool").arg("check").arg("rules").arg(&path).output();
        let output = output.expect("this test needs promtool: apt-get install prometheus");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success() && !text.contains("uplicate"), "{text}\n{}", path.display());
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn alerts_can_be_acted_upon() {
    let mut alerts = 0;
    for rule in rules(&example::catalogue()) {
        let Does::Alert { name, annotations, .. } = &rule.does else { continue };
        alerts += 1;
        assert!(
            name.chars().all(|c| c.is_ascii_alphabetic()) && name.starts_with(char::is_uppercase),
            "{name}"
        );
        for wanted in ["summary", "description", "runbook", "dashboard"] {
            assert!(
                annotations.iter().any(|(key, text)| *key == wanted && !text.is_empty()),
                "{name}: {wanted}"
            );
        }
        assert!(rule.labels.iter().any(|(key, _)| *key == "severity"), "{name}");
        assert!(rule.query.to_string().contains("* 300 >="), "{name} stays quiet when there are few calls");
    }
    assert_eq!(alerts, 5);
}

#[test]
fn divisions_are_guarded() {
    for rule in rules(&example::catalogue()) {
        let query = rule.query.to_string();
        if query.contains('/') {
            assert!(query.contains(" > 0)"), "{query}");
        }
    }
}

#[test]
fn thresholds_are_the_objectives() {
    let text = file(&example::catalogue(), &subject());
    for wanted in [
        "function:function_calls:error_ratio5m{module=\"registry\",function=\"register_schema\"} > 0.001",
        "job:checkout:error_ratio5m > 0.001",
        "bound=\"25ms\"} < 0.95",
        "bound=\"1s\"} < 0.995",
        "le=\"0.025\"",
        "le=~\"1([.]0)?\"",
        "* 300 >= 100",
        "runbook: \"register-schema\"",
    ] {
        assert!(text.contains(wanted), "no {wanted} in\n{text}");
    }
}

#[cfg(feature = "promql")]
#[test]
fn every_expression_is_answered_by_the_catalogue() {
    use crate::family::Schema;
    use crate::query::check::{Known, check};
    let catalogue = example::catalogue();
    let mut known = Known::of(Schema::of(&catalogue));
    for rule in rules(&catalogue) {
        let query = rule.query.to_string();
        assert_eq!(check(&query, &known), [""; 0], "{query}");
        if let Does::Record(name) = &rule.does {
            known.record(name, &query, rule.labels.iter().map(|(label, _)| *label));
        }
    }
}
