//! Units, by the suffix of a metric's name.

/// A base unit of a metric, as Prometheus asks for: seconds rather than milliseconds, bytes rather than
/// megabytes, ratios rather than percentages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `_seconds`
    Seconds,
    /// `_bytes`
    Bytes,
    /// `_ratio`: 0 to 1.
    Ratio,
    /// `_percent`: 0 to 100. Not a base unit; accepted because programs in use have it.
    Percent,
    /// `_celsius`
    Celsius,
    /// `_volts`
    Volts,
    /// `_amperes`
    Amperes,
    /// `_joules`
    Joules,
    /// `_watts`
    Watts,
    /// `_hertz`
    Hertz,
    /// `_grams`
    Grams,
    /// `_meters`
    Meters,
    /// `_dollars`
    Dollars,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Unit; 13] = [
        Unit::Seconds,
        Unit::Bytes,
        Unit::Ratio,
        Unit::Percent,
        Unit::Celsius,
        Unit::Volts,
        Unit::Amperes,
        Unit::Joules,
        Unit::Watts,
        Unit::Hertz,
        Unit::Grams,
        Unit::Meters,
        Unit::Dollars,
    ];

    /// The word that ends a metric's name, before `_total`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Bytes => "bytes",
            Unit::Ratio => "ratio",
            Unit::Percent => "percent",
            Unit::Celsius => "celsius",
            Unit::Volts => "volts",
            Unit::Amperes => "amperes",
            Unit::Joules => "joules",
            Unit::Watts => "watts",
            Unit::Hertz => "hertz",
            Unit::Grams => "grams",
            Unit::Meters => "meters",
            Unit::Dollars => "dollars",
        }
    }

    /// The unit that a family's name ends in, if any: `http_request_duration_seconds`,
    /// `sent_bytes_total`.
    ///
    /// ```
    /// use obs_model::Unit;
    /// assert_eq!(Unit::of("sent_bytes_total"), Some(Unit::Bytes));
    /// assert_eq!(Unit::of("requests_total"), None);
    /// ```
    pub fn of(family: &str) -> Option<Unit> {
        let stem = family.strip_suffix("_total").unwrap_or(family);
        Unit::ALL.into_iter().find(|unit| {
            stem.strip_suffix(unit.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
        })
    }

    /// Grafana's id for the unit of a panel.
    pub const fn grafana(self) -> &'static str {
        match self {
            Unit::Seconds => "s",
            Unit::Bytes => "bytes",
            Unit::Ratio => "percentunit",
            Unit::Percent => "percent",
            Unit::Celsius => "celsius",
            Unit::Volts => "volt",
            Unit::Amperes => "amp",
            Unit::Joules => "joule",
            Unit::Watts => "watt",
            Unit::Hertz => "hertz",
            Unit::Grams => "massg",
            Unit::Meters => "lengthm",
            Unit::Dollars => "currencyUSD",
        }
    }
}
