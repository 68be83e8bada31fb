//! Reads the attributes in `src/` and writes the catalogue, the dashboards and the rules that follow from
//! them: for this build into `OUT_DIR`, and as a copy to review and deploy into `observability/`.

fn main() {
    obs_codegen::Builder::from_crate().service("gpu-example").mirror_to("observability").emit();
}
