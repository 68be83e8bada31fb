//! Files of which a part is generated and the rest is written by people.

use super::manifest::Sums;

const BEGIN: &str = "obs:begin";
const END: &str = "obs:end";

/// How a language of files writes a comment that is a line of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// `<!-- obs:begin … -->`
    Markdown,
    /// `# obs:begin …`
    Yaml,
}

impl Marks {
    fn line(self, mark: &str, text: &str) -> String {
        match self {
            Marks::Markdown => format!("<!-- {mark} {text} -->\n"),
            Marks::Yaml => format!("# {mark} {text}\n"),
        }
    }

    fn opening(self) -> &'static str {
        match self {
            Marks::Markdown => "<!-- ",
            Marks::Yaml => "# ",
        }
    }
}

/// A file with a generated part, and with what stands below it until a person writes something else.
pub(crate) fn marked(marks: Marks, generated: &str, below: &str) -> String {
    let begin = marks.line(BEGIN, "Generated; what is written down to obs:end is moved out of the way.");
    let end = marks.line(END, "What is written from here on is kept.");
    // What a user wrote into a doc comment is no mark, whatever it looks like.
    let is_mark = |line: &str| [BEGIN, END].iter().any(|word| mark(line, word).is_some());
    let line = |line: &str| if is_mark(line) { format!(" {line}\n") } else { format!("{line}\n") };
    let generated: String = generated.trim_end().lines().map(line).collect();
    format!("{begin}{generated}{end}\n{below}")
}

/// A file in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    marks: Marks,
    /// Before the generated part.
    pub(super) before: &'a str,
    /// Both marks, and what is between them.
    pub(super) generated: &'a str,
    /// After it.
    pub(super) below: &'a str,
}

impl<'a> Parts<'a> {
    /// The first mark that begins a part, and the first after it that ends one; `None` for a file without.
    pub(super) fn of(text: &'a str) -> Option<Parts<'a>> {
        let mut at = 0;
        let mut begin = None;
        for line in text.split_inclusive('\n') {
            let next = at + line.len();
            match begin {
                None => begin = mark(line, BEGIN).map(|marks| (at, marks)),
                Some((start, marks)) if mark(line, END) == Some(marks) => {
                    let (before, generated) = (&text[..start], &text[start..next]);
                    return Some(Parts { marks, before, generated, below: &text[next..] });
                }
                Some(_) => {}
            }
            at = next;
        }
        None
    }

    /// The generated part of these, in place of that of the file that is there. `known` are the sums of
    /// what was written last.
    pub(super) fn over(self, there: &str, known: Option<&Sums>) -> String {
        let Some(old) = Parts::of(there) else {
            // No marks, or not both of them: a person wrote it, or took them away.
            let below = if there.trim().is_empty() { self.below.to_owned() } else { format!("\n{there}") };
            return format!("{}{below}", self.generated);
        };
        let sums = Sums::of(there);
        // What nobody changed follows what is generated now.
        let untouched = known.is_some_and(|known| known.around == sums.around);
        let below = if untouched { self.below } else { old.below };
        let lost = match known.is_some_and(|known| known.generated == sums.generated) {
            true => Vec::new(),
            false => old.lines_not_in(self.generated),
        };
        format!("{}{}{below}{}", old.before, self.generated, self.moved(&lost))
    }

    /// The lines of the generated part that are not in `text`.
    fn lines_not_in(self, text: &str) -> Vec<&'a str> {
        let there = |line: &&str| !line.trim().is_empty() && !text.lines().any(|known| known == *line);
        let marks = |line: &&str| [BEGIN, END].iter().all(|word| mark(line, word).is_none());
        self.generated.lines().filter(there).filter(marks).collect()
    }

    /// Lines that stood where nobody can keep them.
    fn moved(self, lines: &[&str]) -> String {
        let title = "Moved out of the generated part";
        match (lines, self.marks) {
            ([], _) => String::new(),
            (lines, Marks::Markdown) => format!("\n## {title}\n\n{}\n", lines.join("\n")),
            (lines, Marks::Yaml) => {
                let lines: String = lines.iter().map(|line| format!("# {line}\n")).collect();
                format!("\n# {title}:\n{lines}")
            }
        }
    }
}

/// The marks that a line is one of.
fn mark(line: &str, word: &str) -> Option<Marks> {
    let is = |marks: &Marks| line.strip_prefix(marks.opening()).is_some_and(|rest| rest.starts_with(word));
    [Marks::Markdown, Marks::Yaml].into_iter().find(is)
}
