//! Objectives of a linked program, asked and exported.
#![cfg(not(feature = "off"))]

use obs_runtime::observe;
use std::time::Duration;

#[observe(slo(success = "90%", latency("2.5s", "50%"), name = "guessing"))]
fn guess(number: u32) -> Result<u32, String> {
    if number < 10 { Ok(number) } else { Err("too large".into()) }
}

#[test]
fn objectives_are_told_and_exported() {
    assert!(obs_runtime::objectives().iter().all(|objective| objective.windows[0].total == 0));
    for number in 0..12 {
        let _ = guess(number);
    }
    let objectives = obs_runtime::objectives();
    let [latency, success] = objectives.as_slice() else { panic!("{objectives:?}") };
    assert_eq!(
        (latency.name.as_str(), latency.bound),
        ("guessing-latency-2500ms", Some(Duration::from_millis(2500)))
    );
    assert_eq!((success.name.as_str(), success.bound), ("guessing-success", None));
    assert_eq!((latency.windows[0].good, latency.windows[0].total), (10, 10));
    for window in success.windows {
        assert_eq!((window.good, window.total), (10, 12));
        // A sixth fails, and a tenth may.
        assert!((window.burn_rate().unwrap() - 10.0 / 6.0).abs() < 1e-9, "{window:?}");
    }
    let snapshot = obs_runtime::snapshot();
    let value = snapshot.value("obs_objective_calls", &[("objective", "guessing-success"), ("window", "5m")]);
    assert_eq!(value, Some(&obs_runtime::snapshot::Value::Integer(12)));
    for name in ["obs_objective_target_ratio", "obs_objective_good_ratio", "obs_objective_burn_rate"] {
        assert!(snapshot.family(name).is_some_and(|family| !family.series.is_empty()), "{name}");
    }
}
