//! What a command says, for people and for machines.

use crate::{FINE, FOUND};
use obs_codegen::Mistake;
use obs_model::Place;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::io::{self, ErrorKind, Write};

/// Everything that a command says.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u8,
    /// For people, on standard output.
    pub(crate) lines: Vec<String>,
    /// For people, on standard error: what they should know but did not ask for.
    pub(crate) aside: Vec<String>,
    /// For machines, in place of the lines.
    pub(crate) json: Value,
}

impl Answer {
    /// Nothing to say yet, of several packages.
    pub(crate) fn empty() -> Answer {
        Answer { code: FINE, lines: Vec::new(), aside: Vec::new(), json: Value::Array(Vec::new()) }
    }

    /// Adds what there is to say of one package.
    pub(crate) fn package(&mut self, lines: impl IntoIterator<Item = String>, json: Value) {
        self.lines.extend(lines);
        if let Value::Array(all) = &mut self.json {
            all.push(json);
        }
    }

    /// Adds the findings of one package, or else the sentence that says there are none.
    pub(crate) fn findings(&mut self, findings: &[Finding], otherwise: String, json: Value) {
        if findings.is_empty() {
            return self.package([otherwise], json);
        }
        self.code = FOUND;
        self.package(findings.iter().map(ToString::to_string), json);
    }

    /// Prints it. A reader that has read enough, as `head` has, is no error.
    pub(crate) fn print(&self, json: bool) -> io::Result<()> {
        let mut text = match json {
            true => serde_json::to_string_pretty(&self.json)?,
            false => self.lines.join("\n"),
        };
        if !text.is_empty() {
            text.push('\n');
        }
        let mut out = io::stdout().lock();
        let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        self.aside.iter().for_each(|line| eprintln!("{line}"));
        match printed {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }
}

/// A place for machines. Lines and columns start at one; a whole file has none.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct At {
    pub(crate) file: String,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) line: u32,
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) column: u32,
}

// Serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl At {
    pub(crate) fn line(file: String, line: u32) -> At {
        At { file, line, column: 0 }
    }
}

impl From<&Place> for At {
    fn from(place: &Place) -> At {
        At { file: place.file.clone(), line: place.line, column: place.column }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        for number in [self.line, self.column].into_iter().filter(|number| *number > 0) {
            write!(f, ":{number}")?;
        }
        Ok(())
    }
}

/// Something that a person should look at.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    #[serde(flatten)]
    pub(crate) at: At,
    /// The rule of `lint` that found it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'static str>,
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn new(at: At, message: impl Into<String>) -> Finding {
        Finding { at, rule: None, message: message.into() }
    }

    /// About a whole file.
    pub(crate) fn in_file(file: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding::new(At::line(file.into(), 0), message)
    }
}

impl From<&Mistake> for Finding {
    fn from(mistake: &Mistake) -> Finding {
        Finding::new(At::from(&mistake.place), mistake.message.clone())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}
