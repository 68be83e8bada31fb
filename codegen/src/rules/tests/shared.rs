//! Objectives over one counter, whose rule tests may not contradict each other.

use super::*;
use crate::compose::Objective;

/// Four objectives of which each calls other events bad, and one over the calls that a function promises of.
fn shared() -> Plan {
    let mut plan = example::plan(example::catalogue());
    plan.catalogue.functions.retain(|function| function.name == "register_schema");
    let orders = |name: &str, bad: &str, share: &str| {
        Objective::new(name)
            .events(format!("schemas_registered_total{bad}"), "schemas_registered_total")
            .success(share)
    };
    plan.composed.objectives = vec![
        orders("stored", "{format=\"bad\"}", "99%"),
        orders("stored soon", "{format=~\"bad|late\"}", "99.9%"),
        orders("as avro", "{format!=\"avro\"}", "99%"),
        Objective::new("as json")
            .events(
                "schemas_registered_total{format=\"json\"}",
                "schemas_registered_total{format=~\"avro|json\"}",
            )
            .success("99.5%"),
        Objective::new("calls")
            .events("function_calls_total{result=\"error\"}", "function_calls_total")
            .success("99.99%"),
    ];
    assert_eq!(crate::compose::mistakes(&plan), []);
    plan
}

#[test]
fn objectives_over_one_counter_have_tests_that_agree() {
    let written = Written::new("shared", &shared());
    let (fine, text) = written.tested(TESTS);
    assert!(fine, "{text}\n{}", written.read(TESTS));
}

#[test]
fn a_broken_rule_of_such_an_objective_fails_its_test() {
    let mut plan = shared();
    plan.catalogue.functions.clear();
    plan.composed.objectives.truncate(2);
    let written = Written::new("shared-broken", &plan);
    let (fine, text) = written.tested(TESTS);
    assert!(fine, "{text}");
    let rules = written.read(RULES);
    for (sound, broken) in [
        ("ratio_rate1h{ID} > 0.144", "ratio_rate1h{ID} > 14.4"),
        ("ratio_rate1h{ID} > 0.144", "ratio_rate1h{ID} >= 0"),
        ("ratio_rate30d{ID} >= 0.0075", "ratio_rate30d{ID} >= 0"),
        ("slo:events:increase1h{ID} >= 20", "slo:events:increase1h{ID} >= 0"),
    ] {
        let of = |text: &str| text.replace("ID", "sloth_id=\"schema-registry-stored-success\"");
        let (sound, broken) = (of(sound), of(broken));
        assert!(rules.contains(&sound), "no {sound} in\n{rules}");
        written.write(RULES, &rules.replace(&sound, &broken));
        assert!(!written.tested(TESTS).0, "nobody notices {broken} for {sound}");
    }
}
