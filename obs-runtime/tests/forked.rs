//! A child that was forked after `init`, as a daemon made too late is.
#![cfg(target_os = "linux")]
// Nothing in the standard library forks.
#![allow(unsafe_code)]

use obs_runtime::CorrelationId;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(child: i32, status: *mut i32, options: i32) -> i32;
    fn kill(child: i32, signal: i32) -> i32;
    fn _exit(code: i32) -> !;
}

const NO_HANG: i32 = 1;
const KILL: i32 = 9;

/// Does that in a child, and says what it told, or nothing where it did not come to its end.
fn in_a_child(work: impl FnOnce() -> String) -> Option<String> {
    let (mut ours, mut theirs) = UnixStream::pair().unwrap();
    // SAFETY: The child runs this thread alone. It takes no lock that another thread of this test holds, and leaves
    // without unwinding or running anything else of the parent.
    let child = unsafe { fork() };
    if child == 0 {
        let told = catch_unwind(AssertUnwindSafe(work));
        let sent = told.is_ok_and(|told| theirs.write_all(told.as_bytes()).is_ok());
        // SAFETY: It ends the process, at once.
        unsafe { _exit(i32::from(!sent)) }
    }
    drop(theirs);
    let end = Instant::now() + Duration::from_secs(60);
    let mut status = -1;
    // SAFETY: The child is ours, and the status is written to a number.
    while unsafe { waitpid(child, &raw mut status, NO_HANG) } == 0 {
        if Instant::now() > end {
            // SAFETY: As above. A child that is not waited for keeps its number.
            unsafe {
                kill(child, KILL);
                waitpid(child, &raw mut status, 0);
            }
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut told = String::new();
    ours.read_to_string(&mut told).unwrap();
    (status == 0).then_some(told)
}

fn live(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// One test: a process is forked while nobody else in it does anything.
#[test]
fn a_child_ends_leaves_its_parent_alone_and_has_ids_of_its_own() {
    // From here on, this thread has what ids are made of, and so has a child.
    let _ = CorrelationId::make();
    let first = || {
        let _obs = obs_runtime::builder("child").init().unwrap();
        CorrelationId::make().to_string()
    };
    let (one, other) = (in_a_child(first).expect("an id"), in_a_child(first).expect("an id"));
    assert_ne!(one, other);

    let obs = obs_runtime::builder("parent").listen("127.0.0.1:0").init().unwrap();
    let address = obs.local_addr().unwrap();
    let mut obs = Some(obs);
    let ended = in_a_child(|| {
        drop(obs.take());
        "ended".to_owned()
    });
    assert_eq!(ended.as_deref(), Some("ended"), "it waits for a thread that only its parent has");
    assert!(live(address).starts_with("HTTP/1.1 200 "), "the parent's server was stopped");
}
