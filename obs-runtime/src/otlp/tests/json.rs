//! JSON as the protocol wants it, read as text: what our own collector reads with the types that wrote it proves little.

use crate::clock::Anchor;
use crate::otlp::Otlp;
use crate::otlp::places::Places;
use crate::otlp::settings::{Settings, Signal};
use crate::otlp::tests::{BROKEN, CHARGE};
use crate::otlp::transport::Transport;
use crate::otlp::{metrics, traces};
use crate::secret::Redacted;
use crate::snapshot::{Bounds, Exemplar, Family, FamilyKind, HistogramValue, Labels, Snapshot};
use crate::trace::record::{Ended, Event, Extra, Origin, Record};
use crate::trace::{FieldValue, Finished};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use tracing::callsite::Callsite;

/// What a request says over HTTP.
fn as_json(signal: Signal, message: Vec<u8>) -> Value {
    let settings: Settings = Otlp::http_json("http://127.0.0.1:1").into_settings().unwrap();
    let transport = Transport::new(&settings.traces.unwrap(), signal).unwrap();
    serde_json::from_slice(&transport.body(message).unwrap()).unwrap()
}

/// That these fields are there, and say that.
fn assert_says(message: &Value, expected: Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&message[name], value, "{name} of {message}");
    }
}

#[test]
fn ids_are_hex_and_long_numbers_are_texts_in_metrics() {
    let at = UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
    let exemplars = vec![(0, Exemplar { trace_id: 7, span_id: 5, value: 0.5, at })];
    let bounds = Arc::new(Bounds::new(&[1.0]));
    let observed = HistogramValue { bounds, counts: vec![u64::MAX - 1, 1], sum: f64::INFINITY, exemplars };
    let families = vec![
        Family::new("calls_total", "", FamilyKind::Counter)
            .with_labels(Labels::new([("said", "\"é\"\n")]), u64::MAX >> 1)
            .with(f64::NAN),
        Family::new("took_seconds", "", FamilyKind::Histogram).with(observed),
    ];
    let requests = metrics::requests(&Snapshot::new(families, at), &Default::default(), 7);
    let [request] = <[_; 1]>::try_from(requests).unwrap();
    let message = as_json(Signal::Metrics, request);
    let metrics = &message["resourceMetrics"][0]["scopeMetrics"][0]["metrics"];
    let sum = &metrics[0]["sum"];
    assert_says(sum, json!({"aggregationTemporality": 2, "isMonotonic": true}));
    assert_eq!(sum["dataPoints"].as_array().unwrap().len(), 1, "{sum}");
    let number = json!({
        "asInt": "9223372036854775807",
        "startTimeUnixNano": "7",
        "timeUnixNano": "1700000000123456789",
    });
    assert_says(&sum["dataPoints"][0], number);
    let attribute = &sum["dataPoints"][0]["attributes"][0];
    assert_says(attribute, json!({"key": "said", "value": {"stringValue": "\"é\"\n"}}));
    let point = &metrics[1]["histogram"]["dataPoints"][0];
    let bucket_counts = json!(["18446744073709551614", "1"]);
    let buckets = json!({"bucketCounts": bucket_counts, "explicitBounds": [1.0]});
    assert_says(point, buckets);
    assert!(point["count"] == "18446744073709551615" && point["sum"].is_null(), "{point}");
    let exemplar = json!({
        "asDouble": 0.5,
        "spanId": "0000000000000005",
        "traceId": "00000000000000000000000000000007",
        "timeUnixNano": "1700000000123456789",
    });
    assert_says(&point["exemplars"][0], exemplar);
}

#[test]
fn ids_are_hex_and_kinds_are_numbers_in_spans() {
    let (anchor, live) = (Anchor::now(), CHARGE.live());
    let meta = CHARGE.metadata();
    let values = [("whole", (1_i64 << 60).into()), ("part", 0.5.into()), ("odd", f64::NAN.into())];
    let fields = values.map(|(name, value): (&str, FieldValue)| (name.to_owned().into(), value)).to_vec();
    let events = vec![Event { meta, at: crate::clock::now(), fields: Vec::new() }];
    let extra = Extra { fields, events, links: vec![(7, 5)], ..Extra::default() };
    let record = Record {
        origin: Origin::Function(live),
        id: 0xabc,
        parent: 1,
        start: crate::clock::now(),
        end: crate::clock::now(),
        ended: Ended::Error(&BROKEN),
        series: 0,
        extra: Some(Box::new(extra)),
    };
    let start = anchor.unix_nanos(record.start).to_string();
    let batch = traces::Batch { traces: vec![Finished { trace_id: 0xfed, records: vec![record] }], spans: 1 };
    let request =
        traces::request(&batch, &Default::default(), &mut Places::new(9), &Redacted::default(), anchor);
    let message = as_json(Signal::Traces, request);
    let span = &message["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
    let expected = json!({
        "traceId": "00000000000000000000000000000fed",
        "spanId": "0000000000000abc",
        "parentSpanId": "0000000000000001",
        "kind": 1,
        "flags": 1,
        "startTimeUnixNano": start,
    });
    assert_says(span, expected);
    assert_eq!(span["status"]["code"], 2, "{span}");
    let link = json!({"traceId": "00000000000000000000000000000007", "spanId": "0000000000000005"});
    assert_says(&span["links"][0], link);
    assert!(span["events"][0]["timeUnixNano"].is_string(), "{span}");
    let value = |name: &str| {
        let mut attributes = span["attributes"].as_array().unwrap().iter();
        attributes.find(|attribute| attribute["key"] == name).unwrap()["value"].clone()
    };
    assert_eq!(value("whole"), json!({"intValue": "1152921504606846976"}));
    assert_eq!(value("part"), json!({"doubleValue": 0.5}));
    assert_eq!(value("odd"), json!({"stringValue": "NaN"}));
    assert_eq!(value("code.line.number"), json!({"intValue": "9"}));
}
