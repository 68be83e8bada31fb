//! The built program, serving.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

pub(crate) struct Quickstart {
    child: Child,
    output: Option<JoinHandle<String>>,
    /// Where orders go.
    pub(crate) orders: String,
    /// The address of the metrics.
    pub(crate) metrics: String,
}

impl Quickstart {
    /// Starts it on free ports, with its own gentle traffic.
    pub(crate) fn start() -> Quickstart {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quickstart"))
            .args(["--serve", "--seconds", "0", "--metrics", "127.0.0.1:0", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the built program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut address = |name: &str| {
            let line = lines.next().and_then(Result::ok).unwrap_or_default();
            let url = line.strip_prefix(name).unwrap_or_else(|| panic!("expected {name}: {line:?}"));
            url.trim().to_owned()
        };
        let (orders, metrics) = (address("orders"), address("metrics"));
        let metrics = metrics.trim_start_matches("http://").trim_end_matches("/metrics").to_owned();
        // A program whose output nobody reads stops at a full pipe.
        let output = thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
        Quickstart { child, output: Some(output), orders, metrics }
    }

    /// Asks it to stop, as a container's runtime would, and expects it to do so in order.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill");
        assert!(asked.success());
        let status = self.child.wait().expect("its end");
        let output = self.output.take().and_then(|reader| reader.join().ok()).unwrap_or_default();
        assert!(status.success(), "{status}: {output}");
        assert!(output.ends_with("Serving, with a little traffic, until Ctrl-C."), "{output}");
    }
}

impl Drop for Quickstart {
    fn drop(&mut self) {
        // It has ended, or a test has failed; there is nobody to tell about either.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
