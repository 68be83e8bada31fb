//! Build scripts that compose are run by cargo, and only those.

use crate::{METRICS, Scratch, cargo_obs};
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

/// Builds this crate for a build script, which takes a minute: `cargo test --test cli -- --ignored`.
#[test]
#[ignore = "builds obs-codegen once more; needs the composing builder"]
fn a_metric_that_is_misspelled_in_a_build_script_is_told_with_its_place() {
    let manifest = format!(
        "{FEATURES}[build-dependencies]\nobs-codegen = {{ path = {:?}, features = [\"promql\"] }}\n",
        env!("CARGO_MANIFEST_DIR")
    );
    let build = |query: &str| {
        format!(
            "use obs_codegen::{{Builder, Dashboard, Panel}};\n\nfn main() {{\n    Builder::from_crate()\n        \
             .dashboard(\n            Dashboard::new(\"Pool\").row(\"Pool\").panel(\n                \
             Panel::time_series(\"Used\").query(\"{query}\").describe(\"Connections in use.\"),\n            ),\n        \
             )\n        .emit();\n}}\n"
        )
    };
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock = std::fs::read_to_string(lock).unwrap();
    let right = build("sum(db_connections)");
    let files =
        [("src/lib.rs", METRICS), ("Cargo.toml", &manifest), ("build.rs", &right), ("Cargo.lock", &lock)];
    let scratch = Scratch::new("composed-real", &files);
    let here = scratch.path("");
    cargo_obs(&here, &["generate"]).assert(0, &["observability/dashboards/scratch-pool.json"]);
    cargo_obs(&here, &["check"]).assert(0, &["is up to date"]);
    scratch.write("build.rs", &build("sum(db_conections)"));
    let ran = cargo_obs(&here, &["check"]);
    ran.assert(1, &["build.rs:7:", "`db_conections`; did you mean `db_connections`?"]);
}
