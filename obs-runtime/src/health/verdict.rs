//! What the answers of a check come to: one that fails now and then need not be down.

/// How many answers in a row it takes to change one's mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    pub(super) fails_after: u32,
    pub(super) recovers_after: u32,
}

/// What the answers of a check come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether it passes; `None` before the first answer, which decides at once.
    passes: Option<bool>,
    /// How many answers in a row said otherwise since.
    against: u32,
}

impl Verdict {
    /// What they come to with one more.
    pub(super) fn heard(self, passed: bool, patience: Patience) -> Verdict {
        let Some(passes) = self.passes.filter(|passes| *passes != passed) else {
            return Verdict { passes: Some(passed), against: 0 };
        };
        let (against, most) = match passes {
            true => (self.against + 1, patience.fails_after),
            false => (self.against + 1, patience.recovers_after),
        };
        if against >= most {
            Verdict { passes: Some(passed), against: 0 }
        } else {
            Verdict { passes: Some(passes), against }
        }
    }

    pub(super) fn passes(self) -> bool {
        self.passes == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_so_many_answers_in_a_row_to_change_ones_mind() {
        let patience = Patience { fails_after: 3, recovers_after: 2 };
        let after = |answers: &str| {
            let heard = |verdict: Verdict, answer| verdict.heard(answer == '+', patience);
            answers.chars().fold(Verdict::default(), heard).passes
        };
        assert_eq!(after(""), None);
        assert_eq!((after("+"), after("-")), (Some(true), Some(false)), "the first decides at once");
        assert_eq!((after("+--"), after("+---")), (Some(true), Some(false)));
        assert_eq!(after("+--+--"), Some(true), "not in a row");
        assert_eq!((after("-+"), after("-++")), (Some(false), Some(true)));
        assert_eq!((after("-+-+"), after("+---+-++")), (Some(false), Some(true)));
    }
}
