//! Moments as people and machines read them.

use std::time::{SystemTime, UNIX_EPOCH};

/// A moment as text, on the stack: with every line of a log comes one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rfc3339([u8; 24]);

/// `2026-11-21T09:30:00.123Z`, of RFC 3339. Moments before 1970 read as 1970, and of a year that has more than four
/// digits are the last four.
pub(crate) fn rfc3339(at: SystemTime) -> Rfc3339 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut put = |at: usize, number: u64| {
        text[at] += (number / 10 % 10) as u8;
        text[at + 1] += (number % 10) as u8;
    };
    put(0, year / 100);
    put(2, year);
    put(5, month);
    put(8, day);
    put(11, hour);
    put(14, minute);
    put(17, second);
    let mut text = Rfc3339(text);
    text.put_millis(since.subsec_millis());
    text
}

/// A moment as text, beside the one before: nearly always they are of the same second.
#[cfg(feature = "logs")]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stamp(Option<(u64, Rfc3339)>);

#[cfg(feature = "logs")]
impl Stamp {
    /// As [`rfc3339`].
    pub(crate) fn of(&mut self, at: SystemTime) -> Rfc3339 {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        match &mut self.0 {
            Some((second, text)) if *second == since.as_secs() => {
                text.put_millis(since.subsec_millis());
                *text
            }
            before => before.insert((since.as_secs(), rfc3339(at))).1,
        }
    }
}

impl Rfc3339 {
    fn put_millis(&mut self, millis: u32) {
        for (digit, unit) in self.0[20..23].iter_mut().zip([100, 10, 1]) {
            *digit = b'0' + (millis / unit % 10) as u8;
        }
    }

    #[cfg(feature = "logs")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // It is ASCII, so there always is one.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Year, month and day of a day since 1970.
///
/// Counts in eras of 400 years, and in years that begin in March, so that the leap day comes last:
/// then the lengths of months follow one formula.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn dates() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_000, "2024-02-29T23:59:59.000Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00.000Z"),
            (1_795_253_400_123, "2026-11-21T09:30:00.123Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_millis(millis)).as_str(), text);
        }
        assert_eq!(rfc3339(UNIX_EPOCH - Duration::from_secs(1)).as_str(), "1970-01-01T00:00:00.000Z");
    }

    #[cfg(feature = "logs")]
    #[test]
    fn one_moment_after_the_other() {
        let mut stamp = Stamp::default();
        for millis in [0, 7, 7, 999, 1000, 1999, 0, 1_795_253_400_123, 1_795_253_400_124, 1_795_253_399_999] {
            let at = UNIX_EPOCH + Duration::from_millis(millis);
            assert_eq!(stamp.of(at).as_str(), rfc3339(at).as_str());
        }
        assert_eq!(stamp.of(UNIX_EPOCH - Duration::from_secs(1)).as_str(), "1970-01-01T00:00:00.000Z");
    }
}
