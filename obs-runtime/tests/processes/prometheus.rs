//! Prometheus, as Debian packages it.

use serde_json::Value;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running one, until it is dropped.
#[derive(Debug)]
pub(crate) struct Prometheus {
    process: Child,
    folder: PathBuf,
    address: SocketAddr,
}

impl Prometheus {
    /// Starts one that scrapes this address every second.
    ///
    /// # Panics
    ///
    /// It is not installed.
    pub(crate) fn start(target: &str) -> Prometheus {
        let folder =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("exemplars-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let config = folder.join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s, scrape_timeout: 1s }}\n\
             scrape_configs:\n  - job_name: shop\n    static_configs: [{{ targets: [{target:?}] }}]\n"
        );
        fs::write(&config, text).expect("its configuration");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(["--enable-feature=exemplar-storage", "--log.level=warn"])
            .stdout(Stdio::null())
            .stderr(File::create(folder.join("log")).expect("its log"))
            .spawn()
            .unwrap_or_else(|_| panic!("prometheus not found; on Debian: apt-get install prometheus"));
        Prometheus { process, folder, address }
    }

    /// The labels of the exemplars of this family; none while it is starting.
    pub(crate) fn exemplars(&self, family: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/v1/query_exemplars?query={family}")).unwrap_or_default();
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        let answer: Value = serde_json::from_str(body).unwrap_or_default();
        let series = answer["data"].as_array().into_iter().flatten();
        let exemplars = series.filter_map(|series| series["exemplars"].as_array()).flatten();
        exemplars.map(|exemplar| exemplar["labels"].clone()).collect()
    }

    fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.address)?;
        // Of HTTP 1.0, so that the body comes as it is.
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// What it has complained about.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Each may have failed because it is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
