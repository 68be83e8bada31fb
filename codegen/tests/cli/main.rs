//! The command, as it is typed: what it prints, and how it exits.

#[path = "../common/mod.rs"]
mod common;
mod composed;
mod diff;
mod explain;
mod linked;

use common::{Scratch, fixture};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const METRICS: &str = r#"/// Connections to the database, by state.
#[metric(gauge, name = "db_connections", labels(state: PoolState))]
static DB_CONNECTIONS: Gauge<PoolState> = Gauge::new();

/// Places an order.
#[observe]
pub fn place() {}
"#;

/// A run of the command: its exit code, standard output and standard error.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn cargo_obs(directory: &Path, arguments: &[&str]) -> Ran {
    match own_target(directory) {
        Some(target) => run(directory, arguments, &[("CARGO_TARGET_DIR", &target)]),
        None => run(directory, arguments, &[]),
    }
}

fn run(directory: &Path, arguments: &[&str], variables: &[(&str, &Path)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-obs"));
    let Output { status, stdout, stderr } = command
        .arg("obs")
        .args(arguments)
        .current_dir(directory)
        .envs(variables.iter().copied())
        .output()
        .expect("the command runs");
    let text = |bytes| {
        let text = String::from_utf8(bytes).expect("the command prints text");
        if cfg!(windows) { text.replace('\\', "/") } else { text }
    };
    Ran { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Packages of one name and version would share what cargo builds of them.
fn own_target(directory: &Path) -> Option<PathBuf> {
    let temporary = directory.starts_with(env!("CARGO_TARGET_TMPDIR"));
    temporary.then(|| directory.join("target"))
}

fn scratch(name: &str) -> Scratch {
    Scratch::new(name, &[("src/lib.rs", METRICS)])
}

impl Ran {
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    #[track_caller]
    fn assert(&self, code: i32, words: &[&str]) {
        let all = format!("{}{}", self.out, self.err);
        assert_eq!(self.code, Some(code), "{all}");
        words.iter().for_each(|word| assert!(all.contains(word), "no {word:?} in\n{all}"));
    }
}

#[test]
fn list_is_an_aligned_table() {
    let ran = cargo_obs(&fixture(), &["list"]);
    ran.assert(0, &["orders::place", "99.9%, 95%<=25ms in 30d", "channel,tenant<=50"]);
    let starts: Vec<Option<usize>> = ran
        .out
        .lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.find(" src/").or(line.find(" AT")))
        .collect();
    assert!(starts.len() > 10 && starts.iter().all(|start| *start == starts[0]), "{}", ran.out);
}

#[test]
fn list_as_json_is_the_catalogue() {
    let ran = cargo_obs(&fixture(), &["list", "--json"]);
    let catalogue = obs_codegen::catalogue::from_json(&ran.out).unwrap();
    assert!(catalogue.functions.iter().any(|function| function.name == "place"));
    assert_eq!(ran.code, Some(0));
}

#[test]
fn features_decide_what_is_listed() {
    let listed = |arguments: &[&str]| cargo_obs(&fixture(), &[&["list"], arguments].concat()).out;
    assert!(listed(&[]).contains("orders::audit::record"));
    assert!(!listed(&["--no-default-features"]).contains("orders::audit::record"));
    assert!(listed(&["--no-default-features", "-F", "audit"]).contains("orders::audit::record"));
    cargo_obs(&fixture(), &["list", "--all-features"])
        .assert(2, &["src/lib.rs:29:5: no file for module `replay`"]);
}

#[test]
fn a_feature_that_nobody_has_is_an_error_and_not_another_configuration() {
    let ran = cargo_obs(&fixture(), &["check", "-F", "audi"]);
    ran.assert(2, &["error: no feature audi in this package; did you mean audit?"]);
    let ran = cargo_obs(Path::new("/"), &["list"]);
    ran.assert(2, &["error: could not find `Cargo.toml`"]);
    assert!(!ran.err.contains("error: error"), "{}", ran.err);
}

#[test]
fn what_is_generated_is_up_to_date_until_the_code_changes() {
    let scratch = scratch("generate");
    let here = scratch.path("");
    cargo_obs(&here, &["check"])
        .assert(1, &["observability: nothing was generated here yet; run cargo obs generate"]);
    cargo_obs(&here, &["generate"])
        .assert(0, &["wrote observability/catalogue.json", "wrote observability/rules/scratch.yml"]);
    cargo_obs(&here, &["generate"]).assert(0, &["kept observability/dashboards/scratch-red.json"]);
    cargo_obs(&here, &["check"]).assert(0, &["scratch: observability is up to date,", "queries answered"]);
    cargo_obs(&here, &["lint"]).assert(0, &["scratch: nothing to improve"]);

    // A line more is no change.
    scratch.write("src/lib.rs", &format!("\n\n{METRICS}"));
    cargo_obs(&here, &["check"]).assert(0, &[]);
}

#[test]
fn a_metric_that_is_renamed_in_code_only_fails_list_check_and_lint() {
    let scratch = scratch("renamed");
    let here = scratch.path("");
    cargo_obs(&here, &["generate"]).assert(0, &[]);
    scratch.write("src/lib.rs", &METRICS.replace("\"db_connections\"", "\"pool_connections\""));
    let line = "src/lib.rs:3:8: metric pool_connections is not in observability/catalogue.json \
                (renamed from db_connections?); run cargo obs generate";
    for command in ["list", "check", "lint"] {
        cargo_obs(&here, &[command]).assert(1, &[line]);
    }
    cargo_obs(&here, &["check"]).assert(
        1,
        &[
            "observability/catalogue.json: out of date; run cargo obs generate -p scratch",
            ": panel \"db connections\": unknown metric `db_connections`; did you mean `pool_connections`?",
        ],
    );
    cargo_obs(&here, &["generate"]).assert(0, &[]);
    cargo_obs(&here, &["check"]).assert(0, &[]);
}

#[test]
fn dashboards_and_rules_of_ones_own_are_checked_as_well() {
    let scratch = scratch("own");
    let here = scratch.path("");
    cargo_obs(&here, &["generate"]).assert(0, &[]);
    let dashboard = r#"{"panels":[{"title":"Pool","targets":[{"expr":"sum by (sate) (db_connections)"}]}]}"#;
    scratch.write("observability/dashboards/own.json", dashboard);
    let rules = "groups:\n- name: own\n  rules:\n  - record: state:db_connections:sum\n    expr: sum by (state) (db_connections)\n\
                 \x20 - alert: Full\n    expr: state:db_connections:sum{stat=\"used\"} > 5\n  - alert: Bad\n    expr: rate(x)\n";
    scratch.write("observability/rules/own.yaml", rules);
    let ran = cargo_obs(&here, &["check"]);
    ran.assert(
        1,
        &[
            "observability/dashboards/own.json:1: panel \"Pool\": what it aggregates has no label `sate`; did you mean `state`?",
            "observability/rules/own.yaml:6: alert Full: `state:db_connections:sum` has no label `stat`; did you mean `state`?",
            "observability/rules/own.yaml:8: alert Bad: no PromQL: ",
        ],
    );
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    scratch.write("observability/dashboards/own.json", "{");
    cargo_obs(&here, &["check"]).assert(2, &["observability/dashboards/own.json: EOF while parsing"]);
}

#[test]
fn lint_tells_the_rule_and_can_leave_it_out() {
    let ran = cargo_obs(&fixture(), &["lint"]);
    ran.assert(
        1,
        &["src/http/routes.rs:2:10: missing-help: function health has neither a doc comment nor `help`"],
    );
    cargo_obs(&fixture(), &["lint", "--allow", "missing-help"]).assert(0, &["orders: nothing to improve"]);
    cargo_obs(&fixture(), &["lint", "--allow", "missing-hlep"]).assert(2, &["missing-help"]);
}

#[test]
fn mistakes_in_attributes_are_findings_and_nothing_is_generated() {
    let scratch = Scratch::new("wrong", &[("src/lib.rs", "#[observe(nam = \"x\")]\nfn f() {}\n")]);
    for command in ["generate", "check", "lint", "list"] {
        cargo_obs(&scratch.path(""), &[command]).assert(1, &["src/lib.rs:1:11: "]);
    }
    assert!(!scratch.path("observability").exists());
}

#[test]
fn the_build_script_says_where_and_for_which_service() {
    let build =
        "fn main() { obs_codegen::Builder::from_crate().service(\"shop\").mirror_to(\"ops\").emit(); }";
    let scratch = Scratch::new("settings", &[("src/lib.rs", METRICS), ("build.rs", build)]);
    cargo_obs(&scratch.path(""), &["generate"]).assert(0, &["wrote ops/catalogue.json"]);
    let rules = std::fs::read_to_string(scratch.path("ops/rules/scratch.yml")).unwrap();
    assert!(rules.contains("service: \"shop\""), "{rules}");
    cargo_obs(&scratch.path(""), &["check", "--service", "other"])
        .assert(1, &["ops/rules/scratch.yml: out of date"]);
}

#[test]
fn what_cannot_be_read_is_another_exit_code() {
    let scratch = Scratch::new("unread", &[("src/lib.rs", "fn broken( {}")]);
    let here = scratch.path("");
    cargo_obs(&here, &["list"]).assert(2, &["error: src/lib.rs:1:"]);
    cargo_obs(&here, &["list", "-p", "scrtch"])
        .assert(2, &["no package scrtch in this workspace; did you mean scratch?"]);
    cargo_obs(&here, &["list", "--manifest-path", "nowhere/Cargo.toml"]).assert(2, &["error: "]);
    cargo_obs(&here, &["lits"]).assert(2, &["list"]);
    scratch.write("src/lib.rs", "");
    cargo_obs(&here, &["list"]).assert(2, &["no package here measures anything"]);
}

#[test]
fn several_packages_are_read_one_by_one() {
    let manifest =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"one\", \"two\", \"none\"]\n".to_owned()),
        ("one/Cargo.toml", manifest("one")),
        ("one/src/lib.rs", METRICS.to_owned()),
        ("two/Cargo.toml", manifest("two")),
        ("two/src/lib.rs", METRICS.to_owned()),
        ("none/Cargo.toml", manifest("none")),
        ("none/src/lib.rs", String::new()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let scratch = Scratch::new("several", &files);
    let here = scratch.path("");
    cargo_obs(&here, &["generate"])
        .assert(0, &["wrote one/observability/", "wrote two/observability/rules/two.yml"]);
    cargo_obs(&here, &["list"]).assert(0, &["one::place", "two::place", "one/src/lib.rs:7:8"]);
    assert!(!cargo_obs(&here, &["list", "-p", "two"]).out.contains("one::place"));
    cargo_obs(&here, &["generate", "--out", "x"]).assert(2, &["choose it with -p"]);
    cargo_obs(&here, &["generate", "-p", "two", "--out", "x"]).assert(0, &["wrote x/rules/two.yml"]);
}

#[test]
fn everything_is_told_to_machines_too() {
    let scratch = scratch("json");
    let here = scratch.path("");
    let json = |arguments: &[&str], code: i32| {
        let ran = cargo_obs(&here, &[arguments, &["--json"]].concat());
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        ran.json()
    };
    let check = json(&["check"], 1);
    assert_eq!(check[0]["findings"][0]["file"], "observability");
    let written = |wanted: bool| {
        let files = json(&["generate"], 0)[0]["files"].as_array().unwrap().clone();
        files.contains(&serde_json::json!({ "path": "observability/catalogue.json", "written": wanted }))
    };
    assert!(written(true) && written(false));
    let check = json(&["check"], 0);
    assert!(check[0]["queries"].as_u64().unwrap() > 10 && check[0]["findings"] == serde_json::json!([]));

    let wrong = METRICS
        .replace("/// Places an order.\n", "")
        .replace("/// Connections to the database, by state.\n", "");
    let wrong = wrong.replace("\"db_connections\"", "\"pool_connections\"");
    scratch.write("src/lib.rs", &wrong);
    let lint = json(&["lint"], 1);
    let rules: Vec<&str> =
        lint[0]["findings"].as_array().unwrap().iter().filter_map(|f| f["rule"].as_str()).collect();
    assert_eq!(rules, ["missing-help", "unused", "missing-help"]);
    let help = &lint[0]["findings"].as_array().unwrap().last().unwrap();
    assert_eq!((&help["line"], &help["column"]), (&5.into(), &8.into()));

    let list = json(&["list"], 1);
    assert!(list["metrics"][0]["name"] == "pool_connections" && list["alerts"].is_array());
}

#[test]
fn two_runs_write_the_same_and_lines_are_kept_on_demand() {
    let scratch = scratch("twice");
    let here = scratch.path("");
    let written = |directory: &str, arguments: &[&str]| {
        cargo_obs(&here, &[&["generate", "--out", directory], arguments].concat()).assert(0, &["wrote "]);
        let mut files = Vec::new();
        let mut next = vec![scratch.path(directory)];
        while let Some(path) = next.pop() {
            match path.is_dir() {
                true => next.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path())),
                false => {
                    let name = path.strip_prefix(scratch.path(directory)).unwrap().to_path_buf();
                    files.push((name, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files.sort();
        files
    };
    let once = written("one", &[]);
    assert!(once.len() > 2 && once == written("two", &[]));
    let catalogue = |files: &[(PathBuf, String)]| {
        files.iter().find(|(path, _)| path.ends_with("catalogue.json")).unwrap().1.clone()
    };
    assert!(!catalogue(&once).contains("\"line\""));
    assert!(catalogue(&written("three", &["--lines"])).contains("\"line\": 3"));
}

#[test]
fn a_label_that_is_dropped_is_told_where_it_was_and_by_what_it_is_missed() {
    let scratch = scratch("dropped");
    let here = scratch.path("");
    cargo_obs(&here, &["generate"]).assert(0, &[]);
    let board = r#"{"panels":[{"title":"Pool","targets":[{"expr":"sum by (state) (db_connections)"}]}]}"#;
    scratch.write("observability/dashboards/own.json", board);
    cargo_obs(&here, &["check"]).assert(0, &[]);
    scratch
        .write("src/lib.rs", &METRICS.replace(", labels(state: PoolState)", "").replace("<PoolState>", ""));
    cargo_obs(&here, &["check"]).assert(
        1,
        &[
            "src/lib.rs:3:8: metric db_connections: labels is ",
            "observability/dashboards/own.json:1: panel \"Pool\": what it aggregates has no label `state`",
        ],
    );
}

#[test]
fn a_runbook_that_asks_for_what_is_not_there_fails_check() {
    let scratch = scratch("runbook");
    let here = scratch.path("");
    cargo_obs(&here, &["generate"]).assert(0, &[]);
    let page = "# Pool\n\nSee `db_conections`.\n\n```promql\nsum(db_conections)\n```\n";
    scratch.write("observability/runbooks/pool.md", page);
    let ran = cargo_obs(&here, &["check"]);
    ran.assert(
        1,
        &["observability/runbooks/pool.md:6: runbook \"Pool\": unknown metric `db_conections`; did you mean `db_connections`?"],
    );
    assert_eq!(ran.out.lines().count(), 1, "a name in a text is no query: {}", ran.out);
}

#[test]
fn help_says_what_exit_codes_mean() {
    for command in ["generate", "check", "lint", "list", "diff", "explain"] {
        cargo_obs(&fixture(), &[command, "--help"]).assert(0, &["Example", "cargo obs", "--json"]);
    }
    cargo_obs(&fixture(), &["--help"]).assert(0, &["Exit codes:", "Usage: cargo obs <COMMAND>"]);
}

#[test]
fn what_a_person_wrote_is_kept_and_what_nobody_generates_is_told() {
    let error = |name: &str| {
        format!("#[derive(ErrorCategory)]\nenum E {{\n    #[category(\"{name}\")]\n    A,\n}}\n{METRICS}")
    };
    let scratch = Scratch::new("kept", &[("src/lib.rs", &error("one"))]);
    let here = scratch.path("");
    let page = "observability/runbooks/errors/one.md";
    cargo_obs(&here, &["generate"]).assert(0, &[&format!("wrote {page}")]);
    let text = std::fs::read_to_string(scratch.path(page)).unwrap();
    scratch.write(page, &format!("{text}\nIt was the disk.\n"));
    cargo_obs(&here, &["check"]).assert(0, &["is up to date"]);

    // Renamed: the page of the old name holds what somebody wrote, and stays until somebody takes it away.
    scratch.write("src/lib.rs", &error("two"));
    let left = format!(
        "{page}: no longer generated; it was edited by hand: move what is worth keeping, and remove it"
    );
    cargo_obs(&here, &["check"]).assert(1, &[&left, "errors/two.md: missing; run cargo obs generate"]);
    cargo_obs(&here, &["generate"]).assert(0, &[&left]);
    cargo_obs(&here, &["check"]).assert(1, &[&left]);
    std::fs::remove_file(scratch.path(page)).unwrap();
    cargo_obs(&here, &["generate"]).assert(0, &[]);
    cargo_obs(&here, &["check"]).assert(0, &["is up to date"]);

    // Nobody wrote in the other one.
    scratch.write("src/lib.rs", &error("three"));
    let gone = "observability/runbooks/errors/two.md";
    cargo_obs(&here, &["check"])
        .assert(1, &[&format!("{gone}: no longer generated; run cargo obs generate")]);
    cargo_obs(&here, &["generate"]).assert(0, &[&format!("removed {gone}")]);
    assert!(!scratch.path(gone).exists());
    cargo_obs(&here, &["check"]).assert(0, &["is up to date"]);
}
