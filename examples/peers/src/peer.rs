//! Programs of others, as Debian packages them: each in a directory of its own, on a free port.

use http_body_util::{BodyExt, Collected, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

/// Fails, and says what is missing.
///
/// # Panics
///
/// There is no such program.
pub fn require(program: &str, package: &str) {
    assert!(runs(program), "{program} is not on the path; on Debian: apt-get install {package}");
}

/// Whether there is such a program.
pub fn runs(program: &str) -> bool {
    let mut command = Command::new(program);
    let status = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Runs promtool with some input, expects it to be content, and returns what it said.
///
/// # Panics
///
/// It is not content.
pub fn promtool(args: &[&str], input: &str) -> String {
    let mut child = Command::new("promtool")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    // It may stop reading at the first mistake; what it said then is shown below.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("promtool ends");
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "promtool {}: {said}", args.join(" "));
    said
}

/// A directory that goes when it is dropped.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// One of that name, for this process.
    ///
    /// # Panics
    ///
    /// It cannot be made.
    pub fn new(name: &str) -> Directory {
        let name = format!("{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a directory");
        Directory(path)
    }

    /// Writes a file, and says where.
    ///
    /// # Panics
    ///
    /// It cannot be written.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
        path
    }

    /// The path of a file in it.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A program that serves HTTP. It ends when it is dropped; if that is because a test fails, its log is shown.
#[derive(Debug)]
pub struct Peer {
    program: String,
    child: Child,
    directory: Directory,
    /// Where it listens.
    pub address: String,
    http: Client<HttpConnector, Empty<Bytes>>,
}

impl Peer {
    /// Starts a program with an argument that says where to listen, and others.
    ///
    /// # Panics
    ///
    /// It does not start.
    pub fn start(program: &str, directory: Directory, arguments: &[String]) -> Peer {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port").to_string();
        let log = File::create(directory.path("log")).expect("its log");
        let child = Command::new(program)
            .arg(format!("--web.listen-address={address}"))
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let http = Client::builder(TokioExecutor::new()).build_http();
        Peer { program: program.to_owned(), child, directory, address, http }
    }

    /// What it answers; null while it does not listen or is not ready.
    ///
    /// # Panics
    ///
    /// It answers with an error.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("http://{}{path}", self.address).parse().expect("an address");
        let Ok(answer) = self.http.get(url).await else { return Value::Null };
        let status = answer.status();
        if status.as_u16() == 503 {
            return Value::Null;
        }
        let body = answer.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
        assert!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap_or_default()
    }

    fn log(&self) -> String {
        fs::read_to_string(Path::new(&self.directory.path("log"))).unwrap_or_default()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Each may have failed because it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("{} says:\n{}", self.program, self.log());
        }
    }
}

/// A query as part of a URL.
pub fn encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}
