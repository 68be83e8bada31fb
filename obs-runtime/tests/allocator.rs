//! An allocator that counts with our counters.
#![cfg(not(feature = "off"))]
// A global allocator is unsafe to write; this one does what the system's does.
#![allow(unsafe_code)]

use obs_runtime::snapshot::Value;
use obs_runtime::{Counter, LabelValue, metric, snapshot};
use std::alloc::{GlobalAlloc, Layout, System};

#[derive(Clone, Copy, LabelValue)]
enum Size {
    Small,
    Large,
}

/// Pieces of memory.
#[metric(counter, name = "allocations_total")]
static ALLOCATIONS: Counter = Counter::new();

/// Pieces of memory, by size.
#[metric(counter, name = "allocations_by_size_total", labels(size: Size))]
static BY_SIZE: Counter<Size> = Counter::new();

struct Counts;

// SAFETY: It is the system's, which keeps the contract.
unsafe impl GlobalAlloc for Counts {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.inc();
        BY_SIZE.with(if layout.size() < 4096 { Size::Small } else { Size::Large }).inc();
        // SAFETY: The caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: As above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counts = Counts;

fn counted() -> u64 {
    match snapshot().value("allocations_total", &[]) {
        Some(Value::Integer(count)) => *count,
        other => panic!("{other:?}"),
    }
}

/// That it ends at all says most: the first count of a thread takes memory itself.
#[test]
fn an_allocator_may_count() {
    let before = counted();
    let threads = (0..8).map(|_| std::thread::spawn(|| (0..1000).for_each(|n| drop(vec![0_u8; n + 1]))));
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
    assert!(counted() - before >= 8000);
    let snapshot = snapshot();
    let Some(Value::Integer(small)) = snapshot.value("allocations_by_size_total", &[("size", "small")])
    else {
        panic!("{snapshot:?}")
    };
    assert!(*small >= 8000, "{small}");
    // What was allocated for the counts themselves.
    let Some(Value::Integer(dropped)) = snapshot.value("obs_dropped_updates_total", &[]) else {
        panic!("{snapshot:?}")
    };
    assert!((1..1000).contains(dropped), "{dropped}");
}
