//! The pages as an axum router.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use std::pin::pin;
use std::task::{Context, Poll, Wake};
use tower::ServiceExt;

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.unpark();
    }
}

/// The router needs no async runtime, so neither does its test.
fn block_on<F: Future>(future: F) -> F::Output {
    let waker = std::sync::Arc::new(Unpark(std::thread::current())).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String, String) {
    ask(Router::new().merge(obs_runtime::axum::router()), method, path, headers)
}

fn ask(router: Router, method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String, String) {
    let builder = Request::builder().method(method).uri(path);
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    let response = block_on(router.oneshot(builder.body(Body::empty()).unwrap())).unwrap();
    let kind = response.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let body = block_on(axum::body::to_bytes(response.into_body(), usize::MAX)).unwrap();
    (status, kind.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned())
}

#[test]
fn pages() {
    let (status, kind, body) = request("GET", "/metrics", &[]);
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8"));
    assert!(body.contains("obs_scrapes_total"));
    let accept = [("accept", "application/openmetrics-text"), ("accept", "text/plain;q=0.1")];
    let (_, kind, body) = request("GET", "/metrics", &accept);
    assert!(kind.starts_with("application/openmetrics-text") && body.ends_with("# EOF\n"));
    for path in ["/health", "/health/live", "/health/ready"] {
        let (status, kind, body) = request("GET", path, &[]);
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json"), "{path}");
        assert!(body.contains("\"status\": \"up\""), "{path}");
    }
    let (status, kind, body) = request("GET", "/catalogue", &[]);
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json"));
    assert_eq!(body, obs_runtime::catalogue().to_json());
}

#[test]
fn methods() {
    assert_eq!(request("POST", "/metrics", &[]).0, StatusCode::METHOD_NOT_ALLOWED);
    let (status, _, body) = request("HEAD", "/metrics", &[]);
    assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
}

#[cfg(not(feature = "off"))]
mod polled {
    use super::*;
    use std::sync::{Condvar, Mutex, mpsc};

    /// Whether the polled metric hangs.
    static HANGS: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

    /// Hangs while it is told to.
    #[obs_runtime::metric(gauge, name = "hangs")]
    fn hangs() -> f64 {
        let (hangs, changed) = &HANGS;
        drop(changed.wait_while(hangs.lock().unwrap(), |hangs| *hangs).unwrap());
        0.0
    }

    #[test]
    fn a_polled_metric_that_hangs_leaves_room_for_health() {
        let router: Router = obs_runtime::axum::router();
        let (hangs, changed) = &HANGS;
        *hangs.lock().unwrap() = true;
        let (answered, answers) = mpsc::channel();
        let asked = std::thread::scope(|scope| {
            for _ in 0..9 {
                let (answered, router) = (answered.clone(), router.clone());
                scope.spawn(move || answered.send(ask(router, "GET", "/metrics", &[]).0));
            }
            // By now, all others hang that there is a place for.
            assert_eq!(answers.recv().unwrap(), StatusCode::SERVICE_UNAVAILABLE);
            let pages = ["/health", "/health/live", "/health/ready", "/catalogue"];
            let asked = pages.map(|page| (page, ask(router.clone(), "GET", page, &[]).0));
            *hangs.lock().unwrap() = false;
            changed.notify_all();
            asked
        });
        for (page, status) in asked {
            assert_eq!(status, StatusCode::OK, "{page}");
        }
        assert_eq!(ask(router, "GET", "/metrics", &[]).0, StatusCode::OK);
    }
}
