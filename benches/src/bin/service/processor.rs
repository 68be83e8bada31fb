//! Which processor runs what: the server has one, and the load and the collector have another.
//!
//! A server that shares its processor with the load waits for it now and then, and its slowest hundredth of requests
//! are those: what is measured then is the scheduler's luck. And a server with one processor pays there for its log
//! and its export too, which a second one would hide.

use std::io;
use std::process::Child;

/// The processors of the load and of the server, in this order.
///
/// # Errors
///
/// This process may run on one only, or the system does not say.
#[cfg(target_os = "linux")]
pub(crate) fn two() -> io::Result<(usize, usize)> {
    use rustix::thread::{CpuSet, sched_getaffinity};

    let allowed = sched_getaffinity(None)?;
    let mut ours = (0..CpuSet::MAX_CPU).filter(|&processor| allowed.is_set(processor));
    match (ours.next(), ours.next_back()) {
        (Some(load), Some(server)) => Ok((load, server)),
        _ => Err(io::Error::other("a server and its load take two processors, and here is one")),
    }
}

/// Keeps this thread, and those that it starts from now on, on that processor.
///
/// # Errors
///
/// The system refuses.
#[cfg(target_os = "linux")]
pub(crate) fn keep_to(processor: usize) -> io::Result<()> {
    let mut set = rustix::thread::CpuSet::new();
    set.set(processor);
    Ok(rustix::thread::sched_setaffinity(None, &set)?)
}

/// Has this thread woken when it asked for, and not some fifty microseconds later, together with others. A thread that
/// stayed awake instead would take the processor from those that have an answer to read.
#[cfg(target_os = "linux")]
pub(crate) fn sleep_sharply() {
    // What refuses it leaves it late, and a request that is sent late begins late.
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZero::new(1));
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn sleep_sharply() {}

#[cfg(not(target_os = "linux"))]
pub(crate) fn two() -> io::Result<(usize, usize)> {
    Ok((0, 1))
}

/// Elsewhere, all run where the system puts them.
#[cfg(not(target_os = "linux"))]
pub(crate) fn keep_to(_: usize) -> io::Result<()> {
    Ok(())
}

/// Stops a process that is not measured, so that what it still has to do is done in its own time, and not in that of
/// the one that is.
///
/// # Errors
///
/// The system refuses.
#[cfg(unix)]
pub(crate) fn stand_still(child: &Child) -> io::Result<()> {
    signal(child, rustix::process::Signal::STOP)
}

/// Lets it go on.
///
/// # Errors
///
/// The system refuses.
#[cfg(unix)]
pub(crate) fn go_on(child: &Child) -> io::Result<()> {
    signal(child, rustix::process::Signal::CONT)
}

#[cfg(unix)]
fn signal(child: &Child, signal: rustix::process::Signal) -> io::Result<()> {
    Ok(rustix::process::kill_process(rustix::process::Pid::from_child(child), signal)?)
}

#[cfg(not(unix))]
pub(crate) fn stand_still(_: &Child) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn go_on(_: &Child) -> io::Result<()> {
    Ok(())
}
