//! Reads a page of metrics in Prometheus' text format: enough of it for the summary.

/// One line: a sample's name, labels and value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name, with `_bucket` and its like.
    pub name: String,
    /// The labels, in the order of the page.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: f64,
}

impl Sample {
    /// The value of a label; empty if it has none of that name, as Prometheus has it.
    pub fn label(&self, name: &str) -> &str {
        self.labels.iter().find(|(label, _)| label == name).map_or("", |(_, value)| value)
    }
}

/// Every sample of a page. Lines that are none are left out.
pub fn samples(page: &str) -> impl Iterator<Item = Sample> {
    page.lines().filter(|line| !line.starts_with('#')).filter_map(sample)
}

fn sample(line: &str) -> Option<Sample> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (label, after) = rest.split_once("=\"")?;
            let (value, after) = quoted(after)?;
            labels.push((label.to_owned(), value));
            rest = after.strip_prefix(',').unwrap_or(after);
        }
        rest = &rest[1..];
    }
    // A time stamp may follow.
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some(Sample { name: name.to_owned(), labels, value })
}

/// A label's value without its escapes, and what follows its closing quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, next)) = chars.next() {
        match next {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                escaped => escaped,
            }),
            next => value.push(next),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_samples() {
        let page = "# HELP a Help.\n# TYPE a gauge\na 1\nb_total{x=\"1, 2\",y=\"\\\"\\n\\\\\"} 2.5 1700000000\n\nbad{x=\"\n";
        let read: Vec<Sample> = samples(page).collect();
        assert_eq!(read.len(), 2);
        assert_eq!((&*read[0].name, read[0].value), ("a", 1.0));
        assert_eq!((&*read[1].name, read[1].value), ("b_total", 2.5));
        assert_eq!((read[1].label("x"), read[1].label("y"), read[1].label("z")), ("1, 2", "\"\n\\", ""));
    }

    #[test]
    fn infinity_is_a_number() {
        let infinite: Vec<f64> = samples("a +Inf\nb NaN").map(|sample| sample.value).collect();
        assert!(infinite[0].is_infinite() && infinite[1].is_nan());
    }
}
