//! A real Prometheus scrapes the program, loads its rules, and answers its dashboards, on a machine of either kind.
//!
//! Needs `prometheus` and `promtool` on the path (Debian: `apt-get install prometheus`).
#![cfg(not(feature = "off"))]

use obs_peers::{
    Dashboard, PATIENCE, Prometheus, all_answered, answered, data, promtool, recorded, rules_are_well, until,
};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::timeout;

/// For everything together. A machine with nothing else to do needs half a minute.
const LIMIT: Duration = Duration::from_secs(150);

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/rules/gpu-example.yml");
const DASHBOARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/observability/dashboards");

#[tokio::test]
async fn prometheus_answers_everything() {
    let program = Program::start();
    // Every second, as everything else here.
    let rules = fs::read_to_string(RULES).expect("the rules").replace("interval: \"1m\"", "interval: \"1s\"");
    let prometheus = Prometheus::start("gpu", ("gpu-example", &[&*program.metrics]), &rules, None);
    let checks = async {
        promtool(&["check", "rules", RULES], "");
        until("kernels have been timed", PATIENCE, async || {
            data(&prometheus.query("sum by (kernel) (gpu_kernel_duration_seconds_count) > 5").await)
        })
        .await;
        rules_are_well(&prometheus).await;
        answered("recorded series", &recorded(RULES), &prometheus).await;
        let dashboards = Dashboard::all(DASHBOARDS);
        assert!(dashboards.contains_key("gpu-example-gpu"), "{:?}", dashboards.keys());
        let asked = all_answered(&dashboards, "gpu-example", &prometheus).await;
        assert!(asked > 50, "only {asked} queries");
    };
    assert!(timeout(LIMIT, checks).await.is_ok(), "not done after {LIMIT:?}");
}

/// The built program, serving until it is dropped.
#[derive(Debug)]
struct Program {
    child: Child,
    metrics: String,
}

impl Program {
    fn start() -> Program {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gpu-example"))
            .args(["--rounds", "2", "--serve", "--metrics", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the built program starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let mut lines = output.lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let address = line.strip_prefix("metrics  http://")?.strip_suffix("/metrics")?;
            Some(address.to_owned())
        });
        // Whatever it says is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Program { child, metrics: address.expect("it says where its metrics are") }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended, or is told to; there is nobody to tell otherwise.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
