//! Each kind of mistake is told at its place: `file:line:column: message`.

mod common;

use common::{Scratch, cfg};
use obs_codegen::Builder;

/// What `emit` would fail the build with.
fn errors(name: &str, files: &[(&str, &str)]) -> Vec<String> {
    let scratch = Scratch::new(name, files);
    let out = scratch.path("out");
    let outcome = Builder::for_package(scratch.path(""), &out, cfg(&[])).try_emit();
    assert!(!out.exists() || outcome.is_ok(), "nothing is written when there are mistakes");
    let Err(errors) = outcome else { return Vec::new() };
    errors.to_string().lines().map(str::to_owned).collect()
}

/// What `emit` would warn of, and leave to the compiler.
fn warnings(name: &str, files: &[(&str, &str)]) -> Vec<String> {
    let scratch = Scratch::new(name, files);
    let report = Builder::for_package(scratch.path(""), scratch.path("out"), cfg(&[])).try_emit().unwrap();
    report.warnings.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_told(found: &[String], place: &str, words: &[&str]) {
    let here = |line: &&String| {
        line.starts_with(&format!("{place}: ")) && words.iter().all(|word| line.contains(word))
    };
    assert!(found.iter().any(|line| here(&line)), "no {words:?} at {place} in\n{}", found.join("\n"));
}

#[test]
fn an_unknown_key() {
    let found = errors("key", &[("src/lib.rs", "\n#[observe(buckts = \"fast\")]\nfn f() {}\n")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_told(&found, "src/lib.rs:2:11", &["buckts", "buckets"]);
}

#[test]
fn a_latency_objective_that_is_no_bucket() {
    let text = "#[observe(slo(latency(\"30ms\", \"95%\")))]\nfn f() {}\n";
    let found = errors("latency", &[("src/lib.rs", text)]);
    assert_told(&found, "src/lib.rs:1:23", &["25ms"]);
}

#[test]
fn an_attribute_on_a_const_function() {
    let found = errors("const", &[("src/lib.rs", "#[observe]\n    const fn f() {}\n")]);
    assert_told(&found, "src/lib.rs:2:5", &["const"]);
}

#[test]
fn a_metric_with_a_bad_name() {
    let text = "#[metric(gauge, name = \"db-connections\", help = \"x\")]\nstatic G: Gauge = Gauge::new();\n";
    let found = errors("name", &[("src/lib.rs", text)]);
    assert_told(&found, "src/lib.rs:1:24", &["db-connections"]);
}

#[test]
fn an_unknown_severity() {
    let text = "#[derive(ErrorCategory)]\nenum E {\n    #[category(\"a\", severity = \"dire\")]\n    A,\n}\n";
    let found = errors("severity", &[("src/lib.rs", text)]);
    assert_told(&found, "src/lib.rs:3:32", &["dire", "critical"]);
}

#[test]
fn two_declarations_that_disagree() {
    let one = "#[metric(gauge, name = \"depth\", help = \"One\")]\nstatic A: Gauge = Gauge::new();\n";
    let two = "#[metric(gauge, name = \"depth\", help = \"Two\")]\nstatic B: Gauge = Gauge::new();\n";
    let found = errors("conflict", &[("src/lib.rs", &format!("mod b;\n{one}")), ("src/b.rs", two)]);
    assert_eq!(
        found,
        ["src/lib.rs:3:8: metric `depth` is declared with another help here than at src/b.rs:2:8"]
    );
}

#[test]
fn every_mistake_of_every_file_at_once() {
    let files = [
        ("src/lib.rs", "mod a;\nmod b;\n#[observe(nam = \"x\", lvl = \"debug\")]\nfn f() {}\n"),
        ("src/a.rs", "#[observe(helb = \"x\")]\nfn f() {}\n"),
        ("src/b/mod.rs", "#[observe]\nconst fn f() {}\n"),
    ];
    let found = errors("all", &files);
    assert_eq!(found.len(), 4, "{found:?}");
    assert_told(&found, "src/a.rs:1:11", &["helb"]);
    assert_told(&found, "src/b/mod.rs:2:1", &["const"]);
    assert_told(&found, "src/lib.rs:3:11", &["nam"]);
    assert_told(&found, "src/lib.rs:3:22", &["lvl"]);
}

#[test]
fn a_module_without_a_file() {
    let found = warnings("missing", &[("src/lib.rs", "// one\nmod there {\n    mod missing;\n}\n")]);
    assert_eq!(
        found,
        [
            "src/lib.rs:3:9: no file for module `missing`: looked for src/there/missing.rs and src/there/missing/mod.rs"
        ]
    );
    let found = warnings("path", &[("src/lib.rs", "#[path = \"x/y.rs\"]\nmod z;\n")]);
    assert_eq!(found, ["src/lib.rs:2:5: no file for module `z`: looked for src/x/y.rs"]);
}

#[test]
fn a_module_with_two_files() {
    let files = [("src/lib.rs", "mod twice;"), ("src/twice.rs", ""), ("src/twice/mod.rs", "")];
    let found = warnings("twice", &files);
    assert_eq!(found, ["src/lib.rs:1:5: module `twice` has two files: src/twice.rs and src/twice/mod.rs"]);
}

#[test]
fn a_module_that_leads_back() {
    let found = warnings("loop", &[("src/lib.rs", "mod a;"), ("src/a.rs", "#[path = \"a.rs\"]\nmod a;\n")]);
    assert_eq!(found, ["src/a.rs:2:5: module `a` leads back to src/a.rs"]);
    let found = warnings("circle", &[("src/lib.rs", "#[path = \"lib.rs\"]\nmod a;\n")]);
    assert_eq!(found, ["src/lib.rs:2:5: module `a` leads back to src/lib.rs"]);
}

#[test]
fn a_file_that_does_not_parse() {
    let files = [
        ("src/lib.rs", "mod bad;\n#[observe]\nfn good() {}\n"),
        ("src/bad.rs", "fn broken() {\n    let = 1;\n}\n"),
    ];
    let found = warnings("syntax", &files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_told(&found, "src/bad.rs:2:9", &["expected"]);
}

#[test]
fn a_file_that_is_not_text() {
    let scratch = Scratch::new("binary", &[("src/lib.rs", "mod image;")]);
    std::fs::write(scratch.path("src/image.rs"), [0xff, 0xfe, 0x00]).unwrap();
    let source = scratch.read(&cfg(&[]));
    assert_eq!(source.unread.len(), 1);
    assert!(source.unread[0].to_string().starts_with("src/lib.rs:1:5: cannot read src/image.rs: "));
}
