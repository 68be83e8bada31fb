//! Orders from connections that stay open: as fast as they are answered, or as many a second as were asked for.

use crate::processor;
use crate::shop::{self, Size};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

/// Connections, each with a thread.
const CONNECTIONS: u32 = 8;

/// The orders that a connection places before those that count.
const FIRST: u32 = 4;

/// What came of a load.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    /// How long each request took, in seconds, from the moment at which it was due.
    pub(crate) seconds: Vec<f64>,
    /// The requests that came before those.
    pub(crate) unmeasured: u64,
    /// How long all of them took together.
    pub(crate) elapsed: Duration,
}

impl Answers {
    /// Adds those of another stretch.
    pub(crate) fn add(&mut self, more: Answers) {
        self.seconds.extend(more.seconds);
        self.unmeasured += more.unmeasured;
        self.elapsed += more.elapsed;
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.seconds.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// How long that share of the requests took at most.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (sorted.len() as f64 * share).ceil() as usize;
        sorted.get(at.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }
}

/// Sends the next of the usual orders as soon as the one before is answered, for so long.
pub(crate) fn closed(server: SocketAddr, length: Duration) -> io::Result<Answers> {
    connections(server, |_, connection, start| {
        let mut seconds = Vec::new();
        while start.elapsed() < length {
            let began = Instant::now();
            connection.order(Size::Usual)?;
            seconds.push(began.elapsed().as_secs_f64());
        }
        Ok(seconds)
    })
}

/// Sends so many requests a second, for so long, some of them large, whether those before are answered or not, as far
/// as there are connections. A request that has to wait for one has been due all the while: its time begins when it
/// should have been sent, so that a server that stalls is charged for everybody who had to wait. One that this side
/// sends late, with a connection at hand, begins when it is sent: the server had no part in that.
pub(crate) fn open(server: SocketAddr, rate: f64, length: Duration) -> io::Result<Answers> {
    let all = (rate * length.as_secs_f64()) as u64;
    connections(server, |nth, connection, start| {
        processor::sleep_sharply();
        let ours = (u64::from(nth)..all).step_by(CONNECTIONS as usize);
        let mut free = start;
        ours.map(|n| {
            let due = start + Duration::from_secs_f64(n as f64 / rate);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let began = if free > due { due } else { Instant::now() };
            connection.order(Size::of(n))?;
            free = Instant::now();
            Ok((free - began).as_secs_f64())
        })
        .collect()
    })
}

/// The same on each connection, at once, from the same moment on. Each has placed a few orders before: what a server
/// pays for a connection, and for having done nothing for a while, is not what is asked.
fn connections(
    server: SocketAddr,
    work: impl Fn(u32, &mut Connection, Instant) -> io::Result<Vec<f64>> + Sync,
) -> io::Result<Answers> {
    let (ready, go, work) = (Barrier::new(CONNECTIONS as usize), OnceLock::new(), &work);
    let (ready, go) = (&ready, &go);
    let connection = move |nth| {
        let opened = Connection::open(server).and_then(|mut connection| {
            (0..FIRST).try_for_each(|_| connection.order(Size::Usual))?;
            Ok(connection)
        });
        // Also where it failed: the others wait.
        ready.wait();
        let start = *go.get_or_init(|| Instant::now() + Duration::from_millis(5));
        work(nth, &mut opened?, start)
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS).map(|nth| scope.spawn(move || connection(nth))).collect();
        let mut seconds = Vec::new();
        for thread in threads {
            seconds.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        let elapsed = go.get().map_or(Duration::ZERO, Instant::elapsed);
        let unmeasured = u64::from(CONNECTIONS * FIRST);
        Ok(Answers { seconds, unmeasured, elapsed })
    })
}

/// A connection that places orders.
#[derive(Debug)]
struct Connection {
    usual: Vec<u8>,
    large: Vec<u8>,
    reader: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    fn open(server: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        // A server that is gone is an error, and no test that never ends.
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let request = |size: Size| {
            let order = shop::order(size.items());
            let length = order.len();
            format!(
                "POST /orders/7 HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{order}",
            )
            .into_bytes()
        };
        Ok(Connection {
            usual: request(Size::Usual),
            large: request(Size::Large),
            reader: BufReader::new(stream),
            line: String::new(),
            body: Vec::new(),
        })
    }

    /// Places one of that size, and reads its answer to the end.
    fn order(&mut self, size: Size) -> io::Result<()> {
        let request = match size {
            Size::Usual => &self.usual,
            Size::Large => &self.large,
        };
        self.reader.get_mut().write_all(request)?;
        let mut length = 0;
        for at in 0.. {
            self.line.clear();
            if self.reader.read_line(&mut self.line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = self.line.trim_end();
            if at == 0 && !line.ends_with("200 OK") {
                return Err(io::Error::other(format!("answered {line}")));
            }
            match line.split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().unwrap_or(0);
                }
                None if line.is_empty() => break,
                _ => {}
            }
        }
        self.body.resize(length, 0);
        self.reader.read_exact(&mut self.body)
    }
}
