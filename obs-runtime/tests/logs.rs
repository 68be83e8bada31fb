//! Logs of a whole process, from `init` to the end.
#![cfg(not(feature = "off"))]

use obs_runtime::testing::capture;
use obs_runtime::{Logs, TraceContext, observe, snapshot};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

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
fn order(item: &str) -> Option<TraceContext> {
    // It is recorded, and no span of the subscriber's as well, which would cost ten times as much.
    assert!(tracing::Span::current().is_none(), "{item} is a span of the subscriber");
    tracing::info!(target: "shop", pieces = 3, "taken");
    TraceContext::current()
}

/// Logs while it is printed, which is while a line is written.
struct Talks;

impl std::fmt::Debug for Talks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("said ")?;
        tracing::info!(target: "shop", depth = 2, "inside");
        f.write_str("all")
    }
}

/// Logs when its thread ends, and what it was in is gone or about to be.
struct Last(&'static str);

impl Drop for Last {
    fn drop(&mut self) {
        order(self.0);
        tracing::info!(target: "shop", last = ?self.0, "over");
    }
}

thread_local! {
    static FIRST_MADE: Last = const { Last("first") };
    static LAST_MADE: Last = const { Last("last") };
}

/// One test: a process has one subscriber.
#[test]
fn init_installs_the_logs_once_and_the_end_writes_what_is_left() {
    let kept = Kept::default();
    let logs = || Logs::json().ignore_environment();
    let mistake = obs_runtime::builder("shop").logs(logs().level("loud=loud=loud")).init().unwrap_err();
    assert!(mistake.to_string().starts_with("logs: expected levels such as"), "{mistake}");
    let obs = obs_runtime::builder("shop")
        .logs(logs().level("warn").call_ids().to_writer(kept.clone()))
        .init()
        .unwrap();
    capture(|| order("unheard"));
    obs.set_log_level("info,obs=off").unwrap();
    let (_, captured) = capture(|| order("moka"));
    order("filter");
    // Nobody takes it.
    let remote = TraceContext { trace_id: 0xabc, span_id: 0xdef, sampled: true };
    {
        let _attached = remote.attach();
        order("press");
    }
    tracing::info!(target: "shop", talks = ?Talks, "outside");
    let ends = || {
        FIRST_MADE.with(|_| ());
        order("between");
        LAST_MADE.with(|_| ());
    };
    std::thread::spawn(ends).join().unwrap();
    let metrics = snapshot();
    assert!(metrics.family("obs_log_events_total").is_some());
    assert!(metrics.family("obs_log_dropped_total").is_some());
    drop(obs);
    let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    let span = captured.span("order");
    let lines: Vec<_> = text.lines().collect();
    let [text, alone, below, inside, outside, ending @ ..] = lines.as_slice() else { panic!("{text}") };
    assert_eq!(ending.len(), 5, "{ending:#?}");
    for item in ["first", "last"] {
        let over = format!("\"fields\":{{\"last\":\"\\\"{item}\\\"\"}}}}");
        assert!(ending.iter().any(|line| line.ends_with(&over)), "{over} {ending:#?}");
    }
    assert!(
        inside.contains("\"message\":\"inside\"") && inside.ends_with("\"fields\":{\"depth\":2}}"),
        "{inside}"
    );
    assert!(outside.contains("\"message\":\"outside\""), "{outside}");
    assert!(outside.ends_with("\"fields\":{\"talks\":\"said all\"}}"), "{outside}");
    assert!(alone.contains("\"trace_id\":") && alone.ends_with("\"span\":{\"item\":\"filter\"}}"), "{alone}");
    assert!(below.contains(&format!("\"trace_id\":\"{:032x}\"", 0xabc)), "{below}");
    assert!(!below.contains(&format!("\"span_id\":\"{:016x}\"", 0xdef)), "{below}");
    let ids = format!("\"trace_id\":\"{:032x}\",\"span_id\":\"{:016x}\"", span.trace_id, span.span_id);
    assert!(text.contains(&ids), "{text}");
    assert!(text.ends_with("\"fields\":{\"pieces\":3},\"span\":{\"item\":\"moka\"}}"), "{text}");
    assert_eq!(order("after the end"), None);
    // The traces' layer is there too.
    assert_eq!(span.events.len(), 1);

    let again = obs_runtime::builder("shop").logs(logs().to_writer(Kept::default())).init().unwrap();
    let mistake = again.set_log_level("info").unwrap_err();
    assert!(mistake.to_string().starts_with("the logs are not obs's"), "{mistake}");
    assert!(obs_runtime::builder("none").init().is_err(), "the second is alive all the same");
}
