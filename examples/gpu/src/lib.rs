//! Graph layout and linear algebra, on a GPU or on the processor.
//!
//! `kernels` has the annotated functions; `device` is what lets one function launch on either kind of device.
//! The rest is the work, its reference, and the program around them.

pub mod args;
#[cfg(feature = "cuda")]
mod cuda;
pub mod device;
pub mod error;
pub mod graph;
mod host;
pub mod kernels;
mod peak;
mod reference;
mod run;
pub mod table;
pub mod work;

pub use run::run;
