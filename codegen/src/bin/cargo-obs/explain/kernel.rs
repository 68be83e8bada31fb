//! What is known of a kernel.

use super::Explained;
use super::part::{family_of, is_of_kernel};
use super::topic::Topics;
use obs_codegen::family::{Schema, gpu};
use obs_codegen::query::Select;
use obs_codegen::query::asked::Asked;
use obs_codegen::uses::{Use, reach};
use obs_model::{Every, Kernel, duration};

impl Topics<'_> {
    pub(super) fn kernel(&self, kernel: &Kernel) -> Explained {
        let mut explained = Explained::new("kernel", format!("{}::{}", kernel.module, kernel.name));
        explained.help.clone_from(&kernel.help);
        let schema = Schema::of_plan(&self.project.plan);
        let families = schema.families().filter(|family| gpu::counts_in(kernel, &family.name));
        let families: Vec<&str> = families.map(|family| family.name.as_str()).collect();
        explained.fact("counts in", families.join(", "));
        explained.fact(
            "timed",
            match kernel.every {
                Every::Auto => "as many launches as cost 1 % of its time".to_owned(),
                Every::Nth(n) => format!("one launch in {n}"),
            },
        );
        explained.fact("slow over", kernel.slow.map(duration::display));
        explained.fact("runbook", kernel.runbook.clone());
        explained.labels =
            kernel.labels.iter().map(|l| self.label(&l.name, std::slice::from_ref(l), &[])).collect();
        explained.buckets.clone_from(&kernel.buckets);
        explained.places.push(self.place_of(&kernel.module, &kernel.name, &kernel.place));
        let total = Select::new("gpu_kernel_launches_total").eq("kernel", &kernel.name);
        explained.query = total.rate("5m").sum(&["device", "result"]).to_string();
        let wanted = |_: &Use, asked: &Asked| gpu::counts_in(kernel, family_of(&asked.name));
        explained.used(self.below, &reach(self.uses, &[("kernel", &kernel.name)], &wanted));
        explained.objectives = self.objectives(&|promise| is_of_kernel(promise, kernel));
        explained
    }
}
