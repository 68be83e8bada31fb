//! `traceparent: version-trace_id-parent_id-flags`, of the W3C recommendation Trace Context.

use super::TraceContext;
use crate::digits::Hex;

/// The length of everything that version 00 defines: 2 + 32 + 16 + 2 digits and three dashes.
const LENGTH: usize = 55;

pub(super) fn parse(header: &str) -> Option<TraceContext> {
    let bytes = header.as_bytes();
    let (known, rest) = bytes.split_at_checked(LENGTH)?;
    let mut parts = known.split(|byte| *byte == b'-');
    let version = hex(parts.next()?, 2)?;
    let trace_id = hex(parts.next()?, 32)?;
    let span_id = hex(parts.next()?, 16)?;
    let flags = hex(parts.next()?, 2)?;
    let complete = match version {
        0 => rest.is_empty(),
        0xff => false,
        // A later version may say more, after another dash.
        _ => rest.is_empty() || rest.starts_with(b"-"),
    };
    if !complete || parts.next().is_some() || trace_id == 0 || span_id == 0 {
        return None;
    }
    Some(TraceContext { trace_id, span_id: u64::try_from(span_id).ok()?, sampled: flags & 1 == 1 })
}

pub(super) fn write(context: &TraceContext) -> String {
    let (trace, span) = (Hex::of_trace(context.trace_id), Hex::of_span(context.span_id));
    ["00-", trace.as_str(), "-", span.as_str(), if context.sampled { "-01" } else { "-00" }].concat()
}

/// Exactly `length` lower-case hexadecimal digits.
fn hex(digits: &[u8], length: usize) -> Option<u128> {
    if digits.len() != length {
        return None;
    }
    digits.iter().try_fold(0u128, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u128::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn round_trips() {
        let context = parse(GOOD).unwrap();
        assert_eq!(context.trace_id, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!(context.span_id, 0x00f0_67aa_0ba9_02b7);
        assert!(context.sampled);
        assert_eq!(write(&context), GOOD);
        let unsampled = GOOD.replace("-01", "-00");
        assert_eq!(write(&parse(&unsampled).unwrap()), unsampled);
    }

    #[test]
    fn other_flags_are_ignored() {
        assert!(parse(&GOOD.replace("-01", "-03")).unwrap().sampled);
        assert!(!parse(&GOOD.replace("-01", "-fe")).unwrap().sampled);
    }

    #[test]
    fn later_versions_are_read_by_what_is_known_of_them() {
        assert!(parse(&GOOD.replacen("00", "cc", 1)).is_some());
        assert!(parse(&format!("{}-what-the-future-holds", GOOD.replacen("00", "01", 1))).is_some());
        assert!(parse(&format!("{}.what", GOOD.replacen("00", "01", 1))).is_none());
    }

    #[test]
    fn malformed_headers_are_refused() {
        for bad in [
            "",
            "00",
            &GOOD[..54],
            &format!("{GOOD}-"),
            &format!("{GOOD} "),
            &format!(" {GOOD}"),
            &GOOD.replacen("00", "ff", 1),
            &GOOD.replace("4bf9", "4BF9"),
            &GOOD.replace("4bf9", "4bg9"),
            &GOOD.replace('-', "_"),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0é",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
