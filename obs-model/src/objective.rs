//! Percentages, exactly.

use std::fmt;

/// A percentage between 0 and 100 exclusive, in millionths of a percent.
///
/// Decimal, because binary arithmetic turns the error budget of 99.9 % into
/// 0.0009999999999999432 and prints it so in every rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u32);

const ONE: u32 = 1_000_000;

impl Percent {
    /// Reads `"99.9%"`.
    ///
    /// # Errors
    ///
    /// A sentence saying what belongs there: a number with at most six decimals, above 0 and below
    /// 100, and a percent sign.
    ///
    /// ```
    /// let p = obs_model::Percent::parse("99.9%").unwrap();
    /// assert_eq!(p.to_string(), "99.9%");
    /// assert_eq!(p.budget_ratio(), "0.001");
    /// ```
    pub fn parse(text: &str) -> Result<Percent, String> {
        let wrong =
            || format!("expected a percentage above 0 and below 100, such as \"99.9%\"; found \"{text}\"");
        let digits = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim_end();
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let ok = |s: &str, max: usize| s.len() <= max && s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !ok(whole, 2) || !ok(part, 6) || (digits.contains('.') && part.is_empty()) {
            return Err(wrong());
        }
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        let part: u32 = format!("{part:0<6}").parse().map_err(|_| wrong())?;
        match whole * ONE + part {
            0 => Err(wrong()),
            millionths => Ok(Percent(millionths)),
        }
    }

    /// From millionths of a percent, if above 0 and below 100 %.
    pub const fn from_millionths(millionths: u32) -> Option<Percent> {
        if millionths > 0 && millionths < 100 * ONE { Some(Percent(millionths)) } else { None }
    }

    /// In millionths of a percent.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// The objective as an exact decimal ratio: `0.999`.
    pub fn ratio(self) -> String {
        decimal(u64::from(self.0), 8)
    }

    /// The error budget, one minus the objective, as an exact decimal ratio: `0.001`.
    pub fn budget_ratio(self) -> String {
        decimal(u64::from(100 * ONE - self.0), 8)
    }

    /// A tenth-part multiple of the error budget, exactly: `budget_times(144)` of 99.9 % is `0.0144`.
    pub fn budget_times(self, tenths: u32) -> String {
        decimal(u64::from(100 * ONE - self.0) * u64::from(tenths), 9)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", decimal(u64::from(self.0), 6))
    }
}

/// `numerator` / `denominator` as a decimal without trailing zeros: exact where it ends within twelve digits
/// after the point, cut off there otherwise. For thresholds that are products of budgets and burn rates.
///
/// # Panics
///
/// If the denominator is zero.
///
/// ```
/// use obs_model::objective::decimal_ratio;
/// assert_eq!(decimal_ratio(144, 10), "14.4");
/// assert_eq!(decimal_ratio(1, 3), "0.333333333333");
/// ```
pub fn decimal_ratio(numerator: u128, denominator: u128) -> String {
    const PLACES: usize = 12;
    let scaled = numerator % denominator * 10u128.pow(PLACES as u32) / denominator;
    let fraction = format!("{scaled:0PLACES$}");
    match fraction.trim_end_matches('0') {
        "" => (numerator / denominator).to_string(),
        digits => format!("{}.{digits}", numerator / denominator),
    }
}

/// `value` × 10^-`places`, without trailing zeros.
fn decimal(value: u64, places: u32) -> String {
    let one = 10u64.pow(places);
    let fraction = format!("{:0width$}", value % one, width = places as usize);
    match fraction.trim_end_matches('0') {
        "" => (value / one).to_string(),
        digits => format!("{}.{digits}", value / one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_is_exact() {
        let p = Percent::parse("99.9%").unwrap();
        assert_eq!((p.ratio(), p.budget_ratio()), ("0.999".into(), "0.001".into()));
        assert_eq!(p.budget_times(144), "0.0144");
        assert_eq!(p.budget_times(60), "0.006");
        assert_eq!(Percent::parse("99.999999%").unwrap().budget_ratio(), "0.00000001");
        assert_eq!(Percent::parse("50%").unwrap().budget_times(10), "0.5");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "%", "99.9", "100%", "0%", "0.0%", "-1%", "1e1%", "99.%", ".9%", "99.9999999%", "9 9%"]
        {
            assert!(Percent::parse(text).is_err(), "{text}");
        }
    }
}
