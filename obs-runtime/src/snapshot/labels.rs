//! A label set, with the text that stands between the braces.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
#[cfg(feature = "otlp")]
use std::sync::OnceLock;
use std::sync::{Arc, LazyLock};

static EMPTY: LazyLock<Arc<Labels>> = LazyLock::new(|| Labels::new([("", ""); 0]));

/// The labels of one series, in the order in which they are exposed.
#[derive(Clone)]
pub struct Labels {
    pairs: Box<[(Cow<'static, str>, Cow<'static, str>)]>,
    escaped: Box<str>,
    /// As another exporter writes them, once it has.
    #[cfg(feature = "otlp")]
    encoded: OnceLock<Box<[u8]>>,
}

impl Labels {
    /// A label set. The names are trusted to be names; the values may be any text.
    ///
    /// ```
    /// use obs_runtime::snapshot::Labels;
    /// let labels = Labels::new([("path", "C:\\"), ("said", "\"hi\"\n")]);
    /// assert_eq!(labels.escaped(), r#"path="C:\\",said="\"hi\"\n""#);
    /// ```
    pub fn new<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Arc<Labels>
    where
        N: Into<Cow<'static, str>>,
        V: Into<Cow<'static, str>>,
    {
        let pairs: Box<[_]> = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let escaped = render(&pairs);
        Arc::new(Labels {
            pairs,
            escaped,
            #[cfg(feature = "otlp")]
            encoded: OnceLock::new(),
        })
    }

    /// The label set without labels. It is shared, so asking for it does not allocate.
    pub fn empty() -> Arc<Labels> {
        Arc::clone(&EMPTY)
    }

    /// Names and values, unescaped.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The value of the label of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(candidate, _)| *candidate == name).map(|(_, value)| value)
    }

    /// `a="b",c="d"`, escaped for both exposition formats; empty without labels.
    pub fn escaped(&self) -> &str {
        &self.escaped
    }

    /// The labels as the one other exporter writes them: `encode` is asked once in their life.
    #[cfg(feature = "otlp")]
    pub(crate) fn encoded(&self, encode: impl FnOnce(&Labels) -> Box<[u8]>) -> &[u8] {
        self.encoded.get_or_init(|| encode(self))
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Whether these are the labels, in any order.
    pub(crate) fn same(&self, labels: &[(&str, &str)]) -> bool {
        self.pairs.len() == labels.len() && labels.iter().all(|(name, value)| self.get(name) == Some(value))
    }
}

// Labels are their pairs: what else is kept is made of these.

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Labels { pairs, escaped, .. } = self;
        f.debug_struct("Labels").field("pairs", pairs).field("escaped", escaped).finish()
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Labels) -> bool {
        self.pairs == other.pairs
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.pairs.hash(state);
    }
}

fn render(pairs: &[(Cow<'static, str>, Cow<'static, str>)]) -> Box<str> {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(name);
        out.push_str("=\"");
        escape_value(value, &mut out);
        out.push('"');
    }
    out.into_boxed_str()
}

/// Escapes what both formats escape in a label's value: the backslash, the quote and the line feed.
fn escape_value(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
}
