//! What can go wrong at the start.

use crate::health::CheckError;
use std::fmt;
use std::io;

/// Why the runtime did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum InitError {
    /// There is an [`Obs`](crate::Obs) in this process already.
    AlreadyInitialised,
    /// The address cannot be listened on.
    Listen {
        /// The address, as it was given.
        address: String,
        /// What the system says.
        error: io::Error,
    },
    /// A health check is not well described.
    Check(CheckError),
    /// Something that the builder was told, or a variable of the environment, is not what belongs there.
    Configuration(String),
    /// There is no thread for the exporter.
    Exporter(io::Error),
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InitError::AlreadyInitialised => {
                f.write_str("obs is initialised already; drop the first `Obs` before the next `init`")
            }
            InitError::Listen { address, error } => write!(f, "cannot listen on {address}: {error}"),
            InitError::Check(error) => error.fmt(f),
            InitError::Configuration(mistake) => f.write_str(mistake),
            InitError::Exporter(error) => write!(f, "cannot start the exporter: {error}"),
        }
    }
}

impl std::error::Error for InitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            InitError::AlreadyInitialised | InitError::Configuration(_) => None,
            InitError::Listen { error, .. } | InitError::Exporter(error) => Some(error),
            InitError::Check(error) => Some(error),
        }
    }
}
