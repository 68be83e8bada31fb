//! A program that is terminated while it has much to do.

use crate::collector::{Collector, Reply};
use crate::program::{Program, To, report};
use crate::shop;
use obs_runtime::{Baggage, Context, ContextExt, TraceContext};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// The spans of an order in both processes.
const SPANS: usize = 9;

/// Whoever orders goes on until the shop is gone, and knows which orders were answered, by their traces.
#[derive(Debug)]
struct Load {
    answered: Arc<AtomicU64>,
    tasks: JoinSet<Vec<u128>>,
}

impl Load {
    fn start(shop: SocketAddr) -> Load {
        let (answered, next) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let (client, mut tasks) = (shop::orders(), JoinSet::new());
        for _ in 0..8 {
            let (answered, next, client) = (Arc::clone(&answered), Arc::clone(&next), client.clone());
            tasks.spawn(async move {
                let mut traces = Vec::new();
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let trace = TraceContext { trace_id: u128::from(n) + 1, span_id: 7, sampled: true };
                    let context =
                        Context::current().with_baggage(Baggage::empty().with("order", &n.to_string()));
                    let context = context.with_trace(trace);
                    if shop::order(client.clone(), shop, n).in_context(context).await.is_err() {
                        break traces;
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                    traces.push(trace.trace_id);
                }
            });
        }
        Load { answered, tasks }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_terminated_loses_nothing() {
    let collector = Collector::http(|_| Reply::Slowly);
    let url = collector.url();
    let to = To("http/protobuf", &url);
    let mut shipping = Program::shipping(to);
    let log = std::env::temp_dir().join(format!("obs-terminated-{}.log", std::process::id()));
    let mut shop = Program::writing_shop(to, shipping.address(), &log);
    let load = Load::start(shop.address());
    while load.answered.load(Ordering::Relaxed) < 300 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }

    shop.terminate();
    let answered = load.tasks.join_all().await.concat();
    let accepted: usize = shop.says("accepted").parse().expect("a number");
    let reports = [shop.says("report"), shipping.end()];

    assert!(accepted >= answered.len() && answered.len() >= 300, "{accepted}, {}", answered.len());
    let spans = collector.kept().spans();
    let mut traces: HashMap<u128, usize> = HashMap::new();
    for (_, span) in &spans {
        let id = u128::from_be_bytes(span.trace_id.as_slice().try_into().expect("sixteen bytes"));
        *traces.entry(id).or_default() += 1;
    }
    for trace in &answered {
        assert_eq!(traces.get(trace), Some(&SPANS), "{trace}");
    }
    // Somebody may have left before the answer: what was accepted is there all the same.
    assert_eq!((traces.len(), spans.len()), (accepted, accepted * SPANS));
    assert_eq!(reports, [report(accepted * 7, accepted), report(accepted * 2, accepted)]);
    assert_eq!(collector.kept().records().len(), 2 * accepted);
    // Nor does it lose a line, of those that wait for others either.
    let lines = std::fs::read_to_string(&log).expect("a log");
    std::fs::remove_file(&log).expect("a log");
    assert_eq!(lines.lines().filter(|line| line.contains("noted")).count(), accepted);
}
