//! What the known kernels do, and how long all of them take.

use crate::world::World;
use std::ffi::c_void;

/// Bytes a nanosecond.
const BANDWIDTH: u64 = 100;

/// How long kernels take that the script knows nothing of.
const OTHERS: u64 = 10_000;

/// Copies move less a nanosecond than kernels.
pub(crate) fn copying(bytes: usize) -> u64 {
    bytes as u64 / 10
}

/// Does the work of a kernel that is known, and says how long any takes.
///
/// # Safety
///
/// The parameters are those of the kernel, by its entry.
pub(crate) unsafe fn run(world: &World, name: &str, parameters: *const *const c_void) -> u64 {
    // SAFETY (of all three): each parameter is a pointer to a value of the type that the entry declares.
    let number = |index: usize| unsafe { (*parameters.add(index)).cast::<u32>().read_unaligned() } as usize;
    let factor = |index: usize| unsafe { (*parameters.add(index)).cast::<f32>().read_unaligned() };
    let address = |index: usize| unsafe { (*parameters.add(index)).cast::<usize>().read_unaligned() };
    let floats = |index: usize, count: usize| {
        // SAFETY: the entry wants so many floats there; memory is the host's.
        unsafe { std::slice::from_raw_parts_mut(address(index) as *mut f32, count) }
    };
    let scripted = world.kernels.get(name).copied();
    let bytes = match name {
        "obs_spin" => return scripted.unwrap_or(address(0) as u64),
        "obs_saxpy" => {
            let (count, a) = (number(0), factor(1));
            let (x, y) = (floats(2, count), floats(3, count));
            y.iter_mut().zip(x).for_each(|(y, x)| *y += a * *x);
            12 * count
        }
        "obs_copy" => {
            let count = number(0);
            let (from, to) = (floats(1, count), floats(2, count));
            to.copy_from_slice(from);
            8 * count
        }
        _ => return scripted.unwrap_or(OTHERS),
    };
    scripted.unwrap_or(bytes as u64 / BANDWIDTH)
}

/// The names of a module's entries, in its PTX.
pub(crate) fn entries(ptx: &str) -> Vec<String> {
    let name = |rest: &str| {
        let rest = rest.trim_start();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        rest[..end].to_owned()
    };
    ptx.split(".entry").skip(1).map(name).filter(|name| !name.is_empty()).collect()
}
