//! Connections for which there is no place: they are told so, all by one thread that never waits for any
//! of them.

use super::connection::{LINGER, head};
use super::route;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

/// Connections that are being turned away at once.
const AT_ONCE: usize = 32;

/// How often they are looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// The way to the thread, which ends when the way is dropped.
pub(super) fn start() -> io::Result<SyncSender<TcpStream>> {
    let (sender, receiver) = mpsc::sync_channel(AT_ONCE);
    thread::Builder::new().name("obs-http-busy".to_owned()).spawn(move || turn_away(&receiver))?;
    Ok(sender)
}

fn turn_away(arrivals: &Receiver<TcpStream>) {
    let response = route::busy();
    let answer = [head(&response).as_bytes(), &response.body].concat();
    let mut leaving: VecDeque<(Instant, TcpStream)> = VecDeque::new();
    loop {
        let arrival = if leaving.is_empty() {
            arrivals.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            arrivals.recv_timeout(PAUSE)
        };
        match arrival {
            Ok(mut stream) => {
                if tell(&mut stream, &answer).is_ok() {
                    leaving.push_back((Instant::now(), stream));
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        leaving.retain_mut(|(since, stream)| since.elapsed() < LINGER && still_there(stream));
        while leaving.len() > AT_ONCE {
            leaving.pop_front();
        }
    }
}

/// The answer is far smaller than the buffer of a fresh socket, so this neither waits nor falls short.
fn tell(stream: &mut TcpStream, answer: &[u8]) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    stream.write_all(answer)?;
    stream.shutdown(Shutdown::Write)
}

/// Whether the client has not closed its side. Reads what it sent, a piece at a time.
fn still_there(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 8192]) {
        Ok(read) => read > 0,
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
    }
}
