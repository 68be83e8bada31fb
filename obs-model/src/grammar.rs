//! Tokens to model.
//!
//! One file a stage, in the order in which an item passes through them:
//!
//! 1. [`keyword`], `read`, `value`: what every attribute is made of. One reader splits arguments, knows the
//!    keys, and catches unknown and repeated ones.
//! 2. [`observe`], [`metric`], [`mod@kernel`], [`category`], [`label`]: the attributes, each with its grammar as EBNF.
//! 3. [`check`]: rules that join several arguments, or an argument and the item it stands on.
//! 4. [`describe`]: attribute and item to the catalogue's data. The macros emit what it gives, and
//! 5. [`walk`] calls it for a whole source file, so that code generation and macros cannot disagree.
//!
//! Mistakes go to a [`Ctxt`], which must be asked for them: all of an item's mistakes are reported together,
//! each at its token.

// The parsed forms hold syntax trees, whose `Debug` would double the time that syn takes to build.
#![allow(missing_debug_implementations)]

mod buckets;
pub mod category;
pub mod check;
mod ctxt;
pub mod describe;
mod doc;
mod fields;
pub mod kernel;
pub mod keyword;
pub mod label;
mod labels;
pub mod metric;
pub mod observe;
mod read;
pub mod shape;
mod slo;
mod value;
pub mod walk;

pub use buckets::Buckets;
pub use category::{CategoryArgs, ErrorCase, ErrorDerive};
pub use ctxt::Ctxt;
pub use fields::{Field, MAX_FIELDS, Mode};
pub use kernel::KernelArgs;
pub use label::LabelDerive;
pub use labels::{Bound, Label};
pub use metric::{MetricArgs, When};
pub use observe::ObserveArgs;
pub use slo::SloArgs;
pub use value::Given;
