//! The steps of Web Authentication Level 3, numbered as there and named in a few words, and those
//! that no response can violate.

use std::fmt;

/// A section with numbered steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    Registration,
    SignIn,
    Packed,
    PackedCertificate,
    Tpm,
    TpmCertificate,
    AndroidKey,
    SafetyNet,
    FidoU2f,
    None,
    Apple,
    Compound,
}

/// A step of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Step(pub(crate) Section, pub(crate) usize);

impl Section {
    pub(crate) const ALL: [Self; 12] = [
        Self::Registration,
        Self::SignIn,
        Self::Packed,
        Self::PackedCertificate,
        Self::Tpm,
        Self::TpmCertificate,
        Self::AndroidKey,
        Self::SafetyNet,
        Self::FidoU2f,
        Self::None,
        Self::Apple,
        Self::Compound,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Registration => "§7.1 Registering a New Credential",
            Self::SignIn => "§7.2 Verifying an Authentication Assertion",
            Self::Packed => "§8.2 Packed Attestation",
            Self::PackedCertificate => "§8.2.1 Certificates of Packed Attestation",
            Self::Tpm => "§8.3 TPM Attestation",
            Self::TpmCertificate => "§8.3.1 Certificates of TPM Attestation",
            Self::AndroidKey => "§8.4 Android Key Attestation",
            Self::SafetyNet => "§8.5 Android SafetyNet Attestation",
            Self::FidoU2f => "§8.6 FIDO U2F Attestation",
            Self::None => "§8.7 None Attestation",
            Self::Apple => "§8.8 Apple Anonymous Attestation",
            Self::Compound => "§8.9 Compound Attestation",
        }
    }

    /// The names of the steps, the first of which is step 1.
    ///
    /// The procedures of §8 are lists without numbers, or with numbers that restart in each branch.
    /// Their steps are numbered here in the order of the specification.
    pub(crate) fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Registration => REGISTRATION,
            Self::SignIn => SIGN_IN,
            Self::Packed => PACKED,
            Self::PackedCertificate => PACKED_CERTIFICATE,
            Self::Tpm => TPM,
            Self::TpmCertificate => TPM_CERTIFICATE,
            Self::SafetyNet => SAFETY_NET,
            Self::Compound => COMPOUND,
            Self::AndroidKey => ANDROID_KEY,
            Self::FidoU2f => FIDO_U2F,
            Self::None => &["the statement is an empty map"],
            Self::Apple => APPLE,
        }
    }
}

impl Step {
    pub(crate) fn name(self) -> &'static str {
        self.0.steps()[self.1 - 1]
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Section::ALL
            .into_iter()
            .flat_map(|section| (1..=section.steps().len()).map(move |step| Self(section, step)))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let section = self.0.title().split(' ').next().unwrap_or_default();
        write!(f, "{section} step {} ({})", self.1, self.name())
    }
}

const REGISTRATION: &[&str] = &[
    "options are made",
    "`navigator.credentials.create()` is called",
    "`response` is an `AuthenticatorAttestationResponse`",
    "the client extension results are obtained",
    "the client data is decoded as UTF-8",
    "the client data is parsed as JSON",
    "`type` is `webauthn.create`",
    "`challenge` is the one that was sent",
    "`origin` is expected",
    "`crossOrigin` is expected",
    "`topOrigin` is expected",
    "the client data is hashed",
    "the attestation object is decoded as CBOR",
    "`rpIdHash` is of the RP ID",
    "UP: the user is present",
    "UV: the user is verified, where that is required",
    "BS is not set without BE",
    "BE is evaluated, where the application uses it",
    "BS is evaluated, where the application uses it",
    "`alg` was offered",
    "`fmt` is a supported attestation statement format",
    "`attStmt` conforms to its format and verifies",
    "trust anchors are obtained",
    "the attestation is trustworthy",
    "the credential ID has at most 1023 bytes",
    "the credential ID is not registered for any user",
    "a credential record is made",
    "extension outputs are processed",
    "the credential record is stored, or the ceremony fails",
];

const SIGN_IN: &[&str] = &[
    "options are made",
    "`navigator.credentials.get()` is called",
    "`response` is an `AuthenticatorAssertionResponse`",
    "the client extension results are obtained",
    "the credential is one of `allowCredentials`",
    "the user is identified and owns the credential",
    "client data, authenticator data and signature are taken",
    "the client data is decoded as UTF-8",
    "the client data is parsed as JSON",
    "`type` is `webauthn.get`",
    "`challenge` is the one that was sent",
    "`origin` is expected",
    "`crossOrigin` is expected",
    "`topOrigin` is expected",
    "`rpIdHash` is of the RP ID",
    "UP: the user is present",
    "UV: the user is verified, where that is required",
    "BS is not set without BE",
    "BE is what it was at registration",
    "the client data is hashed",
    "the signature is the credential's, over authenticator data and hash",
    "the signature counter advances",
    "extension outputs are processed",
    "the credential record is updated",
    "the user is signed in, or the ceremony fails",
];

const PACKED: &[&str] = &[
    "the statement has the members `alg`, `sig` and, if any, `x5c`",
    "with `x5c`: `sig` verifies with the first certificate's key and `alg`",
    "with `x5c`: the certificate meets the requirements of §8.2.1",
    "with `x5c`: the AAGUID in the certificate, if any, is the authenticator's",
    "without `x5c`: `alg` is the credential's algorithm",
    "without `x5c`: `sig` verifies with the credential's key",
];

const PACKED_CERTIFICATE: &[&str] = &[
    "the version is 3",
    "the subject has a country (C)",
    "the subject has an organisation (O)",
    "the subject's organisational unit (OU) is `Authenticator Attestation`",
    "the subject has a common name (CN)",
    "the extension with the AAGUID is not critical",
    "the certificate is not that of an authority (CA is false)",
    "§8.2.2: it identifies no single authenticator, unless enterprise attestation was requested",
];

const TPM: &[&str] = &[
    "the statement has the members `ver`, `alg`, `sig`, `certInfo`, `pubArea` and `x5c`",
    "the key in `pubArea` is the credential's",
    "`magic` in `certInfo` is TPM_GENERATED_VALUE",
    "`type` in `certInfo` is TPM_ST_ATTEST_CERTIFY",
    "`extraData` in `certInfo` is the hash of authenticator data and client data's hash",
    "the key that `certInfo` certifies is the one in `pubArea`",
    "`sig` verifies over `certInfo` with the first certificate's key and `alg`",
    "the certificate meets the requirements of §8.3.1",
    "the AAGUID in the certificate, if any, is the authenticator's",
];

const TPM_CERTIFICATE: &[&str] = &[
    "the version is 3",
    "the subject is empty",
    "the subject alternative name has manufacturer, model and version of the TPM",
    "the extended key usage is that of attestation keys",
    "the certificate is not that of an authority (CA is false)",
    "the AAGUID in the certificate, if any, is the authenticator's",
];

const SAFETY_NET: &[&str] = &[
    "the statement has the members `ver` and `response`",
    "`nonce` in the response is the hash of authenticator data and client data's hash",
    "the response is the service's",
];

const COMPOUND: &[&str] = &[
    "the statement is an array of two or more statements",
    "the statements verify",
];

const ANDROID_KEY: &[&str] = &[
    "the statement has the members `alg`, `sig` and `x5c`",
    "`sig` verifies with the first certificate's key and `alg`",
    "the certificate's key is the credential's",
    "`attestationChallenge` is the client data's hash",
    "`allApplications` is in neither authorization list",
    "`origin` is `KM_ORIGIN_GENERATED`",
    "`purpose` is `KM_PURPOSE_SIGN`",
];

const FIDO_U2F: &[&str] = &[
    "the statement has the members `sig` and `x5c`",
    "`x5c` is exactly one certificate",
    "the certificate's key is on P-256",
    "the credential's key is on P-256",
    "`sig` verifies over the U2F message",
];

const APPLE: &[&str] = &[
    "the statement has the member `x5c`",
    "the certificate's nonce is the hash of authenticator data and client data's hash",
    "the certificate's key is the credential's",
];

/// Notes on steps that a response cannot violate, or not in every way.
pub(crate) const NOTES: &[(Step, &str)] = &[
    (
        Step(Section::Registration, 1),
        "The library's, before there is a response: `tests/http` checks what `begin` returns.",
    ),
    (
        Step(Section::Registration, 2),
        "The browser's: `tests/browser` calls it in Chromium.",
    ),
    (
        Step(Section::Registration, 15),
        "Not of conditional creation.",
    ),
    (
        Step(Section::Registration, 16),
        "Not of conditional creation, whatever the configuration requires: nobody asks the user.",
    ),
    (
        Step(Section::Registration, 12),
        "A computation: the signature of a statement over another hash does not verify.",
    ),
    (
        Step(Section::Registration, 18),
        "Left to the application, which finds the flag in `RegistrationResult`.",
    ),
    (
        Step(Section::Registration, 19),
        "Left to the application, which finds the flag in `RegistrationResult`.",
    ),
    (
        Step(Section::Registration, 22),
        "A section for each format: §8.2 to §8.9, below. Where attestation is not requested, only \
         statements of format `none` and self attestation are verified; any other counts as no \
         attestation.",
    ),
    (
        Step(Section::Registration, 23),
        "The application's: `Passkeys::trust_anchors`. Without trust anchors, any attestation that \
         verifies is accepted.",
    ),
    (
        Step(Section::Registration, 27),
        "After every registration here that is accepted, the record is compared with what the \
         client sent.",
    ),
    (
        Step(Section::Registration, 29),
        "After every registration here that is rejected, nothing has been stored.",
    ),
    (
        Step(Section::SignIn, 1),
        "The library's, before there is a response: `tests/http` checks what `begin` returns.",
    ),
    (
        Step(Section::SignIn, 2),
        "The browser's: `tests/browser` calls it in Chromium.",
    ),
    (
        Step(Section::SignIn, 5),
        "Checked by owner, since the list contains the user's passkeys. A passkey that the user has \
         added since `begin` is accepted, too.",
    ),
    (
        Step(Section::SignIn, 20),
        "A computation: a signature over another hash does not verify.",
    ),
    (
        Step(Section::SignIn, 24),
        "After every sign-in here that is accepted, the record has the signature counter and the \
         backup state of the response; after every other it is unchanged. `uvInitialized` is never \
         updated, because that would require another factor.",
    ),
    (
        Step(Section::SignIn, 25),
        "For every sign-in here that is rejected, the response is the error, and the application's \
         hook is not called.",
    ),
    (
        Step(Section::Packed, 3),
        "A section of its own: §8.2.1, below.",
    ),
    (
        Step(Section::PackedCertificate, 6),
        "A response does not show whether an authority has one model or many, so the extension may \
         be missing.",
    ),
    (
        Step(Section::Tpm, 7),
        "In the encoding of the other formats, as TPMs' statements have it, or in a TPMT_SIGNATURE, as \
         the specification says.",
    ),
    (
        Step(Section::Tpm, 8),
        "A section of its own: §8.3.1, below.",
    ),
    (Step(Section::Tpm, 9), "A step of §8.3.1, below."),
    (
        Step(Section::AndroidKey, 4),
        "The security level is reported, and keys in software are accepted.",
    ),
    (
        Step(Section::AndroidKey, 6),
        "Of both lists. The specification's example has neither an origin nor a purpose.",
    ),
    (
        Step(Section::AndroidKey, 7),
        "Of both lists, as for the origin. A key that signs may also verify.",
    ),
    (
        Step(Section::SafetyNet, 1),
        "Only where `legacy_attestation` accepts it: Google has ended the service.",
    ),
    (
        Step(Section::Compound, 2),
        "The specification leaves it to the application how many must verify; here all must.",
    ),
];
