//! What needs no request.

use super::*;

#[test]
fn a_server_has_a_port() {
    let of = |authority: &'static str, scheme| server(&Authority::from_static(authority), scheme);
    assert_eq!(of("Shop.example", "http"), ("shop.example".into(), 80));
    assert_eq!(of("shop.example", "HTTPS"), ("shop.example".into(), 443));
    assert_eq!(of("[::1]:8080", "http"), ("[::1]".into(), 8080));
}

#[test]
fn attributes_have_an_end() {
    let long = format!("{}ü{}", "x".repeat(1023), "x".repeat(100));
    assert_eq!(text(&long), crate::trace::FieldValue::Text("x".repeat(1023)));
    assert_eq!(text("short"), crate::trace::FieldValue::Text("short".into()));
}

#[test]
fn a_host_has_an_end_wherever_it_is_said() {
    for (length, is) in [(1, true), (MOST, true), (MOST + 1, false), (60_000, false)] {
        let name = "h".repeat(length);
        let line = Said::Line(Authority::try_from(name.as_str()).unwrap());
        let expected = is.then(|| (name.as_str().into(), 80));
        assert_eq!(line.read("http"), expected, "{length}");
        assert_eq!(Said::Host(Host::new(name.as_bytes())).read("http"), expected, "{length}");
    }
    assert_eq!(Said::Host(Host::new(b"no host")).read("http"), None);
}

#[test]
fn a_host_is_the_same_however_long_it_is() {
    for length in [0, 1, SHORT - 1, SHORT, SHORT + 1, 255, 256, 1000] {
        let name = "h".repeat(length);
        let host = Host::new(name.as_bytes());
        assert_eq!(host.name(), name.as_bytes());
        assert_eq!(matches!(host, Host::Long(_)), length > SHORT, "{length}");
    }
}
