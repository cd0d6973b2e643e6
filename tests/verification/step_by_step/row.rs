//! A row of the table, and how it is tested.

use std::collections::BTreeMap;

use passkeys::{ConfigBuilder, attestation::TrustAnchors, audit::Reason};

use crate::step_by_step::{
    client::{Assertion, AuthenticatorData, ClientData, Object, Registration},
    kind::Kind,
    site::Site,
    steps::{Section, Step},
};

/// One way to violate a step, or a similar change that is accepted.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is independent of the others"
)]
pub(crate) struct Row {
    pub(crate) step: Step,
    /// What is changed in a valid response, in words.
    pub(crate) change: &'static str,
    pub(crate) apply: Change,
    pub(crate) expected: Expected,
    /// The kinds of passkeys with which it is tested.
    pub(crate) kinds: Vec<Kind>,
    /// The relying party's configuration, where it is not the default of the
    /// [kind](Kind::configure).
    pub(crate) config: fn(ConfigBuilder) -> ConfigBuilder,
    /// The relying party's trust anchors, if any.
    pub(crate) anchors: Option<fn() -> TrustAnchors>,
    /// Change to the registration of the passkey that signs in.
    pub(crate) registered: fn(&mut Registration),
    /// Whether the sign-in is begun for the user, instead of usernameless.
    pub(crate) named: bool,
    /// Whether the registration is begun with `mediation=conditional`.
    pub(crate) conditional: bool,
    /// Whether attestation is not requested, whatever the kind.
    unsolicited: bool,
    /// Whether the unchanged response is accepted.
    original_is_accepted: bool,
}

#[derive(Clone, Copy)]
pub(crate) enum Change {
    Registration(fn(&mut Registration)),
    SignIn(fn(&mut Assertion)),
    ClientData(fn(&mut ClientData)),
    Data(fn(&mut AuthenticatorData)),
    /// Change to the JSON that is sent.
    Sent(fn(&mut Object)),
    /// Change to the signature of a sign-in or of an attestation statement.
    Signature(fn(Vec<u8>) -> Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Expected {
    Accepted,
    /// Rejected with this status and error code, and this reason in the audit trail.
    Rejected(u16, &'static str, Reason),
}

impl Row {
    pub(crate) fn new(step: Step, change: &'static str, apply: Change, expected: Expected) -> Self {
        let sign_in = step.0 == Section::SignIn;
        Self {
            step,
            change,
            apply,
            expected,
            // The JSON around a response is the same whatever it attests.
            kinds: if sign_in || matches!(apply, Change::Sent(_)) {
                Kind::signing_in()
            } else {
                Kind::all()
            },
            config: |config| config,
            anchors: None,
            registered: |_| {},
            named: false,
            conditional: false,
            unsolicited: false,
            original_is_accepted: true,
        }
    }

    /// A registration that is rejected.
    pub(crate) fn registration(
        step: usize,
        change: &'static str,
        apply: fn(&mut Registration),
        reason: Reason,
    ) -> Self {
        let step = Step(Section::Registration, step);
        Self::new(
            step,
            change,
            Change::Registration(apply),
            unattested(reason),
        )
    }

    /// A sign-in that is rejected.
    pub(crate) fn sign_in(
        step: usize,
        change: &'static str,
        apply: fn(&mut Assertion),
        reason: Reason,
    ) -> Self {
        let step = Step(Section::SignIn, step);
        Self::new(step, change, Change::SignIn(apply), unauthenticated(reason))
    }

    /// A registration that is rejected because of its attestation statement.
    pub(crate) fn statement(
        section: Section,
        step: usize,
        change: &'static str,
        apply: fn(&mut Registration),
    ) -> Self {
        let expected = unattested(Reason::Attestation);
        Self::new(
            Step(section, step),
            change,
            Change::Registration(apply),
            expected,
        )
    }

    /// The same change to what registrations and sign-ins have in common, in a step of each.
    pub(crate) fn both(
        steps: (usize, usize),
        change: &'static str,
        apply: Change,
        reason: Reason,
    ) -> [Self; 2] {
        [
            Self::new(
                Step(Section::Registration, steps.0),
                change,
                apply,
                unattested(reason),
            ),
            Self::new(
                Step(Section::SignIn, steps.1),
                change,
                apply,
                unauthenticated(reason),
            ),
        ]
    }

    pub(crate) fn accepted(mut self) -> Self {
        self.expected = Expected::Accepted;
        self
    }

    /// Rejected as a malformed request, which reveals nothing about any passkey.
    pub(crate) fn unreadable(mut self, status: u16) -> Self {
        self.expected = Expected::Rejected(status, "invalid_request", Reason::Malformed);
        self
    }

    /// Rejected with the same error, for another reason.
    pub(crate) fn because(mut self, other: Reason) -> Self {
        if let Expected::Rejected(_, _, reason) = &mut self.expected {
            *reason = other;
        }
        self
    }

    pub(crate) fn by(mut self, kinds: Vec<Kind>) -> Self {
        self.kinds = kinds;
        self
    }

    /// Leaves out kinds whose statements have certificates.
    pub(crate) fn uncertified(mut self) -> Self {
        self.kinds.retain(|kind| !kind.is_certified());
        self
    }

    /// Registers where attestation is not requested, whatever the kind.
    pub(crate) fn unsolicited(mut self) -> Self {
        self.unsolicited = true;
        self
    }

    pub(crate) fn where_config(mut self, config: fn(ConfigBuilder) -> ConfigBuilder) -> Self {
        self.config = config;
        self
    }

    pub(crate) fn where_trusted(mut self, anchors: fn() -> TrustAnchors) -> Self {
        self.anchors = Some(anchors);
        self
    }

    pub(crate) fn where_registered(mut self, registered: fn(&mut Registration)) -> Self {
        self.registered = registered;
        self
    }

    pub(crate) fn where_conditional(mut self) -> Self {
        self.conditional = true;
        self.where_config(|config| config.conditional_create(true))
    }

    /// The configuration rejects the unchanged response, too.
    pub(crate) fn without_original(mut self) -> Self {
        self.original_is_accepted = false;
        self
    }

    pub(crate) fn where_named(mut self) -> Self {
        self.named = true;
        self
    }

    /// Tests the row with every kind of passkey and returns the unexpected outcomes.
    pub(crate) async fn failures(&self) -> Vec<String> {
        let mut failures: BTreeMap<String, Vec<Kind>> = BTreeMap::new();
        for &kind in &self.kinds {
            let original = if self.original_is_accepted {
                Expected::Accepted
            } else {
                self.expected
            };
            for (what, change, expected) in [
                ("unchanged", None, original),
                ("changed", Some(self.apply), self.expected),
            ] {
                if let Err(failure) = self.attempt(kind, change, expected).await {
                    let failure = format!("{}: {}, {what}: {failure}", self.step, self.change);
                    failures.entry(failure).or_default().push(kind);
                }
            }
        }
        let said = |(failure, kinds)| format!("{failure}, with {kinds:?}");
        failures.into_iter().map(said).collect()
    }

    async fn attempt(
        &self,
        kind: Kind,
        change: Option<Change>,
        expected: Expected,
    ) -> Result<(), String> {
        let config = (self.config)(kind.configure(!self.unsolicited));
        let site = Site::new(config, self.anchors).await;
        let mut registration = site.begin_registration(kind, self.conditional).await;
        if self.step.0 != Section::SignIn {
            match change {
                Some(Change::Registration(change)) => change(&mut registration.response),
                Some(Change::ClientData(change)) => change(&mut registration.response.client_data),
                Some(Change::Data(change)) => change(&mut registration.response.data),
                Some(Change::Sent(change)) => registration.response.sent = change,
                Some(Change::Signature(change)) => {
                    registration.response.statement.signature = change;
                }
                Some(Change::SignIn(_)) => panic!("a sign-in is no registration"),
                None => {}
            }
            site.finish_registration(&mut registration, expected)
                .await?;
            return self.check_inspector(&site, expected).await;
        }

        (self.registered)(&mut registration.response);
        site.finish_registration(&mut registration, Expected::Accepted)
            .await
            .map_err(|failure| format!("not even registered: {failure}"))?;
        let mut sign_in = site.begin_sign_in(&registration.response, self.named).await;
        match change {
            Some(Change::SignIn(change)) => change(&mut sign_in.response),
            Some(Change::ClientData(change)) => change(&mut sign_in.response.client_data),
            Some(Change::Data(change)) => change(&mut sign_in.response.data),
            Some(Change::Sent(change)) => sign_in.response.sent = change,
            Some(Change::Signature(change)) => sign_in.response.signature = change,
            Some(Change::Registration(_)) => panic!("a registration is no sign-in"),
            None => {}
        }
        site.finish_sign_in(&sign_in, expected).await?;
        self.check_inspector(&site, expected).await
    }

    /// Returns the step at which the inspector shows a reason. It knows the reason and the parts that can be
    /// read, not what was changed.
    #[expect(clippy::match_same_arms, reason = "a row for each case")]
    fn shown_at(&self, reason: Reason) -> Option<u64> {
        let Step(section, number) = self.step;
        let number = match (section, number, reason) {
            // Parts are read as a whole.
            (Section::Registration, 5 | 10 | 11, Reason::Malformed) => 6,
            (Section::SignIn, 8 | 13 | 14, Reason::Malformed) => 9,
            (Section::SignIn, 23, Reason::Malformed) => 7,
            (Section::Registration, 3 | 6, Reason::Malformed) => number,
            (section, _, Reason::Malformed) if section != Section::SignIn => 13,
            // A change can violate an earlier step, too.
            (Section::Registration, 5, Reason::Origin) => 9,
            (Section::SignIn, 8, Reason::Origin) => 12,
            (Section::Registration, 28, Reason::RpIdHash) => 14,
            (Section::SignIn, 23, Reason::RpIdHash) => 15,
            (Section::SignIn, 19, Reason::BackupState) => 18,
            // Where the library has the check.
            (Section::Registration, 13, Reason::Algorithm) => 20,
            (Section::Registration, 27, Reason::CredentialId) => 20,
            (Section::SignIn, 5, Reason::NotOwner | Reason::UnknownCredential) => 6,
            (Section::Registration | Section::SignIn, number, _) => number,
            // Trust anchors.
            (_, _, Reason::Untrusted) => 24,
            _ => 22,
        };
        u64::try_from(number).ok()
    }

    /// Checks that the inspector shows the reason, at this step.
    async fn check_inspector(&self, site: &Site, expected: Expected) -> Result<(), String> {
        let expected = match expected {
            Expected::Accepted => return Ok(()),
            Expected::Rejected(_, _, reason) => (Some(reason.to_string()), self.shown_at(reason)),
        };
        let seen = site.inspected().await;
        if seen == expected {
            return Ok(());
        }
        Err(format!(
            "the inspector shows {seen:?}, expected {expected:?}"
        ))
    }
}

/// Outcome of a registration that does not verify.
pub(crate) fn unattested(reason: Reason) -> Expected {
    Expected::Rejected(400, "attestation_verification_failed", reason)
}

/// Outcome of a sign-in that does not verify.
pub(crate) fn unauthenticated(reason: Reason) -> Expected {
    Expected::Rejected(401, "authentication_failed", reason)
}
