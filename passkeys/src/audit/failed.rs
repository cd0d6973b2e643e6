use std::fmt;

use super::Reason;
use crate::{
    domain::{
        detail::Detail,
        error::{StoreError, causes},
    },
    verify::Refusal,
};

/// Reason of a failure, and an explanation for the developer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    pub(crate) reason: Reason,
    pub(crate) detail: Option<Detail>,
}

impl Reason {
    /// Adds an explanation.
    #[cold]
    pub(crate) fn because(self, text: fmt::Arguments<'_>) -> Failed {
        Failed {
            reason: self,
            detail: Some(Detail::new(text)),
        }
    }
}

impl Failed {
    /// Explains a ceremony that was lost because a store failed.
    #[cold]
    pub(crate) fn of_storage(error: &StoreError) -> Self {
        Reason::Storage.because(format_args!("{}", causes(error)))
    }
}

impl From<Reason> for Failed {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            detail: None,
        }
    }
}

impl From<Refusal> for Failed {
    fn from(Refusal { kind, detail }: Refusal) -> Self {
        Self {
            reason: kind.into(),
            detail,
        }
    }
}
