//! Kernels, and what is exported of the devices that they run on.

use super::{HEAD, RANGE, family, label, promises, runbook, source};
use crate::family::{Schema, gpu};
use crate::launches::{Amount, DURATION, Launches};
use crate::markdown::{Page, code, prose};
use crate::plan::Plan;
use obs_model::{Every, Kernel, duration};

/// Kernels one by one, then the families.
pub(super) fn write(plan: &Plan, schema: &Schema, page: &mut Page) {
    let kernels: Vec<&Kernel> = plan.catalogue.kernels.iter().collect();
    if !kernels.is_empty() {
        page.section("Kernels");
        let rows: Vec<Vec<String>> = kernels.iter().map(|kernel| row(kernel, plan, page)).collect();
        page.table(
            &["Kernel", "What it does", "Timed", "Amounts", "Labels of its own", "Objectives", "Runbook"],
            &rows,
        );
        page.say(
            "Every launch is counted; those that are timed have a device time. `device` is the device's number, or \
             `host`. A launch ends with one `result`: `ok`, `error`, `cancelled` (its future was dropped) or `panic`. \
             Successful launches are timed, pending, or counted as untimed by their `reason`.",
        );
        families(plan, schema, &["gpu_"], page);
        page.say(
            "What kernels achieve while they run, whether all of their launches are timed or one in many; and how long \
             99 of 100 take at most.",
        );
        let launches = Launches::any(&kernels);
        let by = ["kernel", "device"];
        for amount in [Amount::Bytes, Amount::Flops, Amount::Items] {
            if kernels.iter().any(|kernel| amount.of(kernel)) {
                page.code("promql", &launches.achieved(amount, RANGE, &by).to_string());
            }
        }
        page.code("promql", &launches.buckets(DURATION, RANGE, &by).quantile("0.99").to_string());
    } else if schema.families().any(|family| family.name.starts_with("gpu_")) {
        page.section("Copies and timing");
        families(plan, schema, &["gpu_"], page);
    }
    if plan.subject.devices.measured() {
        page.section("Devices");
        page.say("What the driver measures of each device, under OpenTelemetry's names.");
        families(plan, schema, &["hw_", "obs_gpu_"], page);
    }
}

/// The families that begin like one of these, but for those that the program declares itself.
fn families(plan: &Plan, schema: &Schema, prefixes: &[&str], page: &mut Page) {
    let declared = |name: &str| plan.catalogue.metrics.iter().any(|metric| metric.name == name);
    let begins = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let ours = |name: &str| begins(name) && gpu::is_gpus(name) && !declared(name);
    let rows = schema.families().filter(|known| ours(&known.name)).map(family);
    page.table(&HEAD, &rows.collect::<Vec<_>>());
}

fn row(kernel: &Kernel, plan: &Plan, page: &Page) -> Vec<String> {
    let labels: Vec<String> = kernel.labels.iter().map(label).collect();
    let timed = match kernel.every {
        Every::Auto => "as many as cost 1 %".to_owned(),
        Every::Nth(n) if n.get() == 1 => "all".to_owned(),
        Every::Nth(n) => format!("1 in {n}"),
    };
    let slow = kernel.slow.map(|slow| format!("{timed}; slow over {}", duration::display(slow)));
    let amounts = [(kernel.bytes, "bytes"), (kernel.flops, "flops"), (kernel.items, "items")];
    let amounts: Vec<&str> = amounts.into_iter().filter(|(named, _)| *named).map(|(_, word)| word).collect();
    vec![
        source(plan, &code(&format!("{}::{}", kernel.module, kernel.name)), &kernel.place),
        prose(&kernel.help),
        slow.unwrap_or(timed),
        amounts.join(", "),
        labels.join(", "),
        promises(kernel.slo.as_ref()),
        runbook(kernel.runbook.as_deref(), page),
    ]
}
