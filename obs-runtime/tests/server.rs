//! The server, over raw sockets.

use obs_runtime::{Check, Obs, builder};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// A process has one `Obs` at a time, and these tests need one each.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

struct Running {
    address: SocketAddr,
    obs: Option<Obs>,
    _turn: MutexGuard<'static, ()>,
}

fn start(configure: impl FnOnce(obs_runtime::Builder) -> obs_runtime::Builder) -> Running {
    let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let obs = configure(builder("shop").version("1.2.3").listen("127.0.0.1:0")).init().unwrap();
    Running { address: obs.local_addr().unwrap(), obs: Some(obs), _turn: turn }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

impl Running {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn send(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        read(&mut stream)
    }

    fn get(&self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
    }
}

/// Reads to the end: each answer ends with a close.
fn read(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let split =
        bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or_else(|| panic!("{bytes:?}"));
    let head = String::from_utf8(bytes[..split].to_vec()).unwrap();
    let body = bytes.split_off(split + 4);
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap().parse().unwrap();
    Answer { status, head, body }
}

#[test]
fn metrics_in_every_format_and_encoding() {
    let server = start(|builder| builder);
    let plain = server.get("/metrics");
    assert_eq!(plain.status, 200);
    assert_eq!(plain.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(plain.header("content-length"), Some(plain.body.len().to_string().as_str()));
    assert_eq!(plain.header("connection"), Some("close"));
    assert!(plain.text().contains("build_info{version=\"1.2.3\",service=\"shop\"} 1\n"), "{}", plain.text());

    let open = server.send(
        b"GET /metrics?x=y HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\r\n",
    );
    assert_eq!(
        open.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert!(open.text().ends_with("# EOF\n"));
    assert!(open.text().contains("obs_scrapes_total{format=\"text\"} "), "{}", open.text());
}

#[obs_runtime::observe(help = "Is on the catalogue's page.")]
fn observed() {}

#[test]
fn the_catalogue_is_a_page() {
    let server = start(|builder| builder);
    observed();
    let page = server.get("/catalogue");
    assert_eq!((page.status, page.header("content-type")), (200, Some("application/json")));
    assert_eq!(page.text(), obs_runtime::catalogue().to_json());
    assert!(cfg!(feature = "off") || page.text().contains("\"observed\""), "{}", page.text());
    assert!(server.get("/nothing").text().contains("/catalogue"));
}

/// What the next test runs this program for: `init` does not return in it.
#[test]
fn a_program_that_is_asked() {
    if std::env::var_os("OBS_PRINT_CATALOGUE").is_some_and(|asked| asked == "1") {
        print!("an unfinished line ");
        let started = builder("shop").listen("127.0.0.1:0").init();
        panic!("it started: {started:?}");
    }
}

#[test]
fn a_program_that_is_asked_prints_its_catalogue_and_exits() {
    let program = std::env::current_exe().unwrap();
    let ask = |value: &str| {
        let arguments = ["--exact", "a_program_that_is_asked", "--nocapture"];
        std::process::Command::new(&program)
            .args(arguments)
            .env("OBS_PRINT_CATALOGUE", value)
            .output()
            .unwrap()
    };
    let asked = ask("1");
    let out = String::from_utf8(asked.stdout).unwrap();
    assert!(asked.status.success(), "{out}");
    assert!(out.ends_with(&format!("\n{}", obs_runtime::catalogue().to_json())), "{out}");
    // Anything else is no question, and the test above runs to its end.
    assert!(String::from_utf8(ask("0").stdout).unwrap().contains("1 passed"));
}

#[cfg(feature = "gzip")]
#[test]
fn a_compressed_page_is_the_page() {
    let server = start(|builder| builder);
    let small = server.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
    assert_eq!(small.header("content-encoding"), Some("gzip"));
    let mut page = String::new();
    flate2::read::GzDecoder::new(small.body.as_slice()).read_to_string(&mut page).unwrap();
    assert!(page.contains("build_info{") && page.ends_with('\n'), "{page}");
    assert!(small.body.len() < page.len() / 2);
    let plain = server.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\n\r\n");
    assert_eq!(plain.header("content-encoding"), None);
}

#[test]
fn health_by_path() {
    let server = start(|builder| {
        builder
            .health(Check::new("cache", || Err::<(), _>("cold")))
            .health(Check::new("database", || Ok::<(), String>(())).critical())
    });
    let health = server.get("/health");
    assert_eq!((health.status, health.header("content-type")), (200, Some("application/json")));
    for part in
        ["\"status\": \"degraded\"", "\"version\": \"1.2.3\"", "\"service\": \"shop\"", "\"error\": \"cold\""]
    {
        assert!(health.text().contains(part), "{part} is not in {}", health.text());
    }
    assert_eq!(server.get("/health/live").status, 200);
    let ready = server.get("/health/ready");
    assert_eq!(ready.status, 200);
    assert!(ready.text().contains("database") && !ready.text().contains("cache"), "{}", ready.text());
}

#[test]
fn a_process_that_is_not_ready_is_alive() {
    let server = start(|builder| builder.health(Check::new("database", || Err::<(), _>("away")).critical()));
    assert_eq!(server.get("/health").status, 503);
    assert_eq!(server.get("/health/ready").status, 503);
    assert_eq!(server.get("/health/live").status, 200);
}

#[test]
fn a_check_that_hangs_or_panics_is_reported() {
    let (finish, finished) = mpsc::channel::<()>();
    let finished = Mutex::new(finished);
    // Until the test is over.
    let hangs = move || {
        let _ = finished.lock().unwrap().recv();
        Ok::<(), String>(())
    };
    let panics = || -> Result<(), String> { std::panic::resume_unwind(Box::new("boom")) };
    let server = start(|builder| {
        builder
            .health(Check::new("hangs", hangs).timeout("50ms"))
            .health(Check::new("panics", panics).critical())
    });
    // It comes at all: the check does not.
    let health = server.get("/health");
    assert_eq!(health.status, 503);
    assert!(health.text().contains("no answer within 50ms"), "{}", health.text());
    assert!(health.text().contains("panicked: boom"), "{}", health.text());
    drop(finish);
}

#[test]
fn other_paths_and_methods_are_told_what_there_is() {
    let server = start(|builder| builder);
    for path in ["/", "/metrics/", "/healthz", "/%6detrics", "//"] {
        let missing = server.get(path);
        assert_eq!(missing.status, 404, "{path}");
        assert!(
            missing.text().contains("/metrics, /catalogue, /health, /health/live, /health/ready"),
            "{}",
            missing.text()
        );
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
        let request = format!("{method} /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
        let refused = server.send(request.as_bytes());
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
}

#[test]
fn head_is_get_without_the_body() {
    let server = start(|builder| builder);
    for path in ["/metrics", "/health", "/nowhere"] {
        let head = server.send(format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        let get = server.get(path);
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"));
        assert!(head.header("content-length").unwrap().parse::<usize>().unwrap() > 0);
    }
}

#[test]
fn an_oversize_header_is_refused_and_the_client_hears_of_it() {
    let server = start(|builder| builder);
    let request = format!("GET /metrics HTTP/1.1\r\nHost: x\r\nCookie: {}\r\n\r\n", "x".repeat(60_000));
    assert_eq!(server.send(request.as_bytes()).status, 431);
    let request = format!("GET /metrics HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100));
    assert_eq!(server.send(request.as_bytes()).status, 431);
    let request = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000));
    assert_eq!(server.send(request.as_bytes()).status, 431);
}

#[test]
fn junk_is_refused_and_what_follows_a_request_is_ignored() {
    let server = start(|builder| builder);
    for junk in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"hello\r\n\r\n",
        b"GET /metrics HTTP/3.0\r\n\r\n",
    ] {
        assert_eq!(server.send(junk).status, 400, "{junk:?}");
    }
    let pipelined = [b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", &[b'z'; 40_000][..]].concat();
    let answer = server.send(&pipelined);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text().matches("uptime").count(), 1);
    let old = server.send(b"GET /metrics HTTP/1.0\r\n\r\n");
    assert_eq!(old.status, 200);
}

#[test]
fn a_request_may_come_in_pieces() {
    let server = start(|builder| builder);
    let mut stream = server.connect();
    for piece in ["GET /hea", "lth/li", "ve HTTP/1.1\r", "\nHost: x\r\n", "\r", "\n"] {
        stream.write_all(piece.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(read(&mut stream).status, 200);
}

#[test]
fn a_client_that_dribbles_meets_the_deadline() {
    let server = start(|builder| builder);
    let mut stream = server.connect();
    stream.write_all(b"GET /metrics HTTP/1.1\r\n").unwrap();
    let mut dribble = stream.try_clone().unwrap();
    let started = Instant::now();
    // A byte now and then, so that no single read waits long.
    let dribbling = thread::spawn(move || {
        while dribble.write_all(b"x").is_ok() && started.elapsed() < Duration::from_secs(15) {
            thread::sleep(Duration::from_millis(200));
        }
    });
    assert_eq!(read(&mut stream).status, 408);
    assert!(started.elapsed() > Duration::from_secs(4), "{:?}", started.elapsed());
    drop(stream);
    dribbling.join().unwrap();
    assert!(server.get("/metrics").text().contains("obs_http_rejected_total{reason=\"timeout\"} "));
}

#[test]
fn of_twenty_connections_eight_are_served_and_the_rest_are_told() {
    let server = start(|builder| builder);
    // They say nothing yet, and so hold their places.
    let mut streams: Vec<_> = (0..20).map(|_| server.connect()).collect();
    let request = format!("GET /metrics HTTP/1.1\r\nCookie: {}\r\n\r\n", "x".repeat(4000));
    for stream in &mut streams.split_off(8) {
        // What it sends comes after it was turned away, and must not cost it the answer.
        stream.peek(&mut [0]).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(30));
        stream.write_all(request.as_bytes()).unwrap();
        let answer = read(stream);
        assert_eq!(answer.status, 503);
        assert_eq!(answer.text(), "too many connections at once; try again\n");
    }
    for stream in &mut streams {
        stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert_eq!(read(stream).status, 200);
    }
    drop(streams);
    // The places are free again, once their threads have noticed.
    let pages = (0..100).map(|_| server.get("/metrics"));
    let page = pages.into_iter().find(|page| page.status == 200).expect("a place");
    assert!(page.text().contains("obs_http_rejected_total{reason=\"busy\"} "), "{}", page.text());
}

#[test]
fn many_scrapers_at_once_are_all_served_in_the_end() {
    let server = start(|builder| builder);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let answer = server.get("/metrics");
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    assert!(answer.text().contains("build_info"));
                }
            });
        }
    });
}

#[test]
fn dropping_obs_stops_the_server_and_frees_the_place() {
    let mut server = start(|builder| builder);
    let address = server.address;
    assert_eq!(server.get("/health/live").status, 200);
    let second = builder("another").init().unwrap_err().to_string();
    assert_eq!(second, "obs is initialised already; drop the first `Obs` before the next `init`");
    drop(server.obs.take());
    assert!(TcpStream::connect(address).is_err(), "still listening");
    let obs = builder("another").listen(address).init().unwrap();
    assert_eq!(obs.local_addr(), Some(address));
}

#[test]
fn an_answer_under_way_is_finished_before_the_stop() {
    let (begin, begun) = mpsc::channel();
    let slow = move || {
        begin.send(()).unwrap();
        thread::sleep(Duration::from_millis(300));
        Ok::<(), String>(())
    };
    let mut server = start(|builder| builder.health(Check::new("slow", slow)));
    let mut stream = server.connect();
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    begun.recv().unwrap();
    drop(server.obs.take());
    let answer = read(&mut stream);
    assert!(answer.status == 200 && answer.text().contains("slow"), "{answer:?}");
}

#[test]
fn an_address_that_cannot_be_listened_on_is_an_error_that_names_it() {
    let server = start(|builder| builder);
    let taken = server.address;
    drop(server);
    let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let listener = std::net::TcpListener::bind(taken).unwrap();
    let error = builder("shop").listen(taken).init().unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot listen on {taken}: ")), "{error}");
    drop(listener);
    for wrong in ["127.0.0.1:99999", "nonsense"] {
        let error = builder("shop").listen(wrong).init().unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot listen on \"{wrong}\": ")), "{error}");
    }
    let error = builder("shop").health(Check::new("db", || Ok::<(), String>(())).timeout("soon")).init();
    assert!(error.unwrap_err().to_string().starts_with("health check \"db\": timeout: expected a duration"));
    drop(builder("shop").init().unwrap());
    drop(turn);
}

/// A future can be driven by hand: the point is that `shutdown` needs no runtime of its own.
#[test]
fn shutdown_is_a_future() {
    use std::future::Future;
    use std::task::{Context, Poll, Wake};

    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut server = start(|builder| builder);
    let mut shutdown = Box::pin(server.obs.take().unwrap().shutdown());
    let waker = std::sync::Arc::new(Unpark(thread::current())).into();
    let started = Instant::now();
    while shutdown.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
        thread::park_timeout(Duration::from_secs(10));
    }
    assert!(started.elapsed() < Duration::from_secs(5), "it was not woken");
    assert!(TcpStream::connect(server.address).is_err());
}

/// A collector of somebody else's can do anything; what it does stays its own page's trouble.
#[cfg(feature = "prometheus")]
mod foreign_collectors {
    use super::*;
    use prometheus::core::{Collector, Desc};
    use prometheus::proto::MetricFamily;
    use std::sync::{Arc, Condvar};

    struct Collects(Desc, Box<dyn Fn() + Send + Sync>);

    impl Collector for Collects {
        fn desc(&self) -> Vec<&Desc> {
            vec![&self.0]
        }

        fn collect(&self) -> Vec<MetricFamily> {
            (self.1)();
            Vec::new()
        }
    }

    fn start_with(collect: impl Fn() + Send + Sync + 'static) -> Running {
        let registry = prometheus::Registry::new();
        let desc = Desc::new("x".to_owned(), "X.".to_owned(), Vec::new(), Default::default()).unwrap();
        registry.register(Box::new(Collects(desc, Box::new(collect)))).unwrap();
        start(|builder| builder.prometheus_registry(registry))
    }

    #[test]
    fn one_that_hangs_leaves_health_alone() {
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let waits = Arc::clone(&gate);
        let (hang, hangs) = mpsc::channel();
        let server = start_with(move || {
            let open = waits.0.lock().unwrap();
            let _ = hang.send(());
            drop(waits.1.wait_while(open, |open| !*open).unwrap());
        });
        thread::scope(|scope| {
            let hanging: Vec<_> = (0..4).map(|_| scope.spawn(|| server.get("/metrics"))).collect();
            hanging.iter().for_each(|_| hangs.recv().unwrap());
            let surplus = server.get("/metrics");
            assert_eq!(surplus.status, 503);
            assert!(surplus.text().contains("too many scrapes at once"), "{}", surplus.text());
            assert_eq!(server.get("/health/live").status, 200);
            assert_eq!(server.get("/health").status, 200);
            *gate.0.lock().unwrap() = true;
            gate.1.notify_all();
            for scrape in hanging {
                assert_eq!(scrape.join().unwrap().status, 200);
            }
        });
        assert_eq!(server.get("/metrics").status, 200);
    }

    #[test]
    fn one_that_panics_is_answered_for() {
        let server = start_with(|| std::panic::resume_unwind(Box::new("boom")));
        for _ in 0..10 {
            assert_eq!(server.get("/metrics").status, 500);
        }
        assert_eq!(server.get("/health").status, 200);
    }
}
