//! One connection: one request, one response, and a close that does not cut it off.

use super::request::{self, Method, Refusal};
use super::{Places, route};
use crate::http::Response;
use crate::self_metrics::{Rejection, rejected};
use std::fmt::Write as _;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// How long a client may take to read its response.
const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How long, and for how many bytes, we listen to a client after the response. Closing a socket with
/// something unread resets the connection, which can destroy the response on its way.
pub(super) const LINGER: Duration = Duration::from_millis(500);
const LINGER_BYTES: usize = 64 * 1024;

pub(super) fn serve(mut stream: TcpStream, places: &Places) {
    // Head and body are written one after the other; neither should wait for the other's receipt.
    let _ = stream.set_nodelay(true);
    let (response, with_body) = match request::read(&mut stream) {
        Ok(request) => (Some(route::respond(&request, places)), request.method != Method::Head),
        Err(refusal) => {
            if let Some(why) = count(refusal) {
                rejected(why);
            }
            (route::refuse(refusal), true)
        }
    };
    let Some(response) = response else { return };
    if write(&mut stream, &response, with_body).is_err_and(|error| error.kind() == ErrorKind::TimedOut) {
        rejected(Rejection::TooSlow);
    }
    linger(&mut stream);
}

fn count(refusal: Refusal) -> Option<Rejection> {
    match refusal {
        Refusal::Gone => None,
        Refusal::TooLarge => Some(Rejection::TooLarge),
        Refusal::TooSlow => Some(Rejection::TooSlow),
        Refusal::Malformed => Some(Rejection::Malformed),
    }
}

/// The response's head, with everything but the body.
pub(super) fn head(response: &Response) -> String {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, route::reason(response.status));
    // Writing into a string does not fail.
    for (name, value) in response.headers() {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    match response.status {
        200 => head.push_str("vary: accept, accept-encoding\r\n"),
        405 => head.push_str("allow: GET, HEAD\r\n"),
        _ => {}
    }
    let _ = write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", response.body.len());
    head
}

fn write(stream: &mut TcpStream, response: &Response, with_body: bool) -> io::Result<()> {
    let deadline = Instant::now() + WRITE_DEADLINE;
    write_until(stream, head(response).as_bytes(), deadline)?;
    if with_body { write_until(stream, &response.body, deadline) } else { Ok(()) }
}

/// A write timeout holds for one system call; a client that reads a byte at a time would have all of
/// them. So it shrinks.
fn write_until(stream: &mut TcpStream, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Err(ErrorKind::TimedOut.into()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn linger(stream: &mut TcpStream) {
    if stream.shutdown(Shutdown::Write).is_err() {
        return;
    }
    let deadline = Instant::now() + LINGER;
    let (mut sink, mut heard) = ([0; 1024], 0);
    while heard < LINGER_BYTES {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return;
        }
        match stream.read(&mut sink) {
            Ok(read) if read > 0 => heard += read,
            _ => return,
        }
    }
}
