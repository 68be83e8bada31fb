//! Durations as people write them: `"25ms"`, `"1.5s"`, `"30d"`.

use std::time::Duration;

const UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
const DAY: u64 = 24 * 3_600_000_000_000;
const WEEK: u64 = 7 * DAY;

/// Reads a positive duration with one unit out of ns, us, ms, s, m, h, d and w.
///
/// # Errors
///
/// A sentence saying what belongs there.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(obs_model::duration::parse("2.5ms"), Ok(Duration::from_micros(2500)));
/// assert!(obs_model::duration::parse("25").is_err());
/// ```
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "expected a duration with a unit (ns, us, ms, s, m, h, d, w), such as \"25ms\"; found \"{text}\""
        )
    };
    let text_ = text.trim();
    let split = text_.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
    let (number, unit) = text_.split_at(split);
    let nanos = match unit.trim_start() {
        "d" => DAY,
        "w" => WEEK,
        unit => UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1,
    };
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || whole.len() > 9 || part.len() > 9 || number.ends_with('.') || part.contains('.') {
        return Err(wrong());
    }
    let whole: u128 = whole.parse().map_err(|_| wrong())?;
    let scale = 10u128.pow(part.len() as u32);
    let part: u128 = if part.is_empty() { 0 } else { part.parse().map_err(|_| wrong())? };
    let total = (whole * scale + part) * u128::from(nanos) / scale;
    match u64::try_from(total) {
        Ok(nanos) if nanos > 0 => Ok(Duration::from_nanos(nanos)),
        _ => Err(wrong()),
    }
}

/// The shortest way to write a duration, in the form that PromQL and [`parse`] read, when it is a whole
/// number of some unit of at least a millisecond; otherwise in µs or ns.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(obs_model::duration::display(Duration::from_secs(2_592_000)), "30d");
/// assert_eq!(obs_model::duration::display(Duration::from_millis(2500)), "2500ms");
/// ```
pub fn display(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    for (unit, size) in [
        ("d", DAY),
        ("h", UNITS[6].1),
        ("m", UNITS[5].1),
        ("s", UNITS[4].1),
        ("ms", UNITS[3].1),
        ("us", 1_000),
    ] {
        if nanos > 0 && nanos.is_multiple_of(u128::from(size)) {
            return format!("{}{unit}", nanos / u128::from(size));
        }
    }
    format!("{nanos}ns")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        for text in ["1ns", "25ms", "1s", "90s", "5m", "36h", "30d", "1500us"] {
            assert_eq!(display(parse(text).unwrap()), text);
        }
        assert_eq!(parse("1w"), parse("7d"));
        assert_eq!(parse("0.5s"), parse("500ms"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "5", "ms", "-5ms", "5 parsecs", "1.2.3s", "1.s", "0s", "99999999999999d", "1e3s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
