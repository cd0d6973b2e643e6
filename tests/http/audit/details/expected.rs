//! Texts that the explanation of each reason must have.

use passkeys::audit::Reason;

/// Reasons, and texts that one of their explanations has: the value, the rule and the fix.
pub(super) const EXPECTED: &[(Reason, &[&str])] = &[
    (Reason::Malformed, &["`credential.id` must be a string"]),
    (
        Reason::ClientDataType,
        &["`webauthn.create`", "must be `webauthn.get`"],
    ),
    (Reason::Challenge, &["two different `begin` responses"]),
    (
        Reason::Origin,
        &["`https://example.com:8443`", "in the port", "`origins`"],
    ),
    (
        Reason::CrossOrigin,
        &["`crossOrigin` is true", "`top_origins`"],
    ),
    (
        Reason::RpIdHash,
        &["for the RP ID `com`", "`rp_id` is `example.com`"],
    ),
    (Reason::RpIdHash, &["another RP ID", "SHA-256"]),
    (
        Reason::UserNotPresent,
        &["(UP) is not set", "flags 0x", "mediation=conditional"],
    ),
    (
        Reason::UserNotVerified,
        &["(UV)", "flags 0x", "user_verification = \"preferred\""],
    ),
    (Reason::UserNotVerified, &["in the profile `strict`"]),
    (Reason::Attachment, &["`platform`", "`cross-platform`"]),
    (
        Reason::LargeBlob,
        &[
            "`clientExtensionResults.largeBlob.supported` is missing",
            "large_blob = \"preferred\"",
        ],
    ),
    (Reason::PrfResults, &["`results`", "`extensions.js`"]),
    (Reason::BackupState, &["(BS)", "(BE)", "flags 0x"]),
    (
        Reason::BackupEligibility,
        &["`backup_eligibility = \"report\"`"],
    ),
    (
        Reason::Algorithm,
        &["ES256 (COSE -7)", "`EdDSA`", "add `ES256` to `algorithms`"],
    ),
    (Reason::Algorithm, &["ES256K (COSE -47)", "does not verify"]),
    (Reason::Attestation, &["format `none`", "`attestation`"]),
    (Reason::CredentialId, &["`id`", "`rawId`"]),
    (Reason::Signature, &["ES256", "does not verify"]),
    (
        Reason::UnknownState,
        &["`MemoryChallenges`", "this state of 7 characters"],
    ),
    (
        Reason::OtherStore,
        &["two `Passkeys` were created", "clone"],
    ),
    (
        Reason::OtherProcess,
        &["another process", "`RedisChallenges`", "sticky sessions"],
    ),
    (Reason::Replayed, &["was used before"]),
    (Reason::Expired, &["`challenge_ttl`", "600s"]),
    (
        Reason::OtherPurpose,
        &["of a sign-in", "the finish of a registration"],
    ),
    (
        Reason::OtherRelyingParty,
        &["`example.com`", "`rp_id` is `other.example`"],
    ),
    (Reason::OtherApplication, &["`Passkeys::application`"]),
    (Reason::UnknownProfile, &["`strict`", "`profiles`"]),
    (
        Reason::OtherUser,
        &["`ada`", "`get_user` now returns `bob`"],
    ),
    (
        Reason::OtherAction,
        &[
            "the path or its query differs",
            "/api/transfer`",
            "/transfer`",
        ],
    ),
    (Reason::NotOwner, &["for the user `ada`", "of `bob`"]),
    (Reason::UserHandle, &["no user handle", "not discoverable"]),
    (Reason::UserHandle, &["(3 bytes)", "(64 bytes)"]),
    (Reason::NotAllowed, &["after the ceremony was begun"]),
    (Reason::Suspended, &["suspended since", "resume"]),
    (Reason::SignCount, &["counter 3", "5 is stored", "`reject`"]),
    (
        Reason::UnknownCredential,
        &["`MemoryRepository` has no passkey", "`example.com`"],
    ),
    (Reason::OtherRpId, &["`old.example`", "`example.com`"]),
    (Reason::AlreadyRegistered, &["is stored"]),
    (Reason::DecoyCredential, &["decoy credential"]),
    (
        Reason::TooManyCredentials,
        &["may have 1", "`max_credentials`"],
    ),
    (Reason::AccountExists, &["`ada`", "must be new"]),
    (Reason::NotSignedIn, &["`get_user` rejected", "cookie"]),
    (Reason::SignInTooOld, &["seconds ago", "`fresh`", "600s"]),
    (
        Reason::SignInAgeUnknown,
        &["`PasskeyUser::authenticated_at`"],
    ),
    (
        Reason::SignInInFuture,
        &["seconds after now", "clocks differ"],
    ),
    (Reason::NoConsent, &["`Verified`", "`stepUp()`"]),
    (Reason::NoPasskeys, &["`bob`", "`example.com`"]),
    (Reason::PolicyUserVerified, &["`UserVerified`", "(UV)"]),
    (Reason::PolicyDeviceBound, &["`DeviceBound`", "(BE)"]),
    (Reason::Storage, &["the disk is full"]),
];
