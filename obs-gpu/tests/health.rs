//! The checks of devices, asked as an orchestrator asks them.

use obs_gpu::{Lane, host};
use obs_runtime::{Builder, Check};
use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Something that a kernel waits for.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn pass(&self) {
        let open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(open, |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// All of it, since a process has one `Obs`.
#[test]
fn a_device_that_computes_errs_fails_or_hangs() {
    let (launches, gate) = (Arc::new(AtomicU32::new(0)), Gate::default());
    let (launched, passes) = (Arc::clone(&launches), gate.clone());
    let hangs = obs_gpu::check("hung", &host::stream(), move || {
        launched.fetch_add(1, Ordering::SeqCst);
        passes.pass();
        Ok::<bool, Infallible>(true)
    });
    let checks: [Check; 5] = [
        obs_gpu::host_check("gpu").critical(),
        obs_gpu::check("wrong", &host::stream(), || Ok::<bool, Infallible>(false)),
        obs_gpu::check("lost", &Lane::NOWHERE, || -> Result<bool, Infallible> {
            panic!("nothing is launched on a device that is lost")
        }),
        obs_gpu::check("broken", &host::stream(), || Err("an illegal memory access was encountered (700)")),
        hangs.timeout("50ms"),
    ];
    let builder = obs_runtime::builder("checks").listen("127.0.0.1:0");
    let obs = checks.into_iter().fold(builder, Builder::health).init().unwrap();
    let address = obs.local_addr().unwrap();

    let health = get(address, "/health");
    for part in [
        r#""wrong-host": {"#,
        r#""error": "device host: the kernel ran, and its answer is wrong""#,
        r#""error": "device host: an illegal memory access was encountered (700)""#,
        r#""error": "device unknown is lost""#,
        r#""error": "no answer within 50ms""#,
    ] {
        assert!(health.contains(part), "{part}\n{health}");
    }
    let good = health.split(r#""gpu-host": {"#).nth(1).unwrap();
    assert!(good.trim_start().starts_with(r#""status": "up""#), "{health}");
    assert!(health.starts_with("HTTP/1.1 200") && health.contains(r#""status": "degraded""#), "{health}");

    // However often it is asked, the device that hangs has one kernel in flight, and one thread that waits for it.
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(get(address, "/health").contains("no answer")));
        }
    });
    assert_eq!(launches.load(Ordering::SeqCst), 1);
    gate.open();
    let opened = Instant::now();
    while get(address, "/health").contains("no answer") {
        assert!(opened.elapsed() < Duration::from_secs(60), "it answered, and nobody noticed");
    }
    assert!(launches.load(Ordering::SeqCst) >= 2, "it is asked again once it answered");
    let page = get(address, "/metrics");
    assert!(page.contains("obs_health_check_up{check=\"gpu-host\"} 1"), "{page}");
    assert!(page.contains("obs_health_check_up{check=\"wrong-host\"} 0"), "{page}");
}
