use super::*;
use std::cell::RefCell;
use std::sync::Barrier;
use std::thread;

fn total(slot: &Slot) -> u64 {
    Reader::new().total(slot)
}

fn count(slot: &Slot) {
    slot.update(1, Count { at: 0, n: 1 });
}

#[test]
fn threads_at_once_lose_nothing() {
    static SLOT: Slot = Slot::new();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..100_000).for_each(|_| count(&SLOT)));
        }
        // Sums taken meanwhile only grow.
        let mut last = 0;
        for _ in 0..1000 {
            let now = total(&SLOT);
            assert!(now >= last, "{now} after {last}");
            last = now;
        }
    });
    assert_eq!(total(&SLOT), 800_000);
}

#[test]
fn threads_in_turn_share_a_block_and_lose_nothing() {
    static SLOT: Slot = Slot::new();
    for _ in 0..500 {
        thread::spawn(|| count(&SLOT)).join().unwrap();
    }
    assert_eq!(total(&SLOT), 500);
    // Other tests run beside this one, so the number is not exact; but it is nowhere near 500.
    assert!(usage().blocks < 100, "{} blocks", usage().blocks);
}

#[test]
fn a_destructor_at_the_end_of_a_thread_is_counted() {
    static SLOT: Slot = Slot::new();
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            count(&SLOT);
        }
    }
    thread_local! {
        // Two, initialised before and after the thread's lease on its block, so that one is destroyed
        // after the block has been given back, whichever order the platform has.
        static BEFORE: RefCell<Option<Last>> = const { RefCell::new(None) };
        static AFTER: RefCell<Option<Last>> = const { RefCell::new(None) };
    }
    for _ in 0..10 {
        thread::spawn(|| {
            BEFORE.with(|cell| *cell.borrow_mut() = Some(Last));
            count(&SLOT);
            AFTER.with(|cell| *cell.borrow_mut() = Some(Last));
        })
        .join()
        .unwrap();
    }
    assert_eq!(total(&SLOT), 30);
}

#[test]
fn sums_of_floats_are_kept_as_floats() {
    static SLOT: Slot = Slot::new();
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                barrier.wait();
                (0..1000).for_each(|_| SLOT.update(3, ObserveFloat { bucket: 0, last: 1, x: 0.25 }));
            });
        }
    });
    let reader = Reader::new();
    assert_eq!((reader.total(&SLOT), reader.sum_f64(&SLOT, 2)), (2000, 500.0));
}

#[test]
fn a_slot_too_wide_is_dropped_and_counted() {
    static SLOT: Slot = Slot::new();
    let before = usage().dropped;
    SLOT.update(CHUNK + 1, Count { at: 0, n: 1 });
    assert!(!SLOT.is_used());
    assert!(usage().dropped > before);
}
