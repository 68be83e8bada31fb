//! `cargo obs diff`

use crate::{METRICS, Scratch, cargo_obs, scratch};
use std::path::Path;
use std::process::Command;

const BOARD: &str =
    r#"{"title":"Own","panels":[{"title":"Pool","targets":[{"expr":"sum(db_connections)"}]}]}"#;

const RULES: &str = "groups:
- name: own
  rules:
  - record: state:db_connections:sum
    expr: sum by (state) (db_connections)
  - alert: Full
    expr: state:db_connections:sum{state=\"used\"} > 5
";

/// A package that was generated and has a dashboard, a rule and an alert of its own.
fn own(name: &str) -> Scratch {
    let scratch = scratch(name);
    cargo_obs(&scratch.path(""), &["generate"]).assert(0, &[]);
    scratch.write("observability/dashboards/own.json", BOARD);
    scratch.write("observability/rules/own.yml", RULES);
    scratch
}

fn renamed() -> String {
    METRICS.replace("\"db_connections\"", "\"pool_connections\"")
}

fn git(directory: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command.arg("-C").arg(directory).args(identity).args(arguments);
    // Not what a person has set for repositories of theirs.
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn nothing_and_harmless_things_are_no_findings() {
    let scratch = own("diff-harmless");
    let here = scratch.path("");
    cargo_obs(&here, &["diff"]).assert(0, &["scratch: the committed catalogue to the source: no change"]);
    scratch.write(
        "src/lib.rs",
        &METRICS.replace("pub fn place() {}", "pub fn place() {}\n#[observe]\nfn more() {}"),
    );
    cargo_obs(&here, &["diff"]).assert(
        0,
        &[
            "src/lib.rs:9:4: harmless: function scratch::more added\n",
            "scratch: the committed catalogue to the source: 1 change, 0 breaking; 0 readers of what has gone",
        ],
    );
}

#[test]
fn a_renamed_metric_breaks_the_panels_rules_and_alerts_that_ask_for_it() {
    let scratch = own("diff-renamed");
    let here = scratch.path("");
    scratch.write("src/lib.rs", &renamed());
    let ran = cargo_obs(&here, &["diff"]);
    let unknown = "unknown metric `db_connections`; did you mean `pool_connections`?";
    ran.assert(
        1,
        &[
            "src/lib.rs:3:8: breaking: metric db_connections renamed to pool_connections\n",
            &format!("observability/dashboards/own.json:1: breaks panel \"Pool\": {unknown}\n"),
            &format!("observability/rules/own.yml:4: breaks rule state:db_connections:sum: {unknown}\n"),
            &format!(": breaks panel \"db connections\": {unknown} (generated anew)\n"),
        ],
    );
    let json = cargo_obs(&here, &["diff", "--json"]).json();
    assert_eq!(json[0]["changes"][0]["effect"], "renamed");
    assert_eq!(json[0]["changes"][0]["breaking"], true);
    let broken = json[0]["broken"].as_array().unwrap();
    let own = broken.iter().find(|each| each["what"] == "panel \"Pool\"").unwrap();
    assert_eq!((&own["in"], &own["generated"]), (&"Own".into(), &false.into()));
    assert_eq!(own["at"]["file"], "observability/dashboards/own.json");
}

#[test]
fn two_files_are_compared_anywhere() {
    let scratch = own("diff-files");
    let here = scratch.path("");
    let old = scratch.path("observability/catalogue.json").display().to_string();
    scratch.write("src/lib.rs", &renamed());
    cargo_obs(&here, &["generate", "--out", "new"]).assert(0, &[]);
    let new = scratch.path("new").display().to_string();
    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nowhere");
    std::fs::create_dir_all(&nowhere).unwrap();
    cargo_obs(&nowhere, &["diff", &old, &new])
        .assert(1, &["breaking: metric db_connections renamed to pool_connections", "breaks panel \"Pool\""]);
    cargo_obs(&here, &["diff", &old, &old]).assert(0, &["no change"]);
    cargo_obs(&here, &["diff", "other.json"]).assert(2, &["error: other.json: there is no such file"]);
}

#[test]
fn revisions_are_read_from_git() {
    let scratch = own("diff-git");
    let here = scratch.path("");
    git(&here, &["init", "-q", "."]);
    git(&here, &["add", "-A"]);
    git(&here, &["commit", "-qm", "one"]);
    git(&here, &["tag", "v1.2"]);
    scratch.write("src/lib.rs", &renamed());
    cargo_obs(&here, &["generate"]).assert(0, &[]);
    // What is broken is what was released, also where it is mended or gone since.
    std::fs::remove_file(scratch.path("observability/dashboards/own.json")).unwrap();
    for arguments in [&["diff", "--from", "v1.2"] as &[&str], &["diff", "v1.2"]] {
        cargo_obs(&here, arguments).assert(
            1,
            &[
                "src/lib.rs:3:8: breaking: metric db_connections renamed to pool_connections",
                "v1.2:observability/dashboards/own.json:1: breaks panel \"Pool\"",
                "scratch: v1.2 to the source: 1 change, 1 breaking;",
            ],
        );
    }
    cargo_obs(&here, &["diff", "--to", "v1.2"])
        .assert(1, &["src/lib.rs: breaking: metric pool_connections renamed to db_connections"]);
    cargo_obs(&here, &["diff", "v1.2", "HEAD"]).assert(0, &["scratch: v1.2 to HEAD: no change"]);
    cargo_obs(&here, &["diff", "--from", "v9"]).assert(2, &["error: ", "v9"]);
    cargo_obs(&here, &["diff", "--from=--output=x"]).assert(2, &["error: "]);
    assert!(!scratch.path("x").exists(), "a revision is no option of git's");
}

#[test]
fn mistakes_in_the_source_come_first() {
    let scratch = own("diff-wrong");
    scratch.write("src/lib.rs", "#[observe(nam = \"x\")]\nfn f() {}\n");
    cargo_obs(&scratch.path(""), &["diff"]).assert(1, &["src/lib.rs:1:11: "]);
}
