//! The thread that reads the devices, so that a scrape need not.

use super::board::Board;
use super::reading::{Call, Library, Reading, Refusal, Source};
use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long after the library was looked for in vain it is looked for again.
pub(crate) const RETRY: Duration = Duration::from_secs(60);

/// What the thread and the scrapes share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    board: Mutex<Board>,
    stopped: Mutex<bool>,
    stop: Condvar,
}

impl Shared {
    /// Never held while the library is called.
    pub(crate) fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stop(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.notify_all();
    }

    /// Waits, and says whether to stop.
    fn stopped_within(&self, time: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.stop.wait_timeout_while(stopped, time, |stopped| !*stopped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Reads until it is stopped. What goes wrong is said once, and again when it is something else.
pub(crate) fn run(shared: &Shared, source: &mut dyn Source, every: Duration) {
    let retry = RETRY.max(every);
    let mut said: Option<String> = None;
    loop {
        let mut ended = Err("its thread was told to stop".to_owned());
        let opened = source.open(&mut |library| ended = sample(shared, library, every, &mut said));
        let why = match opened.and(ended) {
            Ok(()) => return,
            Err(why) => why,
        };
        shared.board().lose_all();
        if said.as_ref() != Some(&why) {
            tracing::warn!(
                target: "obs::gpu",
                "no metrics of GPUs: {why} (the program goes on; tried again every {} s)", retry.as_secs()
            );
            said = Some(why);
        }
        if shared.stopped_within(retry) {
            return;
        }
    }
}

/// Reads with this library until told to stop.
///
/// # Errors
///
/// Why the library is of no use any more.
fn sample(
    shared: &Shared,
    library: &mut dyn Library,
    every: Duration,
    said: &mut Option<String>,
) -> Result<(), String> {
    let mut reader = Reader::list(shared, library)?;
    if said.take().is_some() {
        tracing::info!(target: "obs::gpu", "metrics of GPUs are there again");
    }
    loop {
        reader.tick(shared, library)?;
        if shared.stopped_within(every) {
            return Ok(());
        }
    }
}

/// What is remembered of each device from one reading to the next.
#[derive(Debug)]
pub(crate) struct Reader {
    devices: Vec<Memo>,
}

#[derive(Debug, Default)]
struct Memo {
    /// `GPU 0 (NVIDIA H100)`
    name: String,
    /// Not asked again: the device does not have it.
    unsupported: HashSet<Call>,
    /// Told of already.
    failed: HashSet<Call>,
    lost: bool,
}

impl Reader {
    /// Finds the devices.
    ///
    /// # Errors
    ///
    /// Why there are none.
    pub(crate) fn list(shared: &Shared, library: &mut dyn Library) -> Result<Reader, String> {
        let identities = library.devices().map_err(|refusal| refusal.said().to_owned())?;
        if identities.is_empty() {
            return Err("the driver shows no device to this program".to_owned());
        }
        let devices = identities.iter().map(|identity| {
            let name = format!("GPU {} ({}, {})", identity.ordinal, identity.name, identity.uuid);
            Memo { name, ..Memo::default() }
        });
        let devices = devices.collect();
        shared.board().list(identities);
        Ok(Reader { devices })
    }

    /// Reads every device once.
    ///
    /// # Errors
    ///
    /// Why the library is of no use any more.
    pub(crate) fn tick(&mut self, shared: &Shared, library: &mut dyn Library) -> Result<(), String> {
        for (place, memo) in self.devices.iter_mut().enumerate() {
            let mut reading = Reading::default();
            let read = memo.read(place, library, &mut reading);
            let mut board = shared.board();
            let Some(entry) = board.devices.get_mut(place) else { continue };
            match read {
                Ok(complete) => entry.read(Instant::now(), reading, complete),
                Err(End::Lost) => {
                    entry.saw(reading.xids.as_deref());
                    entry.lose();
                }
                Err(End::Gone(why)) => {
                    entry.saw(reading.xids.as_deref());
                    return Err(why);
                }
            }
        }
        Ok(())
    }
}

/// Why a device was not read to the end.
enum End {
    Lost,
    Gone(String),
}

impl Memo {
    /// Asks one device everything, and says whether it failed nowhere.
    fn read(&mut self, place: usize, library: &mut dyn Library, into: &mut Reading) -> Result<bool, End> {
        let mut complete = true;
        for call in Call::ALL {
            if self.unsupported.contains(&call) {
                continue;
            }
            match library.ask(place, call, into) {
                Ok(()) => _ = self.failed.remove(&call),
                Err(Refusal::Unsupported(why)) => {
                    tracing::debug!(target: "obs::gpu", "{} does not tell {}: {why}", self.name, call.as_str());
                    self.unsupported.insert(call);
                }
                Err(Refusal::Failed(why)) => {
                    complete = false;
                    if self.failed.insert(call) {
                        tracing::debug!(target: "obs::gpu", "{} failed to tell {}: {why}", self.name, call.as_str());
                    }
                }
                Err(Refusal::Lost(why)) => {
                    if !std::mem::replace(&mut self.lost, true) {
                        tracing::warn!(target: "obs::gpu", "{} is lost: {why}", self.name);
                    }
                    return Err(End::Lost);
                }
                Err(Refusal::Gone(why)) => return Err(End::Gone(why)),
            }
        }
        if std::mem::take(&mut self.lost) {
            tracing::info!(target: "obs::gpu", "{} answers again", self.name);
        }
        Ok(complete)
    }
}

impl Refusal {
    fn said(&self) -> &str {
        match self {
            Refusal::Unsupported(why) | Refusal::Failed(why) | Refusal::Lost(why) | Refusal::Gone(why) => why,
        }
    }
}
