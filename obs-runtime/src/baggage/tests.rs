//! Reading and writing, and the limits.

use super::*;
use proptest::prelude::*;

#[test]
fn malformed_members_are_skipped_and_the_others_stay() {
    for (header, read) in [
        ("", &[][..]),
        (",,,", &[]),
        ("a=1,b=2", &[("a", "1"), ("b", "2")]),
        ("a=1,b", &[("a", "1")]),
        ("=1,b=2", &[("b", "2")]),
        ("a b=1,c=", &[("c", "")]),
        ("a=1 2,b=\"2\",c=3\\,d=4", &[("d", "4")]),
        ("ä=1,b=ä,c=3", &[("c", "3")]),
        ("a=1=2", &[("a", "1=2")]),
        ("a=%41%zz%4", &[("a", "A%zz%4")]),
        ("a=%ff%C3%BC", &[("a", "\u{fffd}ü")]),
        ("a=1,b=2,a=3", &[("a", "3"), ("b", "2")]),
        (" a\t=\t1 ; p = 1 ;q , b=2", &[("a", "1"), ("b", "2")]),
    ] {
        assert_eq!(Baggage::parse(header).iter().collect::<Vec<_>>(), read, "{header:?}");
    }
}

#[test]
fn properties_are_handed_on_as_they_are() {
    let baggage = Baggage::parse("a=1; p = 1 ;q ,b=2");
    assert_eq!((baggage.properties("a"), baggage.properties("b")), (Some("p = 1 ;q"), Some("")));
    assert_eq!(baggage.to_header(), "a=1;p = 1 ;q,b=2");
    // A new value is not what the properties were said of.
    assert_eq!(baggage.with("a", "2").to_header(), "a=2,b=2");
}

#[test]
fn there_is_a_limit_to_entries_and_bytes() {
    let many: Vec<String> = (0..100).map(|n| format!("k{n}=v")).collect();
    let baggage = Baggage::parse(&many.join(","));
    assert_eq!((baggage.len(), baggage.get("k63"), baggage.get("k64")), (64, Some("v"), None));
    assert_eq!(baggage.with("more", "v"), baggage);
    assert_eq!(baggage.with("k0", "w").get("k0"), Some("w"));

    let exact = Baggage::empty().with("a", &"x".repeat(4095)).with("b", &"y".repeat(4092));
    assert_eq!((exact.len(), exact.to_header().len()), (2, MAX_BYTES));
    assert_eq!(exact.with("b", &"y".repeat(4093)), exact, "one byte too many");
    assert_eq!(exact.without("a").with("b", &"y".repeat(4093)).len(), 1, "there is room again");
    assert!(Baggage::empty().with("a", &"ü".repeat(1366)).is_empty(), "six bytes each in a header");
    assert!(Baggage::parse(&format!("a={}", "x".repeat(9000))).is_empty());
}

#[test]
fn keys_that_cannot_be_written_are_left_out() {
    for key in ["", "a b", "a=b", "ä", "a,b", "a\nb"] {
        assert!(Baggage::empty().with(key, "1").is_empty(), "{key:?}");
    }
}

proptest! {
    #[test]
    fn any_value_comes_back(values in proptest::collection::vec(".{0,20}", 1..20)) {
        let baggage = values.iter().enumerate().fold(Baggage::empty(), |baggage, (n, value)| {
            baggage.with(&format!("k{n}"), value)
        });
        let header = baggage.to_header();
        prop_assert_eq!(baggage.0.as_ref().map_or(0, |inner| inner.bytes), header.len());
        prop_assert!(header.bytes().all(|byte| (0x21..0x7f).contains(&byte)));
        prop_assert_eq!(Baggage::parse(&header), baggage);
    }

    #[test]
    fn any_header_is_read(header in ".{0,300}") {
        let baggage = Baggage::parse(&header);
        prop_assert_eq!(Baggage::parse(&baggage.to_header()), baggage);
    }
}
