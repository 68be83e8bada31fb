//! What is read of requests, well-formed and not.

use super::*;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn pairs(context: &Context) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    inject(context, |name, value| pairs.push((name, value.to_owned())));
    pairs
}

#[test]
fn what_is_injected_is_extracted() {
    let fields = [
        ("traceparent", PARENT),
        ("tracestate", "a=1,b=2"),
        ("baggage", "tenant=acme;p=1"),
        ("x-correlation-id", "order-7"),
    ];
    let remote = extract(fields);
    let sent = pairs(&remote.clone().into_context());
    assert_eq!(sent.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), fields);
    assert_eq!(extract(sent.iter().map(|(name, value)| (*name, value.as_str()))), remote);
    assert_eq!(pairs(&Context::default()), []);
}

#[test]
fn a_parent_that_cannot_be_believed_is_none_and_its_state_is_dropped() {
    let other = PARENT.replace("4bf9", "4bf8");
    for parents in [&[][..], &[""], &["nonsense"], &[PARENT, PARENT], &[PARENT, &other], &[PARENT, ""]] {
        let fields = parents.iter().map(|parent| ("traceparent", *parent));
        let remote = extract(fields.chain([("tracestate", "a=1"), ("baggage", "b=2")]));
        assert_eq!((remote.trace, remote.tracestate), (None, None), "{parents:?}");
        assert_eq!(remote.baggage.get("b"), Some("2"), "baggage needs no trace");
    }
    let remote = extract([("TraceParent", &*format!(" {PARENT}\t"))]);
    assert_eq!(remote.trace.map(|trace| trace.to_traceparent()).as_deref(), Some(PARENT));
}

#[test]
fn several_fields_are_one_list() {
    let remote = extract([
        ("tracestate", "a=1, b=2,"),
        ("baggage", "x=1"),
        ("traceparent", PARENT),
        ("Baggage", "y=2"),
        ("tracestate", ""),
        ("tracestate", "c=3"),
    ]);
    assert_eq!(remote.tracestate.as_deref(), Some("a=1,b=2,c=3"));
    assert_eq!(remote.baggage.to_header(), "x=1,y=2");
}

#[test]
fn a_tracestate_has_limits() {
    let state = |members: &[String]| {
        let remote = extract([("traceparent", PARENT), ("tracestate", &members.join(","))]);
        remote.tracestate.map(|state| state.to_string())
    };
    let members = |count: usize| -> Vec<String> { (0..count).map(|n| format!("k{n}=v")).collect() };
    assert_eq!(state(&members(32)), Some(members(32).join(",")));
    assert_eq!(state(&members(33)), None);
    assert_eq!(state(&["no value".to_owned()]), None);
    assert_eq!(state(&["a=\u{e4}".to_owned()]), None);
    // One that is malformed makes all of it so.
    for malformed in ["Foo=1", "foo =1", "foo.bar=1", "-a=1", "=1", "a=", "a=1=2", "a=1\t2"] {
        assert_eq!(state(&["b=2".to_owned(), malformed.to_owned()]), None, "{malformed}");
    }
    let sound = ["0a_-*/@=!~ 1".to_owned(), "b=2".to_owned()];
    assert_eq!(state(&sound), Some(sound.join(",")));
    assert_eq!(state(&[format!("{}=1", "k".repeat(257))]), None);
    assert_eq!(state(&[format!("a={}", "v".repeat(257))]), None);
    let long = |key: &str, length: usize| format!("{key}={}", "x".repeat(length - key.len() - 1));
    // Exactly what has to be handed on.
    let exact = [long("a", 258), long("b", 253)];
    assert_eq!(state(&exact), Some(exact.join(",")));
    // Members over 128 bytes go first, then the last ones.
    assert_eq!(state(&[long("a", 250), long("c", 250), long("b", 120)]), Some(long("b", 120)));
    let many: Vec<String> = ["a", "b", "c", "d", "e"].map(|key| long(key, 120)).into();
    assert_eq!(state(&many), Some(many[..4].join(",")));
}

#[test]
fn a_correlation_id_is_the_first_that_is_sound_of_the_best_field() {
    let id = |fields: &[(&'static str, &'static str)]| {
        extract(fields.iter().copied()).correlation_id.map(|id| id.to_string())
    };
    assert_eq!(id(&[("x-request-id", "b"), ("X-Correlation-Id", "a")]).as_deref(), Some("a"));
    assert_eq!(id(&[("x-correlation-id", "not one"), ("x-request-id", "b")]).as_deref(), Some("b"));
    assert_eq!(id(&[("x-correlation-id", "a"), ("x-correlation-id", "b")]).as_deref(), Some("a"));
    assert_eq!(id(&[("x-correlation-id", "")]), None);
}

#[cfg(feature = "http")]
#[test]
fn headers_that_are_no_text_are_malformed() {
    use http::{HeaderMap, HeaderValue};
    let mut headers = HeaderMap::new();
    headers.append("traceparent", HeaderValue::from_static(PARENT));
    headers.append("baggage", HeaderValue::from_static("a=1"));
    headers.append("baggage", HeaderValue::from_bytes(b"\xff").unwrap());
    headers.append("baggage", HeaderValue::from_static("b=2"));
    let remote = extract_headers(&headers);
    assert!(remote.trace.is_some());
    assert_eq!(remote.baggage.to_header(), "a=1,b=2");
    headers.append("traceparent", HeaderValue::from_bytes(b"\xff").unwrap());
    assert_eq!(extract_headers(&headers).trace, None);

    headers.insert("tracestate", HeaderValue::from_static("of=another"));
    inject_headers(&remote.into_context(), &mut headers);
    assert_eq!(headers.get_all("traceparent").iter().count(), 1, "ours instead of theirs");
    assert_eq!(headers["traceparent"], PARENT);
    assert!(!headers.contains_key("tracestate"), "what was said of another trace");
}
