//! The kernels of a catalogue.

use super::value::{every, optional_seconds};
use super::{LabelJson, PlaceJson, SloJson, list};
use obs_model::{Every, Kernel};
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
pub(super) struct KernelJson {
    name: String,
    module: String,
    place: PlaceJson,
    help: String,
    labels: Vec<LabelJson>,
    buckets: Vec<f64>,
    #[serde(deserialize_with = "every")]
    every: Every,
    bytes: bool,
    flops: bool,
    items: bool,
    #[serde(deserialize_with = "optional_seconds")]
    slow: Option<Duration>,
    slo: Option<SloJson>,
    runbook: Option<String>,
    dashboard: Option<String>,
}

impl From<KernelJson> for Kernel {
    fn from(k: KernelJson) -> Kernel {
        Kernel {
            name: k.name,
            module: k.module,
            place: k.place.into(),
            help: k.help,
            labels: list(k.labels),
            buckets: k.buckets,
            every: k.every,
            bytes: k.bytes,
            flops: k.flops,
            items: k.items,
            slow: k.slow,
            slo: k.slo.map(Into::into),
            runbook: k.runbook,
            dashboard: k.dashboard,
        }
    }
}
