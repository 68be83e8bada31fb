//! The units that Grafana knows.

use obs_model::suggest::nearest;

/// What `getValueFormats()` of `@grafana/data` 13.2.3 lists, an identifier a line; `cargo xtask test` compares.
const UNITS: &str = include_str!("units.txt");

/// Before a colon, these begin a unit that the rest describes: `suffix:requests`, `currency:EUR`.
const OWN: [&str; 7] = ["prefix", "suffix", "time", "si", "count", "currency", "bool"];

/// What is wrong with a unit; nothing if Grafana knows it.
pub(crate) fn problem(unit: &str) -> Option<String> {
    let own = unit.split_once(':').is_some_and(|(kind, text)| OWN.contains(&kind) && !text.is_empty());
    if own || UNITS.lines().any(|known| known == unit) {
        return None;
    }
    let hint = nearest(unit, UNITS.lines());
    let hint = hint.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Some(format!("Grafana has no unit `{unit}`{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use obs_model::Unit;

    #[test]
    fn units_of_metrics_are_known() {
        for unit in Unit::ALL {
            assert_eq!(problem(unit.grafana()), None);
        }
    }

    #[test]
    fn the_list_is_sorted_and_whole() {
        let units: Vec<&str> = UNITS.lines().collect();
        assert_eq!(units.len(), 273);
        assert!(units.is_sorted());
    }

    #[test]
    fn what_is_unknown_is_told_with_what_is_near() {
        assert_eq!(problem("suffix:requests"), None);
        assert_eq!(
            problem("percentunits").unwrap(),
            "Grafana has no unit `percentunits`; did you mean `percentunit`?"
        );
        for wrong in ["suffix:", "furlongs:x", "", "seconds"] {
            assert!(problem(wrong).is_some_and(|told| told.starts_with("Grafana has no unit")), "{wrong}");
        }
    }
}
