//! Cause of what an entry shows, and the change that helps: a line of configuration, where there is one.

mod origins;
mod reasons;
mod rp_id;
mod state;
mod unfinished;

use std::iter;

use serde::Serialize;

use super::setting::Setting;
use crate::{Config, audit::Reason, recorder::Entry, verify::rp_id::recognise};

/// Cause of an outcome, for the developer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Advice {
    pub(super) title: String,
    pub(super) cause: String,
    /// Explanation in the log and the audit trail.
    pub(super) detail: Option<String>,
    pub(super) fixes: Vec<Fix>,
}

/// Change that helps.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Fix {
    pub(super) text: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(super) setting: Option<Setting>,
    /// Line of code, where the configuration does not decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
}

impl Advice {
    fn new(title: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            cause: cause.into(),
            detail: None,
            fixes: Vec::new(),
        }
    }

    fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }
}

impl Fix {
    fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            setting: None,
            code: None,
        }
    }

    fn setting(text: impl Into<String>, setting: Setting) -> Self {
        Self {
            setting: Some(setting),
            ..Self::text(text)
        }
    }

    fn code(text: impl Into<String>, code: impl Into<String>) -> Self {
        Self {
            code: Some(code.into()),
            ..Self::text(text)
        }
    }
}

/// Returns the advice on an entry, if there is something to say.
pub(super) fn on(entry: &Entry, config: &Config) -> Option<Advice> {
    match reason(entry) {
        Some(reason) => Some(reasons::on(reason, entry, config)),
        None => unfinished::on(entry, config),
    }
}

/// Returns the reason why a ceremony failed.
pub(super) fn reason(entry: &Entry) -> Option<Reason> {
    let mut events = entry.events.iter();
    events.find_map(|event| event.kind.reason())
}

/// Returns the RP ID with this hash, if it is one that a page of the origin can have named.
pub(super) fn rp_id_of(hash: &[u8; 32], origin: &str) -> Option<String> {
    recognise(hash, iter::once(origin))
}
