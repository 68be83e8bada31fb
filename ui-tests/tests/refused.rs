//! What must not compile, one mistake a file, and what is said about it.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests --test refused` writes what the compiler says now.

use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn refused() {
    let cases = trybuild::TestCases::new();
    for (class, files) in classes() {
        println!("{class}: {} files", files);
        cases.compile_fail(format!("fail/{class}/*.rs"));
    }
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
