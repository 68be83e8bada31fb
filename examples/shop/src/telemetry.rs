//! Everything that says what the shop does: metrics, traces, logs and health.

use crate::args::{Args, Role};
use obs_runtime::{Check, InitError, Logs, Obs, Otlp, Sampling};

/// Starts it, before anything else. Stop it after everything else, with [`Obs::shutdown`].
///
/// Where traces go, OpenTelemetry's variables say: `OTEL_EXPORTER_OTLP_ENDPOINT` and those beside it.
///
/// # Errors
///
/// The address of the metrics is taken, or a variable makes no sense.
pub fn init(args: &Args, health: Check) -> Result<Obs, InitError> {
    // One service in two processes: traces tell them apart, and metrics do so by their instance.
    let name = match args.role {
        Role::Orders => "shop-orders",
        Role::Shipping => "shop-shipping",
    };
    obs_runtime::builder!("shop")
        .listen(args.metrics)
        .otlp(Otlp::from_env().without_metrics().attribute("service.name", name))
        .sampling(Sampling::ratio(0.1).keep_errors().keep_slower_than("250ms"))
        .logs(Logs::json().redact(["card"]))
        .health(health)
        .init()
}
