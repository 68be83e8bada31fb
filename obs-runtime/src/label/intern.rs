//! The strings of a capped label.

use super::LabelIndex;
use super::table::Table;
use crate::cells::{Count, Reader, Slot};

/// Turns strings into values of a label: the first `cap` distinct ones, and `_other`.
#[derive(Debug)]
pub(crate) struct Intern {
    cap: u32,
    table: Table,
    /// How often a string became `_other`.
    overflow: Slot,
}

impl Intern {
    pub(crate) fn new(cap: u32) -> Intern {
        Intern { cap, table: Table::new(cap), overflow: Slot::new() }
    }

    /// The label's value for `text`: its number, or that of `_other`, which is counted.
    #[inline]
    pub(crate) fn label(&self, text: &str) -> LabelIndex {
        if cfg!(feature = "off") {
            return LabelIndex { index: 0, size: self.cap + 1, values: &[] };
        }
        let index = self.table.index(text).unwrap_or_else(|| {
            self.overflow.update(1, Count { at: 0, n: 1 });
            self.cap
        });
        LabelIndex { index, size: self.cap + 1, values: &[] }
    }

    /// How often a string became `_other`.
    pub(crate) fn overflow(&self, reader: &Reader) -> u64 {
        reader.total(&self.overflow)
    }

    /// The string of that number, if it is taken.
    pub(crate) fn text(&self, index: u32) -> Option<String> {
        self.table.text(index)
    }
}

#[cfg(all(test, not(feature = "off")))]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_and_counts_the_rest() {
        let intern = Intern::new(3);
        let numbers = ["a", "b", "a", "", "c", "b", "d"].map(|text| intern.label(text).index);
        assert_eq!(numbers, [0, 1, 0, 2, 3, 1, 3]);
        let names: Vec<_> = (0..4).map(|index| intern.text(index)).collect();
        assert_eq!(names, [Some("a".to_owned()), Some("b".to_owned()), Some(String::new()), None]);
        assert_eq!(intern.overflow(&Reader::new()), 2);
    }

    #[test]
    fn a_cap_of_none_keeps_none() {
        assert_eq!(Intern::new(0).label("a").index, 0);
        assert_eq!(Intern::new(0).text(0), None);
    }
}
