//! Labels that cannot grow without bound.
//!
//! A label's value is an enum ([`LabelValue`]), a `bool`, or a string of which only so many distinct
//! values are kept ([`Capped`]). Either way it is a small dense number by the time it reaches an
//! instrument, and the numbers of all labels together index the series.

mod given;
mod intern;
mod interns;
mod set;
pub(crate) mod space;
mod table;

pub use given::{Gives, GivesAll, GivesSeries};
pub(crate) use intern::Intern;
pub use interns::Interns;
pub use set::{Label, LabelSet};
pub(crate) use space::{Combination, MAX_SERIES, Space, Vacant};

/// The value that stands for all values over a label's cap.
pub(crate) const OTHER: &str = "_other";

/// A type with few values, each of which can be a label's value.
///
/// Derive it for enums without fields: `#[derive(LabelValue)]` names each value after its variant in
/// `snake_case`; `#[label(rename = "…")]` names one otherwise.
///
/// ```
/// use obs_runtime::LabelValue;
///
/// #[derive(LabelValue)]
/// enum Tier { Hot, #[label(rename = "luke-warm")] Warm }
///
/// assert_eq!(Tier::VALUES, ["hot", "luke-warm"]);
/// assert_eq!(Tier::Warm.index(), 1);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no bound on its values, so it cannot be a label",
    label = "not a bounded label",
    note = "derive `obs_runtime::LabelValue` for an enum of the values it can take",
    note = "or keep the first 100 distinct strings and count the rest as `_other`: `capped(expression)`"
)]
pub trait LabelValue {
    /// Every value, as the label says it; distinct, and at least one.
    const VALUES: &'static [&'static str];

    /// The position of this value in [`VALUES`](LabelValue::VALUES).
    fn index(&self) -> usize;
}

impl LabelValue for bool {
    const VALUES: &'static [&'static str] = &["false", "true"];

    fn index(&self) -> usize {
        usize::from(*self)
    }
}

impl<T: LabelValue + ?Sized> LabelValue for &T {
    const VALUES: &'static [&'static str] = T::VALUES;

    fn index(&self) -> usize {
        (**self).index()
    }
}

/// A label whose values are strings, of which the first `N` distinct ones are kept and all others
/// become `_other`. The surplus is counted in `obs_label_overflow_total`.
///
/// Names the type of a label of a static instrument; the value itself is given as `&str`.
#[derive(Clone, Copy, Debug)]
pub enum Capped<const N: u32 = 100> {}

/// The number of a label's value, with what is needed to name it again.
#[derive(Clone, Copy, Debug)]
pub struct LabelIndex {
    /// From 0, less than `size`.
    pub(crate) index: u32,
    /// How many values the label can take, `_other` included.
    pub(crate) size: u32,
    /// The names of the values; empty for a capped label, which has them in its [`Intern`].
    pub(crate) values: &'static [&'static str],
}

impl LabelIndex {
    /// Of a bounded type. An index out of range, from an `index` written by hand, becomes the last.
    #[inline(always)]
    pub(crate) fn of<L: LabelValue + ?Sized>(value: &L) -> LabelIndex {
        let last = (L::VALUES.len() as u32).saturating_sub(1);
        LabelIndex { index: (value.index() as u32).min(last), size: last + 1, values: L::VALUES }
    }
}
