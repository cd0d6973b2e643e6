//! Content of the page, as JSON. Its form is the page's own, and may change with every release.

use serde::Serialize;

use super::{
    advice::{self, Advice},
    report,
    sections::{self, Section},
    steps::{self, Line},
};
use crate::{
    Config,
    audit::{AuditKind, Reason},
    recorder::{Entry, Purpose, Snapshot},
};

/// All entries, newest first.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// Number that grows with every change, as a text: JavaScript has no integers of this size.
    version: String,
    /// The configuration, in a line.
    application: String,
    entries: Vec<Ceremony>,
}

/// Entry, explained.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ceremony {
    pub(super) id: u64,
    pub(super) title: &'static str,
    pub(super) outcome: Outcome,
    pub(super) at: String,
    pub(super) user: Option<String>,
    pub(super) reason: Option<&'static str>,
    /// Check that has failed, in words.
    pub(super) failed: Option<String>,
    pub(super) section: &'static str,
    pub(super) advice: Option<Advice>,
    pub(super) steps: Vec<Line>,
    pub(super) sections: Vec<Section>,
    report: String,
}

/// Outcome of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Waiting,
    Succeeded,
    Failed,
    /// There was no ceremony.
    Rejected,
}

impl View {
    pub(super) fn new(snapshot: &Snapshot, config: &Config) -> Self {
        let entries = snapshot.entries.iter().rev();
        Self {
            version: snapshot.version.to_string(),
            application: application(config),
            entries: entries.map(|entry| ceremony(entry, config)).collect(),
        }
    }
}

fn application(config: &Config) -> String {
    let origins: Vec<_> = config.accepted_origins().collect();
    format!("RP ID {} · origins {}", config.rp_id(), origins.join(", "))
}

fn ceremony(entry: &Entry, config: &Config) -> Ceremony {
    let begun = entry.begin.as_ref();
    let at = begun
        .map(|it| it.at)
        .or(entry.finish.as_ref().map(|it| it.at));
    let user = begun.and_then(|it| it.user_id.clone());
    let section = if entry.purpose.is_registration() {
        "§7.1"
    } else {
        "§7.2"
    };
    let steps = match entry.purpose {
        Purpose::Management => Vec::new(),
        _ => steps::lines(entry),
    };
    let failed = steps
        .iter()
        .find(|line| line.outcome == steps::Outcome::Failed);
    let failed = failed.map(|line| match line.step {
        Some(step) => format!("Level 3, {section}, step {step}: {}", line.name),
        None => format!("a check around the steps: {}", line.name),
    });
    let mut ceremony = Ceremony {
        id: entry.id,
        title: title(entry.purpose),
        outcome: outcome(entry),
        at: at.map(sections::time).unwrap_or_default(),
        user: user.or_else(|| entry.events.iter().find_map(|event| event.user_id.clone())),
        reason: advice::reason(entry).map(Reason::as_str),
        failed,
        section,
        advice: advice::on(entry, config),
        steps,
        sections: sections::of(entry, config),
        report: String::new(),
    };
    ceremony.report = report::of(&ceremony, entry, config);
    ceremony
}

fn title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Registration => "Registration",
        Purpose::ConditionalRegistration => "Conditional creation",
        Purpose::SignUp => "Sign-up",
        Purpose::SignIn => "Sign-in",
        Purpose::SecondFactor => "Second factor",
        Purpose::StepUp => "Step-up",
        Purpose::Management => "Change of passkeys",
    }
}

fn outcome(entry: &Entry) -> Outcome {
    let succeeded = |kind| {
        matches!(
            kind,
            AuditKind::RegistrationSucceeded
                | AuditKind::AuthenticationSucceeded
                | AuditKind::SecondFactorSucceeded
                | AuditKind::StepUpSucceeded
        )
    };
    let rejected = entry.begin.as_ref().is_some_and(|it| it.options.is_none());
    let answer = entry
        .finish
        .as_ref()
        .and_then(|it| it.request.as_ref()?.status);
    if rejected {
        Outcome::Rejected
    } else if advice::reason(entry).is_some() || answer.is_some_and(|status| status >= 400) {
        Outcome::Failed
    } else if entry.events.iter().any(|event| succeeded(event.kind)) {
        Outcome::Succeeded
    } else {
        Outcome::Waiting
    }
}
