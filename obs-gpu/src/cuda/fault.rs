//! What the driver's error codes mean for timing.

use super::ffi::Code;
use crate::driver::{DriverError, Fault};

/// `CUDA_ERROR_NOT_READY`: no error, an event has yet to happen.
pub(super) const NOT_READY: Code = 600;

/// `CUDA_ERROR_NO_DEVICE`.
pub(super) const NO_DEVICE: Code = 100;

/// `CUDA_ERROR_INVALID_CONTEXT`.
pub(super) const INVALID_CONTEXT: Code = 201;

/// `CUDA_ERROR_INVALID_HANDLE`.
pub(super) const INVALID_HANDLE: Code = 400;

/// `CUDA_ERROR_CONTEXT_IS_DESTROYED`.
pub(super) const CONTEXT_IS_DESTROYED: Code = 709;

/// The code with what it means.
pub(super) fn error(code: Code) -> DriverError {
    DriverError { fault: fault(code), code }
}

fn fault(code: Code) -> Fault {
    match code {
        2 => Fault::OutOfMemory,
        // Everything about capture, but its time-out (909).
        900..=908 => Fault::Capturing,
        // The process ends, and the driver ended before.
        4
        // The context is none any more.
        | INVALID_CONTEXT | CONTEXT_IS_DESTROYED
        // Uncorrectable errors of memory and of NVLink.
        | 214 | 220 | 226
        // What a kernel did wrong: addresses, time, assertions, instructions, the stack.
        | 700 | 702 | 710 | 714..=719 | 721
        // The MPS client was ended.
        | 810 => Fault::Lost,
        _ => Fault::Call,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_context_does_not_survive_is_a_loss() {
        for code in [4, 201, 214, 700, 702, 709, 710, 715, 716, 717, 718, 719] {
            assert_eq!(fault(code), Fault::Lost, "{code}");
        }
    }

    #[test]
    fn what_passes_is_none() {
        for code in [1, 3, 34, 100, 400, 600, 701, 801, 909, 910, 999, -1] {
            assert_eq!(fault(code), Fault::Call, "{code}");
        }
        assert_eq!(fault(2), Fault::OutOfMemory);
        assert_eq!((fault(900), fault(907)), (Fault::Capturing, Fault::Capturing));
    }
}
