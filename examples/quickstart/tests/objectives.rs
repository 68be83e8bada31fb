//! The program and the rules call its objectives by the same names, so that one can be found by the other.
#![cfg(not(feature = "off"))]

use quickstart as _; // A crate that nothing names is dropped by the linker, and its objectives with it.
use std::collections::BTreeSet;
use std::fs;

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/rules/quickstart.yml");

#[test]
fn the_program_names_its_objectives_as_the_rules_do() {
    let rules = fs::read_to_string(RULES).expect("the generated rules");
    let recorded = rules.lines().filter_map(|line| line.trim().strip_prefix("sloth_slo: "));
    let recorded: BTreeSet<String> = recorded.map(|name| name.trim_matches('"').to_owned()).collect();
    let told: Vec<String> = obs_runtime::objectives().into_iter().map(|objective| objective.name).collect();
    assert_eq!(told.iter().cloned().collect::<BTreeSet<_>>(), recorded);
    assert_eq!(told.len(), recorded.len(), "each once: {told:?}");
    assert_eq!(told.len(), 4, "success and latency of place_order, latency of find_order and of charge");
}
