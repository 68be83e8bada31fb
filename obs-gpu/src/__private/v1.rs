//! The first version of the contract with generated code: what it needs of this crate, and of the runtime.

pub use crate::future::{Launched, future};
pub use crate::kernel::Kernel;
pub use crate::launch::{Launch, launch};
pub use crate::work::{Dim, Work};
pub use obs_runtime::__private::v1::*;

/// The extent of a grid or a block.
pub fn dim(dim: impl Into<Dim>) -> Option<Dim> {
    Some(dim.into())
}
