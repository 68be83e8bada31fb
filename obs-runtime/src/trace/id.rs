//! Numbers for traces and spans.

use std::hash::{BuildHasher, RandomState};

/// A generator of ids: xoroshiro128++ (Blackman and Vigna, public domain), one a thread.
///
/// Ids have to be unlike those of other processes, not secret. The state is as wide as a trace's id, so that
/// two threads meet no sooner than two random ids would.
#[derive(Debug)]
pub(super) struct Ids {
    state: [u64; 2],
}

impl Ids {
    /// Seeded by the operating system, through the keys of the standard library's hash maps. A process that was forked
    /// has those of its parent's thread, so its number is in it too.
    pub(super) fn new() -> Ids {
        Ids::of(&RandomState::new(), std::process::id())
    }

    fn of(keys: &RandomState, process: u32) -> Ids {
        let word = |salt: u64| keys.hash_one((salt, std::thread::current().id(), process));
        // A state of zeros would stay there.
        Ids { state: [word(1) | 1, word(2)] }
    }

    #[cfg(test)]
    pub(super) fn of_state(state: [u64; 2]) -> Ids {
        Ids { state }
    }

    #[inline]
    fn next(&mut self) -> u64 {
        let [a, mut b] = self.state;
        let out = a.wrapping_add(b).rotate_left(17).wrapping_add(a);
        b ^= a;
        self.state = [a.rotate_left(49) ^ b ^ (b << 21), b.rotate_left(28)];
        out
    }

    /// Never zero, which stands for no span.
    #[inline]
    pub(super) fn span(&mut self) -> u64 {
        match self.next() {
            0 => 1,
            id => id,
        }
    }

    /// Never zero.
    pub(super) fn trace(&mut self) -> u128 {
        u128::from(self.span()) << 64 | u128::from(self.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_published_sequence() {
        // The first numbers of the reference implementation from the state (1, 2).
        let mut ids = Ids::of_state([1, 2]);
        assert_eq!([ids.next(), ids.next()], [393_217, 669_327_710_093_319]);
    }

    #[test]
    fn processes_with_the_same_keys_do_not_meet() {
        let keys = RandomState::new();
        let of = |process| Ids::of(&keys, process).trace();
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn threads_do_not_meet() {
        let some = || {
            let mut ids = Ids::new();
            (0..1000).map(|_| ids.trace()).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..8).map(|_| std::thread::spawn(some)).collect();
        let all: HashSet<u128> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(all.len(), 8000);
    }
}
