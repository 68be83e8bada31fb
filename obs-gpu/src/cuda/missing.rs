//! Why there is no driver to time with.

use std::fmt;

/// Why kernels cannot be timed on NVIDIA's devices.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// The driver is not installed, or cannot be loaded.
    Library {
        /// What the system said.
        why: String,
    },
    /// The driver is older than CUDA 10.1.
    Function {
        /// What it lacks.
        function: &'static str,
    },
    /// The driver is there, and refuses to start: it does not fit to its kernel module, for instance.
    Refused {
        /// The driver's name for the error, or its number.
        error: String,
    },
    /// The driver sees no device.
    Device,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Library { why } => write!(f, "no CUDA driver: {why}"),
            Missing::Function { function } => {
                write!(f, "the CUDA driver is older than 10.1: it has no {function}")
            }
            Missing::Refused { error } => write!(f, "the CUDA driver does not start: {error}"),
            Missing::Device => write!(f, "the CUDA driver sees no device"),
        }
    }
}

impl std::error::Error for Missing {}
