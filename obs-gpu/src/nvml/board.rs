//! The last readings: what the sampling thread writes and a scrape reads.

use super::reading::{Identity, Reading};
use std::time::{Duration, Instant};

/// All devices, as they were last read.
#[derive(Debug, Default)]
pub(crate) struct Board {
    pub(crate) devices: Vec<Entry>,
}

/// One device: what it said last, and what we counted.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) identity: Identity,
    /// `None` while the device is lost, and until it was first read.
    pub(crate) last: Option<(Instant, Reading)>,
    /// `None` where the device has no such events.
    pub(crate) xids: Option<Xids>,
    pub(crate) readings: Readings,
}

/// Xids of a device since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Xids {
    pub(crate) count: u64,
    /// Zero while there was none: no Xid has that number.
    pub(crate) last: u64,
}

/// How often a device was read, by how it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Readings {
    /// It answered everything that it supports.
    pub(crate) ok: u64,
    /// It failed to answer something.
    pub(crate) failed: u64,
    /// It is lost, or the library is.
    pub(crate) lost: u64,
}

impl Board {
    /// These are the devices from now on. What was counted of them before stays.
    pub(crate) fn list(&mut self, identities: Vec<Identity>) {
        let mut before = std::mem::take(&mut self.devices);
        self.devices.extend(identities.into_iter().map(|identity| {
            let known = before.iter().position(|entry| entry.identity.uuid == identity.uuid);
            let (xids, readings) = known.map_or_else(Default::default, |at| {
                let entry = before.swap_remove(at);
                (entry.xids, entry.readings)
            });
            Entry { identity, last: None, xids, readings }
        }));
        // A device that is gone still has its counts: an Xid may be what it went with.
        self.devices.extend(before.into_iter().map(|entry| Entry { last: None, ..entry }));
    }

    /// Nobody answers any more.
    pub(crate) fn lose_all(&mut self) {
        self.devices.iter_mut().for_each(Entry::lose);
    }
}

impl Entry {
    /// The device was read.
    pub(crate) fn read(&mut self, at: Instant, reading: Reading, complete: bool) {
        self.saw(reading.xids.as_deref());
        let count = if complete { &mut self.readings.ok } else { &mut self.readings.failed };
        *count += 1;
        self.last = Some((at, reading));
    }

    /// These Xids came since the last reading: an empty list where the device has such events.
    pub(crate) fn saw(&mut self, xids: Option<&[u64]>) {
        let Some(xids) = xids else { return };
        let seen = self.xids.get_or_insert_default();
        seen.count += xids.len() as u64;
        seen.last = xids.last().copied().unwrap_or(seen.last);
    }

    /// The device does not answer.
    pub(crate) fn lose(&mut self) {
        self.last = None;
        self.readings.lost += 1;
    }

    /// What it said, unless that is too long ago: a driver that hangs keeps the thread that reads, and a number
    /// that nobody read again would look as if it were one.
    pub(crate) fn fresh(&self, now: Instant, stale: Duration) -> Option<&Reading> {
        let (at, reading) = self.last.as_ref()?;
        (now.saturating_duration_since(*at) <= stale).then_some(reading)
    }
}
