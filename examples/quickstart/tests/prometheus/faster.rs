//! Rules and routes at sixty times their speed: an hour is a minute, so that a test can wait for it.

/// The keys whose values are lengths of time.
const KEYS: [&str; 7] = [
    "for",
    "keep_firing_for",
    "interval",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "resolve_timeout",
];

/// Divides by sixty: ranges (`[5m]`), offsets, the values of [`KEYS`], and the seconds between two evaluations
/// that sums over time are multiplied with (`* 60`). What labels, names and sentences say stays as it is.
pub(crate) fn faster(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line_faster(line))).collect()
}

fn line_faster(line: &str) -> String {
    if let Some((key, value)) = line.split_once(": \"") {
        let length = value.strip_suffix('"').filter(|_| KEYS.contains(&key.trim()));
        let quicker = length.and_then(sixtieth).map(|value| format!("{key}: \"{value}\""));
        return quicker.unwrap_or_else(|| line.to_owned());
    }
    let line = line.strip_suffix(" * 60").map_or_else(|| line.to_owned(), |sum| format!("{sum} * 1"));
    after(&after(&line, "["), "offset ")
}

/// The line with the lengths of time that follow a mark divided.
fn after(line: &str, mark: &str) -> String {
    let mut parts = line.split(mark);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(part.len());
        let (length, rest) = part.split_at(end);
        format!("{done}{mark}{}{rest}", sixtieth(length).unwrap_or_else(|| length.to_owned()))
    })
}

/// A sixtieth of a length of time, in seconds, or in milliseconds where it is none; `None` for other words.
fn sixtieth(length: &str) -> Option<String> {
    let (number, unit) = length.split_at_checked(length.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()? * seconds;
    Some(if seconds.is_multiple_of(60) {
        format!("{}s", seconds / 60)
    } else {
        format!("{}ms", seconds * 1000 / 60)
    })
}

#[test]
fn every_time_is_divided_and_nothing_else_is() {
    for (given, expected) in [
        (
            "          sum by (job) (rate(calls_total{a=\"5m\"}[5m]))",
            "          sum by (job) (rate(calls_total{a=\"5m\"}[5s]))",
        ),
        (
            "  sum_over_time(slo:events:rate5m{a=\"b\"}[1h]) * 60",
            "  sum_over_time(slo:events:rate5m{a=\"b\"}[60s]) * 1",
        ),
        ("x[30d] / y[30m]", "x[43200s] / y[30s]"),
        (
            "last_over_time(x{m=~\"[a-z]+\"}[1d] offset 10m)",
            "last_over_time(x{m=~\"[a-z]+\"}[1440s] offset 10s)",
        ),
        ("        for: \"2m\"", "        for: \"2s\""),
        ("    interval: \"1m\"", "    interval: \"1s\""),
        ("  group_wait: \"10s\"", "  group_wait: \"166ms\""),
        ("      group_wait: \"0s\"", "      group_wait: \"0s\""),
        ("          sloth_window: \"5m\"", "          sloth_window: \"5m\""),
        ("      - record: \"slo:sli_error:ratio_rate5m\"", "      - record: \"slo:sli_error:ratio_rate5m\""),
        ("          summary: \"bad in [5m]\"", "          summary: \"bad in [5m]\""),
        ("  for: \"ever\"", "  for: \"ever\""),
    ] {
        assert_eq!(faster(given), format!("{expected}\n"));
    }
}
