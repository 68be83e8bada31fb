//! A table of strings that only grows.

use crate::sync::{AtomicU32, Mutex, OnceLock, Ordering};
use std::sync::PoisonError;

/// Numbers the first `cap` distinct strings it sees.
///
/// An open-addressing table: finding a string that is there takes no lock. It has at least twice as many
/// places as its cap, so a probe always ends.
#[derive(Debug)]
pub(crate) struct Table {
    cap: u32,
    places: Box<[OnceLock<Entry>]>,
    /// How many strings are in. Written under `insert`.
    len: AtomicU32,
    insert: Mutex<()>,
}

#[derive(Debug)]
struct Entry {
    hash: u64,
    index: u32,
    text: Box<str>,
}

impl Table {
    pub(crate) fn new(cap: u32) -> Table {
        let size = (cap as usize * 2).max(2).next_power_of_two();
        Table {
            cap,
            places: (0..size).map(|_| OnceLock::new()).collect(),
            len: AtomicU32::new(0),
            insert: Mutex::new(()),
        }
    }

    /// The number of `text`, from 0; `None` once `cap` other strings are in.
    ///
    /// A hit costs a hash, a load and a comparison. Only a string that is new takes the lock, and none
    /// does once the table is full.
    #[inline]
    pub(crate) fn index(&self, text: &str) -> Option<u32> {
        let hash = hash(text);
        // Asked before looking: a string that was not there then is not there at all, whereas the table may
        // fill up, with this very string, between looking and asking.
        let full = self.len.load(Ordering::Acquire) >= self.cap;
        match self.find(hash, text) {
            Ok(index) => Some(index),
            Err(_) if full => None,
            Err(_) => self.insert(hash, text),
        }
    }

    /// The string of that number, if it is taken. For snapshots: it looks through the table.
    pub(crate) fn text(&self, index: u32) -> Option<String> {
        let entries = self.places.iter().filter_map(OnceLock::get);
        entries.filter(|entry| entry.index == index).map(|entry| entry.text.to_string()).next()
    }

    /// The string's number, or the free place where it belongs.
    #[inline]
    fn find(&self, hash: u64, text: &str) -> Result<u32, usize> {
        let mask = self.places.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            match self.places[place].get() {
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
        self.places[place].get_or_init(|| Entry { hash, index, text: text.into() });
        self.len.store(index + 1, Ordering::Release);
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
