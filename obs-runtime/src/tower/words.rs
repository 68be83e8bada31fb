//! The words that labels and attributes take from a request, each from a list.

use crate::error::Category;
use http::{Method, Version};
use std::sync::LazyLock;

/// What stands for every value that is not on a list.
pub(super) const OTHER: &str = "_OTHER";

/// The methods that OpenTelemetry's conventions know.
pub(super) const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY", OTHER];

/// The position of a method in [`METHODS`].
pub(super) fn method(method: &Method) -> usize {
    METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(METHODS.len() - 1)
}

/// The schemes that a request can have.
pub(super) const SCHEMES: &[&str] = &["http", "https", OTHER];

/// The position of `http` in [`SCHEMES`].
pub(super) const HTTP: usize = 0;

/// The position of a scheme in [`SCHEMES`].
pub(super) fn scheme(scheme: &str) -> usize {
    SCHEMES.iter().position(|known| known.eq_ignore_ascii_case(scheme)).unwrap_or(SCHEMES.len() - 1)
}

/// `network.protocol.version`.
pub(super) fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => OTHER,
    }
}

/// The status codes that HTTP has classes for, and an error of each.
static STATUSES: LazyLock<Vec<Category>> = LazyLock::new(|| {
    // Five hundred short texts, made once a process.
    (100..600).map(|status: u16| Category::new(String::leak(status.to_string()))).collect()
});

/// The error that a status code is, whose name is the code, as the conventions have `error.type`.
pub(super) fn status_error(status: u16) -> &'static Category {
    let at = usize::from(status).checked_sub(100);
    at.and_then(|at| STATUSES.get(at)).unwrap_or(&crate::error::OTHER)
}

/// A status code as text.
pub(super) fn status(status: u16) -> &'static str {
    status_error(status).name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_listed_is_other() {
        assert_eq!(METHODS[method(&Method::PATCH)], "PATCH");
        assert_eq!(METHODS[method(&Method::from_bytes(b"get").unwrap())], OTHER);
        assert_eq!(scheme("http"), HTTP);
        assert_eq!((SCHEMES[scheme("HTTPS")], SCHEMES[scheme("gopher")]), ("https", OTHER));
        assert_eq!((status(100), status(404), status(599)), ("100", "404", "599"));
        assert_eq!((status(600), status(99)), (OTHER, OTHER));
    }
}
