//! The labels of a static instrument, by their types.

use super::{Capped, Interns, LabelIndex, LabelValue};

/// One label of a static instrument: a [`LabelValue`] type, given by value, or [`Capped`], given as a
/// string.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no bound on its values, so it cannot be a label",
    note = "derive `obs_runtime::LabelValue` for an enum of the values it can take",
    note = "or use `obs_runtime::Capped<100>`, which keeps the first 100 distinct strings"
)]
pub trait Label {
    /// What updates are given.
    type Value<'a>;
    /// How many strings are kept; `None` for a bounded type.
    const CAP: Option<u32>;
    /// All values of a bounded type; empty for a capped one.
    const VALUES: &'static [&'static str];

    #[doc(hidden)]
    fn resolve(
        value: Self::Value<'_>,
        interns: &Interns,
        caps: &[Option<u32>],
        position: usize,
    ) -> LabelIndex;
}

impl<T: LabelValue> Label for T {
    type Value<'a> = T;
    const CAP: Option<u32> = None;
    const VALUES: &'static [&'static str] = T::VALUES;

    #[inline(always)]
    fn resolve(value: T, _: &Interns, _: &[Option<u32>], _: usize) -> LabelIndex {
        LabelIndex::of(&value)
    }
}

impl<const N: u32> Label for Capped<N> {
    type Value<'a> = &'a str;
    const CAP: Option<u32> = Some(N);
    const VALUES: &'static [&'static str] = &[];

    #[inline(always)]
    fn resolve(value: &str, interns: &Interns, caps: &[Option<u32>], position: usize) -> LabelIndex {
        interns.label_of(caps, position, value)
    }
}

/// All labels of a static instrument: `()`, one [`Label`], or a tuple of up to six.
pub trait LabelSet: 'static {
    /// What updates are given: one value a label.
    type Values<'a>;
    #[doc(hidden)]
    type Indices: AsRef<[LabelIndex]>;
    #[doc(hidden)]
    const CAPS: &'static [Option<u32>];
    #[doc(hidden)]
    const VALUES: &'static [&'static [&'static str]];

    #[doc(hidden)]
    fn resolve(values: Self::Values<'_>, interns: &Interns) -> Self::Indices;
}

impl LabelSet for () {
    type Values<'a> = ();
    type Indices = [LabelIndex; 0];
    const CAPS: &'static [Option<u32>] = &[];
    const VALUES: &'static [&'static [&'static str]] = &[];

    #[inline(always)]
    fn resolve((): (), _: &Interns) -> [LabelIndex; 0] {
        []
    }
}

impl<A: Label + 'static> LabelSet for A {
    type Values<'a> = A::Value<'a>;
    type Indices = [LabelIndex; 1];
    const CAPS: &'static [Option<u32>] = &[A::CAP];
    const VALUES: &'static [&'static [&'static str]] = &[A::VALUES];

    #[inline(always)]
    fn resolve(value: A::Value<'_>, interns: &Interns) -> [LabelIndex; 1] {
        [A::resolve(value, interns, Self::CAPS, 0)]
    }
}

macro_rules! tuple {
    ($count:literal: $($label:ident $value:ident $position:literal),*) => {
        impl<$($label: Label + 'static),*> LabelSet for ($($label,)*) {
            type Values<'a> = ($($label::Value<'a>,)*);
            type Indices = [LabelIndex; $count];
            const CAPS: &'static [Option<u32>] = &[$($label::CAP),*];
            const VALUES: &'static [&'static [&'static str]] = &[$($label::VALUES),*];

            #[inline(always)]
                    fn resolve(($($value,)*): Self::Values<'_>, interns: &Interns) -> [LabelIndex; $count] {
                [$($label::resolve($value, interns, Self::CAPS, $position)),*]
            }
        }
    };
}
tuple!(1: A a 0);
tuple!(2: A a 0, B b 1);
tuple!(3: A a 0, B b 1, C c 2);
tuple!(4: A a 0, B b 1, C c 2, D d 3);
tuple!(5: A a 0, B b 1, C c 2, D d 3, E e 4);
tuple!(6: A a 0, B b 1, C c 2, D d 3, E e 4, F f 5);
