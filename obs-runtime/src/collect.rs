//! The families that no instrument holds.

use crate::builder;
use crate::private;
use crate::snapshot::Family;
use crate::{objective, self_metrics};

/// Appends what the runtime knows of objectives, of the process, of the build, of health and of itself.
pub(crate) fn own(into: &mut Vec<Family>) {
    objective::collect(into);
    self_metrics::collect(into);
    #[cfg(feature = "logs")]
    crate::logs::collect(into);
    #[cfg(feature = "process")]
    crate::process::collect(into);
    private::poll(into);
    if let Some(service) = builder::installed() {
        into.push(service.build_info());
        service.health.collect(into);
        #[cfg(feature = "otlp")]
        if let Some(exporter) = &service.exporter {
            exporter.collect(into);
        }
    }
}

/// Appends what other libraries measure, where its names are free.
#[cfg(feature = "prometheus")]
pub(crate) fn foreign(into: &mut Vec<Family>) {
    if let Some(service) = builder::installed() {
        crate::bridge::collect(&service.registries, into);
    }
}

/// Appends what other libraries measure: nothing, without their features.
#[cfg(not(feature = "prometheus"))]
pub(crate) fn foreign(_: &mut Vec<Family>) {}
