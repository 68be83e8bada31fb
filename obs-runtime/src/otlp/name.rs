//! Names and units of metrics, so that a collector that makes Prometheus metrics of them makes ours.
//!
//! OpenTelemetry's rules for that append the unit's word where it is not in the name, `_ratio` to gauges of the unit
//! `1`, and `_total` to counters. So the word stays in the name, `_total` goes, and no gauge has the unit `1` but one
//! that is called a ratio.

use crate::snapshot::{Family, FamilyKind, Snapshot};
use obs_model::Unit;

/// The name under which a family is sent. A counter `connections_total` beside a gauge `connections` keeps its own: two
/// kinds of metric under one name are an error.
pub(super) fn name<'a>(family: &'a Family, among: &Snapshot) -> &'a str {
    let stem = match family.kind {
        FamilyKind::Counter => family.name.strip_suffix("_total"),
        _ => None,
    };
    stem.filter(|stem| among.family(stem).is_none()).unwrap_or(&family.name)
}

/// The unit of a family, in UCUM.
pub(super) fn unit(family: &Family) -> &'static str {
    match family.unit {
        Some(unit) => ucum(unit),
        None if family.kind == FamilyKind::Counter => "1",
        None => "",
    }
}

fn ucum(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "s",
        Unit::Bytes => "By",
        Unit::Ratio => "1",
        Unit::Percent => "%",
        Unit::Celsius => "Cel",
        Unit::Volts => "V",
        Unit::Amperes => "A",
        Unit::Joules => "J",
        Unit::Watts => "W",
        Unit::Hertz => "Hz",
        Unit::Grams => "g",
        Unit::Meters => "m",
        // UCUM has no money. What stands in braces is a remark, which Prometheus' side leaves out.
        Unit::Dollars => "{USD}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the collector's Prometheus exporter makes of a name, by the rules that OpenTelemetry gives for it
    /// ("Prometheus and OpenMetrics Compatibility", and the units of its translator).
    fn translated(name: &str, unit: &str, kind: FamilyKind) -> String {
        let word = match unit.split('{').next().unwrap_or_default().trim() {
            "s" => "seconds",
            "By" => "bytes",
            "%" => "percent",
            "Cel" => "celsius",
            "V" => "volts",
            "A" => "amperes",
            "J" => "joules",
            "W" => "watts",
            "Hz" => "hertz",
            "g" => "grams",
            "m" => "meters",
            _ => "",
        };
        let mut tokens: Vec<&str> = name
            .split(|c: char| !c.is_ascii_alphanumeric() && c != ':')
            .filter(|token| !token.is_empty())
            .collect();
        if !word.is_empty() && !tokens.contains(&word) {
            tokens.push(word);
        }
        let end = match kind {
            FamilyKind::Counter => "total",
            FamilyKind::Gauge | FamilyKind::Info | FamilyKind::Untyped if unit == "1" => "ratio",
            _ => "",
        };
        if !end.is_empty() {
            tokens.retain(|token| *token != end);
            tokens.push(end);
        }
        tokens.join("_")
    }

    fn among(families: Vec<Family>) -> Snapshot {
        Snapshot::new(families, std::time::SystemTime::now())
    }

    fn assert_all_come_back(snapshot: &Snapshot) {
        for family in &snapshot.families {
            assert_eq!(translated(name(family, snapshot), unit(family), family.kind), family.name);
        }
    }

    fn assert_comes_back(family: &Family) {
        assert_all_come_back(&among(vec![family.clone()]));
    }

    #[test]
    fn names_come_back() {
        for unit in Unit::ALL {
            let stem = format!("door_{}", unit.as_str());
            assert_comes_back(&Family::new(stem.clone(), "", FamilyKind::Gauge));
            assert_comes_back(&Family::new(stem.clone(), "", FamilyKind::Histogram));
            assert_comes_back(&Family::new(format!("{stem}_total"), "", FamilyKind::Counter));
        }
        assert_comes_back(&Family::new("requests_total", "", FamilyKind::Counter));
        assert_comes_back(&Family::new("requests_in_flight", "", FamilyKind::Gauge));
        assert_comes_back(&Family::new("build_info", "", FamilyKind::Info));
        assert_comes_back(&Family::new("request_size", "", FamilyKind::Histogram));
    }

    #[test]
    fn those_of_the_runtime_come_back() {
        let snapshot = crate::snapshot();
        assert!(snapshot.families.len() > 5);
        assert_all_come_back(&snapshot);
    }

    #[test]
    fn no_two_are_sent_under_one_name() {
        let gauge = Family::new("connections", "", FamilyKind::Gauge);
        let counter = Family::new("connections_total", "", FamilyKind::Counter);
        let snapshot = among(vec![gauge, counter]);
        let names: Vec<&str> = snapshot.families.iter().map(|family| name(family, &snapshot)).collect();
        assert_eq!(names, ["connections", "connections_total"]);
        assert_all_come_back(&snapshot);
    }

    #[test]
    fn units_are_ucum() {
        let sent = |name: &'static str, kind| {
            let family = Family::new(name, "", kind);
            (super::name(&family, &among(Vec::new())).to_owned(), unit(&family))
        };
        assert_eq!(sent("cpu_seconds_total", FamilyKind::Counter), ("cpu_seconds".to_owned(), "s"));
        assert_eq!(sent("sent_bytes_total", FamilyKind::Counter), ("sent_bytes".to_owned(), "By"));
        assert_eq!(sent("calls_total", FamilyKind::Counter), ("calls".to_owned(), "1"));
        assert_eq!(sent("hits_ratio", FamilyKind::Gauge), ("hits_ratio".to_owned(), "1"));
        assert_eq!(sent("workers", FamilyKind::Gauge), ("workers".to_owned(), ""));
    }
}
