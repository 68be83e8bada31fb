//! Functions that are asked at each scrape, and look at the program themselves.
#![cfg(not(feature = "off"))]

use obs_runtime::snapshot::Value;
use obs_runtime::{metric, snapshot};

/// How many families there are.
#[metric(gauge, name = "families_known")]
fn families() -> usize {
    snapshot().families.len()
}

/// How many objectives there are.
#[metric(gauge, name = "objectives_known")]
fn objectives() -> usize {
    obs_runtime::objectives().len()
}

/// That it ends says most: each snapshot asks them.
#[test]
fn a_polled_function_may_take_a_snapshot() {
    for _ in 0..2 {
        let snapshot = snapshot();
        let Some(Value::Float(known)) = snapshot.value("families_known", &[]) else { panic!("{snapshot:?}") };
        let all = snapshot.families.len() as f64;
        assert!(*known > 5.0 && *known <= all - 2.0, "{known} of {all}");
        assert_eq!(snapshot.value("objectives_known", &[]), Some(&Value::Float(0.0)));
    }
}
