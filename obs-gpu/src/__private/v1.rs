//! The first version of the contract with generated code: what it needs of this crate, and of the runtime.

pub use crate::future::{Launched, future};
pub use crate::kernel::Kernel;
pub use crate::launch::{Launch, launch};
pub use crate::work::{Dim, Work};
pub use obs_runtime::__private::v1::*;

/// The extent of a grid or a block.
pub fn dim(size: impl Size) -> Option<Dim> {
    Some(size.dim())
}

/// What `grid = …` and `block = …` take. A trait of its own, to say so where it is something else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no size of a grid or a block",
    label = "not a whole number, nor a tuple of two or three"
)]
pub trait Size {
    fn dim(self) -> Dim;
}

#[diagnostic::do_not_recommend]
impl<D: Into<Dim>> Size for D {
    fn dim(self) -> Dim {
        self.into()
    }
}
