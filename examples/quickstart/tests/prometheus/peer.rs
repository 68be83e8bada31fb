//! Prometheus, as Debian packages it.

use quickstart::http::Client;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Fails, and says what is missing.
pub(crate) fn require() {
    for tool in ["prometheus", "promtool"] {
        let found = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(
            found.is_ok_and(|status| status.success()),
            "{tool} is not on the path; on Debian: apt-get install prometheus"
        );
    }
}

/// Runs promtool with some input, expects it to be content, and returns what it said.
pub(crate) fn promtool(args: &[&str], input: &str) -> String {
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

/// A running Prometheus.
pub(crate) struct Prometheus {
    child: Child,
    directory: PathBuf,
    address: String,
    http: Client,
}

impl Prometheus {
    /// Starts one that scrapes `target` every second and evaluates `rules` as often, objectives included.
    pub(crate) fn start(target: &str, rules: &str) -> Prometheus {
        let name = format!("prometheus-{}", std::process::id());
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).expect("a directory");
        let config = directory.join("prometheus.yml");
        let hurried =
            fs::read_to_string(rules).expect("the rules").replace("interval: \"1m\"", "interval: \"1s\"");
        let rules = directory.join("rules.yml");
        fs::write(&rules, hurried).expect("a copy of the rules");
        let text = format!(
            "global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}\n\
             rule_files: [{rules:?}]\n\
             scrape_configs:\n  - job_name: quickstart\n    static_configs: [{{ targets: [{target:?}] }}]\n"
        );
        fs::write(&config, text).expect("its configuration");
        promtool(&["check", "config", &config.display().to_string()], "");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port").to_string();
        let log = File::create(directory.join("log")).expect("its log");
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", directory.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(["--enable-feature=exemplar-storage", "--log.level=warn"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("prometheus starts");
        Prometheus { child, directory, address, http: Client::new() }
    }

    /// The `data` of an answer of its API; null while there is none.
    pub(crate) async fn api(&self, path: &str) -> Value {
        let Ok((status, body)) = self.http.get(&format!("http://{}{path}", self.address)).await else {
            return Value::Null; // It is not listening yet.
        };
        let mut answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        let starting = status.as_u16() == 503;
        assert!(status.is_success() || starting, "{path}: {}", answer["error"]);
        answer["data"].take()
    }

    /// The answer to a query, now.
    pub(crate) async fn query(&self, query: &str) -> Value {
        self.api(&format!("/api/v1/query?query={}", encode(query))).await
    }

    /// What it has complained about.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Each may have failed because it is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// A query as part of a URL.
pub(crate) fn encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}
