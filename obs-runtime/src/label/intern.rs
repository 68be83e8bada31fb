//! The strings of a capped label.

use super::LabelIndex;
use crate::cells::{Count, Reader, Slot};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Numbers the first `cap` distinct strings it sees.
///
/// An open-addressing table that only grows: finding a string that is there takes no lock. The table is
/// at least twice as large as its cap, so a probe always ends.
#[derive(Debug)]
pub(crate) struct Intern {
    cap: u32,
    table: Box<[OnceLock<Entry>]>,
    /// How many strings are in. Written under `insert`.
    len: AtomicU32,
    insert: Mutex<()>,
    /// How often a string found no number.
    overflow: Slot,
}

#[derive(Debug)]
struct Entry {
    hash: u64,
    index: u32,
    text: Box<str>,
}

impl Intern {
    pub(crate) fn new(cap: u32) -> Intern {
        let size = (cap as usize * 2).max(2).next_power_of_two();
        Intern {
            cap,
            table: (0..size).map(|_| OnceLock::new()).collect(),
            len: AtomicU32::new(0),
            insert: Mutex::new(()),
            overflow: Slot::new(),
        }
    }

    /// The number of `text`, from 0; `None` once `cap` other strings are in.
    ///
    /// A hit costs a hash, a load and a comparison. Only a string that is new takes the lock, and none
    /// does once the table is full.
    #[inline]
    fn index(&self, text: &str) -> Option<u32> {
        let hash = hash(text);
        match self.find(hash, text) {
            Ok(index) => Some(index),
            Err(_) if self.len.load(Ordering::Relaxed) >= self.cap => None,
            Err(_) => self.insert(hash, text),
        }
    }

    /// The label's value for `text`: its number, or that of `_other`, which is counted.
    #[inline]
    pub(crate) fn label(&self, text: &str) -> LabelIndex {
        if cfg!(feature = "off") {
            return LabelIndex { index: 0, size: self.cap + 1, values: &[] };
        }
        let index = self.index(text).unwrap_or_else(|| {
            self.overflow.update(1, Count { at: 0, n: 1 });
            self.cap
        });
        LabelIndex { index, size: self.cap + 1, values: &[] }
    }

    /// How often a string became `_other`.
    pub(crate) fn overflow(&self, reader: &Reader) -> u64 {
        reader.total(&self.overflow)
    }

    /// The string of that number, if it is taken. For snapshots: it looks through the table.
    pub(crate) fn text(&self, index: u32) -> Option<String> {
        self.table
            .iter()
            .filter_map(OnceLock::get)
            .find(|entry| entry.index == index)
            .map(|entry| entry.text.to_string())
    }

    /// The string's number, or the free place where it belongs.
    #[inline]
    fn find(&self, hash: u64, text: &str) -> Result<u32, usize> {
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.table[place].get() {
                None => return Err(place),
                Some(entry) if entry.hash == hash && *entry.text == *text => return Ok(entry.index),
                Some(_) => place = (place + 1) & mask,
            }
        }
    }

    #[cold]
    fn insert(&self, hash: u64, text: &str) -> Option<u32> {
        let _one_at_a_time = self.insert.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have put it in, or filled the table, meanwhile.
        let place = match self.find(hash, text) {
            Ok(index) => return Some(index),
            Err(place) => place,
        };
        let index = self.len.load(Ordering::Relaxed);
        if index >= self.cap {
            return None;
        }
        self.table[place].get_or_init(|| Entry { hash, index, text: text.into() });
        self.len.store(index + 1, Ordering::Relaxed);
        Some(index)
    }
}

/// A multiply-fold hash over eight bytes at a time. It need not withstand chosen collisions: the table
/// holds at most `cap` strings, so the longest probe is bounded whatever they are.
#[inline]
fn hash(text: &str) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(K);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let hash = words.iter().fold(K ^ text.len() as u64, |hash, word| fold(hash, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    fold(hash, u64::from_le_bytes(last))
}

#[cfg(all(test, not(feature = "off")))]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_and_refuses_the_rest() {
        let intern = Intern::new(3);
        let numbers: Vec<_> = ["a", "b", "a", "", "c", "b", "d"].iter().map(|s| intern.index(s)).collect();
        assert_eq!(numbers, [Some(0), Some(1), Some(0), Some(2), None, Some(1), None]);
        let names: Vec<_> = (0..4).map(|index| intern.text(index)).collect();
        assert_eq!(names, [Some("a".to_owned()), Some("b".to_owned()), Some(String::new()), None]);
    }

    #[test]
    fn a_cap_of_none_keeps_none() {
        assert_eq!(Intern::new(0).index("a"), None);
    }

    #[test]
    fn threads_agree() {
        let intern = Intern::new(100);
        let words: Vec<String> = (0..200).map(|i| format!("tenant-{i}")).collect();
        let round = || words.iter().map(|word| intern.index(word)).collect::<Vec<_>>();
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(round)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(round().iter().flatten().count(), 100);
        // Once full, a string either has its number everywhere or nowhere.
        for numbers in all {
            for (seen, settled) in numbers.iter().zip(round()) {
                assert!(seen.is_none() && settled.is_none() || *seen == settled, "{seen:?} {settled:?}");
            }
        }
    }
}
