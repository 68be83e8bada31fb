//! What the driver's error codes mean for timing.

use super::ffi::Code;
use crate::driver::{DriverError, Fault};

/// `CUDA_ERROR_NOT_READY`: no error, an event has yet to happen.
pub(super) const NOT_READY: Code = 600;

/// `CUDA_ERROR_DEINITIALIZED`: the process ends, and the driver ended before.
pub(super) const DEINITIALIZED: Code = 4;

/// `CUDA_ERROR_NO_DEVICE`.
pub(super) const NO_DEVICE: Code = 100;

/// `CUDA_ERROR_INVALID_CONTEXT`.
pub(super) const INVALID_CONTEXT: Code = 201;

/// `CUDA_ERROR_INVALID_HANDLE`.
pub(super) const INVALID_HANDLE: Code = 400;

/// `CUDA_ERROR_CONTEXT_IS_DESTROYED`.
pub(super) const CONTEXT_IS_DESTROYED: Code = 709;

/// `CUDA_ERROR_NOT_SUPPORTED`.
pub(super) const NOT_SUPPORTED: Code = 801;

/// `CUDA_ERROR_CAPTURED_EVENT`.
const CAPTURED_EVENT: Code = 907;

/// The code with what it means.
pub(super) fn error(code: Code) -> DriverError {
    DriverError { fault: fault(code), code }
}

fn fault(code: Code) -> Fault {
    match code {
        2 => Fault::OutOfMemory,
        // Everything about capture; 909 is another's time-out.
        CAPTURED_EVENT => Fault::Captured,
        900..=908 => Fault::Capturing,
        // Nothing is lost: nobody is to be told at the end of every program.
        DEINITIALIZED => Fault::Call,
        // The context is none any more.
        INVALID_CONTEXT | CONTEXT_IS_DESTROYED => Fault::Gone,
        // Uncorrectable errors of memory and of NVLink.
        214 | 220 | 226
        // What a kernel did wrong: addresses, time, assertions, instructions, the stack.
        | 700 | 702 | 710 | 714..=719 | 721
        // The MPS client was ended.
        | 810 => Fault::Lost,
        _ => Fault::Call,
    }
}

/// Whether work that was launched earlier did it, so that everything is answered with it.
pub(super) fn is_of_a_kernel(code: Code) -> bool {
    fault(code) == Fault::Lost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_context_does_not_survive_is_a_loss() {
        for code in [214, 700, 702, 710, 715, 716, 717, 718, 719] {
            assert_eq!(fault(code), Fault::Lost, "{code}");
        }
    }

    #[test]
    fn what_passes_is_none() {
        for code in [1, 3, 4, 34, 100, 400, 600, 701, 801, 909, 910, 999, -1] {
            assert_eq!(fault(code), Fault::Call, "{code}");
        }
        assert_eq!((fault(201), fault(709)), (Fault::Gone, Fault::Gone));
        assert_eq!(fault(2), Fault::OutOfMemory);
        assert_eq!(
            (fault(900), fault(906), fault(907)),
            (Fault::Capturing, Fault::Capturing, Fault::Captured)
        );
    }
}
