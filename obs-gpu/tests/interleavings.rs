//! The collector's bell under a scheduler that tries interleavings, rather than the one that the operating system
//! happens to have.

#[path = "../src/bell.rs"]
mod bell;

/// What `bell.rs` finds as `crate::sync` here.
mod sync {
    pub(crate) use shuttle::sync::atomic::{AtomicU32, Ordering, fence};
}

use bell::Bell;
use shuttle::sync::Arc;
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use shuttle::thread;

/// Two threads bring work, and the sleeper takes it until it has all. Where a piece was left lying while the sleeper
/// sleeps, nobody ever wakes it, which the scheduler reports as a deadlock.
fn race(urgent: bool) {
    const EACH: usize = 2;
    let (bell, brought) = (Arc::new(Bell::new()), Arc::new(AtomicUsize::new(0)));
    let sleeper = {
        let (bell, brought) = (Arc::clone(&bell), Arc::clone(&brought));
        thread::spawn(move || {
            let mut taken = 0;
            while taken < 2 * EACH {
                taken += brought.swap(0, Ordering::Relaxed);
                if taken < 2 * EACH {
                    bell.sleep(true, || brought.load(Ordering::Relaxed) == 0, thread::park);
                }
            }
        })
    };
    let bringers: Vec<_> = (0..2)
        .map(|_| {
            let (bell, brought, sleeper) =
                (Arc::clone(&bell), Arc::clone(&brought), sleeper.thread().clone());
            thread::spawn(move || {
                for _ in 0..EACH {
                    brought.fetch_add(1, Ordering::Relaxed);
                    bell.ring(urgent, || sleeper.unpark());
                }
            })
        })
        .collect();
    bringers.into_iter().for_each(|bringer| bringer.join().unwrap());
    sleeper.join().unwrap();
}

#[test]
fn no_work_is_left_lying_while_the_collector_sleeps() {
    for urgent in [false, true] {
        shuttle::check_random(move || race(urgent), 5000);
        shuttle::check_pct(move || race(urgent), 5000, 3);
    }
}

#[test]
fn a_sleeper_that_dozes_is_only_woken_for_what_is_urgent() {
    shuttle::check_random(
        || {
            let bell = Bell::new();
            let woken = AtomicUsize::new(0);
            let wake = || {
                woken.fetch_add(1, Ordering::Relaxed);
            };
            bell.ring(true, wake);
            assert_eq!(woken.load(Ordering::Relaxed), 0, "it is awake");
            bell.sleep(false, || true, || bell.ring(false, wake));
            assert_eq!(woken.load(Ordering::Relaxed), 0, "it wakes by itself");
            bell.sleep(
                false,
                || true,
                || {
                    bell.ring(true, wake);
                    bell.ring(true, wake);
                },
            );
            assert_eq!(woken.load(Ordering::Relaxed), 1, "once is enough");
            bell.sleep(true, || true, || bell.ring(false, wake));
            assert_eq!(woken.load(Ordering::Relaxed), 2, "nothing else would wake it");
            bell.sleep(true, || false, || panic!("there is work"));
        },
        10,
    );
}
