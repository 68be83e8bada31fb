//! What the lines about a request say of it, and which requests have lines.
#![cfg(not(feature = "off"))]

use http::{Request, Response};
use obs_runtime::snapshot::Value;
use obs_runtime::tower::{Route, ServerLayer};
use obs_runtime::{Logs, observe, snapshot};
use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tower::{Layer, ServiceExt, service_fn};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[observe(fields(item))]
fn look(item: &str) {
    obs_runtime::record("shelf", 7_usize);
    tracing::info!(target: "shop", "looked");
}

async fn answer(request: Request<String>) -> Result<Response<String>, Infallible> {
    obs_runtime::record("tenant_id", "acme");
    look("moka");
    if request.body() == "late" {
        tracing::warn!(target: "shop", "late");
    }
    Ok(Response::new(String::new()))
}

/// One test: a process has one subscriber.
#[tokio::test]
async fn lines_say_whose_request_it_is_and_one_in_so_many_of_a_route_is_logged() {
    let kept = Kept::default();
    let logs = Logs::json().ignore_environment().level("shop=info").call_ids().to_writer(kept.clone());
    let obs = obs_runtime::builder("shop").logs(logs).init().unwrap();
    let layer = ServerLayer::new().prefix("lines").record_user_agent().log_one_in(3, "/health");
    let service = layer.layer(service_fn(answer));
    for (route, body) in
        [("/orders/{id}", ""), ("/health", ""), ("/health", ""), ("/health", "late"), ("/health", "")]
    {
        let request = Request::get("/").header("user-agent", "probe/1").extension(Route::new(route));
        service.clone().oneshot(request.body(body.to_owned()).unwrap()).await.unwrap();
    }
    let dropped = snapshot().value("obs_log_dropped_total", &[("reason", "sampled")]).cloned();
    assert_eq!(dropped, Some(Value::Integer(2)));
    drop(obs);
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let looked = |line: &&&str| line.contains("\"looked\"");
    // The order, the first and the fourth request of the route; and the warning, whoever it is about.
    assert_eq!((lines.len(), lines.iter().filter(looked).count()), (4, 3), "{text}");
    assert!(lines.iter().any(|line| line.contains("\"late\"")), "{text}");
    for line in lines.iter().filter(looked) {
        let wanted = "\"span\":{\"user_agent.original\":\"probe/1\",\"tenant_id\":\"acme\",\"item\":\"moka\",\"shelf\":7}}";
        assert!(line.ends_with(wanted), "{line}");
    }
}
