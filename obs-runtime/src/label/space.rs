//! The series of a family: every combination of its labels' values.

use super::{Intern, LabelIndex, LabelSet, OTHER};
use crate::cells::{Slot, unless_making};
use std::borrow::Cow;
use std::sync::OnceLock;

/// The most combinations of label values that one family keeps. Where a family's labels could make more,
/// none is kept: all updates are one series with `_other` in every label, and an error is logged. A static
/// instrument's labels are checked at compile time.
pub(crate) const MAX_SERIES: usize = 65_536;

/// The most series that a family shows before they are used: more are no help to whoever waits for the first.
const KNOWN: usize = 100;

/// A cell of a [`Space`], which starts vacant.
pub(crate) trait Vacant {
    const VACANT: Self;
}

impl Vacant for () {
    const VACANT: Self = ();
}

impl<const LANES: usize> Vacant for [Slot; LANES] {
    const VACANT: Self = [const { Slot::new() }; LANES];
}

/// Maps label values to what belongs to each combination of them: a slot for each outcome of a call, say.
///
/// A combination is the number that its values' numbers write in mixed radix. The radices are constants
/// to the compiler where labels are enums, so that a look-up is an addition and two loads.
#[derive(Debug)]
pub(crate) struct Space<T> {
    /// The one combination of a family without labels, reached without a look-up.
    single: T,
    built: OnceLock<Built<T>>,
}

#[derive(Debug)]
struct Built<T> {
    dimensions: Box<[LabelIndex]>,
    /// One for each combination, and the last for the surplus.
    series: Box<[T]>,
}

/// A combination's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Combination(usize);

impl Combination {
    #[inline(always)]
    pub(crate) fn of(labels: &[LabelIndex]) -> Combination {
        Combination(labels.iter().fold(0usize, |number, label| {
            number.wrapping_mul(label.size as usize).wrapping_add(label.index as usize)
        }))
    }

    pub(crate) fn numbered(number: usize) -> Combination {
        Combination(number)
    }

    pub(crate) fn number(self) -> usize {
        self.0
    }
}

impl<T: Vacant> Space<T> {
    pub(crate) const fn new() -> Self {
        Space { single: T::VACANT, built: OnceLock::new() }
    }

    /// What belongs to the labels' combination, and its number. The first call makes room for all
    /// combinations: the labels' sizes are part of the types at one call site, so they never change.
    #[inline(always)]
    pub(crate) fn at(&self, labels: &[LabelIndex]) -> (&T, Combination) {
        let at = Combination::of(labels);
        if labels.is_empty() || cfg!(feature = "off") {
            return (&self.single, at);
        }
        let built = match self.built.get() {
            Some(built) => built,
            None => match self.build(labels) {
                Some(built) => built,
                None => return (&self.single, at),
            },
        };
        (built.series.get(at.0).or(built.series.last()).unwrap_or(&self.single), at)
    }

    /// `None` where this is asked for by the allocator while room is being made.
    #[cold]
    fn build(&self, labels: &[LabelIndex]) -> Option<&Built<T>> {
        let all = labels.iter().try_fold(1usize, |all, label| all.checked_mul(label.size as usize));
        // Too many: none is kept, rather than some that depend on the order of the labels.
        let kept = all.filter(|all| *all <= MAX_SERIES).unwrap_or(0);
        let build = || Built { dimensions: labels.into(), series: (0..=kept).map(|_| T::VACANT).collect() };
        let built = unless_making(|| self.built.get_or_init(build))?;
        // After the initialisation: the subscriber that writes this may come by here itself.
        if kept == 0 {
            tracing::error!(?labels, "labels could make over {MAX_SERIES} series; all become `_other`");
        }
        Some(built)
    }

    /// Makes room for all combinations before the first update.
    pub(crate) fn prepare(&self, labels: &[LabelIndex]) {
        if !labels.is_empty() {
            self.build(labels);
        }
    }

    /// How many combinations there are, the surplus included.
    pub(crate) fn combinations(&self) -> usize {
        self.built.get().map_or(1, |built| built.series.len())
    }

    /// Whether the combination is known before it is used, so that a scrape shows it at zero: there are no labels, or
    /// room has been made, every label is of a bounded type, and they make few series in all.
    pub(crate) fn is_known(&self, at: Combination) -> bool {
        self.built.get().is_none_or(|built| {
            let bounded = built.dimensions.iter().all(|label| !label.values.is_empty());
            bounded && built.series.len() <= KNOWN + 1 && at.0 + 1 < built.series.len()
        })
    }

    /// Calls `visit` with every combination and what belongs to it.
    pub(crate) fn each<'a>(&'a self, labelled: bool, mut visit: impl FnMut(Combination, &'a T)) {
        if !labelled {
            return visit(Combination(0), &self.single);
        }
        let series = self.built.get().map_or(&[][..], |built| &built.series);
        series.iter().enumerate().for_each(|(number, cell)| visit(Combination(number), cell));
    }

    /// The values of a combination's labels; `interns` has the strings of capped labels by position.
    pub(crate) fn values(
        &self,
        combination: Combination,
        interns: &[Option<Intern>],
    ) -> Vec<Cow<'static, str>> {
        let Some(built) = self.built.get() else { return Vec::new() };
        let surplus = combination.0 + 1 == built.series.len();
        let mut rest = combination.0;
        let mut values: Vec<_> = (0..built.dimensions.len())
            .rev()
            .map(|position| {
                let dimension = &built.dimensions[position];
                let index = rest % dimension.size.max(1) as usize;
                rest /= dimension.size.max(1) as usize;
                let intern = interns.get(position).and_then(Option::as_ref);
                match dimension.values.get(index) {
                    _ if surplus => Cow::Borrowed(OTHER),
                    Some(value) => Cow::Borrowed(*value),
                    None => {
                        intern.and_then(|i| i.text(index as u32)).map_or(Cow::Borrowed(OTHER), Cow::Owned)
                    }
                }
            })
            .collect();
        values.reverse();
        values
    }
}

/// How many combinations the labels of a static can make, at compile time.
pub(crate) const fn size_of<L: LabelSet>() -> usize {
    let mut size = 1usize;
    let mut position = 0;
    while position < L::CAPS.len() {
        let values = match L::CAPS[position] {
            Some(cap) => cap as usize + 1,
            None => L::VALUES[position].len(),
        };
        size = size.saturating_mul(values);
        position += 1;
    }
    size
}

#[cfg(all(test, not(feature = "off")))]
mod tests {
    use super::*;

    const TIERS: LabelIndex = LabelIndex { index: 0, size: 3, values: &["hot", "warm", "cold"] };

    fn tier(index: u32) -> LabelIndex {
        LabelIndex { index, ..TIERS }
    }

    #[test]
    fn every_combination_has_its_own_place_and_reads_back() {
        let space: Space<[Slot; 1]> = Space::new();
        let interns = [None, Some(Intern::new(2)), None];
        let tenant = |name| interns[1].as_ref().unwrap().label(name);
        let flag = |index| LabelIndex { index, size: 2, values: &["false", "true"] };
        let mut seen = Vec::new();
        for t in 0..3 {
            for name in ["a", "b", "c", "d"] {
                for f in 0..2 {
                    let (_, at) = space.at(&[tier(t), tenant(name), flag(f)]);
                    seen.push((at, space.values(at, &interns)));
                }
            }
        }
        assert_eq!(seen[0].1, ["hot", "a", "false"]);
        assert_eq!(seen[3].1, ["hot", "b", "true"]);
        // Over the cap of two: `c` and `d` are one series.
        assert_eq!(seen[4].1, ["hot", "_other", "false"]);
        assert_eq!(seen[4].0, seen[6].0);
        seen.sort_by_key(|(at, _)| at.number());
        seen.dedup_by_key(|(at, _)| *at);
        assert_eq!(seen.len(), 3 * 3 * 2);
        assert_eq!(space.combinations(), 3 * 3 * 2 + 1);
    }

    #[test]
    fn labels_with_too_many_combinations_are_one_series() {
        let space: Space<[Slot; 1]> = Space::new();
        let wide = |index| LabelIndex { index, size: 1000, values: &[] };
        let (first, _) = space.at(&[wide(1), wide(2)]);
        let (second, at) = space.at(&[wide(999), wide(999)]);
        assert!(std::ptr::eq(first, second));
        assert_eq!(space.combinations(), 1);
        assert_eq!(space.values(Combination::numbered(0), &[]), ["_other", "_other"]);
        assert!(at.number() > 1);
    }

    #[test]
    fn no_labels_are_one_series_without_a_look_up() {
        let space: Space<[Slot; 1]> = Space::new();
        let (_, at) = space.at(&[]);
        assert_eq!((at, space.combinations()), (Combination::default(), 1));
    }
}
