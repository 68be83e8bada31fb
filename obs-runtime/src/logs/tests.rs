//! The lines, to the byte, and what is left out of them.

use super::record::Events;
use super::*;
#[cfg(not(feature = "off"))]
use crate::Secret;
use crate::logs::levels::Levels;
#[cfg(not(feature = "off"))]
use crate::trace::{ALONE, Limits, Sampling, Tracer};
use crate::{CorrelationId, TraceContext};
use std::io::Write;
#[cfg(not(feature = "off"))]
use std::sync::PoisonError;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

mod waiting;
mod written;

/// Keeps what is written.
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

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn fixed() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_795_253_400_123)
}

/// What is logged meanwhile, at a fixed time.
fn logged(logs: Logs, body: impl FnOnce(&LogsHandle)) -> String {
    let kept = Kept::default();
    let logs = logs.ignore_environment().to_writer(kept.clone());
    let (levels, set, _) = Levels::new(&logs.level, &|_| None).unwrap();
    let (mut lines, sink) = Events::open(logs).unwrap();
    lines.now = fixed;
    let handle = LogsHandle::new(set, None, sink);
    let subscriber = registry().with(crate::layer()).with(lines.with_filter(levels));
    tracing::subscriber::with_default(subscriber, || body(&handle));
    // Waits for the thread.
    drop(handle);
    kept.text()
}

/// The same without what a change of this file changes.
fn without_line(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let (before, after) = line.split_once("\"line\":").unwrap();
        out +=
            &format!("{before}\"line\":0{}\n", after.trim_start_matches(|char: char| char.is_ascii_digit()));
    }
    out
}

fn dropped(reason: &str) -> u64 {
    count("obs_log_dropped_total", "reason", reason)
}

fn count(family: &str, label: &str, value: &str) -> u64 {
    let snapshot = crate::snapshot();
    let Some(family) = snapshot.family(family) else { return 0 };
    let series = family.series.iter().find(|series| series.labels.get(label) == Some(value)).unwrap();
    let crate::snapshot::Value::Integer(count) = series.value else { panic!("{series:?}") };
    count
}

/// Recording, with nobody else's.
#[cfg(not(feature = "off"))]
fn recording(body: impl FnOnce()) -> Vec<crate::trace::inbox::Finished> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let tracer = Arc::new(Tracer::new(Sampling::always(), Limits::default()));
    crate::trace::install(Some(Arc::clone(&tracer)));
    body();
    crate::trace::install(None);
    tracer.inbox.take()
}

#[test]
fn a_line_of_json() {
    let context = TraceContext { trace_id: 0xabc, span_id: 0xdef, sampled: true };
    let text = logged(Logs::json(), |_| {
        tracing::info!(
            count = 3,
            share = 0.5,
            whole = 1.0,
            odd = f64::NAN,
            ok = true,
            name = "a\"b",
            "one\n\\two\u{1b}"
        );
        let _attached = context.attach();
        let id = CorrelationId::parse("order-7").unwrap();
        let _correlated = crate::Context::current().with_correlation_id(id).attach();
        let _span = tracing::info_span!("request", path = "/a", depth = 1).entered();
        let _inner = tracing::info_span!("query", depth = 2, rows = tracing::field::Empty).entered();
        tracing::Span::current().record("rows", 9);
        tracing::warn!(target: "other", "inside");
    });
    let file = file!();
    let expected = format!(
        "{{\"timestamp\":\"2026-11-21T09:30:00.123Z\",\"level\":\"INFO\",\"message\":\"one\\n\\\\two\\u001b\",\
         \"target\":\"obs_runtime::logs::tests\",\"file\":\"{file}\",\"line\":0,\
         \"fields\":{{\"count\":3,\"share\":0.5,\"whole\":1.0,\"odd\":\"NaN\",\"ok\":true,\"name\":\"a\\\"b\"}}}}\n\
         {{\"timestamp\":\"2026-11-21T09:30:00.123Z\",\"level\":\"WARN\",\"message\":\"inside\",\"target\":\"other\",\
         \"file\":\"{file}\",\"line\":0,\
         \"trace_id\":\"00000000000000000000000000000abc\",\"span_id\":\"0000000000000def\",\
         \"correlation_id\":\"order-7\",\"span\":{{\"path\":\"/a\",\"depth\":2,\"rows\":9}}}}\n"
    );
    assert_eq!(without_line(&text), expected);
}

#[test]
fn a_line_of_text_is_one_line() {
    let text = logged(Logs::text().threads(), |_| {
        let line = std::thread::Builder::new().name("worker\n".to_owned());
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let work = move || {
            let _guard = tracing::dispatcher::set_default(&dispatch);
            tracing::error!(code = 5, text = "x\ny", "one\ntwo");
        };
        line.spawn(work).unwrap().join().unwrap();
    });
    let (line, rest) = text.split_once(" (").unwrap();
    assert_eq!(
        line,
        "2026-11-21T09:30:00.123Z ERROR [worker\\n] obs_runtime::logs::tests: one\\ntwo code=5 text=\"x\\ny\""
    );
    assert!(rest.starts_with(file!()) && rest.ends_with(")\n"), "{rest}");
}

#[cfg(not(feature = "off"))]
#[test]
fn an_event_has_the_ids_and_fields_of_the_observed_call_around_it() {
    #[obs_macros::observe(crate = crate, fields(item, card = %card))]
    fn charges(item: &str, card: &Secret<&str>) {
        let _ = card.expose();
        tracing::info!(?card, "charging");
    }
    let mut text = String::new();
    let traces = recording(|| text = logged(Logs::json(), |_| charges("moka", &Secret::new("visa-4242"))));
    let trace = traces.iter().find(|trace| text.contains(&format!("{:032x}", trace.trace_id)));
    let trace = trace.unwrap_or_else(|| panic!("{text}"));
    assert!(text.contains(&format!("\"span_id\":\"{:016x}\"", trace.records[0].id)), "{text}");
    assert!(
        text.ends_with("\"fields\":{\"card\":\"***\"},\"span\":{\"item\":\"moka\",\"card\":\"***\"}}\n"),
        "{text}"
    );
    let extras = trace.records.iter().map(|record| &record.extra);
    let exported = format!("{:?}", extras.collect::<Vec<_>>());
    assert!(exported.contains("moka") && exported.contains("charging"), "{exported}");
    assert!(!exported.contains("visa-4242") && !text.contains("visa-4242"), "{exported}{text}");
}

#[cfg(not(feature = "off"))]
#[test]
fn fields_of_some_names_are_not_printed() {
    #[obs_macros::observe(crate = crate, fields(card), slow = "1ns")]
    fn pays(card: &str) {
        std::hint::black_box(card);
        std::thread::sleep(Duration::from_millis(1));
    }
    let mut text = String::new();
    recording(|| {
        text = logged(Logs::json().redact(["card", "password"]), |_| {
            let _span = tracing::info_span!("login", user.password = "secret", passwords = 2).entered();
            tracing::info!(password = 123, discard = "kept", "in");
            // Whose warning tells of its fields.
            pays("secret");
        });
    });
    assert!(!text.contains("secret") && !text.contains("\"password\":123"), "{text}");
    assert!(text.contains("\"fields\":{\"password\":\"***\",\"discard\":\"kept\"}"), "{text}");
    assert!(text.contains("\"span\":{\"user.password\":\"***\",\"passwords\":2"), "{text}");
    assert!(text.contains("\"target\":\"obs::slow\"") && text.contains("\"card\":\"***\""), "{text}");
}

#[test]
fn what_is_wanted_of_the_baggage_is_on_every_line() {
    let text = logged(Logs::json().baggage(["session.id", "tenant", "card"]).redact(["card"]), |_| {
        tracing::info!("before");
        let baggage = crate::Baggage::current().correlation("session", "s-42").with("tenant", "acme");
        let _attached = baggage.with("card", "secret").with("other", "not asked for").attach();
        tracing::info!(tenant = "its own", "in");
    });
    let (before, inside) = text.split_once('\n').unwrap();
    assert!(!before.contains("fields"), "{before}");
    let expected = r#""fields":{"tenant":"its own","session.id":"s-42","card":"***"}"#;
    assert!(inside.contains(expected), "{inside}");
}

#[test]
fn levels_are_by_target_and_can_be_changed() {
    let text = logged(Logs::text().level("warn,near=debug"), |logs| {
        let say = || {
            tracing::info!(target: "far", "far info");
            tracing::debug!(target: "near::here", "near debug");
        };
        say();
        logs.set_level("info").unwrap();
        say();
        let mistake = logs.set_level("far=loud").unwrap_err();
        assert!(
            mistake
                .to_string()
                .starts_with("expected levels such as \"info,hyper=warn\"; found \"far=loud\"")
        );
        say();
    });
    assert_eq!(text.matches("near debug").count(), 1, "{text}");
    assert_eq!(text.matches("far info").count(), 2, "{text}");
}

#[cfg(not(feature = "off"))]
#[test]
fn observed_calls_are_no_spans_of_the_subscriber() {
    #[obs_macros::observe(crate = crate)]
    fn observed() -> bool {
        tracing::Span::current().is_none()
    }
    logged(Logs::text(), |_| assert!(observed()));
}

#[test]
fn the_environment_goes_before_the_program() {
    let begin = |variables: &[(&str, &str)]| {
        let read = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
        };
        let (levels, _, warning) = Levels::<tracing_subscriber::Registry>::new("warn", &read).unwrap();
        let level = tracing_subscriber::layer::Filter::max_level_hint(&levels).unwrap();
        (level.to_string(), warning)
    };
    assert_eq!(begin(&[("OBS_LOG", " ")]), ("warn".to_owned(), None));
    assert_eq!(begin(&[("RUST_LOG", "info")]).0, "info");
    assert_eq!(begin(&[("RUST_LOG", "info"), ("OBS_LOG", "error")]).0, "error");
    let (level, warning) = begin(&[("RUST_LOG", "x=loud")]);
    assert_eq!(level, "warn");
    assert!(warning.unwrap().starts_with("RUST_LOG is ignored: expected levels"));
}

#[test]
fn what_is_too_much_is_counted() {
    let before = ["sampled", "rate_limited"].map(dropped);
    let events = count("obs_log_events_total", "level", "info");
    let logs = Logs::text().sample("chatty", 10).at_most_per_second("busy", 5);
    let mut seconds = 0;
    let text = logged(logs, |_| {
        let began = std::time::Instant::now();
        for number in 0..25 {
            tracing::info!(target: "chatty::part", number);
            tracing::warn!(target: "chatty", number);
            tracing::info!(target: "chattyer", number);
            tracing::info!(target: "busy", number);
        }
        seconds = began.elapsed().as_secs() as usize + 2;
    });
    let lines = |target: &str| text.matches(&format!(" {target}: ")).count();
    assert_eq!([lines("chatty::part"), lines("chatty"), lines("chattyer")], [3, 25, 25], "{text}");
    let busy = lines("busy");
    // It may have taken more than a second.
    assert!(busy >= 5 && busy <= 5 * seconds, "{busy}");
    let after = ["sampled", "rate_limited"].map(dropped);
    assert_eq!([after[0] - before[0], after[1] - before[1]], [22, 25 - busy as u64]);
    assert!(count("obs_log_events_total", "level", "info") >= events + 28 + busy as u64);
}

#[test]
fn a_slow_writer_loses_lines_and_a_broken_one_too_and_both_are_counted() {
    /// Waits with its first line until it is told.
    struct Waits(mpsc::Receiver<()>);
    impl Write for Waits {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Err(io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let before = ["buffer_full", "write_failed", "after_shutdown"].map(dropped);
    let (go, waits) = mpsc::channel();
    let (layer, handle) = layer(Logs::text().ignore_environment().buffer(2).to_writer(Waits(waits))).unwrap();
    tracing::subscriber::with_default(registry().with(layer), || {
        (0..10).for_each(|number| tracing::info!(number));
        drop(go);
        drop(handle);
        tracing::info!("late");
    });
    let after = ["buffer_full", "write_failed", "after_shutdown"].map(dropped);
    let [full, failed, late] = std::array::from_fn(|place| after[place] - before[place]);
    // Two wait; a third may be in the writer's hands.
    assert!((7..=8).contains(&full), "{full}");
    assert_eq!((full + failed, late), (10, 1));
}

#[test]
fn files_are_put_away_and_the_oldest_removed() {
    let directory = std::env::temp_dir().join(format!("obs-logs-{}", std::process::id()));
    let path = directory.join("new").join("shop.log");
    let logs = Logs::text().ignore_environment().to_file(&path);
    let (layer, handle) = layer(logs.rotate(Rotation::by_size(400).keep(2).compress())).unwrap();
    tracing::subscriber::with_default(registry().with(layer), || {
        (0..20).for_each(|number| tracing::info!(number, "a line of a hundred bytes or so"));
    });
    drop(handle);
    let mut files: Vec<_> =
        std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 3, "{files:?}");
    assert!(files[1..].iter().all(|file| file.extension().is_some_and(|end| end == "gz")), "{files:?}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.len() <= 400 && text.contains("number=19"), "{text}");
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(super::layer::<tracing_subscriber::Registry>(Logs::text().to_file("/")).is_err());
}
