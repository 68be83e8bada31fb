//! The seam to this crate's devices.

use crate::driver::{Driver, StreamId};
use crate::stream::Lane;
use std::sync::{Mutex, PoisonError};

static DEVICES: Mutex<Vec<(String, Box<dyn Driver>)>> = Mutex::new(Vec::new());

/// Makes it a device, and says which.
pub(super) fn add(label: String, driver: Box<dyn Driver>) -> u32 {
    let mut devices = DEVICES.lock().unwrap_or_else(PoisonError::into_inner);
    devices.push((label, driver));
    devices.len() as u32 - 1
}

/// Where a stream is of which nothing is known.
pub(super) fn unknown(stream: StreamId) -> Lane {
    Lane { device: u32::MAX, stream }
}
