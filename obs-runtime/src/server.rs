//! A small HTTP server for the pages.
//!
//! Blocking sockets on threads of its own, so that it answers while an async runtime is stuck. Everything
//! that a client can take from us is bounded: connections, the bytes of a header, the time to send it
//! and to read the answer.
//!
//! Each connection serves one request and is closed. A scraper comes every few seconds, so that a kept
//! connection would save it nothing, but would let a handful of idle clients hold every place.

use crate::self_metrics::{Rejection, rejected};
use crate::slots::{Slot, Slots};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread::{self, JoinHandle};
use std::time::Duration;

mod connection;
mod request;
mod route;
mod surplus;

/// Connections that are served at once.
const CONNECTIONS: usize = 8;

/// Of these, the ones that read metrics. A polled metric that hangs takes them all in time; the rest
/// stay free for health.
const SCRAPES: usize = 4;

/// How long a connection waits for a place before it is turned away. A connection whose client has its
/// answer is over a moment later, when its thread has noticed.
const PATIENCE: Duration = Duration::from_millis(100);

/// How long a stop waits for the answers that are under way.
const GRACE: Duration = Duration::from_secs(1);

/// How long the system gets to recover when it cannot accept: most often it is out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

/// What the connections share.
#[derive(Debug)]
struct Places {
    connections: Arc<Slots>,
    scrapes: Arc<Slots>,
}

impl Server {
    /// Listens on the first of the addresses that can be.
    pub(crate) fn bind(addresses: &[SocketAddr]) -> io::Result<Server> {
        let listener = TcpListener::bind(addresses)?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stopping);
        let surplus = surplus::start()?;
        let acceptor = thread::Builder::new()
            .name("obs-http".to_owned())
            .spawn(move || accept(&listener, &told, &surplus))?;
        Ok(Server { address, stopping, acceptor: Some(acceptor) })
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The acceptor waits for a connection; this is one. Were it impossible to make, then so would
        // be every other, and the thread is left to the end of the process rather than waited for.
        let woken = TcpStream::connect_timeout(&reachable(self.address), GRACE).is_ok();
        if let Some(acceptor) = self.acceptor.take()
            && (woken || acceptor.is_finished())
        {
            // It does not panic; and if it had, it would have stopped.
            let _ = acceptor.join();
        }
    }
}

/// An address under which this machine reaches its own listener.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}

fn accept(listener: &TcpListener, stopping: &AtomicBool, surplus: &SyncSender<TcpStream>) {
    let places = Arc::new(Places { connections: Slots::new(CONNECTIONS), scrapes: Slots::new(SCRAPES) });
    loop {
        let accepted = listener.accept();
        if stopping.load(Ordering::SeqCst) {
            break;
        }
        match accepted {
            Ok((stream, _)) => match places.connections.take_within(PATIENCE) {
                Some(slot) => serve(stream, slot, &places),
                None => {
                    rejected(Rejection::Busy);
                    // When even those are too many, the connection is closed without a word.
                    let _ = surplus.try_send(stream);
                }
            },
            Err(_) => thread::sleep(ACCEPT_PAUSE),
        }
    }
    places.connections.wait_until_free(GRACE);
}

/// One thread a connection: it lives for a few milliseconds, a few times a minute.
fn serve(stream: TcpStream, slot: Slot, places: &Arc<Places>) {
    let places = Arc::clone(places);
    let spawned = thread::Builder::new().name("obs-http-conn".to_owned()).spawn(move || {
        connection::serve(stream, &places);
        drop(slot);
    });
    if spawned.is_err() {
        rejected(Rejection::Busy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_every_address_can_be_stopped() {
        for address in ["0.0.0.0:0", "127.0.0.1:0", "[::]:0"] {
            // A machine without IPv6 cannot listen there, and does not have to.
            let Ok(server) = Server::bind(&[address.parse().unwrap()]) else { continue };
            let address = server.local_addr();
            drop(server);
            assert!(TcpStream::connect(reachable(address)).is_err(), "{address} is still listened on");
        }
    }
}
