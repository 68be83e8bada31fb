//! Objectives of functions and of build scripts, and their burn rates beside those of another implementation.

use super::*;
use crate::alert::Urgency;
use crate::example;

fn objective(share: &str, window: &str) -> Objective {
    let mut plan = example::plan(example::catalogue());
    let function = plan.catalogue.functions.iter_mut().find(|f| f.name == "register_schema").unwrap();
    let slo = function.slo.as_mut().unwrap();
    slo.success = Percent::parse(share).ok();
    slo.window = duration::parse(window).unwrap();
    all(&plan).into_iter().find(|objective| objective.name == "registration-success").unwrap()
}

#[test]
fn burn_rates_are_those_of_the_workbook_and_of_slokit() {
    use slokit::{MwmbrConfig, Severity, Slo, Window};
    for share in ["99%", "99.9%", "99.95%", "99.999%"] {
        let ours = pairs(&objective(share, "30d"));
        let number: f64 = share.trim_end_matches('%').parse().unwrap();
        let slo = Slo::new(slokit::Objective::percent(number).unwrap(), Window::days(30));
        let theirs = MwmbrConfig::sre_default().windows;
        assert_eq!(ours.len(), theirs.len());
        for (our, their) in ours.iter().zip(theirs) {
            let urgency = if their.severity == Severity::Page { Urgency::Page } else { Urgency::Ticket };
            assert_eq!(our.urgency, urgency);
            assert_eq!(our.long.name(), their.long.prometheus());
            assert_eq!(our.short.name(), their.short.prometheus());
            assert_eq!(our.factor.parse::<f64>().unwrap(), their.factor);
            let threshold: f64 = our.threshold.parse().unwrap();
            assert!((threshold / their.threshold(&slo) - 1.0).abs() < 1e-9, "{our:?}");
        }
    }
}

#[test]
fn recorded_burn_rates_are_those_of_slokit() {
    use slokit::{BurnRate, Slo, Window};
    let slo = Slo::new(slokit::Objective::percent(99.9).unwrap(), Window::days(30));
    let burn = BurnRate::from_error_ratio(0.01, &slo);
    // What `rules::tests::traffic` finds in Prometheus for the same ratio.
    assert!((burn.value() - 10.0).abs() < 1e-9);
    // A pair allows the share of the budget that the workbook says, in its long window.
    let shares = [0.02, 0.05, 0.1, 0.1];
    for (pair, share) in slokit::MwmbrConfig::sre_default().windows.iter().zip(shares) {
        let consumed = BurnRate::new(pair.factor).budget_consumed_over(pair.long, Window::days(30));
        assert!((consumed - share).abs() < 1e-9, "{pair:?}");
    }
}

#[test]
fn other_periods_are_exact_and_never_below_one() {
    let factors = |share: &str, window: &str| -> Vec<(String, String)> {
        pairs(&objective(share, window)).into_iter().map(|pair| (pair.long.name(), pair.factor)).collect()
    };
    let of = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(long, factor)| ((*long).to_owned(), (*factor).to_owned())).collect()
    };
    assert_eq!(factors("99.9%", "7d"), of(&[("1h", "3.36"), ("6h", "1.4"), ("1d", "1"), ("3d", "1")]));
    assert_eq!(factors("99.9%", "28d"), of(&[("1h", "13.44"), ("6h", "5.6"), ("1d", "2.8"), ("3d", "1")]));
    assert_eq!(factors("99.9%", "90d"), of(&[("1h", "43.2"), ("6h", "18"), ("1d", "9"), ("3d", "3")]));
    assert_eq!(factors("99.9%", "12h"), of(&[("1h", "1"), ("6h", "1")]));
    // More than everything cannot fail.
    assert_eq!(factors("90%", "30d"), of(&[("6h", "6"), ("1d", "3"), ("3d", "1")]));
    assert_eq!(pairs(&objective("99.95%", "30d"))[0].threshold, "0.0072");
}

#[test]
fn windows_are_no_longer_than_the_period() {
    let names = |window: &str| -> Vec<String> {
        windows(&objective("99%", window)).into_iter().map(Window::name).collect()
    };
    assert_eq!(names("30d"), ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"]);
    assert_eq!(names("3d"), ["5m", "30m", "1h", "2h", "6h", "1d", "3d"]);
    assert_eq!(names("90m"), ["5m", "30m", "1h", "90m"]);
}

#[test]
fn functions_share_an_objective_by_its_name() {
    let mut catalogue = example::catalogue();
    let twin =
        |slo: Slo, line| Function { slo: Some(slo), ..example::function("twin", "registry::other", line) };
    let slo =
        catalogue.functions.iter().find_map(|f| f.slo.clone().filter(|slo| slo.name.is_some())).unwrap();
    catalogue.functions.push(twin(slo.clone(), 70));
    assert_eq!(conflicts(&catalogue), []);
    let objectives = all(&example::plan(catalogue.clone()));
    let shared = objectives.iter().find(|objective| objective.name == "registration-success").unwrap();
    assert_eq!(shared.functions.len(), 2);
    let events = "sum by (job) (\n  rate(function_calls_total{module=\"registry\",function=\"register_schema\"}[5m])\n  or\n  \
                  rate(function_calls_total{module=\"registry::other\",function=\"twin\"}[5m])\n)";
    assert_eq!(shared.events().to_string(), events);

    // Other numbers are a mistake, where they stand.
    let other = Slo { success: Percent::parse("99%").ok(), ..slo };
    catalogue.functions.pop();
    catalogue.functions.push(twin(other, 70));
    let told: Vec<String> = conflicts(&catalogue).iter().map(ToString::to_string).collect();
    let expected = "src/lib.rs:70:5: the objective `registration` is 99%, 95% within 25ms, 99.5% within 1s, from 100 events \
                    over 30d here and 99.9%, 95% within 25ms, 99.5% within 1s, from 100 events over 30d at src/lib.rs:10:5; \
                    functions and kernels share one objective by giving it one name and the same numbers";
    assert_eq!(told, [expected]);
}

#[cfg(feature = "promql")]
mod composed {
    use super::*;
    use crate::compose::{self, Objective};

    fn told(objective: Objective) -> Vec<String> {
        let mut plan = example::plan(example::catalogue());
        plan.composed.objectives.push(objective);
        let told: Vec<String> = compose::mistakes(&plan).iter().map(|m| m.message.clone()).collect();
        let place = &compose::mistakes(&plan).first().map(|m| m.place.clone()).unwrap_or_default();
        assert!(told.is_empty() || place.file.ends_with("objective/tests.rs") && place.line > 0, "{place}");
        told.into_iter().map(|m| m.trim_start_matches("objective `x`: ").to_owned()).collect()
    }

    #[test]
    fn what_is_right_is_no_mistake() {
        let none: [String; 0] = [];
        assert_eq!(
            told(
                Objective::new("x")
                    .functions(["registry::register_schema"])
                    .success("99%")
                    .latency("25ms", "95%")
            ),
            none
        );
        assert_eq!(
            told(
                Objective::new("x")
                    .events("schemas_registered_total{format=\"bad\"}", "schemas_registered_total")
                    .success("99%")
            ),
            none
        );
        assert_eq!(
            told(Objective::new("x").histogram("schema_size_bytes").at_most(4096.0, "99%").window("7d")),
            none
        );
    }

    #[test]
    fn each_mistake_is_told_with_what_belongs_there() {
        let calls = || Objective::new("x").functions(["registry::register_schema"]);
        for (objective, expected) in [
            (calls(), "it promises nothing; add `.success(\"99.9%\")` or `.latency(\"25ms\", \"95%\")`"),
            (
                calls().success("100%"),
                "expected a percentage above 0 and below 100, such as \"99.9%\"; found \"100%\"",
            ),
            (
                calls().latency("30ms", "99%"),
                "a bound is that of a bucket, or it cannot be measured, and 0.03 is none; the nearest is 0.025",
            ),
            (calls().success("99%").window("5m"), "the window of an objective is at least an hour"),
            (
                calls().success("99%").events("a_total", "b_total"),
                "its events are one of `.functions(…)`, `.events(bad, total)` and `.histogram(…)`",
            ),
            (
                Objective::new("x").functions(["registry::register_shema"]).success("99%"),
                "no observed function `registry::register_shema`; did you mean `registry::register_schema`?",
            ),
            (
                Objective::new("x")
                    .events("schemas_registred_total", "schemas_registered_total")
                    .success("99%"),
                "unknown metric `schemas_registred_total`; did you mean `schemas_registered_total`?",
            ),
            (
                Objective::new("x")
                    .events("rate(schemas_registered_total[5m])", "schemas_registered_total")
                    .success("99%"),
                "`rate(schemas_registered_total[5m])` is not a counter's name with or without labels; rates are added by themselves",
            ),
            (
                Objective::new("x").histogram("schema_size_bytes").latency("1s", "99%"),
                "`schema_size_bytes` is not about seconds; use `.at_most(bound, share)`",
            ),
            (
                Objective::new("registration").functions(["registry::register_schema"]).success("99%"),
                "objective `registration`: the name `registration-success` is taken by another objective",
            ),
        ] {
            let told = told(objective);
            assert!(told.iter().any(|message| message == expected), "{told:?} has no {expected}");
        }
    }
}

/// The objectives of kernels, by their names.
fn of_kernels(catalogue: obs_model::Catalogue) -> Vec<Objective> {
    let objectives = all(&example::plan(catalogue));
    objectives.into_iter().filter(|objective| !objective.kernels.is_empty()).collect()
}

#[test]
fn kernels_promise_launches_and_device_time() {
    let objectives = of_kernels(example::with_kernels());
    let names: Vec<&str> = objectives.iter().map(|objective| objective.name.as_str()).collect();
    assert_eq!(names, ["registry-gpu-saxpy-latency-1ms", "registry-gpu-saxpy-success"]);
    let [latency, success] = objectives.as_slice() else { panic!("two") };
    assert_eq!(
        success.events().to_string(),
        "sum by (job) (rate(gpu_kernel_launches_total{kernel=\"saxpy\"}[5m]))"
    );
    assert!(success.bad().to_string().starts_with(
        "sum by (job) (rate(gpu_kernel_launches_total{kernel=\"saxpy\",result=~\"error|panic\"}[5m]))\nor\n"
    ));
    // Timed launches all ended well: there is no result to choose by.
    assert_eq!(
        latency.events().to_string(),
        "sum by (job) (rate(gpu_kernel_duration_seconds_count{kernel=\"saxpy\"}[5m]))"
    );
    let bucket = "gpu_kernel_duration_seconds_bucket{kernel=\"saxpy\",le=\"0.001\"}[5m]";
    assert!(latency.bad().to_string().contains(bucket), "{}", latency.bad());
}

#[test]
fn kernels_and_functions_share_an_objective_by_its_name() {
    let mut catalogue = example::with_kernels();
    let slo = catalogue.functions.iter().find(|f| f.name == "register_schema").unwrap().slo.clone();
    let kernel = catalogue.kernels.iter_mut().find(|kernel| kernel.name == "saxpy").unwrap();
    kernel.slo = slo;
    assert_eq!(conflicts(&catalogue), []);
    let shared = of_kernels(catalogue.clone());
    let success = shared.iter().find(|o| o.name == "registration-success").unwrap();
    assert_eq!((success.functions.len(), success.kernels.len()), (1, 1));
    let events = success.events().to_string();
    assert!(
        events.contains("function_calls_total{") && events.contains("gpu_kernel_launches_total{"),
        "{events}"
    );
    let kernel = catalogue.kernels.iter_mut().find(|kernel| kernel.name == "saxpy").unwrap();
    kernel.slo.as_mut().unwrap().min_events = Some(5);
    let told: Vec<String> = conflicts(&catalogue).iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("src/lib.rs:10:5: the objective `registration` is "), "{told:?}");
}

#[test]
fn a_function_that_is_a_kernel_as_well_names_the_objectives_of_one() {
    let mut catalogue = example::with_kernels();
    let kernel = catalogue.kernels.iter().find(|kernel| kernel.name == "saxpy").unwrap().clone();
    let mut function = example::function("saxpy", "registry::gpu", 10);
    function.slo = kernel.slo;
    catalogue.functions.push(function);
    let told: Vec<String> = conflicts(&catalogue).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "src/gpu.rs:10:5: the kernel saxpy and the function saxpy would have objectives of one name; give one of \
          them `slo(name = \"…\")`"
        ]
    );
    catalogue.functions.last_mut().unwrap().slo.as_mut().unwrap().name = Some("launching".into());
    assert_eq!(conflicts(&catalogue), []);
}
