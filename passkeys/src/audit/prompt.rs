use crate::domain::prompt::{Mediation, PromptOutcome};

/// Prompts of one ceremony that have ended in the same way, as browsers report them.
///
/// The reports are anonymous, and any client can send them: they are for statistics, and prove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PromptFailures {
    /// Outcome of the prompts.
    pub outcome: PromptOutcome,
    /// Mediation of the prompts; `None` if the users had asked for them.
    pub mediation: Option<Mediation>,
    /// Number of the prompts since the last event of the same ceremony, mediation and outcome.
    pub count: u64,
}

impl PromptFailures {
    pub(crate) fn new(outcome: PromptOutcome, mediation: Option<Mediation>, count: u64) -> Self {
        Self {
            outcome,
            mediation,
            count,
        }
    }
}
