//! The built program, as one of its two processes.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Longer than any line takes to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process, until it is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<Value>>>,
    /// Where it serves.
    pub(crate) address: SocketAddr,
    /// Where its metrics are.
    pub(crate) metrics: String,
}

impl Program {
    /// Starts one on free ports, which sends its spans there.
    pub(crate) fn start(role: &str, more: &[&str], collector: SocketAddr) -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_shop"))
            .args([role, "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"])
            .args(more)
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{collector}"))
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")
            .env("OTEL_BSP_SCHEDULE_DELAY", "200")
            .env_remove("OBS_LOG")
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the built program starts");
        let lines = Arc::<Mutex<Vec<Value>>>::default();
        let said = listen(&mut child, Arc::clone(&lines));
        let first = said.recv_timeout(PATIENCE).expect("it says where it listens");
        let address = |field: &str| first["fields"][field].as_str().unwrap_or_default().to_owned();
        assert_eq!(first["message"], "listening", "{first}");
        let listens = address("address").parse().unwrap_or_else(|_| panic!("no address: {first}"));
        Program { child, lines, address: listens, metrics: address("metrics") }
    }

    /// The lines of its log so far.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks it to stop, as a container's runtime would, and returns its last words.
    pub(crate) fn stop(mut self) -> String {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill");
        assert!(asked.success());
        let mut words = String::new();
        self.child.stderr.take().expect("its words").read_to_string(&mut words).expect("text");
        let status = self.child.wait().expect("its end");
        assert!(status.success(), "{status}: {words}");
        words
    }
}

/// Reads its log, line by line, and hands the first one on.
fn listen(child: &mut Child, into: Arc<Mutex<Vec<Value>>>) -> Receiver<Value> {
    let (tell, told) = mpsc::channel();
    let output = BufReader::new(child.stdout.take().expect("its output"));
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            let line: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
            // Whoever has heard enough is gone.
            let _ = tell.send(line.clone());
            into.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
    told
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended, or a test has failed; there is nobody to tell about either.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
