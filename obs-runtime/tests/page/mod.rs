//! Reads an exposition as a scraper would, by the letter of the formats and without our own code.

use std::collections::BTreeMap;

/// A sample line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) value: f64,
    pub(crate) exemplar: Option<Exemplar>,
}

/// Labels, value and time.
pub(crate) type Exemplar = (Vec<(String, String)>, f64, Option<f64>);

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) help: BTreeMap<String, String>,
    pub(crate) kinds: BTreeMap<String, String>,
    pub(crate) units: BTreeMap<String, String>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) ended: bool,
}

impl Page {
    /// Panics with the line that is wrong.
    pub(crate) fn parse(text: &str) -> Page {
        let mut page = Page::default();
        assert!(text.is_empty() || text.ends_with('\n'), "the last line is not terminated");
        for line in text.strip_suffix('\n').unwrap_or_default().split('\n') {
            assert!(!page.ended, "after the end: {line:?}");
            match line.strip_prefix("# ") {
                Some("EOF") => page.ended = true,
                Some(comment) => page.comment(comment),
                None => page.samples.push(Sample::parse(line)),
            }
        }
        page
    }

    fn comment(&mut self, comment: &str) {
        let mut parts = comment.splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_else(|| panic!("{comment:?}")).to_owned();
        let (what, name, text) = (part(), part(), part());
        let before = match what.as_str() {
            "HELP" => self.help.insert(name, unescape(&text)),
            "TYPE" => self.kinds.insert(name, text),
            "UNIT" => self.units.insert(name, text),
            _ => panic!("{comment:?}"),
        };
        assert_eq!(before, None, "twice: {comment:?}");
    }

    /// The value of the sample with these labels.
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let wanted: Vec<_> =
            labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.samples
            .iter()
            .find(|sample| sample.name == name && sample.labels == wanted)
            .map(|found| found.value)
    }
}

impl Sample {
    fn parse(line: &str) -> Sample {
        let (start, exemplar) = match split_unquoted(line, " # ") {
            Some((start, exemplar)) => (start, Some(exemplar)),
            None => (line, None),
        };
        let at = start.find(['{', ' ']).unwrap_or_else(|| panic!("{line:?}"));
        let (name, rest) = start.split_at(at);
        assert!(
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:".contains(&b)),
            "{line:?}"
        );
        let (labels, value) = labels(rest);
        let value = value.strip_prefix(' ').unwrap_or_else(|| panic!("{line:?}"));
        let exemplar = exemplar.map(|text| {
            let (labels, rest) = self::labels(text);
            let mut numbers = rest.trim_start().split(' ').map(number);
            (labels, numbers.next().unwrap_or_else(|| panic!("{line:?}")), numbers.next())
        });
        Sample { name: name.to_owned(), labels, value: number(value), exemplar }
    }
}

fn number(text: &str) -> f64 {
    match text {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        _ => {
            assert!(text.bytes().all(|b| b.is_ascii_digit() || b"+-.e".contains(&b)), "no number: {text:?}");
            text.parse().unwrap_or_else(|_| panic!("no number: {text:?}"))
        }
    }
}

/// Reads `{…}`, if it is there, and returns the rest.
fn labels(text: &str) -> (Vec<(String, String)>, &str) {
    let Some(mut rest) = text.strip_prefix('{') else { return (Vec::new(), text) };
    let mut labels = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("{text:?}"));
        let mut escaped = false;
        let end = after.find(|c| {
            let quote = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            quote
        });
        let (value, after) = after.split_at(end.unwrap_or_else(|| panic!("{text:?}")));
        labels.push((name.to_owned(), unescape(value)));
        match after.strip_prefix("\",") {
            Some(more) => rest = more,
            None => return (labels, after.strip_prefix("\"}").unwrap_or_else(|| panic!("{text:?}"))),
        }
    }
}

fn split_unquoted<'a>(line: &'a str, at: &str) -> Option<(&'a str, &'a str)> {
    let (mut quoted, mut escaped) = (false, false);
    for (index, c) in line.char_indices() {
        if !quoted && line[index..].starts_with(at) {
            return Some((&line[..index], &line[index + at.len()..]));
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(match chars.next() {
                Some('n') => '\n',
                Some(c @ ('\\' | '"')) => c,
                other => panic!("escaped {other:?} in {text:?}"),
            }),
            c => out.push(c),
        }
    }
    out
}
