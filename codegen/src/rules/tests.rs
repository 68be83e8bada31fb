//! What holds for every rules file, as Prometheus' own tools see it.

mod gpu;
mod knows;
#[cfg(feature = "promql")]
mod shared;
mod traffic;

use super::*;
use crate::compose::Composed;
use crate::example;
use obs_model::Catalogue;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The files of a plan in a directory of its own, which is gone when this is.
pub(super) struct Written(PathBuf);

impl Written {
    pub(super) fn new(name: &str, plan: &Plan) -> Written {
        let directory = std::env::temp_dir().join(format!("obs-rules-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        let written = Written(directory);
        files(plan).iter().for_each(|(path, text)| written.write(path, text));
        written
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(super) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    fn promtool(&self, verb: &str, path: &str) -> (bool, String) {
        run("promtool", "prometheus", &[verb.as_ref(), "rules".as_ref(), self.path(path).as_os_str()])
    }

    pub(super) fn tested(&self, path: &str) -> (bool, String) {
        self.promtool("test", path)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Whether a program is content, and what it said.
fn run(program: &str, package: &str, arguments: &[&std::ffi::OsStr]) -> (bool, String) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|_| panic!("this test needs {program}: apt-get install {package}"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// One of everything, objectives and alerts of people included.
pub(super) fn full() -> Plan {
    let mut catalogue = example::catalogue();
    catalogue.functions[0].help = "Braces {{ .Here }}, \"quotes\", a: colon and\ta tab.".into();
    let mut plan = example::plan(catalogue);
    let requests = example::with_requests();
    plan.catalogue.requests = requests.catalogue.requests;
    plan.composed = Composed { requests: requests.composed.requests, ..knows::composed() };
    plan
}

const RULES: &str = "rules/registry.yml";
const TESTS: &str = "rules/tests/registry.yml";

#[test]
fn promtool_accepts_the_rules_without_a_complaint() {
    let empty = example::plan(Catalogue::default());
    for (name, plan) in [("full", full()), ("gpu", example::gpu_plan()), ("empty", empty)] {
        let written = Written::new(&format!("check-{name}"), &plan);
        let (fine, text) = written.promtool("check", RULES);
        assert!(
            fine && !text.contains("uplicate") && !text.contains("lint"),
            "{text}\n{}",
            written.read(RULES)
        );
    }
}

#[test]
fn vmalert_accepts_the_rules() {
    let written = Written::new("vmalert", &full());
    let rule = format!("-rule={}", written.path(RULES).display());
    let (fine, text) = run("vmalert", "victoria-metrics", &["-dryRun".as_ref(), rule.as_ref()]);
    assert!(fine, "{text}");
}

#[test]
fn the_generated_tests_pass() {
    let written = Written::new("test", &full());
    let began = Instant::now();
    let (fine, text) = written.tested(TESTS);
    let alerts = alert::all(&full());
    let cases = alerts.iter().map(|alert| alert.cases.len()).sum::<usize>();
    let quiet = alerts.iter().flat_map(|alert| &alert.cases).filter(|case| case.fires.quiet()).count();
    println!(
        "{} alerts, {cases} cases ({quiet} quiet), promtool test rules in {:.1} s",
        alerts.len(),
        began.elapsed().as_secs_f64()
    );
    if let Some(keep) = std::env::var_os("KEEP_RULES") {
        files(&full()).iter().for_each(|(path, text)| {
            let path = Path::new(&keep).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        });
    }
    assert!(fine, "{text}");
}

/// Few rules, so that many broken ones are tried in little time.
fn small() -> Plan {
    let mut plan = example::plan(example::catalogue());
    plan.catalogue.functions.retain(|function| function.name == "register_schema");
    let slo = plan.catalogue.functions[0].slo.as_mut().unwrap();
    slo.latency.truncate(1);
    plan
}

#[test]
fn a_rule_that_is_broken_fails_its_test() {
    let written = Written::new("broken", &small());
    let (fine, text) = written.tested(TESTS);
    assert!(fine, "{text}");
    let rules = written.read(RULES);
    let of = |text: &str| text.replace("ID", "sloth_id=\"schema-registry-registration-success\"");
    let broken = [
        ("ratio_rate1h{ID} > 0.0144", "ratio_rate1h{ID} > 1.44"),
        ("ratio_rate1h{ID} > 0.0144", "ratio_rate1h{ID} > 0.00144"),
        ("ratio_rate5m{ID} > 0.0144", "ratio_rate5m{ID} >= 0"),
        ("slo:events:increase1h{ID} >= 100", "slo:events:increase1h{ID} >= 0"),
        ("slo:events:increase6h{ID} >= 100", "slo:events:increase6h{ID} >= 0"),
        ("slo:events:increase3d{ID} >= 100", "slo:events:increase3d{ID} >= 0"),
        ("obs_health_check_up == 0", "obs_health_check_up == 1"),
        ("result=~\"error|panic\"", "result=\"cancelled\""),
        ("severity: \"page\"", "severity: \"info\""),
        ("> 4 * avg_over_time", "> 400 * avg_over_time"),
        ("le=\"0.025\"", "le=\"0.25\""),
        ("last_over_time(build_info", "last_over_time(build_inf"),
        ("the error budget of 30d is exhausted", "the error budget is fine"),
    ];
    for (sound, broken) in broken.map(|(sound, broken)| (of(sound), of(broken))) {
        assert!(rules.contains(&sound), "no {sound} in\n{rules}");
        written.write(RULES, &rules.replace(&sound, &broken));
        assert!(!written.tested(TESTS).0, "nobody notices {broken} for {sound}");
    }
}

#[test]
fn alerts_can_be_acted_upon() {
    let plan = full();
    for alert in alert::all(&plan) {
        let name = &alert.name;
        assert!(
            name.chars().all(|c| c.is_ascii_alphanumeric()) && name.starts_with(char::is_uppercase),
            "{name}"
        );
        for (key, text) in alert.annotations(&plan.subject) {
            assert!(!text.is_empty(), "{name}: {key}");
        }
        let labels = alert.all_labels(&plan.subject);
        for wanted in ["severity", "service", "team"] {
            assert_eq!(labels.iter().filter(|(label, _)| label == wanted).count(), 1, "{name}: {wanted}");
        }
        assert!(alert.description.contains("$value"), "{name} tells the value");
        assert!(!alert.guide.meaning.is_empty() && !alert.guide.queries.is_empty(), "{name}");
        let quiet = |case: &alert::Case| case.fires.quiet();
        assert!(name == "Watchdog" || alert.cases.iter().any(quiet), "{name} is quiet in some case");
        assert!(!alert.cases.iter().all(quiet), "{name} fires in some case");
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes_in_any_order_of_declarations() {
    let (one, mut other) = (full(), full());
    assert_eq!(files(&one), files(&other));
    other.catalogue.functions.reverse();
    other.catalogue.sort();
    assert_eq!(files(&one), files(&other));
}

#[test]
fn divisions_are_guarded() {
    for group in records(&full()) {
        for rule in group.rules {
            let Rule::Record { query, .. } = rule else { continue };
            let query = query.to_string();
            assert!(!query.contains("\n/\n") || query.contains(" > 0)"), "{query}");
        }
    }
}
