//! Checks of a ceremony in the order in which the library reports them, and the one that a reason names.
//!
//! The tests of `tests/verification/step_by_step` compare every row with what the inspector shows.

use serde::Serialize;

use crate::{
    audit::{AuditKind, Reason},
    recorder::{Entry, Finish, Part},
};

/// Check of a ceremony: a step of the specification, or one of the library's own around the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// A ceremony may begin.
    Begin,
    /// The ceremony state is known, and used for the first time.
    State,
    /// The user who began it is signed in.
    User,
    /// The action is the one that the step-up was begun for.
    Action,
    /// The request can be read.
    Request,
    /// The kind of authenticator is the only one that may register.
    Attachment,
    /// The authenticator stores large blobs.
    LargeBlob,
    /// The policy of the handler is fulfilled.
    Policy,
    /// The passkey is not suspended.
    Suspension,
    /// Step of Level 3, §7.1 or §7.2.
    Step(u8),
}

/// Party that is responsible for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum By {
    Library,
    Browser,
    Application,
}

/// Outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Passed,
    Failed,
    /// Not fulfilled, and accepted because the configuration says so.
    Reported,
    NotReached,
    /// The browser's or the application's.
    NotOurs,
}

/// Check with its outcome.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Line {
    /// Number of the step; `None` for a check of the library's own.
    pub(super) step: Option<u8>,
    pub(super) name: &'static str,
    pub(super) by: By,
    pub(super) outcome: Outcome,
}

type Row = (Check, By, &'static str);

use By::{Application, Browser, Library};
use Check::{Action, Attachment, Begin, LargeBlob, Policy, Request, State, Step, Suspension, User};

/// Level 3, §7.1.
pub(super) const REGISTRATION: &[Row] = &[
    (Begin, Library, "The ceremony may begin"),
    (Step(1), Library, "Options are made"),
    (Step(2), Browser, "navigator.credentials.create() is called"),
    (
        State,
        Library,
        "The ceremony state is known, in time, and used for the first time",
    ),
    (
        User,
        Library,
        "The user who began is the one who is signed in",
    ),
    (Request, Library, "The request can be read"),
    (
        Step(3),
        Library,
        "The response is an AuthenticatorAttestationResponse",
    ),
    (
        Step(4),
        Library,
        "The client extension results are obtained",
    ),
    (Step(5), Library, "The client data is decoded as UTF-8"),
    (Step(6), Library, "The client data is parsed as JSON"),
    (Step(7), Library, "type is webauthn.create"),
    (Step(8), Library, "challenge is the one that was sent"),
    (Step(9), Library, "origin is configured"),
    (Step(10), Library, "crossOrigin is expected"),
    (Step(11), Library, "topOrigin is expected"),
    (Step(12), Library, "The client data is hashed"),
    (Step(13), Library, "The attestation object is decoded"),
    (Step(14), Library, "rpIdHash is that of the RP ID"),
    (Step(15), Library, "UP: the user is present"),
    (
        Step(16),
        Library,
        "UV: the user is verified, where that is required",
    ),
    (Step(17), Library, "BS is not set without BE"),
    (Step(18), Application, "BE is evaluated"),
    (Step(19), Application, "BS is evaluated"),
    (Step(20), Library, "The key's algorithm was offered"),
    (
        Attachment,
        Library,
        "The authenticator is of the only kind that may register",
    ),
    (
        LargeBlob,
        Library,
        "The authenticator stores large blobs, where that is required",
    ),
    (
        Step(21),
        Library,
        "The attestation statement format is supported",
    ),
    (Step(22), Library, "The attestation statement verifies"),
    (Step(23), Application, "Trust anchors are obtained"),
    (Step(24), Library, "The attestation is trustworthy"),
    (
        Step(25),
        Library,
        "The credential ID has at most 1023 bytes",
    ),
    (Step(26), Library, "The credential ID is not registered"),
    (Step(27), Library, "A credential record is made"),
    (Step(28), Application, "Extension outputs are processed"),
    (Step(29), Library, "The credential record is stored"),
];

/// Level 3, §7.2.
pub(super) const ASSERTION: &[Row] = &[
    (Begin, Library, "The ceremony may begin"),
    (Step(1), Library, "Options are made"),
    (Step(2), Browser, "navigator.credentials.get() is called"),
    (
        State,
        Library,
        "The ceremony state is known, in time, and used for the first time",
    ),
    (
        User,
        Library,
        "The user who began is the one who is signed in",
    ),
    (
        Action,
        Library,
        "The request is the one that the step-up was begun for",
    ),
    (Request, Library, "The request can be read"),
    (
        Step(3),
        Library,
        "The response is an AuthenticatorAssertionResponse",
    ),
    (
        Step(4),
        Library,
        "The client extension results are obtained",
    ),
    (
        Step(5),
        Library,
        "The credential is one of allowCredentials",
    ),
    (
        Step(6),
        Library,
        "The user is identified, and owns the credential",
    ),
    (
        Step(7),
        Library,
        "Client data, authenticator data and signature are taken",
    ),
    (Step(8), Library, "The client data is decoded as UTF-8"),
    (Step(9), Library, "The client data is parsed as JSON"),
    (Step(10), Library, "type is webauthn.get"),
    (Step(11), Library, "challenge is the one that was sent"),
    (Step(12), Library, "origin is configured"),
    (Step(13), Library, "crossOrigin is expected"),
    (Step(14), Library, "topOrigin is expected"),
    (Step(15), Library, "rpIdHash is that of the RP ID"),
    (Step(16), Library, "UP: the user is present"),
    (
        Step(17),
        Library,
        "UV: the user is verified, where that is required",
    ),
    (Step(18), Library, "BS is not set without BE"),
    (Step(19), Library, "BE is what it was at registration"),
    (Step(20), Library, "The client data is hashed"),
    (Step(21), Library, "The signature is by the registered key"),
    (Policy, Library, "The handler's policy is fulfilled"),
    (Suspension, Library, "The passkey is not suspended"),
    (Step(22), Library, "The signature counter advances"),
    (Step(23), Application, "Extension outputs are processed"),
    (Step(24), Library, "The credential record is updated"),
    (Step(25), Library, "The user is signed in"),
];

/// Returns the checks of an entry with their outcomes.
pub(super) fn lines(entry: &Entry) -> Vec<Line> {
    let registration = entry.purpose.is_registration();
    let rows = if registration {
        REGISTRATION
    } else {
        ASSERTION
    };
    let failed = failed(entry).and_then(|check| rows.iter().position(|row| row.0 == check));
    let step_up = entry.purpose == crate::recorder::Purpose::StepUp;
    let rows = rows.iter().enumerate();
    let rows = rows.filter(|(_, row)| step_up || !matches!(row.0, Action | Policy));
    rows.map(|(at, &(check, by, name))| {
        let outcome = match failed {
            Some(failed) if at == failed => Outcome::Failed,
            _ if by != Library => Outcome::NotOurs,
            Some(failed) if at > failed => Outcome::NotReached,
            _ if !is_reached(entry, check) => Outcome::NotReached,
            _ if is_reported(entry, check) => Outcome::Reported,
            _ => Outcome::Passed,
        };
        let step = match check {
            Step(number) => Some(number),
            _ => None,
        };
        Line {
            step,
            name,
            by,
            outcome,
        }
    })
    .collect()
}

/// Returns whether a check of a ceremony that has not failed is reached: all of one that is finished,
/// and the beginning of one that is not.
fn is_reached(entry: &Entry, check: Check) -> bool {
    match check {
        Begin | Step(1) => entry.begin.as_ref().is_some_and(|it| it.options.is_some()),
        _ => entry.finish.is_some(),
    }
}

/// Returns whether a check did not hold, and the configuration lets it pass.
fn is_reported(entry: &Entry, check: Check) -> bool {
    let happened = |kind| entry.events.iter().any(|event| event.kind == kind);
    match check {
        Step(22) => !entry.purpose.is_registration() && happened(AuditKind::CloneSuspected),
        Step(19) => happened(AuditKind::BackupEligibilityChanged),
        _ => false,
    }
}

/// Returns the check that has failed.
pub(super) fn failed(entry: &Entry) -> Option<Check> {
    let mut events = entry.events.iter();
    let reason = events.find_map(|event| event.kind.reason());
    match (&entry.finish, reason) {
        (Some(finish), Some(reason)) => Some(of_reason(reason, entry, finish)),
        (None, Some(_)) => Some(Begin),
        // A request that was rejected before there was a ceremony, or before its state was taken.
        (None, None) => is_rejected(entry).then_some(Begin),
        (Some(_), None) => None,
    }
}

fn is_rejected(entry: &Entry) -> bool {
    entry.begin.as_ref().is_some_and(|it| it.options.is_none())
}

fn asks_for_attestation(entry: &Entry) -> bool {
    let options = entry.begin.as_ref().and_then(|it| it.options.as_ref());
    options.is_some_and(|it| it["attestation"] != "none")
}

/// Returns the check that a reason names.
#[rustfmt::skip]
fn of_reason(reason: Reason, entry: &Entry, finish: &Finish) -> Check {
    let registration = entry.purpose.is_registration();
    let step = |at_registration, at_assertion| {
        Step(if registration { at_registration } else { at_assertion })
    };
    let response = &finish.response;
    match reason {
        Reason::UnknownState | Reason::OtherStore | Reason::OtherProcess | Reason::Replayed | Reason::Expired
        | Reason::OtherPurpose
        | Reason::OtherRelyingParty | Reason::OtherApplication | Reason::UnknownProfile => State,
        Reason::OtherUser | Reason::NotSignedIn => User,
        Reason::OtherAction => Action,
        Reason::SignInTooOld | Reason::SignInAgeUnknown | Reason::SignInInFuture
        | Reason::NoConsent | Reason::NoPasskeys => Begin,
        Reason::Malformed => match response.unreadable {
            Some(Part::Json) => step(3, 3),
            _ if !finish.verifying => Request,
            _ if response.kind.as_deref() != Some("public-key") => step(3, 3),
            Some(Part::ClientData) => step(6, 9),
            _ => step(13, 7),
        },
        Reason::CredentialId => step(20, 6),
        Reason::ClientDataType => step(7, 10),
        Reason::Challenge => step(8, 11),
        Reason::Origin => step(9, 12),
        Reason::CrossOrigin => {
            let client_data = response.client_data.as_ref();
            let top = client_data.is_some_and(|it| it.top_origin.is_some());
            if top { step(11, 14) } else { step(10, 13) }
        }
        Reason::RpIdHash => step(14, 15),
        Reason::UserNotPresent => step(15, 16),
        Reason::UserNotVerified => step(16, 17),
        Reason::BackupState => step(17, 18),
        Reason::BackupEligibility => Step(19),
        Reason::Algorithm => step(20, 21),
        Reason::Attachment => Attachment,
        Reason::LargeBlob => LargeBlob,
        Reason::PrfResults => Step(4),
        Reason::Attestation => Step(match response.attestation_format.as_deref() {
            Some("none") if asks_for_attestation(entry) => 24,
            Some(
                "none" | "packed" | "fido-u2f" | "android-key" | "android-safetynet" | "apple"
                | "compound" | "tpm",
            ) => 22,
            _ => 21,
        }),
        Reason::Untrusted | Reason::StaleMetadata => Step(24),
        Reason::AlreadyRegistered | Reason::DecoyCredential => Step(26),
        Reason::TooManyCredentials | Reason::AccountExists => Step(29),
        Reason::NotAllowed => Step(5),
        Reason::UnknownCredential | Reason::OtherRpId | Reason::NotOwner | Reason::UserHandle => Step(6),
        Reason::Signature => step(22, 21),
        Reason::PolicyUserVerified | Reason::PolicyDeviceBound => Policy,
        Reason::Suspended => Suspension,
        Reason::SignCount => Step(22),
        Reason::Storage if !finish.taken => State,
        Reason::Storage if !finish.verifying => step(26, 6),
        Reason::Storage => step(29, 24),
    }
}

#[cfg(test)]
mod tests {
    use super::{ASSERTION, By, Check, REGISTRATION, Row};

    /// Returns the numbers of the steps that a source file has comments on, in its order.
    fn steps_in(source: &str) -> Vec<u8> {
        let comments = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("// Step"));
        let mut steps = Vec::new();
        for comment in comments {
            let (numbers, _) = comment.split_once(':').unwrap_or((comment, ""));
            let numbers: Vec<u8> = numbers
                .split(|char: char| !char.is_ascii_digit())
                .filter_map(|number| number.parse().ok())
                .collect();
            match (comment.starts_with("s "), &numbers[..]) {
                (true, &[first, last]) => steps.extend(first..=last),
                _ => steps.extend(numbers),
            }
        }
        steps
    }

    fn numbers(rows: &[Row]) -> Vec<u8> {
        let numbers = rows.iter().filter_map(|row| match row.0 {
            Check::Step(number) => Some(number),
            _ => None,
        });
        numbers.collect()
    }

    #[test]
    fn tables_have_every_step_of_the_specification_in_order() {
        assert_eq!(numbers(REGISTRATION), (1..=29).collect::<Vec<_>>());
        assert_eq!(numbers(ASSERTION), (1..=25).collect::<Vec<_>>());
    }

    #[test]
    fn steps_of_the_library_are_those_that_the_verification_has() {
        let of = |rows: &[Row], steps: std::ops::RangeInclusive<u8>| -> Vec<u8> {
            let rows = rows.iter().filter_map(|row| match row.0 {
                Check::Step(number) if steps.contains(&number) => Some(number),
                _ => None,
            });
            rows.collect()
        };
        let registration = steps_in(include_str!("../verify/registration.rs"));
        let assertion = steps_in(include_str!("../verify/assertion.rs"));
        assert_eq!(registration, of(REGISTRATION, 5..=25));
        assert_eq!(assertion, of(ASSERTION, 7..=21));
    }

    #[test]
    fn steps_that_the_verification_leaves_to_the_application_are_the_applications() {
        let source = include_str!("../verify/registration.rs");
        assert!(source.contains("// Steps 18 and 19: the application finds"));
        for step in [18, 19] {
            let row = REGISTRATION.iter().find(|row| row.0 == Check::Step(step));
            assert_eq!(row.map(|row| row.1), Some(By::Application));
        }
    }
}
