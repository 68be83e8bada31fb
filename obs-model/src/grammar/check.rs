//! Rules that join several arguments, or an argument and the item it stands on.
//!
//! What one argument may hold is checked where it is read.

mod exit;
mod item;
mod kernel;
mod metric;
mod name;
mod observe;
mod timed;

pub use item::{applies, function};
pub use kernel::kernel;
pub use metric::{On, metric, metrics};
pub use observe::{block, latency, observe};
