//! Reading a request: its head, and not a byte or a second too much of it.

use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The most that a request's line and headers may take.
const HEAD_BYTES: usize = 8 * 1024;

/// The most headers. Scrapers send about six, browsers twenty.
const HEADERS: usize = 64;

/// How long a client may take to send its request, however it spreads the bytes.
const DEADLINE: Duration = Duration::from_secs(5);

/// What we need of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: Method,
    /// Without the query.
    pub(super) path: String,
    pub(super) accept: Option<String>,
    pub(super) accept_encoding: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    Other,
}

/// Why there is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The client went away, or never said a word.
    Gone,
    TooLarge,
    TooSlow,
    Malformed,
}

pub(super) fn read(stream: &mut TcpStream) -> Result<Request, Refusal> {
    let deadline = Instant::now() + DEADLINE;
    let mut head = [0; HEAD_BYTES];
    let mut length = 0;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // A timeout of zero would mean none.
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return Err(Refusal::TooSlow);
        }
        let free = head.get_mut(length..).unwrap_or_default();
        match stream.read(free) {
            Ok(0) if length == 0 => return Err(Refusal::Gone),
            Ok(0) => return Err(Refusal::Malformed),
            Ok(read) => length += read,
            Err(error) => match error.kind() {
                std::io::ErrorKind::Interrupted => continue,
                std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => {
                    return Err(Refusal::TooSlow);
                }
                _ => return Err(Refusal::Gone),
            },
        }
        match parse(head.get(..length).unwrap_or_default()) {
            Ok(Some(request)) => return Ok(request),
            Ok(None) if length == HEAD_BYTES => return Err(Refusal::TooLarge),
            Ok(None) => {}
            Err(refusal) => return Err(refusal),
        }
    }
}

/// The request, if its head is complete. What follows it is nobody's business: there is one request to a
/// connection, and ours have no body.
fn parse(head: &[u8]) -> Result<Option<Request>, Refusal> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(head) {
        Ok(status) if status.is_partial() => return Ok(None),
        Ok(_) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal::TooLarge),
        Err(_) => return Err(Refusal::Malformed),
    }
    let (Some(method), Some(target)) = (request.method, request.path) else { return Err(Refusal::Malformed) };
    let method = match method {
        "GET" => Method::Get,
        "HEAD" => Method::Head,
        _ => Method::Other,
    };
    let header = |name: &str| {
        let values = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let values: Vec<&str> = values.filter_map(|header| std::str::from_utf8(header.value).ok()).collect();
        (!values.is_empty()).then(|| values.join(","))
    };
    Ok(Some(Request {
        method,
        path: path(target).to_owned(),
        accept: header("accept"),
        accept_encoding: header("accept-encoding"),
    }))
}

/// The path of a target: of `/metrics?debug=1` and, as proxies write it, `http://host/metrics`.
fn path(target: &str) -> &str {
    let target = target.split(['?', '#']).next().unwrap_or_default();
    match target.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/"),
        None => target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let head = b"GET /metrics?x=1 HTTP/1.1\r\nHost: a\r\nACCEPT: text/plain\r\naccept: */*;q=0.1\r\n\r\nGET /junk";
        let request = parse(head).unwrap().unwrap();
        assert_eq!(request.method, Method::Get);
        assert_eq!(request.path, "/metrics");
        assert_eq!(request.accept.as_deref(), Some("text/plain,*/*;q=0.1"));
        assert_eq!(request.accept_encoding, None);
        assert_eq!(parse(b"GET /metrics HTTP/1.1\r\nHost: a\r\n"), Ok(None));
        assert_eq!(
            parse(b"\x16\x03\x01\x02\x00\x01\x00"),
            Err(Refusal::Malformed),
            "TLS spoken to a plain port"
        );
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(HEADERS + 1));
        assert_eq!(parse(many.as_bytes()), Err(Refusal::TooLarge));
    }

    #[test]
    fn targets() {
        for (target, expected) in [
            ("/metrics", "/metrics"),
            ("/metrics?a=b?c", "/metrics"),
            ("http://localhost:9464/metrics", "/metrics"),
            ("http://localhost:9464", "/"),
            ("*", "*"),
            ("", ""),
        ] {
            assert_eq!(path(target), expected, "{target}");
        }
    }
}
