//! The programs that the stack consists of, as Debian packages them.

use serde_json::Value;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// For each thing that is waited for; a machine with nothing else to do needs a second.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) fn promtool(arguments: &[&str]) -> Result<String, String> {
    run("promtool", "prometheus", arguments)
}

pub(crate) fn amtool(arguments: &[&str]) -> Result<String, String> {
    run("amtool", "prometheus-alertmanager", arguments)
}

/// What a program said, as a mistake if it was not content.
fn run(program: &str, package: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|_| panic!("this test needs {program}: apt-get install {package}"));
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

/// An address on this machine that nobody uses.
pub(crate) fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.expect("a free port").to_string()
}

/// Asks again and again.
#[track_caller]
pub(crate) fn until(what: &str, ready: impl Fn() -> bool, found: impl Fn() -> String) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < PATIENCE, "still waiting until {what}: {}", found());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A server that runs, ended when it is dropped.
pub(crate) struct Peer {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Peer {
    /// Starts it, and waits until it says that it is ready.
    #[track_caller]
    pub(crate) fn start(program: &str, arguments: &[&str]) -> Peer {
        let address = free();
        let log =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{program}-{}.log", std::process::id()));
        // Debian's package of Alertmanager says whose it is.
        let spawn = |program: &str| {
            Command::new(program)
                .args(arguments)
                .arg(format!("--web.listen-address={address}"))
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(File::create(&log).expect("its log"))
                .spawn()
        };
        let child = spawn(program).or_else(|_| spawn(&format!("prometheus-{program}")));
        let child = child.unwrap_or_else(|error| panic!("this test needs {program}: {error}"));
        let mut peer = Peer { child, address, log };
        let start = Instant::now();
        while peer.ask("GET", "/-/ready", "").is_none_or(|(status, _)| status != 200) {
            let ended = peer.child.try_wait().ok().flatten();
            assert!(
                ended.is_none() && start.elapsed() < PATIENCE,
                "{program} is not ready:\n{}",
                peer.said()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        peer
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// An answer of its API.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, "").expect("an answer");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error} in {body}"))
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, value: &Value) {
        let (status, body) = self.ask("POST", path, &value.to_string()).expect("an answer");
        assert_eq!(status, 200, "{path}: {body}");
    }

    /// By HTTP 1.0, whose answers end where the connection does.
    fn ask(&self, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}
