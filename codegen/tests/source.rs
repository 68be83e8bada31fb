//! From a package's files to what it measures.

mod common;

use common::{Scratch, cfg, fixture, functions};
use obs_codegen::Builder;
use obs_codegen::package::Package;
use obs_codegen::source;

const OBSERVED: &str = "#[observe] fn f() {}";

#[test]
fn every_way_to_declare_a_module_is_followed() {
    let package = Package::at(&fixture()).unwrap();
    let source = source::read(&package, &cfg(&["default", "audit"]));
    assert_eq!(source.unread, []);
    let found = functions(&source);
    for wanted in [
        "orders::place",
        "orders::inner::shallow",
        "orders::inner::deep::reach",
        "orders::placed::moved",
        "orders::placed::beside::beside",
        "orders::platform::sync",
        "orders::http::routes::health",
        "orders::store::Store::find",
        "orders::store::cache::fetch",
        "orders::serve",
        "import::import",
        "tool::args::parse",
    ] {
        assert!(found.iter().any(|found| found == wanted), "{wanted} not in {found:?}");
    }
    let place =
        |name: &str| source.catalogue.functions.iter().find(|f| f.name == name).unwrap().place.to_string();
    assert_eq!(place("place"), "src/lib.rs:47:14");
    assert_eq!(place("sync"), "src/unix.rs:3:4");
    assert_eq!(place("beside"), "src/odd/beside.rs:3:4");
}

#[test]
fn kernels_are_found_on_functions_and_statics_with_the_values_of_their_labels() {
    let source = source::read(&Package::at(&fixture()).unwrap(), &cfg(&["default"]));
    let kernels: Vec<(&str, String)> =
        source.catalogue.kernels.iter().map(|k| (k.name.as_str(), k.place.to_string())).collect();
    assert_eq!(
        kernels,
        [("score", "src/gpu.rs:17:8".to_owned()), ("sort_scores", "src/gpu.rs:23:8".to_owned())]
    );
    assert_eq!(source.catalogue.kernels[0].labels[0].values, ["web", "phone"]);
}

#[test]
fn only_what_this_build_compiles_is_read() {
    let package = Package::at(&fixture()).unwrap();
    let with = |features: &[&str]| functions(&source::read(&package, &cfg(features)));
    let has = |found: &[String], name: &str| found.iter().any(|found| found == name);
    let (on, off) = (with(&["audit"]), with(&[]));
    for name in ["orders::audit::record", "orders::conditional"] {
        assert!(has(&on, name) && !has(&off, name), "{name}");
    }
    assert!(!has(&on, "orders::unconditional") && !has(&on, "replay::never_built_by_default"));

    let replay = source::read(&package, &cfg(&["replay"]));
    assert!(has(&functions(&replay), "replay::never_built_by_default"));
    assert_eq!(
        replay.unread.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["src/lib.rs:29:5: no file for module `replay`: looked for src/replay.rs and src/replay/mod.rs"]
    );
}

#[test]
fn a_file_can_leave_itself_out() {
    let scratch = Scratch::new(
        "left-out",
        &[
            ("src/lib.rs", "mod here; mod there;"),
            ("src/here.rs", &format!("#![cfg(unix)]\n{OBSERVED}")),
            ("src/there.rs", &format!("#![cfg_attr(unix, cfg(windows))]\nmod below;\n{OBSERVED}")),
        ],
    );
    let source = scratch.read(&cfg(&[]));
    assert_eq!(functions(&source), ["scratch::here::f"]);
    assert_eq!(source.unread, []);
}

#[test]
fn inline_modules_change_the_directory() {
    let scratch = Scratch::new(
        "inline",
        &[
            ("src/lib.rs", "mod a; #[path = \"elsewhere\"] mod b { mod c; #[path = \"d.rs\"] mod named; }"),
            ("src/a.rs", "mod x { mod y; #[path = \"z.rs\"] mod moved; } mod r#type;"),
            ("src/a/x/y.rs", OBSERVED),
            ("src/a/x/z.rs", OBSERVED),
            ("src/a/type.rs", OBSERVED),
            ("src/elsewhere/c.rs", OBSERVED),
            ("src/elsewhere/d.rs", OBSERVED),
        ],
    );
    let source = scratch.read(&cfg(&[]));
    assert_eq!(source.unread, []);
    assert_eq!(
        functions(&source),
        [
            "scratch::a::type::f",
            "scratch::a::x::moved::f",
            "scratch::a::x::y::f",
            "scratch::b::c::f",
            "scratch::b::named::f"
        ]
    );
}

#[test]
fn a_module_of_library_and_binary_counts_once() {
    let scratch = Scratch::new(
        "shared",
        &[
            ("src/lib.rs", "mod shared;"),
            ("src/main.rs", "mod shared; fn main() {}"),
            ("src/shared.rs", &format!("{OBSERVED}\n#[gpu_kernel(stream = s)] fn k() {{}}")),
        ],
    );
    let source = scratch.read(&cfg(&[]));
    assert_eq!(functions(&source), ["scratch::shared::f"]);
    assert_eq!(source.catalogue.kernels.len(), 1, "{:?}", source.catalogue.kernels);
}

#[test]
fn targets_may_have_other_names_and_places() {
    let manifest = "[package]\nname = \"scratch\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\nname = \"core-api\"\n\
                    path = \"code/root.rs\"\n[[bin]]\nname = \"the-tool\"\npath = \"tool.rs\"\n[workspace]\n";
    let manifest = manifest.replace("core-api", "core_api");
    let files = [("Cargo.toml", manifest.as_str()), ("code/root.rs", OBSERVED), ("tool.rs", OBSERVED)];
    let scratch = Scratch::new("renamed", &files);
    let source = scratch.read(&cfg(&[]));
    assert_eq!(functions(&source), ["core_api::f", "the_tool::f"]);
    assert_eq!(source.catalogue.functions[1].place.to_string(), "tool.rs:1:15");
}

#[test]
fn a_member_of_a_workspace_is_spelled_from_the_workspace() {
    let member = "[package]\nname = \"member\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"crates/member\"]\n"),
        ("crates/member/Cargo.toml", member),
        ("crates/member/src/lib.rs", OBSERVED),
    ];
    let scratch = Scratch::new("member", &files);
    let package = Package::at(&scratch.path("crates/member")).unwrap();
    let source = source::read(&package, &cfg(&[]));
    assert_eq!(source.catalogue.functions[0].place.to_string(), "crates/member/src/lib.rs:1:15");
}

#[test]
fn cargo_is_told_to_watch_what_was_read_and_what_was_missing() {
    let files = [
        ("src/lib.rs", "mod read; mod missing; #[cfg(windows)] mod skipped;"),
        ("src/read.rs", ""),
        ("src/skipped.rs", ""),
        ("src/unrelated.rs", ""),
        ("src/bin/tool.rs", "fn main() {}"),
    ];
    let scratch = Scratch::new("watched", &files);
    let report = Builder::for_package(scratch.path(""), scratch.path("out"), cfg(&[])).try_emit().unwrap();
    let mut watched = scratch.short(&report.rerun_if_changed);
    watched.sort();
    assert_eq!(
        watched,
        [
            "Cargo.toml",
            "src/bin",
            "src/bin/tool.rs",
            "src/lib.rs",
            "src/missing.rs",
            "src/missing/mod.rs",
            "src/read.rs"
        ]
    );
    assert_eq!(report.warnings.len(), 1);
}
