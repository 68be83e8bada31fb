//! Build scripts that compose are run by cargo, and only those.

use crate::{METRICS, Ran, Scratch, cargo_obs, fixture, run};
use std::path::Path;

/// A build script that calls a method of the builder's name, and leaves what the builder would.
fn build(does: &str) -> String {
    format!(
        "trait Compose: Sized {{ fn alert(self, _: u8) -> Self {{ self }} }}\nimpl Compose for () {{}}\n\
         fn main() {{\n    ().alert(0);\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
         let file = std::path::Path::new(&out).join(\"composed.json\");\n    {does}\n}}\n"
    )
}

const FEATURES: &str = "[package]\nname = \"scratch\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n[features]\nextra = []\n";

#[test]
fn what_is_composed_is_read_and_the_package_itself_need_not_compile() {
    // Its attributes are those of a crate that it does not depend on.
    let files = [
        ("src/lib.rs", METRICS),
        ("Cargo.toml", FEATURES),
        ("build.rs", &build("assert!(cfg!(feature = \"extra\")); std::fs::write(file, \"{}\").unwrap();")),
    ];
    let scratch = Scratch::new("composed", &files);
    let here = scratch.path("");
    cargo_obs(&here, &["generate", "-F", "extra"]).assert(0, &["wrote observability/catalogue.json"]);
    cargo_obs(&here, &["check", "-F", "extra"]).assert(0, &["is up to date"]);
    // The script gets the features of the command, and fails without.
    cargo_obs(&here, &["check"]).assert(2, &["error: ", "build.rs composes, and cargo cannot run it"]);
}

/// No attribute tells of them, so the table is where one sees that they are known.
#[test]
fn requests_that_are_named_are_listed() {
    let named = r#"{"requests":[{"server":true,"grpc":false,"prefix":"shop","classic":false,"slow":"250ms",
        "place":{"file":"build.rs","line":4,"column":8}}]}"#;
    let leaves = format!("std::fs::write(file, r#\"{named}\"#).unwrap();");
    let files = [("src/lib.rs", METRICS), ("Cargo.toml", FEATURES), ("build.rs", &build(&leaves))];
    let scratch = Scratch::new("composed-requests", &files);
    let ran = cargo_obs(&scratch.path(""), &["list"]);
    ran.assert(
        0,
        &["REQUESTS", "HTTP server (shop)  shop_http_server_request_duration_seconds  http_request_method,"],
    );
    let row = ran.out.lines().find(|line| line.starts_with("HTTP server")).unwrap();
    assert!(row.ends_with("  >250ms  build.rs:4:8"), "{row}");
    cargo_obs(&fixture(), &["list"]).assert(0, &["FUNCTION"]);
    assert!(!cargo_obs(&fixture(), &["list"]).out.contains("REQUESTS"), "there are none to list");
}

#[test]
fn a_build_script_that_does_not_compile_is_told_in_the_compilers_words() {
    let files = [("src/lib.rs", METRICS), ("build.rs", &build("let _: u8 = file;"))];
    let scratch = Scratch::new("composed-broken", &files);
    cargo_obs(&scratch.path(""), &["check"])
        .assert(2, &["cannot run it:\nerror[E0308]: mismatched types", "build.rs:7:"]);
}

#[test]
fn mistakes_in_a_build_script_are_findings_at_their_place() {
    let told =
        "println!(\"cargo::error=build.rs:4:8: unknown metric `x`; did you mean `y`?\"); let _ = file;";
    let files = [("src/lib.rs", METRICS), ("Cargo.toml", FEATURES), ("build.rs", &build(told))];
    let scratch = Scratch::new("composed-wrong", &files);
    let here = scratch.path("");
    for command in ["check", "lint", "generate"] {
        let ran = cargo_obs(&here, &[command]);
        ran.assert(1, &["build.rs:4:8: unknown metric `x`; did you mean `y`?\n"]);
    }
    assert!(!scratch.path("observability").exists());
}

#[test]
fn what_another_version_left_is_told() {
    let wrong = "std::fs::write(file, \"[1]\").unwrap();";
    let files = [("src/lib.rs", METRICS), ("Cargo.toml", FEATURES), ("build.rs", &build(wrong))];
    let scratch = Scratch::new("composed-version", &files);
    cargo_obs(&scratch.path(""), &["list"]).assert(2, &["composed.json: ", "of this version?"]);
}

/// A package whose build script composes a panel that asks this, with this very crate.
fn composing(name: &str, query: &str) -> Scratch {
    let manifest = format!(
        "{FEATURES}[build-dependencies]\nobs-codegen = {{ path = {:?}, features = [\"promql\"] }}\n",
        env!("CARGO_MANIFEST_DIR")
    );
    let build = format!(
        "use obs_codegen::{{Builder, Dashboard, Panel}};\n\nfn main() {{\n    Builder::from_crate()\n        \
         .dashboard(\n            Dashboard::new(\"Pool\").row(\"Pool\").panel(\n                \
         Panel::time_series(\"Used\").query({query:?}).describe(\"Connections in use.\"),\n            ),\n        \
         )\n        .emit();\n}}\n"
    );
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock = std::fs::read_to_string(lock).expect("the versions that this crate is built of");
    let files =
        [("src/lib.rs", METRICS), ("Cargo.toml", &manifest), ("build.rs", &build), ("Cargo.lock", &lock)];
    Scratch::at(name, &files)
}

/// Runs the command without a network, with a target directory that stays: the forty crates that a build script
/// needs for this are compiled by the first run only, and once for all tests. What this test itself was built
/// of is of no use to them, since cargo compiles for build scripts under another profile.
fn kept(here: &Path, arguments: &[&str]) -> Ran {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("composing");
    run(here, arguments, &[("CARGO_TARGET_DIR", &target), ("CARGO_NET_OFFLINE", Path::new("true"))])
}

#[test]
fn a_metric_that_is_misspelled_in_a_build_script_is_told_with_its_place() {
    let scratch = composing("composing-metric", "sum by (state) (db_connections)");
    let here = scratch.path("");
    kept(&here, &["generate"]).assert(0, &["observability/dashboards/scratch-pool.json"]);
    kept(&here, &["check"]).assert(0, &["is up to date"]);
    let right = std::fs::read_to_string(scratch.path("build.rs")).unwrap();
    scratch.write("build.rs", &right.replace("db_connections", "db_conections"));
    kept(&here, &["check"]).assert(1, &["build.rs:7:", "`db_conections`; did you mean `db_connections`?"]);
}

#[test]
fn a_label_that_the_code_drops_is_told_where_the_build_script_asks_for_it() {
    let scratch = composing("composing-label", "sum by (state) (db_connections)");
    let here = scratch.path("");
    kept(&here, &["generate"]).assert(0, &["observability/dashboards/scratch-pool.json"]);
    let dropped = METRICS.replace(", labels(state: PoolState)", "").replace("Gauge<PoolState>", "Gauge");
    scratch.write("src/lib.rs", &dropped);
    kept(&here, &["check"]).assert(1, &["build.rs:7:", "has no label `state`"]);
}
