//! A collector that other people wrote, between us and the test.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// `rotel-agent`, until it is dropped.
pub struct Rotel {
    process: Child,
    ports: [u16; 2],
}

impl Rotel {
    /// Starts one that hands everything on to this address, over gRPC.
    ///
    /// # Panics
    ///
    /// It is not installed, or does not start.
    pub fn start(exporter: &str) -> Rotel {
        let program = program()
            .unwrap_or_else(|| panic!("rotel-agent not found: cargo xtask test --only packages installs it"));
        // Held until both are known, so that they differ.
        let free = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = free.map(|listener| listener.local_addr().unwrap().port());
        let process = Command::new(program)
            .arg("start")
            .args(["--otlp-grpc-endpoint", &format!("127.0.0.1:{}", ports[0])])
            .args(["--otlp-http-endpoint", &format!("127.0.0.1:{}", ports[1])])
            .args(["--exporter", "otlp", "--otlp-exporter-protocol", "grpc"])
            .args(["--otlp-exporter-endpoint", exporter])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut rotel = Rotel { process, ports };
        let end = Instant::now() + Duration::from_secs(60);
        for port in ports {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                let ended = rotel.process.try_wait().unwrap();
                assert!(ended.is_none() && Instant::now() < end, "rotel-agent does not listen: {ended:?}");
                thread::sleep(Duration::from_millis(20));
            }
        }
        rotel
    }

    pub fn grpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[1])
    }
}

impl Drop for Rotel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where `cargo xtask test` installs it, below cargo's target folder; or on the path.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path =
        std::env::split_paths(&path).map(|folder| folder.join("rotel-agent")).find(|file| file.is_file());
    let test = std::env::current_exe().unwrap();
    let mut folders = test.ancestors();
    let installed = || {
        let libraries = folders.find_map(|folder| std::fs::read_dir(folder.join("python/lib")).ok())?;
        let mut pythons = libraries.filter_map(Result::ok);
        pythons.find_map(|python| {
            let file = python.path().join("site-packages/rotel/rotel-agent");
            file.is_file().then_some(file)
        })
    };
    on_path.or_else(installed)
}
