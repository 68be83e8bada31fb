//! What is made of the fixture, to the byte. `UPDATE_GOLDEN=1 cargo test -p obs-codegen --test golden` writes
//! `tests/golden` anew; the difference is for a person to read before it is committed.

mod common;

use common::{cfg, fixture};
use obs_codegen::artefacts::Artefacts;
use obs_codegen::{Builder, Report};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn out(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn build(out: &Path) -> Report {
    let builder = Builder::for_package(fixture(), out, cfg(&["default", "audit"])).service("order-service");
    builder.try_emit().unwrap_or_else(|errors| panic!("the fixture has mistakes:\n{errors}"))
}

/// Every file below a directory, by its path there, but for the one that only `assert_no_drift!` reads.
fn files(directory: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut next = vec![directory.to_path_buf()];
    while let Some(directory_) = next.pop() {
        for entry in std::fs::read_dir(&directory_).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => next.push(path),
                path => {
                    let name = path.strip_prefix(directory).unwrap().display().to_string().replace('\\', "/");
                    found.insert(name, std::fs::read_to_string(&path).unwrap());
                }
            }
        }
    }
    found.remove("drift.json");
    found.remove("composed.json");
    found
}

#[test]
fn the_fixture_gives_the_golden_files() {
    let out = out("golden");
    let _ = std::fs::remove_dir_all(&out);
    build(&out);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let _ = std::fs::remove_dir_all(golden());
        build(&golden());
        std::fs::remove_file(golden().join("drift.json")).unwrap();
        std::fs::remove_file(golden().join("composed.json")).unwrap();
    }
    let (found, expected) = (files(&out), files(&golden()));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, text) in &found {
        let line = text.lines().zip(expected[name].lines()).position(|(a, b)| a != b);
        let hint = "read the difference, then run with UPDATE_GOLDEN=1";
        assert!(
            *text == expected[name],
            "{name} differs, first in line {:?}; {hint}",
            line.map(|line| line + 1)
        );
    }
}

#[test]
fn a_second_run_writes_nothing() {
    let out = out("twice");
    let _ = std::fs::remove_dir_all(&out);
    assert_eq!(build(&out).written.len(), 6);
    assert_eq!(build(&out).written, Vec::<PathBuf>::new());
}

#[test]
fn a_mirror_is_written_where_asked_and_says_no_lines() {
    let (out, mirror) = (out("mirrored"), out("mirror"));
    let _ = std::fs::remove_dir_all(&out);
    let _ = std::fs::remove_dir_all(&mirror);
    let builder = || {
        let builder = Builder::for_package(fixture(), &out, cfg(&[])).service("order-service");
        // An absolute path takes the place of the package's directory.
        builder.mirror_to(&mirror)
    };
    builder().try_emit().unwrap();
    let mirrored = files(&mirror);
    assert_eq!(
        mirrored.keys().collect::<Vec<_>>(),
        ["catalogue.json", "dashboards/orders-red.json", "rules/orders.yml", "rules/tests/orders.yml"]
    );
    assert!(!mirrored["catalogue.json"].contains("\"line\""));
    let exact = files(&out);
    assert!(exact["catalogue.json"].contains("\"line\""));
    assert_eq!(mirrored["rules/orders.yml"], exact["rules/orders.yml"]);
    assert_eq!(builder().try_emit().unwrap().written, Vec::<PathBuf>::new());
    assert!(!fixture().join("observability").exists());
}

#[test]
fn the_catalogue_reads_back() {
    let report = build(&out("read-back"));
    let text = std::fs::read_to_string(out("read-back").join("catalogue.json")).unwrap();
    assert_eq!(obs_codegen::catalogue::from_json(&text).unwrap(), report.catalogue);
    let plan = obs_codegen::plan::Plan { catalogue: report.catalogue, ..Default::default() };
    let (path, json) =
        Artefacts::of(&plan).files().map(|(p, t)| (p.to_owned(), t.to_owned())).next().unwrap();
    assert_eq!((path.as_str(), json), ("catalogue.json", text));
}
