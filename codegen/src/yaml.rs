//! YAML as a tree, written out for people to read.
//!
//! Strings are quoted, always, as in JSON, which YAML includes: a value such as `no`, `1.0` or `a: b`
//! stays a string.

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Yaml {
    Text(String),
    Number(u64),
    Flag(bool),
    List(Vec<Yaml>),
    Map(Vec<(String, Yaml)>),
    /// A value with words for the reader above it.
    Noted(String, Box<Yaml>),
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Yaml {
        Yaml::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Yaml {
        Yaml::Text(text)
    }
}

impl From<u64> for Yaml {
    fn from(number: u64) -> Yaml {
        Yaml::Number(number)
    }
}

impl From<bool> for Yaml {
    fn from(flag: bool) -> Yaml {
        Yaml::Flag(flag)
    }
}

/// A map, in this order.
pub(crate) fn map<const N: usize>(entries: [(&str, Yaml); N]) -> Yaml {
    Yaml::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A list.
pub(crate) fn list<T: Into<Yaml>>(values: impl IntoIterator<Item = T>) -> Yaml {
    Yaml::List(values.into_iter().map(Into::into).collect())
}

impl Yaml {
    /// With words for the reader above it.
    pub(crate) fn noted(self, words: impl Into<String>) -> Yaml {
        Yaml::Noted(words.into(), Box::new(self))
    }

    /// A document of its own.
    pub(crate) fn document(&self) -> String {
        let mut out = String::new();
        self.write(0, &mut out);
        out
    }

    /// Writes what stands on lines of its own, each `depth` steps in.
    fn write(&self, depth: usize, out: &mut String) {
        match self {
            Yaml::Map(entries) if !entries.is_empty() => {
                for (key, value) in entries {
                    value.above(depth, out);
                    indent(depth, out);
                    self::key(key, out);
                    out.push(':');
                    value.after(depth + 1, out);
                }
            }
            Yaml::List(values) if !values.is_empty() => {
                for value in values {
                    value.above(depth, out);
                    indent(depth, out);
                    out.push('-');
                    match value.bare() {
                        map @ Yaml::Map(entries) if !entries.is_empty() => {
                            let mut inner = String::new();
                            map.write(depth + 1, &mut inner);
                            // The first key stands beside the dash, unless words stand above it.
                            match inner.trim_start() {
                                words if words.starts_with('#') => out.push_str(&format!("\n{inner}")),
                                beside => out.push_str(&format!(" {beside}")),
                            }
                        }
                        other => other.after(depth + 1, out),
                    }
                }
            }
            Yaml::Noted(_, value) => {
                self.above(depth, out);
                value.write(depth, out);
            }
            other => other.after(depth, out),
        }
    }

    /// Writes what stands after a colon or a dash.
    fn after(&self, depth: usize, out: &mut String) {
        match self {
            Yaml::Text(text) => {
                out.push(' ');
                obs_model::json::escape(text, out);
                out.push('\n');
            }
            Yaml::Number(number) => out.push_str(&format!(" {number}\n")),
            Yaml::Flag(flag) => out.push_str(&format!(" {flag}\n")),
            Yaml::List(values) if values.is_empty() => out.push_str(" []\n"),
            Yaml::Map(entries) if entries.is_empty() => out.push_str(" {}\n"),
            Yaml::List(_) | Yaml::Map(_) => {
                out.push('\n');
                self.write(depth, out);
            }
            Yaml::Noted(_, value) => value.after(depth, out),
        }
    }

    /// Writes the words for the reader.
    fn above(&self, depth: usize, out: &mut String) {
        if let Yaml::Noted(words, _) = self {
            for line in words.lines() {
                indent(depth, out);
                out.push_str(format!("# {line}").trim_end());
                out.push('\n');
            }
        }
    }

    fn bare(&self) -> &Yaml {
        match self {
            Yaml::Noted(_, value) => value.bare(),
            value => value,
        }
    }
}

fn indent(depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
}

/// Keys are plain words where that can be read as nothing else.
fn key(key: &str, out: &mut String) {
    let word = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let read_otherwise = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    match key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(word)
        && !read_otherwise.contains(&key.to_ascii_lowercase().as_str())
    {
        true => out.push_str(key),
        false => obs_model::json::escape(key, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_people_would_write_it() {
        let tree = map([
            ("title", "no".into()),
            ("on", true.into()),
            ("empty", list(Vec::<Yaml>::new())),
            (
                "services",
                list([
                    map([("name", "a: \"b\"".into()), ("ports", list(["1:2"]))]).noted("The first.\nStill."),
                    map([("count", Yaml::Number(3).noted("Why."))]),
                ]),
            ),
            ("nested", list([list(["x"])])),
        ]);
        let expected = r#"title: "no"
"on": true
empty: []
services:
  # The first.
  # Still.
  - name: "a: \"b\""
    ports:
      - "1:2"
  -
    # Why.
    count: 3
nested:
  -
    - "x"
"#;
        assert_eq!(tree.document(), expected);
    }
}
