use std::sync::Barrier;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode};

use crate::{Peer, Visitor};

/// Runs `work` on that many threads at once, each on its own clock from a common start.
///
/// The answer is the mean over the threads, so with `n` calls in `work`, ns a call as one thread sees it.
/// One thread is a spawned thread too: nothing else differs between the columns of the table.
pub fn on_threads(threads: u32, work: impl Fn() + Sync) -> Duration {
    let start = Barrier::new(threads as usize);
    let timed = || {
        start.wait();
        let began = Instant::now();
        work();
        began.elapsed()
    };
    let total: Duration = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(timed)).collect();
        running.into_iter().map(|thread| thread.join().expect("the peer panicked")).sum()
    });
    total / threads
}

/// Measures each peer it visits, with one thread and with two, in the criterion group of that name.
#[expect(missing_debug_implementations, reason = "criterion's type has none")]
pub struct Group<'c> {
    criterion: &'c mut Criterion,
    name: &'static str,
}

impl<'c> Group<'c> {
    /// A group of the table: `sync`, `async`, `spans` or `exported`.
    pub fn new(criterion: &'c mut Criterion, name: &'static str) -> Self {
        Group { criterion, name }
    }
}

impl Visitor for Group<'_> {
    fn peer<P: Peer>(&mut self) {
        assert!(P::works(), "{} records nothing, so there is nothing to measure", P::NAME);
        let mut group = self.criterion.benchmark_group(self.name);
        group.sampling_mode(SamplingMode::Flat);
        for threads in [1, 2] {
            group.bench_function(BenchmarkId::new(P::NAME, threads), |bencher| {
                bencher.iter_custom(|calls| {
                    let run = calls.max(P::AT_LEAST);
                    let elapsed = on_threads(threads, || P::stretch(run));
                    P::settle();
                    elapsed.mul_f64(calls as f64 / run as f64)
                });
            });
        }
    }
}
