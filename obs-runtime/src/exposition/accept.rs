//! `Accept` and `Accept-Encoding`: lists of names with parameters and qualities.

use super::Format;

/// A quality in thousandths, so that it compares exactly. 0 means "not at all".
type Quality = u16;

const FULL: Quality = 1000;

pub(super) fn format(accept: Option<&str>) -> Format {
    let Some(accept) = accept else { return Format::Text };
    let mut openmetrics = 0;
    // (how closely the range names our text format, its quality): the closest range decides.
    let mut text = (0, 0);
    for item in accept.split(',') {
        let (range, quality, version) = parse(item);
        let closeness = match range {
            _ if range.eq_ignore_ascii_case("application/openmetrics-text") => {
                if matches!(version, None | Some("1.0.0")) {
                    openmetrics = openmetrics.max(quality);
                }
                continue;
            }
            _ if range.eq_ignore_ascii_case("text/plain") => match version {
                Some("0.0.4") => 4,
                None => 3,
                Some(_) => continue,
            },
            _ if range.eq_ignore_ascii_case("text/*") => 2,
            "*/*" => 1,
            _ => continue,
        };
        text = text.max((closeness, quality));
    }
    if openmetrics > 0 && openmetrics >= text.1 { Format::OpenMetrics } else { Format::Text }
}

/// Whether a client that sends this `Accept-Encoding` header would rather have the page compressed.
///
/// ```
/// use obs_runtime::exposition::accepts_gzip;
/// assert!(accepts_gzip(Some("gzip")));
/// assert!(!accepts_gzip(Some("gzip;q=0, identity")));
/// assert!(!accepts_gzip(None));
/// ```
pub fn accepts_gzip(accept_encoding: Option<&str>) -> bool {
    let Some(header) = accept_encoding else { return false };
    let (mut gzip, mut any, mut identity) = (None, None, None);
    for item in header.split(',') {
        let (name, quality, _) = parse(item);
        let quality = Some(quality);
        match name {
            _ if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
                gzip = gzip.max(quality);
            }
            _ if name.eq_ignore_ascii_case("identity") => identity = identity.max(quality),
            "*" => any = any.max(quality),
            _ => {}
        }
    }
    let gzip = gzip.or(any).unwrap_or(0);
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// Splits `name;version=…;q=…` into name, quality and version.
fn parse(item: &str) -> (&str, Quality, Option<&str>) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or("");
    let (mut quality, mut version) = (FULL, None);
    for parameter in parts {
        let Some((key, value)) = parameter.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match key.trim() {
            "q" | "Q" => quality = parse_quality(value),
            key if key.eq_ignore_ascii_case("version") => version = Some(value),
            _ => {}
        }
    }
    (name, quality, version)
}

/// `1`, `0.75`, `0.300`. What is not a quality counts as a refusal.
fn parse_quality(text: &str) -> Quality {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || part.len() > 3 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let thousandths = part.bytes().chain(std::iter::repeat(b'0')).take(3);
    let part = thousandths.fold(0, |value, digit| value * 10 + Quality::from(digit - b'0'));
    match whole {
        "0" => part,
        _ if part == 0 => FULL,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        use Format::{OpenMetrics, Text};
        let cases = [
            // Prometheus 2.42, as sent.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OpenMetrics,
            ),
            // Prometheus 2.42 with native histograms: protobuf first, which nobody here speaks.
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
                 application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,\
                 text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                OpenMetrics,
            ),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
                 text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
                Text,
            ),
            // Prometheus 3.
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                 application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,\
                 text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                OpenMetrics,
            ),
            ("text/plain", Text),
            ("*/*", Text),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Text),
            ("application/openmetrics-text", OpenMetrics),
            ("Application/OpenMetrics-Text; Version=\"1.0.0\"; charset=utf-8", OpenMetrics),
            ("application/openmetrics-text;version=0.0.1", Text),
            ("application/openmetrics-text;version=2.0.0", Text),
            ("application/openmetrics-text;q=0", Text),
            ("application/openmetrics-text;q=0.3,text/plain;q=0.4", Text),
            ("application/openmetrics-text;q=0.4,text/plain;q=0.4", OpenMetrics),
            // The closer range decides about text, whatever the wider ones say.
            ("application/openmetrics-text;q=0.5,text/plain;q=0.1,*/*", OpenMetrics),
            ("application/openmetrics-text;q=0.5,text/*;q=0.6", Text),
            ("application/openmetrics-text;q=1.5", Text),
            ("application/openmetrics-text;q=-1", Text),
            ("application/openmetrics-text;q=0.0001", Text),
            ("application/json", Text),
            ("", Text),
            (",;,=;q", Text),
        ];
        for (accept, format) in cases {
            assert_eq!(Format::negotiate(Some(accept)), format, "{accept}");
        }
        assert_eq!(Format::negotiate(None), Text);
    }

    #[test]
    fn encodings() {
        let cases = [
            ("gzip", true),
            ("gzip, deflate, br", true),
            ("x-gzip", true),
            ("GZIP;q=0.5", true),
            ("*", true),
            ("br;q=1.0, *;q=0.1", true),
            ("identity;q=0.5, gzip;q=0.8", true),
            ("identity;q=0, *", true),
            ("identity, gzip;q=0.8", false),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("gzip;q=wat", false),
            ("identity", false),
            ("br", false),
            ("", false),
        ];
        for (header, expected) in cases {
            assert_eq!(accepts_gzip(Some(header)), expected, "{header}");
        }
    }
}
