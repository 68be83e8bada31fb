//! TLS before a collector that has none, as a load balancer does it.

use rustls::pki_types::CertificateDer;
use rustls::{ServerConfig, ServerConnection};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long one side is listened to before the other.
const TURN: Duration = Duration::from_millis(1);

/// A TLS server on a port of its own, until it is dropped.
pub struct Terminator {
    address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    stopped: AtomicBool,
    /// The certificates that clients have shown, and why connections have failed.
    shown: Mutex<Vec<CertificateDer<'static>>>,
    failed: Mutex<Vec<String>>,
}

impl Terminator {
    pub fn start(config: ServerConfig, collector: SocketAddr) -> Terminator {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::<Seen>::default());
        let (theirs, config) = (Arc::clone(&seen), Arc::new(config));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if theirs.stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (seen, connection) = (Arc::clone(&theirs), ServerConnection::new(Arc::clone(&config)));
                thread::spawn(move || {
                    if let Err(error) = serve(stream.unwrap(), connection.unwrap(), collector, &seen) {
                        seen.failed.lock().unwrap_or_else(PoisonError::into_inner).push(error.to_string());
                    }
                });
            }
        });
        Terminator { address, seen }
    }

    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// What clients have shown so far.
    pub fn shown(&self) -> Vec<CertificateDer<'static>> {
        self.seen.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why connections have failed so far.
    pub fn failed(&self) -> Vec<String> {
        self.seen.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Terminator {
    fn drop(&mut self) {
        self.seen.stopped.store(true, Ordering::SeqCst);
        // The acceptor waits for a connection.
        drop(TcpStream::connect(self.address));
    }
}

/// Hands on what comes from either side, until one of them is done.
fn serve(
    mut client: TcpStream,
    mut tls: ServerConnection,
    collector: SocketAddr,
    seen: &Seen,
) -> io::Result<()> {
    tls.complete_io(&mut client)?;
    let shown = tls.peer_certificates().unwrap_or_default().iter().take(1).cloned();
    seen.shown.lock().unwrap_or_else(PoisonError::into_inner).extend(shown);
    let mut collector = TcpStream::connect(collector)?;
    client.set_read_timeout(Some(TURN))?;
    collector.set_read_timeout(Some(TURN))?;
    let mut buffer = [0; 16 * 1024];
    while !seen.stopped.load(Ordering::SeqCst) {
        match tls.read_tls(&mut client) {
            Ok(0) => break,
            Ok(_) => _ = tls.process_new_packets().map_err(io::Error::other)?,
            Err(error) => patient(error)?,
        }
        loop {
            match tls.reader().read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(length) => collector.write_all(&buffer[..length])?,
                Err(error) => break patient(error)?,
            }
        }
        match collector.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => tls.writer().write_all(&buffer[..length])?,
            Err(error) => patient(error)?,
        }
        while tls.wants_write() {
            tls.write_tls(&mut client)?;
        }
    }
    Ok(())
}

/// Nothing came in time, which is no error.
fn patient(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Ok(()),
        _ => Err(error),
    }
}
