//! Pages about kernels and devices.

use super::*;

fn pages() -> BTreeMap<String, String> {
    files(&example::gpu_plan()).into_iter().collect()
}

#[test]
fn an_objective_of_a_kernel_speaks_of_launches() {
    let pages = pages();
    says(
        page(&pages, "runbooks/objectives/registry-gpu-saxpy-success.md"),
        &[
            "99.5% of the launches of `registry::gpu::saxpy` succeed over 30d.",
            "See which kernels, devices and categories of errors",
            "Follow the runbook of `saxpy`: [`gpu-slow`](../gpu-slow.md).",
            "gpu_kernel_launches_total{kernel=\"saxpy\"",
            "Kernel [`registry::gpu::saxpy`](https://example.org/registry/blob/HEAD/src/gpu.rs#L10): Adds a scaled",
        ],
    );
    says(
        page(&pages, "runbooks/objectives/registry-gpu-saxpy-latency-1ms.md"),
        &[
            "99% of the timed launches of `registry::gpu::saxpy` take at most 1ms on the device over 30d.",
            "le=\"0.001\"",
        ],
    );
}

#[test]
fn a_page_that_a_kernel_names_gathers_what_leads_there() {
    let pages = pages();
    says(
        page(&pages, "runbooks/gpu-slow.md"),
        &[
            "- Kernel [`registry::gpu::saxpy`]",
            "- Alert [`GpuKernelSlow`](alerts/GpuKernelSlow.md)",
            "Bytes a second that `saxpy` achieves",
        ],
    );
    says(
        page(&pages, "runbooks/alerts/GpuKernelSlow.md"),
        &["### Launches of `registry::gpu::saxpy`", "Runbook [`gpu-slow`](../gpu-slow.md)"],
    );
    says(
        page(&pages, "runbooks/alerts/GpuDeviceLost.md"),
        &["**page**: Somebody is called now", "gpu_device_up == 0"],
    );
}

#[test]
fn links_lead_somewhere_and_queries_are_answered() {
    let pages = pages();
    assert_linked(&pages);
    #[cfg(feature = "promql")]
    assert_answered(&pages, &example::gpu_plan());
}
