//! Labels as a polled function gives them.

use super::{Capped, Interns, Label, LabelIndex, LabelSet, LabelValue};
use crate::private::Reading;

/// What a polled function may give for one label: the value of a bounded type, any string for a capped one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value of the label's type `{L}`",
    note = "for an enum give its values, for `Capped<N>` a `String` or `&str`, for several labels a tuple of them"
)]
pub trait Gives<L: Label> {
    #[doc(hidden)]
    fn index(&self, interns: &Interns, caps: &[Option<u32>], position: usize) -> LabelIndex;
}

impl<T: LabelValue> Gives<T> for T {
    fn index(&self, _: &Interns, _: &[Option<u32>], _: usize) -> LabelIndex {
        LabelIndex::of(self)
    }
}

impl<const N: u32, S: AsRef<str>> Gives<Capped<N>> for S {
    fn index(&self, interns: &Interns, caps: &[Option<u32>], position: usize) -> LabelIndex {
        interns.label_of(caps, position, self.as_ref())
    }
}

/// What a polled function may give for all labels: one value, or a tuple of as many as there are labels.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not give the labels `{L}`",
    note = "one label is given as its value, several as a tuple, in the order in which the attribute names them"
)]
pub trait GivesAll<L: LabelSet> {
    #[doc(hidden)]
    fn indices(&self, interns: &Interns) -> Vec<LabelIndex>;
}

impl<A: Label + 'static, T: Gives<A>> GivesAll<A> for T {
    fn indices(&self, interns: &Interns) -> Vec<LabelIndex> {
        vec![self.index(interns, A::CAPS, 0)]
    }
}

macro_rules! tuple {
    ($($label:ident $given:ident $value:ident $position:literal),*) => {
        impl<$($label: Label + 'static, $given: Gives<$label>),*> GivesAll<($($label,)*)> for ($($given,)*) {
            fn indices(&self, interns: &Interns) -> Vec<LabelIndex> {
                let ($($value,)*) = self;
                let caps = <($($label,)*) as LabelSet>::CAPS;
                vec![$($value.index(interns, caps, $position)),*]
            }
        }
    };
}
tuple!(A T a 0);
tuple!(A T a 0, B U b 1);
tuple!(A T a 0, B U b 1, C V c 2);
tuple!(A T a 0, B U b 1, C V c 2, D W d 3);
tuple!(A T a 0, B U b 1, C V c 2, D W d 3, E X e 4);
tuple!(A T a 0, B U b 1, C V c 2, D W d 3, E X e 4, F Y f 5);

/// What a polled function with labels may return: pairs of all labels and a number.
#[diagnostic::on_unimplemented(
    message = "a gauge with labels returns pairs of labels and a number, and `{Self}` is none",
    label = "no pairs",
    note = "such are `[(PoolState, usize); 3]`, `Vec<((Tier, String), f64)>`, `BTreeMap<String, u64>`"
)]
pub trait GivesSeries<L: LabelSet> {
    #[doc(hidden)]
    fn each(self, interns: &Interns, visit: impl FnMut(Vec<LabelIndex>, f64));
}

impl<L: LabelSet, I, K: GivesAll<L>, V: Reading> GivesSeries<L> for I
where
    I: IntoIterator<Item = (K, V)>,
{
    fn each(self, interns: &Interns, mut visit: impl FnMut(Vec<LabelIndex>, f64)) {
        for (labels, value) in self {
            // What is no number has no series.
            if let Some(value) = value.reading() {
                visit(labels.indices(interns), value);
            }
        }
    }
}
