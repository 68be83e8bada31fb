//! Collectors on loopback that count the spans that come, and forget them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

/// The largest request that is read: nobody sends more than some hundred spans at once.
const MOST: usize = 64 << 20;

/// How long [`Reply::Slowly`] takes.
const SLOW: Duration = Duration::from_secs(2);

/// What a collector does with a request that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Takes it.
    Take,
    /// Takes it, and says so two seconds later.
    Slowly,
    /// Refuses it with a status that asks for it to be sent again.
    Refuse,
    /// Says nothing, ever.
    Never,
}

/// A collector, which listens until the process ends.
#[derive(Clone, Debug)]
pub struct Receiver {
    address: SocketAddr,
    received: Arc<AtomicU64>,
}

impl Receiver {
    /// Listens on a free port of loopback.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn start(reply: Reply) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let receiver = Receiver { address, received: Arc::default() };
        let received = Arc::clone(&receiver.received);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let received = Arc::clone(&received);
                // Whoever closes the connection ends its thread.
                thread::spawn(move || serve(&stream, reply, &received));
            }
        });
        receiver
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many spans it has taken.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::SeqCst)
    }
}

/// The one that takes everything, which all benches of calls share.
fn shared() -> &'static Receiver {
    static SHARED: OnceLock<Receiver> = OnceLock::new();
    SHARED.get_or_init(|| Receiver::start(Reply::Take))
}

/// How many spans have arrived at [`address`].
pub fn received() -> u64 {
    shared().received()
}

/// Where a collector listens that takes everything, from the first call on, until the process ends.
///
/// # Panics
///
/// When loopback has no free port.
pub fn address() -> SocketAddr {
    shared().address()
}

/// Answers the requests of a connection until it is closed.
fn serve(stream: &TcpStream, reply: Reply, received: &AtomicU64) -> io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    let mut body = Vec::new();
    loop {
        let (mut length, mut traces) = (0, false);
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
                // Metrics come here too, and have the same shape.
                None => traces |= line.contains("/v1/traces"),
                _ => {}
            }
        }
        if length > MOST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        let status = match reply {
            Reply::Take => "200 OK",
            Reply::Slowly => {
                thread::sleep(SLOW);
                "200 OK"
            }
            Reply::Refuse => "503 Service Unavailable",
            // Whoever asked gives up, and the connection ends.
            Reply::Never => continue,
        };
        if traces && reply != Reply::Refuse {
            received.fetch_add(spans(&body), Ordering::SeqCst);
        }
        // In one piece: the second of several would wait for an acknowledgement of the first, 40 ms each time.
        let answer =
            format!("HTTP/1.1 {status}\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n");
        writer.write_all(answer.as_bytes())?;
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
