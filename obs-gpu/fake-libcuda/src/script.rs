//! The words that a script is made of; `control` says what they mean.

use crate::forward::symbol;
use crate::symbols::{CALLS, Symbol};
use crate::timeline::Clock;
use crate::world::{Refusal, world};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

const VARIABLE: &str = "OBS_FAKE_CUDA";

/// All functions that wait for a device.
const WAITS: [Symbol; 4] = [
    Symbol::cuStreamSynchronize,
    Symbol::cuEventSynchronize,
    Symbol::cuCtxSynchronize,
    Symbol::cuCtxSynchronize_v2,
];

pub(crate) fn from_environment() {
    let Ok(script) = std::env::var(VARIABLE) else { return };
    for command in script.split(';').map(str::trim).filter(|command| !command.is_empty()) {
        if run(command).is_none() {
            eprintln!("fake libcuda: {VARIABLE} has a command that is none: `{command}`");
            std::process::abort();
        }
    }
}

/// Runs one command, and gives its answer.
pub(crate) fn run(command: &str) -> Option<i64> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let calls = |symbol: Symbol| CALLS[symbol as usize].load(Relaxed) as i64;
    match *words.as_slice() {
        ["calls", name] => return symbol(name).map(calls),
        ["waits"] => return Some(WAITS.into_iter().map(calls).sum()),
        ["stale"] => return Some(world().stale),
        ["now"] => return Some(world().clock.now() as i64),
        ["green"] => world().green = true,
        ["forget"] => CALLS.iter().for_each(|calls| calls.store(0, Relaxed)),
        ["devices", count] => world().devices = count.parse().ok()?,
        ["clock", "virtual"] => world().clock = Clock::Virtual(1_000_000),
        ["clock", "real"] => world().clock = Clock::Real(Instant::now()),
        ["advance", seconds] => {
            let by = nanoseconds(seconds)?;
            let Clock::Virtual(now) = &mut world().clock else { return None };
            *now += by;
        }
        ["latency", seconds] => world().latency = nanoseconds(seconds)?,
        ["kernel", name, seconds] => drop(world().kernels.insert(name.into(), nanoseconds(seconds)?)),
        ["fault", name, code] => drop(world().faults.insert(name.into(), code.parse().ok()?)),
        ["refuse", name, code] => refuse(name, code, u64::MAX)?,
        ["refuse", name, code, times] => refuse(name, code, times.parse().ok()?)?,
        ["slow", name, seconds] => {
            let (symbol, slow) = (symbol(name)?, nanoseconds(seconds)?);
            world().slow.insert(symbol, slow);
        }
        ["lose", code] => {
            let code = code.parse().ok()?;
            let mut world = world();
            let (now, all): (_, Vec<usize>) = (world.clock.now(), world.contexts.keys().copied().collect());
            all.into_iter().for_each(|context| world.lose(context, now, code));
        }
        _ => return None,
    }
    Some(0)
}

fn refuse(name: &str, code: &str, left: u64) -> Option<()> {
    let refusal = Refusal { symbol: symbol(name)?, code: code.parse().ok()?, left };
    let mut world = world();
    world.refusals.retain(|other| other.symbol != refusal.symbol);
    world.refusals.push(refusal);
    Some(())
}

fn nanoseconds(seconds: &str) -> Option<u64> {
    let seconds: f64 = seconds.parse().ok()?;
    (seconds >= 0.0).then_some((seconds * 1e9).round() as u64)
}
