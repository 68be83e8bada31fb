//! Markdown, written out for people to read as it is.

/// A page under construction.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Its path below the directory of the artefacts; links start from there.
    path: String,
    text: String,
}

impl Page {
    pub(crate) fn new(path: &str, title: &str) -> Page {
        Page { path: path.to_owned(), text: format!("# {title}\n") }
    }

    /// Where it is, below the directory of the artefacts.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// A heading below the title.
    pub(crate) fn section(&mut self, title: &str) {
        self.block(&format!("## {title}"));
    }

    /// A heading below a section's.
    pub(crate) fn part(&mut self, title: &str) {
        self.block(&format!("### {title}"));
    }

    /// A paragraph of Markdown; nothing if it is empty.
    pub(crate) fn say(&mut self, text: &str) {
        if !text.is_empty() {
            self.block(text);
        }
    }

    /// A list of lines of Markdown; nothing if there are none.
    pub(crate) fn list(&mut self, lines: &[String]) {
        self.say(&lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n"));
    }

    /// The same, where the order matters.
    pub(crate) fn steps(&mut self, lines: &[String]) {
        let line = |(at, line): (usize, &String)| format!("{}. {line}", at + 1);
        self.say(&lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n"));
    }

    /// A block of some language, in which nothing is Markdown.
    pub(crate) fn code(&mut self, language: &str, text: &str) {
        // The fence is longer than any in the text.
        let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
        self.block(&format!("{fence}{language}\n{}\n{fence}", text.trim_end()));
    }

    /// A table; nothing if it has no rows. Cells are Markdown on one line.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let mut lines = vec![line(head.iter().map(|&cell| cell.to_owned()).collect())];
        lines.push(format!("|{}", "---|".repeat(head.len())));
        lines.extend(rows.iter().map(|row| line(row.iter().map(|cell| cell.replace('|', "\\|")).collect())));
        self.block(&lines.join("\n"));
    }

    /// A link to another file of the artefacts.
    pub(crate) fn to(&self, words: &str, path: &str) -> String {
        link(words, &relative(&self.path, path))
    }

    pub(crate) fn finish(self) -> (String, String) {
        (self.path, self.text)
    }

    fn block(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(text);
        self.text.push('\n');
    }
}

/// A link. The words are Markdown.
pub(crate) fn link(words: &str, address: &str) -> String {
    let address = address.replace(' ', "%20").replace('(', "%28").replace(')', "%29");
    format!("[{words}]({address})")
}

/// Words of the program, such as a name or a value.
pub(crate) fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match longest_run(&text, '`') {
        0 => format!("`{text}`"),
        longest => {
            let fence = "`".repeat(longest + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

/// What a person wrote in the source, on one line. It is Markdown, as doc comments are, but no HTML: what
/// looks like a tag is a type's parameter.
pub(crate) fn prose(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    let mut code = false;
    for c in text.chars() {
        code ^= c == '`';
        match c {
            '<' if !code => out.push_str("&lt;"),
            c => out.push(c),
        }
    }
    out
}

/// The same as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let text = prose(text);
    let mut letters = text.chars();
    let capital = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    match capital {
        None => String::new(),
        Some(text) if text.ends_with(['.', '!', '?', ':', '`']) => text,
        Some(text) => text + ".",
    }
}

/// How one gets from a file to another, both below one directory.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let up: Vec<&str> = from.split('/').collect();
    let up = &up[..up.len() - 1];
    let down: Vec<&str> = to.split('/').collect();
    let shared = up.iter().zip(&down).take_while(|(a, b)| a == b).count();
    "../".repeat(up.len() - shared) + &down[shared..].join("/")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_where_the_page_is() {
        assert_eq!(relative("METRICS.md", "runbooks/errors/x.md"), "runbooks/errors/x.md");
        assert_eq!(relative("runbooks/alerts/a.md", "runbooks/errors/x.md"), "../errors/x.md");
        assert_eq!(relative("runbooks/alerts/a.md", "METRICS.md"), "../../METRICS.md");
        assert_eq!(relative("runbooks/alerts/a.md", "runbooks/alerts/b.md"), "b.md");
    }

    #[test]
    fn words_of_users_stay_words() {
        assert_eq!(
            prose("a Vec<u8>,\n  `Vec<u8>` <!-- obs:end -->"),
            "a Vec&lt;u8>, `Vec<u8>` &lt;!-- obs:end -->"
        );
        assert_eq!(sentence("look at it"), "Look at it.");
        assert_eq!(sentence(""), "");
        assert_eq!(code("a `b`"), "`` a `b` ``");
    }

    #[test]
    fn blocks_stand_apart() {
        let mut page = Page::new("a.md", "Title");
        page.say("");
        page.table(&["a", "b"], &[vec!["x|y".into(), "z".into()]]);
        page.code("promql", "up\n");
        page.steps(&["one".into(), "two".into()]);
        let text = "# Title\n\n| a | b |\n|---|---|\n| x\\|y | z |\n\n```promql\nup\n```\n\n1. one\n2. two\n";
        assert_eq!(page.finish(), ("a.md".to_owned(), text.to_owned()));
    }
}
