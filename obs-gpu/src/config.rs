//! What a program may set.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// Settings of all devices. What is not set stays at its default.
///
/// ```
/// use std::time::Duration;
///
/// obs_gpu::configure(obs_gpu::Config::new().pairs(1024).poll(Duration::from_millis(5)))?;
/// # obs_gpu::configure(obs_gpu::Config::new())?;
/// # Ok::<(), obs_gpu::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "settings hold once `configure` has them"]
pub struct Config {
    pairs: usize,
    poll: Duration,
    overhead: f64,
    sigma: f64,
    window: usize,
}

impl Config {
    /// The defaults.
    pub const fn new() -> Config {
        Config { pairs: 512, poll: Duration::from_millis(1), overhead: 0.01, sigma: 3.0, window: 100 }
    }

    /// How many launches of a device can be in progress or unread at one time, and be timed; 512 by default. One beyond them
    /// is counted and not timed: as `concurrent` where those in progress are the most, as futures that wait can be, and else
    /// as `pool`. Holds for devices that are opened afterwards.
    pub const fn pairs(mut self, pairs: usize) -> Config {
        self.pairs = pairs;
        self
    }

    /// How often the collector looks whether work is done; a millisecond by default. It looks more often when event
    /// pairs run short, less often when nothing happens, and not at all when nothing is launched.
    pub const fn poll(mut self, poll: Duration) -> Config {
        self.poll = poll;
        self
    }

    /// What timing may cost of a kernel's own time, where its attribute does not say `every`; 0.01 by default, which
    /// is a hundredth.
    pub const fn overhead(mut self, overhead: f64) -> Config {
        self.overhead = overhead;
        self
    }

    /// So many standard deviations over the mean, a timing is an outlier; 3 by default.
    pub const fn sigma(mut self, sigma: f64) -> Config {
        self.sigma = sigma;
        self
    }

    /// How many timings of a kernel on a device mean and deviation are taken over; 100 by default. Holds for kernels
    /// that are first launched afterwards.
    pub const fn window(mut self, window: usize) -> Config {
        self.window = window;
        self
    }
}

impl Default for Config {
    fn default() -> Config {
        Config::new()
    }
}

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(&'static str);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for ConfigError {}

// One atomic each: launches and the collector read them without a lock.
static PAIRS: AtomicUsize = AtomicUsize::new(Config::new().pairs);
static POLL: AtomicU64 = AtomicU64::new(Config::new().poll.as_nanos() as u64);
static OVERHEAD: AtomicU64 = AtomicU64::new(Config::new().overhead.to_bits());
static SIGMA: AtomicU64 = AtomicU64::new(Config::new().sigma.to_bits());
static WINDOW: AtomicUsize = AtomicUsize::new(Config::new().window);

/// Sets all of it, for the whole program. Before the first device is opened is the time for it.
///
/// # Errors
///
/// A setting is out of its range: `pairs` is 1 to 65536, `poll` 10 µs to 1 s, `overhead` over 0 and at most 1, `sigma`
/// over 0, `window` 2 to 65536. Nothing is changed then.
pub fn configure(config: Config) -> Result<(), ConfigError> {
    let Config { pairs, poll, overhead, sigma, window } = config;
    let ranges = [
        ((1..=65_536).contains(&pairs), "pairs: from 1 to 65536 event pairs"),
        ((Duration::from_micros(10)..=Duration::from_secs(1)).contains(&poll), "poll: from 10 µs to 1 s"),
        (overhead > 0.0 && overhead <= 1.0, "overhead: a share, over 0 and at most 1"),
        (sigma > 0.0 && sigma.is_finite(), "sigma: a number over 0"),
        ((2..=65_536).contains(&window), "window: from 2 to 65536 timings"),
    ];
    if let Some((_, wanted)) = ranges.iter().find(|(is_right, _)| !is_right) {
        return Err(ConfigError(wanted));
    }
    PAIRS.store(pairs, Ordering::Relaxed);
    POLL.store(u64::try_from(poll.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    OVERHEAD.store(overhead.to_bits(), Ordering::Relaxed);
    SIGMA.store(sigma.to_bits(), Ordering::Relaxed);
    WINDOW.store(window, Ordering::Relaxed);
    Ok(())
}

pub(crate) fn pairs() -> usize {
    PAIRS.load(Ordering::Relaxed)
}

pub(crate) fn poll() -> Duration {
    Duration::from_nanos(POLL.load(Ordering::Relaxed))
}

pub(crate) fn overhead() -> f64 {
    f64::from_bits(OVERHEAD.load(Ordering::Relaxed))
}

pub(crate) fn sigma() -> f64 {
    f64::from_bits(SIGMA.load(Ordering::Relaxed))
}

pub(crate) fn window() -> usize {
    WINDOW.load(Ordering::Relaxed)
}
