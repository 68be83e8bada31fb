//! What is wrong with a user's source, and where.

use obs_model::Place;
use std::fmt;

/// Something wrong in a source file, worded for its author.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where it stands.
    pub place: Place,
    /// What is wrong, and what belongs there.
    pub message: String,
}

impl Mistake {
    /// A mistake at a place.
    pub fn new(place: Place, message: impl Into<String>) -> Mistake {
        Mistake { place, message: message.into() }
    }

    /// A mistake about a whole file.
    pub fn in_file(file: impl Into<String>, message: impl Into<String>) -> Mistake {
        Mistake::new(Place { file: file.into(), line: 0, column: 0 }, message)
    }

    /// One mistake for each error that `error` combines, all in the file spelled `file`.
    pub(crate) fn of(error: &syn::Error, file: &str) -> Vec<Mistake> {
        error
            .clone()
            .into_iter()
            .map(|error| Mistake::new(place(error.span(), file), error.to_string()))
            .collect()
    }
}

/// The start of a span, with lines and columns counted from one.
pub(crate) fn place(span: proc_macro2::Span, file: &str) -> Place {
    let start = span.start();
    Place { file: file.to_owned(), line: count(start.line), column: count(start.column + 1) }
}

/// No source file has four thousand million lines.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some things are about a file as a whole.
        match self.place.line {
            0 => write!(f, "{}: {}", self.place.file, self.message),
            _ => write!(f, "{}: {}", self.place, self.message),
        }
    }
}

/// Every mistake of a package, one a line. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(pub Vec<Mistake>);

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.0.iter().enumerate() {
            let end = if i + 1 < self.0.len() { "\n" } else { "" };
            write!(f, "{mistake}{end}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}
