//! From request to response.

use super::Places;
use super::request::{Method, Refusal, Request};
use crate::http::{self, Response};
use std::panic::{AssertUnwindSafe, catch_unwind};

const PATHS: &str = "/metrics, /catalogue, /health, /health/live, /health/ready";

pub(super) fn respond(request: &Request, places: &Places) -> Response {
    // A collector or a check of somebody else's must not cost a client its answer.
    catch_unwind(AssertUnwindSafe(|| route(request, places)))
        .unwrap_or_else(|_| Response::text(500, "the page could not be made: something it asks has panicked"))
}

fn route(request: &Request, places: &Places) -> Response {
    if request.method == Method::Other {
        return Response::text(405, "only GET and HEAD are answered here");
    }
    match request.path.as_str() {
        "/metrics" => match places.scrapes.take() {
            Some(_slot) => http::metrics(request.accept.as_deref(), request.accept_encoding.as_deref()),
            None => Response::text(503, "too many scrapes at once; does a polled metric hang?"),
        },
        "/catalogue" => http::catalogue(),
        "/health" => http::health(),
        "/health/live" => http::live(),
        "/health/ready" => http::ready(),
        _ => Response::text(404, format!("nothing here; there are {PATHS}")),
    }
}

/// What a client is told that made no request; nothing if nobody listens.
pub(super) fn refuse(refusal: Refusal) -> Option<Response> {
    Some(match refusal {
        Refusal::Gone => return None,
        Refusal::TooLarge => Response::text(431, "the request's header is too large"),
        Refusal::TooSlow => Response::text(408, "the request took too long"),
        Refusal::Malformed => Response::text(400, "this is not an HTTP/1 request"),
    })
}

/// What a client is told for whom there is no place.
pub(super) fn busy() -> Response {
    Response::text(503, "too many connections at once; try again")
}

pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
