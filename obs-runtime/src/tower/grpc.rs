//! What a gRPC call says in HTTP's terms.

use super::MOST;
use super::words::OTHER;
use crate::error::Category;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

/// The status codes of gRPC, by their numbers, with the errors that they are.
static CODES: [Category; 17] = [
    Category::new("OK"),
    Category::new("CANCELLED"),
    Category::new("UNKNOWN"),
    Category::new("INVALID_ARGUMENT"),
    Category::new("DEADLINE_EXCEEDED"),
    Category::new("NOT_FOUND"),
    Category::new("ALREADY_EXISTS"),
    Category::new("PERMISSION_DENIED"),
    Category::new("RESOURCE_EXHAUSTED"),
    Category::new("FAILED_PRECONDITION"),
    Category::new("ABORTED"),
    Category::new("OUT_OF_RANGE"),
    Category::new("UNIMPLEMENTED"),
    Category::new("INTERNAL"),
    Category::new("UNAVAILABLE"),
    Category::new("DATA_LOSS"),
    Category::new("UNAUTHENTICATED"),
];

/// A status code of gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(u8);

impl Code {
    pub(super) const OK: Code = Code(0);
    pub(super) const CANCELLED: Code = Code(1);
    pub(super) const UNKNOWN: Code = Code(2);
    pub(super) const UNIMPLEMENTED: Code = Code(12);

    /// Reads `grpc-status` from headers or trailers; what is no known code is `UNKNOWN`.
    pub(super) fn of(fields: &HeaderMap) -> Option<Code> {
        let text = fields.get("grpc-status")?.to_str().ok();
        let number = text.and_then(|text| text.parse::<u8>().ok());
        Some(number.filter(|number| usize::from(*number) < CODES.len()).map_or(Code::UNKNOWN, Code))
    }

    /// What a response without a `grpc-status` means, by gRPC's mapping of HTTP's status codes.
    pub(super) fn of_http(status: u16) -> Code {
        match StatusCode::from_u16(status).unwrap_or_default() {
            StatusCode::BAD_REQUEST => Code(13),
            StatusCode::UNAUTHORIZED => Code(16),
            StatusCode::FORBIDDEN => Code(7),
            StatusCode::NOT_FOUND => Code::UNIMPLEMENTED,
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Code(14),
            _ => Code::UNKNOWN,
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.category().name
    }

    /// The error that it is, whose name is the code's.
    pub(super) fn category(self) -> &'static Category {
        CODES.get(usize::from(self.0)).unwrap_or(&CODES[2])
    }

    /// Whether the server is to blame: `UNKNOWN`, `DEADLINE_EXCEEDED`, `UNIMPLEMENTED`, `INTERNAL`, `UNAVAILABLE`
    /// and `DATA_LOSS`, by OpenTelemetry's conventions.
    pub(super) fn is_server_error(self) -> bool {
        matches!(self.0, 2 | 4 | 12..=15)
    }
}

/// Whether a request of that content type is a gRPC call. That of gRPC-Web is not: its status is in the body.
pub(super) fn is_call(kind: Option<&HeaderValue>) -> bool {
    let rest = kind.and_then(|kind| kind.as_bytes().strip_prefix(b"application/grpc"));
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// The call's name, `package.Service/Method`. No method has a name that is longer than what is read: only who wants
/// to fill a memory has.
pub(super) fn method(uri: &Uri) -> &str {
    match uri.path().strip_prefix('/') {
        Some(name) if name.contains('/') && name.len() <= MOST => name,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_by_number() {
        let of = |text| {
            let headers =
                HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static(text))]);
            Code::of(&headers).map(Code::name)
        };
        assert_eq!([of("0"), of("5"), of("16")], [Some("OK"), Some("NOT_FOUND"), Some("UNAUTHENTICATED")]);
        assert_eq!([of("17"), of("x"), of("")], [Some("UNKNOWN"); 3]);
        assert_eq!(Code::of(&HeaderMap::new()), None);
    }

    #[test]
    fn a_name_has_an_end() {
        let longest = format!("a.Service/{}", "m".repeat(MOST - 10));
        let of = |name: &str| method(&format!("/{name}").parse().unwrap()).to_owned();
        assert_eq!(of(&longest), longest);
        assert_eq!(of(&format!("{longest}m")), OTHER);
        assert_eq!(of("Method"), OTHER);
    }

    #[test]
    fn calls_are_told_by_their_content_type() {
        for (kind, is) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("application/grpc;q=1", true),
            ("application/grpc-web+proto", false),
            ("application/json", false),
        ] {
            assert_eq!(is_call(Some(&HeaderValue::from_static(kind))), is, "{kind}");
        }
        assert!(!is_call(None));
    }
}
