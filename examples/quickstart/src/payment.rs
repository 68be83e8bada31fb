//! Paying, by a call to the provider's HTTP API.

use crate::error::PaymentError;
use crate::http::Client;
use crate::provider::Charge;
use axum::http::StatusCode;
use obs_runtime::observe;
use std::time::Duration;

/// How long the provider may take.
const DEADLINE: Duration = Duration::from_millis(250);

/// The way to the provider.
#[derive(Clone, Debug)]
pub struct Payment {
    http: Client,
    url: String,
}

impl Payment {
    /// To the provider at this address.
    pub fn new(http: Client, url: String) -> Payment {
        Payment { http, url }
    }

    /// Charges a card, and gives up after 250 ms.
    #[observe(
        kind = "client",
        fields(cents),
        slow = "50ms",
        slo(latency("50ms", "95%")),
        runbook = "payment-provider"
    )]
    pub async fn charge(&self, card: &str, cents: u32) -> Result<(), PaymentError> {
        // At the deadline the call is dropped where it stands: `request` counts it as cancelled.
        match tokio::time::timeout(DEADLINE, self.request(card, cents)).await {
            Ok(result) => result,
            Err(_) => Err(PaymentError::Timeout),
        }
    }

    /// Asks the provider once.
    #[observe(name = "payment_request", kind = "client")]
    async fn request(&self, card: &str, cents: u32) -> Result<(), PaymentError> {
        let charge = Charge { card: card.to_owned(), cents };
        let answer = self.http.post(&self.url, &charge).await;
        match answer.map(|(status, _)| status) {
            Ok(StatusCode::OK) => Ok(()),
            Ok(StatusCode::PAYMENT_REQUIRED) => Err(PaymentError::Declined),
            Ok(status) => Err(PaymentError::Unavailable(format!("it answered {status}"))),
            Err(error) => Err(PaymentError::Unavailable(error.to_string())),
        }
    }
}
