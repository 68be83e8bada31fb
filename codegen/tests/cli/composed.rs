//! Build scripts that compose are run by cargo, and only those.

use crate::{METRICS, Scratch, cargo_obs};

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
