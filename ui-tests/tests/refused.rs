//! What must not compile, one mistake a file, and what is said about it.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests --test refused` writes what the compiler says now; read it before
//! it is committed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The compiler whose words these are. Others say the same in other words.
const COMPILER: &str = "rustc 1.95.";

#[test]
fn refused() {
    let version = Command::new("rustc").arg("--version").output().expect("cargo runs beside rustc");
    let version = String::from_utf8_lossy(&version.stdout);
    // Past the test harness, which keeps what a passing test prints to itself.
    let mut out = std::io::stderr();
    if !version.starts_with(COMPILER) {
        writeln!(out, "not compared: written for {COMPILER}*, and this is {version}").unwrap();
        return;
    }
    let cases = trybuild::TestCases::new();
    for (class, files) in classes() {
        writeln!(out, "{files:4} files of fail/{class}").unwrap();
        cases.compile_fail(format!("fail/{class}/*.rs"));
    }
}

/// Each mistake has its file, and each class its folder.
#[test]
fn classes_are_whole() {
    let classes = classes();
    assert!(classes.len() > 8 && classes.values().sum::<usize>() > 150, "{classes:?}");
}

/// The folders, with the number of files in each.
fn classes() -> BTreeMap<String, usize> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fail");
    let mut classes = BTreeMap::new();
    for class in folder.read_dir().expect("the folder is beside this one").flatten() {
        let files = class.path().read_dir().into_iter().flatten().flatten();
        let sources = files.filter(|file| file.path().extension().is_some_and(|ext| ext == "rs")).count();
        classes.insert(class.file_name().to_string_lossy().into_owned(), sources);
    }
    classes
}
