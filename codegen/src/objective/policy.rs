//! The error budget policy: what a team does at which part of its budget.

/// A stage of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    /// The hundredths of the budget that are spent when it begins.
    pub(crate) spent: u128,
    /// What it is called.
    pub(crate) name: &'static str,
    /// What the team does.
    pub(crate) rule: &'static str,
}

/// The policy, stage by stage. It is the same for every objective, so that nobody has to look it up.
pub(crate) const POLICY: [Stage; 4] = [
    Stage { spent: 0, name: "healthy", rule: "Release as usual; the budget is there to be spent on change." },
    Stage {
        spent: 50,
        name: "watchful",
        rule: "Release as usual, and look at what spent the first half before it spends the second.",
    },
    Stage {
        spent: 75,
        name: "careful",
        rule: "Release small changes behind flags that can be turned off; do risky migrations later.",
    },
    Stage {
        spent: 100,
        name: "exhausted",
        rule: "Release only fixes of what spends the budget, and of security, until some of it is back; \
               write down what spent it and what will keep it from happening again.",
    },
];
