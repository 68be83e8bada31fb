//! What is linked is what the source says.

use super::host;
use obs_gpu::{Kernel, Lane, gpu_kernel};
use obs_model::Catalogue;
use obs_model::grammar::walk::{At, walk};
use obs_runtime::LabelValue;

#[derive(Clone, Copy, LabelValue)]
enum Precision {
    Half,
    #[label(rename = "f32")]
    Single,
}

/// Everything at once,
/// on two lines.
///
/// And more.
#[gpu_kernel(
    stream = &this.stream, bytes = 1, flops = 2, items = 3, grid = 1, block = 2, every = 7, slow = "5ms",
    labels(precision = precision, tenant = capped(tenant, 3)), buckets = [0.001, 0.25, 1],
    slo(success = "99.95%", latency("250ms", "90%"), window = "7d", min_events = 9, name = "whole"),
    name = "drift_everything", runbook = "r", dashboard = "d"
)]
fn everything(this: &Solver, precision: Precision, tenant: &str) {}

struct Solver {
    stream: Lane<'static>,
}

impl Solver {
    #[gpu_kernel(stream = self.stream)]
    #[allow(dead_code)] // Its entry is there all the same.
    async fn drift_bare(&self) {}

    #[obs_gpu::gpu_kernel(stream = self.stream, help = "Said here.", every = 4294967295)]
    /// Not said here.
    fn r#drift_helped(&self) {}
}

mod deeper {
    use super::*;

    #[gpu_kernel(items)]
    pub(super) static DRIFT_SORT: Kernel = Kernel::new();

    #[cfg(any())]
    #[gpu_kernel(stream = nowhere)]
    fn drift_left_out() {}

    #[cfg_attr(all(), gpu_kernel(name = "drift_conditional", bytes))]
    static CONDITIONAL: Kernel = Kernel::new();
}

#[test]
fn source_and_program_agree() {
    let solver = Solver { stream: host() };
    everything(&solver, Precision::Half, "a");
    everything(&solver, Precision::Single, "b");
    solver.drift_helped();
    drop(deeper::DRIFT_SORT.launch(host()));

    let source = syn::parse_file(include_str!("drift.rs")).expect("the compiler has read it too");
    let (mut told, mut errors) = (Catalogue::default(), Vec::new());
    let off: syn::Attribute = syn::parse_quote!(#[cfg(any())]);
    let at = At { file: file!(), module: module_path!() };
    let active = |attributes: &[syn::Attribute]| !attributes.contains(&off);
    walk(&source, &at, &active, &mut told, &mut errors).fill(&mut told);
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(told.kernels.len(), 5);
    assert_eq!(told.kernels[0].labels[0].values, ["half", "f32"]);

    let mut linked = obs_runtime::catalogue();
    linked.kernels.retain(|kernel| kernel.module.starts_with(module_path!()));
    let (told, linked) = (in_order(told), in_order(linked));
    assert_eq!(told.kernels.len(), linked.kernels.len());
    for (told, linked) in told.kernels.iter().zip(&linked.kernels) {
        assert_eq!(told, linked);
    }
}

/// The kernels alone, sorted; their labels' values are known to the source only.
fn in_order(mut catalogue: Catalogue) -> Catalogue {
    catalogue.functions.clear();
    catalogue.metrics.clear();
    catalogue.errors.clear();
    catalogue.kernels.iter_mut().flat_map(|kernel| &mut kernel.labels).for_each(|label| label.values.clear());
    catalogue.sort();
    catalogue
}
