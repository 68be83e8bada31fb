//! The shop and who ships for it, each a process.

use crate::shop;
use obs_runtime::snapshot::Value;
use obs_runtime::{Baggage, Context, ContextExt, Logs, Obs, Otlp, Sampling, builder};
use std::env;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;

/// Longer than any test takes. A process that nobody ends ends itself.
const LONGEST: Duration = Duration::from_secs(180);

/// Orders that are in progress at once.
const AT_ONCE: u64 = 16;

const PART: &str = "OBS_TEST_PART";
const PROTOCOL: &str = "OBS_TEST_PROTOCOL";
const COLLECTOR: &str = "OBS_TEST_COLLECTOR";
const SHIPPING: &str = "OBS_TEST_SHIPPING";
const ORDERS: &str = "OBS_TEST_ORDERS";
const LOG: &str = "OBS_TEST_LOG";

/// A process, until it is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    process: Child,
    said: BufReader<ChildStderr>,
}

/// How a process sends its spans: the protocol as in `OTEL_EXPORTER_OTLP_PROTOCOL`, and where to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To<'a>(pub(crate) &'a str, pub(crate) &'a str);

impl Program {
    /// Starts who ships.
    pub(crate) fn shipping(to: To<'_>) -> Program {
        Program::start("shipping", to, &[])
    }

    /// Starts a shop, which places so many orders with itself.
    pub(crate) fn shop(to: To<'_>, shipping: SocketAddr, orders: u64) -> Program {
        Program::start("shop", to, &[(SHIPPING, shipping.to_string()), (ORDERS, orders.to_string())])
    }

    /// Starts a shop that places no orders itself, and writes what it logs to that file.
    pub(crate) fn writing_shop(to: To<'_>, shipping: SocketAddr, log: &Path) -> Program {
        let log = log.to_str().expect("a path that is text").to_owned();
        Program::start("shop", to, &[(SHIPPING, shipping.to_string()), (ORDERS, "0".to_owned()), (LOG, log)])
    }

    fn start(part: &str, To(protocol, collector): To<'_>, more: &[(&str, String)]) -> Program {
        let mut process = Command::new(env::current_exe().expect("this program"))
            .args(["--exact", "a_part_of_a_program", "--nocapture"])
            .env(PART, part)
            .env(PROTOCOL, protocol)
            .env(COLLECTOR, collector)
            .envs(more.iter().cloned())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process");
        let said = BufReader::new(process.stderr.take().expect("its words"));
        Program { process, said }
    }

    /// What it says next behind this word.
    ///
    /// # Panics
    ///
    /// It ends before.
    pub(crate) fn says(&mut self, word: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            let read = self.said.read_line(&mut line).expect("text");
            assert!(read > 0, "it ended before it said {word:?}: {all}");
            if let Some(rest) = line.trim_end().strip_prefix(word).and_then(|rest| rest.strip_prefix(": ")) {
                return rest.to_owned();
            }
            all.push_str(&line);
        }
    }

    pub(crate) fn address(&mut self) -> SocketAddr {
        self.says("address").parse().expect("an address")
    }

    /// Sends it a SIGTERM.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()));
    }

    /// Terminates it, and returns its last words: the report.
    pub(crate) fn end(mut self) -> String {
        self.terminate();
        let report = self.says("report");
        assert!(self.process.wait().expect("a status").success());
        report
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails for one that has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a report has to say of so many spans and events.
pub(crate) fn report(spans: usize, events: usize) -> String {
    let sent = |count, what| format!("{count} {what} were exported and none was lost");
    format!("{}; {}.", sent(spans, "spans"), sent(events, "logged events"))
}

/// Plays the part that the environment names, if it names one.
pub(crate) fn play() {
    let Ok(part) = env::var(PART) else { return };
    std::thread::spawn(|| {
        std::thread::sleep(LONGEST);
        std::process::exit(3);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let terminated = signal(SignalKind::terminate()).expect("signals");
        let obs = init(&part);
        match part.as_str() {
            "shipping" => ship(terminated).await,
            _ => sell(&obs, terminated).await,
        }
        let report = obs.shutdown().await;
        assert!(report.is_complete(), "{report}");
        eprintln!("report: {report}");
    });
}

fn init(service: &str) -> Obs {
    let said = |name| env::var(name).expect("a part's environment");
    let (protocol, collector) = (said(PROTOCOL), said(COLLECTOR));
    let otlp = match protocol.as_str() {
        "grpc" => Otlp::grpc(&collector),
        "http/json" => Otlp::http_json(&collector),
        _ => Otlp::http(&collector),
    };
    let otlp = otlp.without_metrics().schedule_delay("20ms").queue(1 << 18, 512).log_queue(1 << 18, 512);
    let logs = Logs::text().ignore_environment().otlp();
    let logs = match env::var_os(LOG) {
        Some(file) => logs.to_file(file),
        None => logs.without_lines(),
    };
    let builder = builder(service).otlp(otlp).logs(logs).sampling(Sampling::always());
    builder.shutdown_timeout("60s").listen("127.0.0.1:0").init().expect("a program")
}

async fn ship(mut terminated: Signal) {
    eprintln!("address: {}", shop::shipping().await);
    terminated.recv().await;
}

/// Serves until it is terminated, and then until what was accepted is answered.
async fn sell(obs: &Obs, mut terminated: Signal) {
    let shipping = env::var(SHIPPING).expect("an address").parse().expect("an address");
    let orders = env::var(ORDERS).expect("a number").parse().expect("a number");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let ended = async move {
        terminated.recv().await;
    };
    let server = tokio::spawn(async move {
        axum::serve(listener, shop::router(shipping)).with_graceful_shutdown(ended).await
    });
    eprintln!("pages: {}", obs.local_addr().expect("an address"));
    eprintln!("address: {address}");
    place(address, orders).await;
    eprintln!("placed: {orders}");
    server.await.expect("no panic").expect("a server");
    eprintln!("accepted: {}", accepted());
}

/// How many orders were answered, by our own count.
fn accepted() -> u64 {
    let snapshot = obs_runtime::snapshot();
    let series = snapshot.family("function_calls_total").map(|family| family.series.as_slice());
    let accept = series.unwrap_or_default().iter().filter(|it| it.labels.get("function") == Some("accept"));
    accept.map(|series| if let Value::Integer(count) = series.value { count } else { 0 }).sum()
}

/// Places so many orders, a few at a time.
pub(crate) async fn place(shop: SocketAddr, orders: u64) {
    let (next, client) = (Arc::new(AtomicU64::new(0)), shop::orders());
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (next, client) = (Arc::clone(&next), client.clone());
        tasks.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= orders {
                    break;
                }
                let context = Context::current().with_baggage(Baggage::empty().with("order", &n.to_string()));
                shop::order(client.clone(), shop, n).in_context(context).await.expect("an answer");
            }
        });
    }
    while let Some(task) = tasks.join_next().await {
        task.expect("no panic");
    }
}
