//! The configuration after every rule was applied.

use std::ops::Deref;
use std::time::Duration;

use crate::origin::Origin;
use crate::profile::Profile;
use crate::rp_id::RpId;
use crate::webauthn_extension::Extension;
use crate::words::{
    Algorithm, Attestation, AuthenticatorAttachment, BackupEligibility, Hint, LegacyAttestation,
    ResidentKey, SignCount, UserVerification,
};

/// A valid configuration, made only by [`Draft::check`](crate::Draft::check). Its [`Values`] can
/// be read and not changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy(pub(crate) Values);

impl Deref for Policy {
    type Target = Values;

    fn deref(&self) -> &Values {
        &self.0
    }
}

/// The checked value of each key.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Values {
    /// RP ID, the domain that passkeys are scoped to.
    pub rp_id: RpId,
    /// Name that browsers show when a passkey is created; the RP ID by default.
    pub rp_name: String,
    /// Origins that ceremonies are accepted from, at least one, all in the scope of the RP ID.
    pub origins: Vec<Origin>,
    /// Origins outside that scope that ceremonies are accepted from (related origin requests).
    pub related_origins: Vec<Origin>,
    /// Origins of pages that may show this site in a frame, besides `origins` and
    /// `related_origins`. None is an Android app.
    pub top_origins: Vec<Origin>,
    /// Whether the authenticator must verify the user.
    pub user_verification: UserVerification,
    /// Whether passkeys must be discoverable.
    pub resident_key: ResidentKey,
    /// Permission of conditional creation, which creates a passkey without user presence.
    pub conditional_create: bool,
    /// Algorithms of new passkeys, at least one, in order of preference.
    pub algorithms: Vec<Algorithm>,
    /// Whether registration asks for attestation.
    pub attestation: Attestation,
    /// Outdated kinds of attestation that are accepted.
    pub legacy_attestation: Vec<LegacyAttestation>,
    /// The only kind of authenticator that may register; `None` for any.
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Kinds of authenticator that browsers offer first, in order of preference.
    pub hints: Vec<Hint>,
    /// `WebAuthn` extensions that new passkeys are created for.
    pub extensions: Vec<Extension>,
    /// How long a challenge can be redeemed.
    pub challenge_ttl: Duration,
    /// How long browsers wait for the user; at most `challenge_ttl`.
    pub timeout: Duration,
    /// Response to a signature counter that has not increased.
    pub sign_count: SignCount,
    /// Response to a backup eligibility flag that differs from the one at registration.
    pub backup_eligibility: BackupEligibility,
    /// How many passkeys a user can have at most, 1 to 64.
    pub max_credentials: usize,
    /// How old a sign-in may be to add or delete a passkey without consent by step-up, if that is
    /// limited.
    pub fresh: Option<Duration>,
    /// Permission of reports on prompts that end without a passkey.
    pub prompt_outcomes: bool,
    /// Page where users create a passkey, on a host that may use the RP ID.
    pub enroll_url: Option<String>,
    /// Page where users manage their passkeys, on a host that may use the RP ID.
    pub manage_url: Option<String>,
    /// Package names of Android apps. If there are any, `origins` has an Android origin.
    pub android_apps: Vec<String>,
    /// App IDs of apps on Apple platforms. If there are any, `origins` has `https://` and the RP
    /// ID.
    pub apple_apps: Vec<String>,
    /// Variants of the values above, by name.
    pub profiles: Vec<Profile>,
}
