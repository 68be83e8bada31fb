//! What is not to be seen, and is not sent.

use super::collector::{Collector, Reply};
use super::contents::value;
use super::*;
use crate::Secret;
use tracing_subscriber::layer::SubscriberExt;

#[obs_macros::observe(crate = crate, fields(card, owner, token = %token), slow = "1ns")]
fn charges(card: &str, owner: &str, token: &Secret<&str>) {
    let _span = tracing::info_span!("inner", user.card = card, cards = 1, ?token).entered();
    tracing::info!(card, token = %token, kept = 7, "charging");
    std::thread::sleep(Duration::from_millis(1));
}

#[test]
fn hidden_fields_are_in_no_span_and_in_no_event() {
    let collector = Collector::http(|_| Reply::Take);
    let otlp = Otlp::http_json(&collector.url()).without_metrics().redact(["card", "pin"]);
    let exporting = Exporting::start(otlp, |_| ());
    let work = || charges("visa-4242", "moka", &Secret::new("hunter2"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(crate::layer()), work);
    exporting.exporter.stop(Duration::from_secs(60));
    let kept = collector.kept();
    let text = format!("{kept:?}");
    assert!(!text.contains("visa-4242") && !text.contains("hunter2"), "{text}");
    let [call, inner] = ["charges", "inner"].map(|name| {
        let found = kept.spans().into_iter().find(|(_, span)| span.name == name);
        found.unwrap_or_else(|| panic!("{text}")).1
    });
    let said = ["card", "owner", "token"].map(|name| value(&call.attributes, name).unwrap());
    assert_eq!(said, ["***", "moka", "***"]);
    let said = ["user.card", "cards", "token"].map(|name| value(&inner.attributes, name).unwrap());
    assert_eq!(said, ["***", "1", "***"], "a name is the whole of it, or what is behind a dot");
    let event = inner.events.iter().find(|event| event.name == "charging").unwrap();
    let said = ["card", "token", "kept"].map(|name| value(&event.attributes, name).unwrap());
    assert_eq!(said, ["***", "***", "7"]);
    // Its warning tells subscribers of its fields, as one text.
    let slow = call.events.iter().find(|event| event.name.contains("longer than its bound")).unwrap();
    assert!(value(&slow.attributes, "fields").is_none(), "{slow:?}");
}
