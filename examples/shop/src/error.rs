//! What can go wrong, and what an engineer on call should know about it.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use obs_runtime::ErrorCategory;
use serde_json::json;
use tonic::{Code, Status};

/// Why an order is not taken, not found or not shipped.
#[derive(Debug, thiserror::Error, ErrorCategory)]
pub enum OrderError {
    /// Nothing of that name is sold.
    #[error("no item is called {0:?}")]
    #[category("unknown_item")]
    UnknownItem(String),
    /// Less is left than was ordered.
    #[error("not enough of {0:?} is left")]
    #[category("out_of_stock", severity = "degraded", action = "see whether the shelf is filled")]
    OutOfStock(String),
    /// No order has that number.
    #[error("there is no order {0}")]
    #[category("not_found")]
    NotFound(u64),
    /// The worker is busy or gone.
    #[error("too many orders wait to be shipped")]
    #[category(
        "queue_full",
        severity = "critical",
        retry_after = "5s",
        action = "see whether shipping answers, and how long it takes"
    )]
    QueueFull,
    /// Shipping has refused the parcel.
    #[error("shipping refused: {0}")]
    #[category("shipping_refused", severity = "degraded", action = "call the customer")]
    Refused(String),
    /// Shipping does not answer.
    #[error("shipping is not available: {0}")]
    #[category(
        "shipping_unavailable",
        severity = "critical",
        retry_after = "5s",
        action = "look at the dashboard of requests: gRPC client, then gRPC server"
    )]
    Unavailable(String),
}

impl IntoResponse for OrderError {
    fn into_response(self) -> Response {
        let status = match &self {
            OrderError::UnknownItem(_) => StatusCode::UNPROCESSABLE_ENTITY,
            OrderError::OutOfStock(_) => StatusCode::CONFLICT,
            OrderError::NotFound(_) => StatusCode::NOT_FOUND,
            OrderError::QueueFull => StatusCode::SERVICE_UNAVAILABLE,
            OrderError::Refused(_) | OrderError::Unavailable(_) => StatusCode::BAD_GATEWAY,
        };
        let category = self.category();
        let body = Json(json!({ "error": category.name, "message": self.to_string() }));
        match category.retry_after {
            Some(after) => (status, [(RETRY_AFTER, after.as_secs().to_string())], body).into_response(),
            None => (status, body).into_response(),
        }
    }
}

/// What shipping answered instead of a carrier.
impl From<Status> for OrderError {
    fn from(status: Status) -> OrderError {
        match status.code() {
            Code::FailedPrecondition | Code::InvalidArgument => {
                OrderError::Refused(status.message().to_owned())
            }
            _ => OrderError::Unavailable(status.to_string()),
        }
    }
}

/// Why a parcel is not shipped.
#[derive(Debug, thiserror::Error, ErrorCategory)]
pub enum ShippingError {
    /// No carrier lifts it.
    #[error("{0} pieces are too heavy for one parcel")]
    #[category("too_heavy")]
    TooHeavy(u32),
    /// No carrier comes.
    #[error("no carrier goes there today")]
    #[category(
        "no_carrier",
        severity = "critical",
        retry_after = "1m",
        action = "call the carriers, and see on the dashboard since when"
    )]
    NoCarrier,
}

/// What a gRPC client is told.
impl From<ShippingError> for Status {
    fn from(error: ShippingError) -> Status {
        let code = match error {
            ShippingError::TooHeavy(_) => Code::FailedPrecondition,
            ShippingError::NoCarrier => Code::Unavailable,
        };
        Status::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shipping_refuses_is_another_error_than_no_answer() {
        let told = |error: ShippingError| OrderError::from(Status::from(error)).category().name;
        assert_eq!(told(ShippingError::TooHeavy(40)), "shipping_refused");
        assert_eq!(told(ShippingError::NoCarrier), "shipping_unavailable");
        assert_eq!(OrderError::QueueFull.into_response().headers()[RETRY_AFTER], "5");
    }
}
