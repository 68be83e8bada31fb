//! Reads the attributes in `src/` and writes the catalogue, the dashboards and the rules that follow from
//! them: for this build into `OUT_DIR`, and as a copy to review and deploy into `observability/`.

fn main() {
    let artefacts = obs_codegen::Builder::from_crate().service("gpu-example");
    // With `nvml` there is more, about devices; what is committed is what the default features make.
    let artefacts = match std::env::var_os("CARGO_FEATURE_NVML") {
        Some(_) => artefacts,
        None => artefacts.mirror_to("observability"),
    };
    artefacts.emit();
}
