//! A collector on loopback that takes everything, counts the spans and forgets them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

static RECEIVED: AtomicU64 = AtomicU64::new(0);

/// The largest request that is read: nobody sends more than some hundred spans at once.
const MOST: usize = 64 << 20;

/// How many spans have arrived.
pub fn received() -> u64 {
    RECEIVED.load(Ordering::SeqCst)
}

/// Where it listens, from the first call on, until the process ends.
///
/// # Panics
///
/// When loopback has no free port.
pub fn address() -> SocketAddr {
    static ADDRESS: OnceLock<SocketAddr> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // Whoever closes the connection ends its thread.
                thread::spawn(move || serve(&stream));
            }
        });
        address
    })
}

/// Answers the requests of a connection until it is closed.
fn serve(stream: &TcpStream) -> io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap_or(usize::MAX);
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        if length > MOST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        RECEIVED.fetch_add(spans(&body), Ordering::SeqCst);
        writer.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n",
        )?;
    }
}

/// The spans in an `ExportTraceServiceRequest`: `resource_spans` (1), `scope_spans` (2), `spans` (2). Without a
/// decoder, so that the receiver takes as little of the machine as it can from those who are measured.
fn spans(request: &[u8]) -> u64 {
    let scopes = messages(request, 1).flat_map(|resource| messages(resource, 2));
    scopes.map(|scope| messages(scope, 2).count() as u64).sum()
}

/// The messages in a field of a message. Anything malformed ends them.
fn messages(mut message: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        loop {
            let tag = varint(&mut message)?;
            let length = match tag & 7 {
                0 => varint(&mut message).map(|_| 0)?,
                1 => 8,
                2 => usize::try_from(varint(&mut message)?).ok()?,
                5 => 4,
                _ => return None,
            };
            let (field, rest) = message.split_at_checked(length)?;
            message = rest;
            if tag >> 3 == number {
                return Some(field);
            }
        }
    })
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
