//! Rules of kernels and devices, as promtool works them out.

use super::*;

/// Kernels and devices, and nothing else to evaluate.
fn alone() -> Plan {
    let mut plan = example::gpu_plan();
    plan.catalogue = Catalogue { kernels: plan.catalogue.kernels, ..Catalogue::default() };
    plan
}

/// Without objectives, whose rules take their time.
fn small() -> Plan {
    let mut plan = alone();
    plan.catalogue.kernels.iter_mut().for_each(|kernel| kernel.slo = None);
    plan
}

#[test]
fn the_generated_tests_of_kernels_pass() {
    let written = Written::new("gpu", &alone());
    let (fine, text) = written.tested(TESTS);
    assert!(fine, "{text}");
    let rule = format!("-rule={}", written.path(RULES).display());
    let (fine, text) = run("vmalert", "victoria-metrics", &["-dryRun".as_ref(), rule.as_ref()]);
    assert!(fine, "{text}");
}

#[test]
fn there_are_alerts_for_whatever_there_is() {
    let names = |plan: &Plan| -> Vec<String> {
        let alerts = alert::all(plan).into_iter().map(|alert| alert.name);
        alerts.filter(|name| name.starts_with("Gpu")).collect()
    };
    assert_eq!(
        names(&alone()),
        [
            "GpuKernelErrorRatioHigh",
            "GpuKernelSlower",
            "GpuKernelSlow",
            "GpuFallback",
            "GpuTimingsLost",
            "GpuDeviceLost",
            "GpuMemoryHigh",
            "GpuHot",
            "GpuXidError",
            "GpuMemoryError",
            "GpuIdle",
        ]
    );
    let mut plan = alone();
    plan.subject.devices = crate::devices::Devices::Timed;
    assert_eq!(names(&plan).last().unwrap(), "GpuDeviceLost");
    // Devices that are measured, by a program that has no kernels of its own.
    plan = example::plan(Catalogue::default());
    plan.subject.devices = crate::devices::Devices::Measured;
    assert_eq!(names(&plan), ["GpuMemoryHigh", "GpuHot", "GpuXidError", "GpuMemoryError"]);
    assert_eq!(names(&full()), [""; 0]);
    assert!(!file(&full()).contains("gpu_"), "a program without kernels has no rules about them");
}

#[test]
fn a_rule_of_kernels_that_is_broken_fails_its_test() {
    let written = Written::new("gpu-broken", &small());
    let (fine, text) = written.tested(TESTS);
    assert!(fine, "{text}");
    let rules = written.read(RULES);
    for (sound, broken) in [
        ("p99_1h{kernel=~\"NAMES\"} > 1.5 *", "p99_1h{kernel=~\"NAMES\"} > 150 *"),
        ("timings:increase1h{kernel=~\"NAMES\"} >= 100", "timings:increase1h{kernel=~\"NAMES\"} >= 0"),
        ("NAMES\"} offset 1h >= 100", "NAMES\"} offset 1h >= 0"),
        ("mean1h{kernel=~\"NAMES\"} > 1.1 *", "mean1h{kernel=~\"NAMES\"} > 11 *"),
        ("error_ratio5m{kernel=~\"NAMES\"} > 0.05", "error_ratio5m{kernel=~\"NAMES\"} > 0.5"),
        ("rate5m{kernel=~\"NAMES\"} * 300 >= 20", "rate5m{kernel=~\"NAMES\"} * 300 >= 0"),
        ("rate(gpu_kernel_slow_total", "rate(gpu_kernel_outliers_total"),
        ("reason=~\"pool|refused|concurrent\"", "reason=~\"pool|refused|concurrent|sampled\""),
        ("reason=~\"pool|refused|concurrent\"", "reason=~\"pool|refused\""),
        ("reason=~\"pool|refused|concurrent\"", "reason=~\"pool|concurrent\""),
        ("gpu_device_up == 0", "gpu_device_up == 1"),
        ("> 0.95", "> 0.99"),
        ("(hw_temperature_celsius) > 85", "(hw_temperature_celsius) > 50"),
        ("error_type=\"xid\"", "error_type=\"corrected\""),
        ("< 0.3", "< 0.05"),
        ("(build_info{service=\"schema-registry\"}[1h])", "(gpu_device_up[1h])"),
    ] {
        let names = alone().catalogue.kernels.iter().map(|k| k.name.clone()).collect::<Vec<_>>();
        let refs: Vec<&str> = names.iter().map(String::as_str).collect();
        let pattern = crate::query::Select::new("x").one_of("kernel", &refs).to_string();
        let pattern = &pattern["x{kernel=~\"".len()..pattern.len() - "\"}".len()];
        let (sound, broken) = (sound.replace("NAMES", pattern), broken.replace("NAMES", pattern));
        assert!(rules.contains(&sound), "no {sound} in\n{rules}");
        written.write(RULES, &rules.replace(&sound, &broken));
        assert!(!written.tested(TESTS).0, "nobody notices {broken} for {sound}");
    }
}

/// Some hours of a kernel's timings, and whether it is said to take longer at the end.
fn assert_slower(name: &str, series: &[(String, String)], minute: u64, slower: bool) {
    let mut plan = small();
    plan.catalogue.kernels.retain(|kernel| kernel.name == "reduce");
    plan.subject.devices = crate::devices::Devices::Timed;
    let written = Written::new(&format!("gpu-{name}"), &plan);
    let groups: String = groups(&plan).iter().map(|group| format!("- {}\n", group.name)).collect();
    let mut text = format!(
        "rule_files: [../registry.yml]\nevaluation_interval: 5m\ngroup_eval_order:\n{groups}\
         tests:\n- interval: 1m\n  input_series:\n"
    );
    for (series, values) in series {
        text += &format!("  - series: '{series}'\n    values: {values}\n");
    }
    let firing = "count(ALERTS{alertname=\"GpuKernelSlower\",alertstate=\"firing\"})";
    let expected = if slower { "[{value: 1}]" } else { "[]" };
    text += &format!(
        "  promql_expr_test:\n  - eval_time: {minute}m\n    expr: '{firing}'\n    exp_samples: {expected}\n"
    );
    written.write(TESTS, &text);
    let (fine, said) = written.tested(TESTS);
    assert!(fine, "{said}\n{text}");
}

/// Timings of the kernel, with what says that the target is ours.
fn timings(phases: &[(&str, u64)]) -> Vec<(String, String)> {
    let plan = small();
    let kernel = plan.catalogue.kernels.iter().find(|kernel| kernel.name == "reduce").unwrap();
    let minutes: u64 = phases.iter().map(|(_, minutes)| minutes).sum();
    let phases: Vec<(&str, u64, u64)> = phases.iter().map(|&(phase, minutes)| (phase, minutes, 60)).collect();
    let mut series = alert::timings(kernel, &phases);
    series.push((
        "build_info{service=\"schema-registry\",job=\"test\",instance=\"a\"}".to_owned(),
        format!("1x{minutes}"),
    ));
    series
}

#[test]
fn a_day_ago_counts_for_more_than_an_hour_ago() {
    // Slow for five hours by now, and fast at this time of yesterday.
    assert_slower("day", &timings(&[("fast", 1260), ("slow", 300)]), 1560, true);
    // Slow at this time of every day, whatever was an hour ago.
    let daily = timings(&[("slow", 120), ("fast", 1260), ("slow", 120)]);
    assert_slower("daily", &daily, 1500, false);
}

#[test]
fn a_hair_s_breadth_over_a_bound_is_no_regression() {
    // All launches take as long as the lowest bound, then a little more: the buckets say twice as long.
    let mut series = timings(&[("fast", 120), ("slow", 50)]);
    let sum = series.iter_mut().find(|(name, _)| name.contains("_sum")).unwrap();
    sum.1 = "0+60x119 7200+61x49".to_owned();
    assert_slower("hair", &series, 170, false);
    let sum = series.iter_mut().find(|(name, _)| name.contains("_sum")).unwrap();
    sum.1 = "0+60x119 7200+120x49".to_owned();
    assert_slower("more", &series, 170, true);
}
