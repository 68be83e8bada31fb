//! Names of families: who owns them, and what their endings say.

use crate::catalogue::Kind;
use crate::grammar::{Ctxt, Given};
use crate::{Unit, name};
use proc_macro2::Span;

/// The prefix of a function's own families.
pub(super) fn prefix(ctxt: &Ctxt, given: &Given<String>) {
    const ADDED: [&str; 4] = ["_total", "_duration_seconds", "_seconds", "_concurrent"];
    let found = name::check_metric(&given.value).and_then(|()| name::check_reserved(&given.value));
    if let Err(message) = found {
        return ctxt.error(given.span, message);
    }
    if let Some(suffix) = ADDED.iter().find(|suffix| given.value.ends_with(**suffix)) {
        let stem = given.value.strip_suffix(suffix).unwrap_or(&given.value);
        ctxt.error(
            given.span,
            format!(
                "`metric` is a prefix, to which `_total`, `_duration_seconds` and `_concurrent` are added; \
                 write `metric = \"{stem}\"`"
            ),
        );
    }
}

/// The full name of a family. One that is to be kept follows no conventions; it is a name all the same.
pub(super) fn family(ctxt: &Ctxt, given: &Given<String>, kind: Kind, keep: Option<Span>) {
    let name = &given.value;
    if let Err(message) = name::check_metric(name).and_then(|()| name::check_reserved(name)) {
        return ctxt.error(given.span, message);
    }
    match (unconventional(name, kind), keep) {
        (Some(problem), None) => ctxt.error(given.span, problem),
        (None, Some(span)) => {
            ctxt.error(span, "`keep_name` changes nothing: the name follows the conventions; remove it");
        }
        _ => {}
    }
}

/// What Prometheus' conventions say against a name.
fn unconventional(name: &str, kind: Kind) -> Option<String> {
    const KEEP: &str = "or add `keep_name` if others ask for it by this name";
    match (kind, name.strip_suffix("_total")) {
        (Kind::Counter, None) => {
            return Some(format!("the name of a counter ends in `_total`: write \"{name}_total\", {KEEP}"));
        }
        (Kind::Gauge | Kind::Histogram, Some(stem)) => {
            let kind = kind.as_str();
            return Some(format!(
                "only counters end in `_total`, and this is a {kind}: write \"{stem}\", {KEEP}"
            ));
        }
        _ => {}
    }
    let (word, unit) = scaled(name)?;
    let stem = name.strip_suffix("_total").unwrap_or(name);
    let base = stem.strip_suffix(word).unwrap_or(stem);
    let total = if kind == Kind::Counter { "_total" } else { "" };
    let unit = unit.as_str();
    Some(format!("`_{word}` is no base unit; measure in {unit} and write \"{base}{unit}{total}\", {KEEP}"))
}

/// The word at a name's end that is a multiple or a nickname of a base unit, and that unit.
pub(super) fn scaled(name: &str) -> Option<(&'static str, Unit)> {
    const SCALED: [(Unit, &[&str]); 9] = [
        (
            Unit::Seconds,
            &[
                "ms",
                "msec",
                "msecs",
                "millis",
                "milliseconds",
                "us",
                "usec",
                "usecs",
                "micros",
                "microseconds",
                "ns",
                "nsec",
                "nsecs",
                "nanos",
                "nanoseconds",
                "sec",
                "secs",
                "mins",
                "minutes",
                "hours",
                "days",
            ],
        ),
        (
            Unit::Bytes,
            &[
                "bits",
                "kb",
                "kib",
                "kbytes",
                "kilobytes",
                "kibibytes",
                "mb",
                "mib",
                "mbytes",
                "megabytes",
                "mebibytes",
                "gb",
                "gib",
                "gbytes",
                "gigabytes",
                "gibibytes",
                "tb",
                "tib",
                "terabytes",
                "tebibytes",
            ],
        ),
        (Unit::Ratio, &["pct", "percentage"]),
        (Unit::Celsius, &["fahrenheit", "kelvin"]),
        (Unit::Hertz, &["hz", "khz", "kilohertz", "mhz", "megahertz", "ghz", "gigahertz"]),
        (Unit::Watts, &["milliwatts", "kw", "kilowatts", "megawatts"]),
        (Unit::Volts, &["mv", "millivolts", "kilovolts"]),
        (Unit::Grams, &["kg", "kilograms", "milligrams"]),
        (Unit::Meters, &["mm", "cm", "km", "millimeters", "centimeters", "kilometers"]),
    ];
    let stem = name.strip_suffix("_total").unwrap_or(name);
    let (_, last) = stem.rsplit_once('_')?;
    SCALED
        .iter()
        .find_map(|(unit, words)| words.iter().find(|word| **word == last).map(|word| (*word, *unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_units_are_found_at_the_end() {
        assert_eq!(scaled("request_duration_ms"), Some(("ms", Unit::Seconds)));
        assert_eq!(scaled("sent_kb_total"), Some(("kb", Unit::Bytes)));
        assert_eq!(scaled("ms"), None);
        assert_eq!(scaled("forms"), None);
        assert_eq!(scaled("request_duration_seconds"), None);
    }
}
