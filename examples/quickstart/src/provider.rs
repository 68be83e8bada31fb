//! Stands in for a payment provider, so that the call to it is a real one: it is served beside the orders, and
//! reached over HTTP.

use axum::Json;
use axum::http::StatusCode;
use obs_runtime::observe;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What it is asked.
#[derive(Debug, Deserialize, Serialize)]
pub struct Charge {
    /// `declined`, `slow` and `broken` cards behave like that; all others are good.
    pub card: String,
    /// How much, in cents.
    pub cents: u32,
}

/// Authorises a charge, after the milliseconds that such things take.
// With `metric`, a function has families of its own instead of a place in the shared ones. An error without
// categories, here a status code, counts as `_OTHER`.
#[observe(kind = "server", metric = "provider_authorisations")]
pub async fn authorise(Json(charge): Json<Charge>) -> Result<StatusCode, StatusCode> {
    let millis = if charge.card == "slow" { 600 } else { fastrand::u64(8..30) };
    tokio::time::sleep(Duration::from_millis(millis)).await;
    match &*charge.card {
        "declined" => Err(StatusCode::PAYMENT_REQUIRED),
        "broken" => Err(StatusCode::SERVICE_UNAVAILABLE),
        _ => Ok(StatusCode::OK),
    }
}
