//! The attributes as the build script read them, and the program as it was linked, are one.
#![cfg(not(feature = "off"))]

use gpu_example as _; // A crate that nothing names is dropped by the linker, and its catalogue with it.

#[test]
fn source_and_program_agree() {
    obs_codegen::assert_no_drift!(obs_runtime::catalogue());
}

#[test]
fn no_family_contradicts_another() {
    assert!(obs_runtime::conflicts().is_empty(), "{:?}", obs_runtime::conflicts());
}
