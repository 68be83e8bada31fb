//! Writing JSON: all that a catalogue and a health page need, without a dependency.

/// Builds one JSON document, two spaces an indent.
///
/// ```
/// let mut json = obs_model::json::Writer::new();
/// json.object(|json| {
///     json.key("name").string("a \"quoted\" one");
///     json.key("bounds").array(|json| json.number(0.5));
/// });
/// assert_eq!(json.finish(), "{\n  \"name\": \"a \\\"quoted\\\" one\",\n  \"bounds\": [\n    0.5\n  ]\n}\n");
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
    depth: usize,
    /// Whether a comma is due before the next element.
    comma: bool,
    /// Whether the next value follows its key on the same line.
    keyed: bool,
}

impl Writer {
    /// An empty document.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// An object, whose members `members` writes with [`key`](Writer::key).
    pub fn object(&mut self, members: impl FnOnce(&mut Writer)) {
        self.nested('{', '}', members);
    }

    /// An array, whose elements `elements` writes.
    pub fn array(&mut self, elements: impl FnOnce(&mut Writer)) {
        self.nested('[', ']', elements);
    }

    /// The key of the member that is written next.
    pub fn key(&mut self, key: &str) -> &mut Writer {
        self.separate();
        escape(key, &mut self.out);
        self.out.push_str(": ");
        self.keyed = true;
        self
    }

    /// A string.
    pub fn string(&mut self, value: &str) {
        self.separate();
        escape(value, &mut self.out);
    }

    /// A string, or null.
    pub fn optional(&mut self, value: Option<&str>) {
        match value {
            Some(value) => self.string(value),
            None => self.raw("null"),
        }
    }

    /// A number; null where JSON has none (NaN, infinities).
    pub fn number(&mut self, value: f64) {
        if value.is_finite() {
            self.raw(&value.to_string());
        } else {
            self.raw("null");
        }
    }

    /// A whole number.
    pub fn integer(&mut self, value: u64) {
        self.raw(&value.to_string());
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// The document, with a newline at its end.
    pub fn finish(mut self) -> String {
        self.out.push('\n');
        self.out
    }

    fn raw(&mut self, text: &str) {
        self.separate();
        self.out.push_str(text);
    }

    fn nested(&mut self, open: char, close: char, inner: impl FnOnce(&mut Writer)) {
        self.separate();
        self.out.push(open);
        self.comma = false;
        self.depth += 1;
        let before = self.out.len();
        inner(self);
        self.depth -= 1;
        if self.out.len() > before {
            self.line();
        }
        self.out.push(close);
        self.comma = true;
    }

    fn separate(&mut self) {
        if std::mem::take(&mut self.keyed) {
            return;
        }
        if self.comma {
            self.out.push(',');
        }
        if self.depth > 0 {
            self.line();
        }
        self.comma = true;
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// Appends `text` as a JSON string, quotes included.
pub fn escape(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
