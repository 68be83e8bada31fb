//! What can go wrong with an order, and what an engineer on call should know about it.
//!
//! The categories become the labels `error_type` and `category` and the errors' panels on the dashboard.
//! The service asks for them too: they decide on the `Retry-After` header.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use obs_runtime::ErrorCategory;
use serde_json::json;

/// Why an order is not taken or not found.
#[derive(Debug, thiserror::Error, ErrorCategory)]
pub enum OrderError {
    /// Too few or too many pieces.
    #[error("between 1 and 20 pieces can be ordered at once, not {0}")]
    #[category("invalid_order")]
    Invalid(u32),
    /// Nothing of that name is sold.
    #[error("no item is called {0:?}")]
    #[category("unknown_item")]
    UnknownItem(String),
    /// Less is left than was ordered.
    #[error("not enough of {0:?} is left")]
    #[category(
        "out_of_stock",
        severity = "degraded",
        retry_after = "2s",
        action = "see whether restocking still runs: restock in function_calls_total"
    )]
    OutOfStock(String),
    /// No order has that number.
    #[error("there is no order {0}")]
    #[category("not_found")]
    NotFound(i64),
    /// The database fails.
    #[error("database: {0}")]
    #[category(
        "database",
        severity = "critical",
        retry_after = "5s",
        action = "look at /health and the disk, then restart the service",
        runbook = "database-down"
    )]
    Database(#[from] rusqlite::Error),
    /// It cannot be paid: the category is the inner error's.
    #[error(transparent)]
    #[category(transparent)]
    Payment(#[from] PaymentError),
}

/// Why a payment fails.
#[derive(Debug, thiserror::Error, ErrorCategory)]
pub enum PaymentError {
    /// The provider says no.
    #[error("the card was declined")]
    #[category("card_declined")]
    Declined,
    /// The provider does not answer in time.
    #[error("the payment provider took too long")]
    #[category("payment_timeout", severity = "degraded", retry_after = "1s")]
    Timeout,
    /// The provider cannot be reached, or does not make sense.
    #[error("the payment provider failed: {0}")]
    #[category(
        "payment_unavailable",
        severity = "critical",
        retry_after = "5s",
        action = "look at the provider's status page before calling them",
        runbook = "payment-provider"
    )]
    Unavailable(String),
}

/// A parcel could not be packed; a struct has one category.
#[derive(Debug, thiserror::Error, ErrorCategory)]
#[error("order {0} could not be packed")]
#[category("packing_failed", severity = "degraded", action = "pack the order by hand")]
pub struct PackingFailed(pub i64);

impl IntoResponse for OrderError {
    fn into_response(self) -> Response {
        let status = match &self {
            OrderError::Invalid(_) | OrderError::UnknownItem(_) => StatusCode::UNPROCESSABLE_ENTITY,
            OrderError::OutOfStock(_) => StatusCode::CONFLICT,
            OrderError::NotFound(_) => StatusCode::NOT_FOUND,
            OrderError::Database(_) => StatusCode::INTERNAL_SERVER_ERROR,
            OrderError::Payment(PaymentError::Declined) => StatusCode::PAYMENT_REQUIRED,
            OrderError::Payment(PaymentError::Timeout) => StatusCode::GATEWAY_TIMEOUT,
            OrderError::Payment(PaymentError::Unavailable(_)) => StatusCode::BAD_GATEWAY,
        };
        let category = self.category();
        let body = Json(json!({ "error": category.name, "message": self.to_string() }));
        match category.retry_after {
            Some(after) => (status, [(RETRY_AFTER, after.as_secs().to_string())], body).into_response(),
            None => (status, body).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transparent_error_has_the_category_of_the_one_inside() {
        let error = OrderError::from(PaymentError::Timeout);
        assert_eq!(error.category().name, "payment_timeout");
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(response.headers()[RETRY_AFTER], "1");
    }
}
