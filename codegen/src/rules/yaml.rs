//! Writes the little YAML that a rules file needs, for people to read.
//!
//! Strings are quoted, always, as in JSON, which YAML includes: a value such as `no`, `1.0` or `a: b`
//! stays a string. Expressions are literal blocks, in which nothing is escaped.

/// A document under construction.
#[derive(Debug, Default)]
pub(super) struct Yaml {
    out: String,
    depth: usize,
    /// Whether the next line starts an element of a list.
    element: bool,
}

impl Yaml {
    pub(super) fn new() -> Yaml {
        Yaml::default()
    }

    /// A line for the reader.
    pub(super) fn comment(&mut self, text: &str) {
        // Before an element of a list, it stands before its dash.
        let depth = if self.element { self.depth - 1 } else { self.depth };
        self.out.push_str(&format!("{}# {}\n", "  ".repeat(depth), text.replace('\n', " ")));
    }

    /// A key and a string.
    pub(super) fn text(&mut self, key: &str, value: &str) {
        let mut quoted = String::new();
        obs_model::json::escape(value, &mut quoted);
        self.line(&format!("{key}: {quoted}"));
    }

    /// A key and a number or a word that is no string.
    pub(super) fn word(&mut self, key: &str, value: &str) {
        self.line(&format!("{key}: {value}"));
    }

    /// A key and a list of strings.
    pub(super) fn strings(&mut self, key: &str, values: &[String]) {
        self.line(&format!("{key}:"));
        self.depth += 2;
        for value in values {
            self.element = true;
            let mut quoted = String::new();
            obs_model::json::escape(value, &mut quoted);
            self.line(&quoted);
        }
        self.depth -= 2;
    }

    /// A key and a string of several lines, as they are. Its lines must not start with a space.
    pub(super) fn block(&mut self, key: &str, value: &str) {
        self.line(&format!("{key}: |-"));
        self.depth += 1;
        value.lines().for_each(|line| self.line(line));
        self.depth -= 1;
    }

    /// A key and a map of strings; nothing if there are none.
    pub(super) fn map<K: AsRef<str>>(&mut self, key: &str, entries: &[(K, String)]) {
        if entries.is_empty() {
            return;
        }
        self.line(&format!("{key}:"));
        self.depth += 1;
        entries.iter().for_each(|(key, value)| self.text(key.as_ref(), value));
        self.depth -= 1;
    }

    /// A key and a list of maps, which `write` fills.
    pub(super) fn list<T>(&mut self, key: &str, elements: Vec<T>, mut write: impl FnMut(&mut Yaml, T)) {
        if elements.is_empty() {
            return self.line(&format!("{key}: []"));
        }
        self.line(&format!("{key}:"));
        self.depth += 2;
        for element in elements {
            self.element = true;
            write(self, element);
        }
        self.depth -= 2;
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn line(&mut self, text: &str) {
        let indent = "  ".repeat(self.depth);
        match std::mem::take(&mut self.element) {
            true => self.out.push_str(&format!("{}- {text}\n", &indent[2..])),
            false => self.out.push_str(&format!("{indent}{text}\n")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_people_would_write_it() {
        let mut yaml = Yaml::new();
        yaml.comment("Two things.");
        yaml.list("groups", vec!["no", "say \"hi\": x"], |yaml, name| {
            yaml.comment("One.");
            yaml.text("name", name);
            yaml.block("expr", "a{b=\"c\"}\n/\n2");
            yaml.map("labels", &[("severity", "ticket".to_owned())]);
            yaml.map::<&str>("none", &[]);
        });
        yaml.list("empty", Vec::<()>::new(), |_, ()| {});
        let expected = r##"# Two things.
groups:
  # One.
  - name: "no"
    expr: |-
      a{b="c"}
      /
      2
    labels:
      severity: "ticket"
  # One.
  - name: "say \"hi\": x"
    expr: |-
      a{b="c"}
      /
      2
    labels:
      severity: "ticket"
empty: []
"##;
        assert_eq!(yaml.finish(), expected);
    }
}
