//! Attestation: trust anchors, for applications that restrict authenticator models. Feature
//! `attestation`.
//!
//! Most applications do not need attestation. The default, `attestation = "none"`, accepts every
//! authenticator and does not request its model. If only certain authenticators are allowed, for
//! example those that a company issues or a regulation requires, pass the root certificates of their
//! manufacturers to [`Passkeys::trust_anchors`](crate::Passkeys::trust_anchors):
//!
//! ```
//! # use passkeys::{AuthenticationResult, PasskeyUser, Passkeys, passkeys, store::MemoryRepository};
//! # #[derive(Clone)]
//! # struct App;
//! # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"], attestation = "direct")]
//! # impl App {
//! #     type Repository = MemoryRepository;
//! #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
//! #     async fn on_authenticated(&self, login: AuthenticationResult) -> String {
//! #         login.user_id().to_owned()
//! #     }
//! # }
//! # fn example(manufacturers_root: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use passkeys::attestation::{Authority, TrustAnchors};
//!
//! let manufacturer = Authority::from_pem(manufacturers_root)?
//!     .only_models(["ee882879-721c-4913-9775-3dfcce97072a".parse()?]);
//! let passkeys = Passkeys::new(App, MemoryRepository::default())
//!     .trust_anchors(TrustAnchors::new([manufacturer]));
//! # Ok(())
//! # }
//! ```
//!
//! The verified attestation is in
//! [`RegistrationResult::attestation`](crate::RegistrationResult::attestation), with or without
//! trust anchors. Under `attestation = "none"` it is `None`: a statement that was not asked for proves
//! nothing, and [`Credential::attestation_format`](crate::Credential::attestation_format) only names
//! its format.
//!
//! # Formats
//!
//! Every format of [Level 3, §8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats) is
//! verified, with the chosen cryptography provider, on keys of every algorithm that it has:
//!
//! | format | authenticators | what it proves, with a trust anchor | AAGUID |
//! | --- | --- | --- | --- |
//! | `packed`, with certificates | security keys | the manufacturer's key signs the registration | proven |
//! | `packed`, self attestation | some platform authenticators | nothing but possession of the key | claimed |
//! | `tpm` | Windows Hello | a TPM that the authority knows holds the key | claimed by Windows |
//! | `android-key` | Android, for passkeys that stay on the device | the device's key store made the key, and [where it keeps it](VerifiedAttestation::key_storage) | claimed by Android |
//! | `apple` | Apple's platforms | Apple has certified the key for this registration | claimed by the platform |
//! | `fido-u2f` | security keys that predate FIDO2 | the manufacturer's key signs the registration, but not the model | none |
//! | `compound` | several of these | what each of its statements proves: all must verify, and one must lead to a trust anchor | that of the statement that leads to one |
//! | `android-safetynet` | Android, until Google ended the service | Google has seen the device | claimed by Android |
//! | `none` | synced passkeys | nothing; rejected with `attestation = "direct"` | claimed |
//!
//! A claimed AAGUID is signed, but comes from software on the user's device, which a user who controls the
//! device can change. Without trust anchors every statement is a claim: anybody can make certificates.
//!
//! Two kinds of statements are outdated, and rejected unless the key `legacy_attestation` lists them:
//! `"tpm-sha1"`, of TPMs that sign with SHA-1, as many of Windows Hello do, and `"android-safetynet"`.
//!
//! A statement with more than five certificates is rejected before any of them is read, and so are RSA keys
//! of more than 4096 bits. The signature of `fido-u2f` does not cover the AAGUID: none is reported, and with
//! trust anchors a statement that comes with one is rejected.
//!
//! # Certificates
//!
//! With trust anchors, the certificates of a statement must be in order, each issued by the next, and lead to
//! an [`Authority`] ([RFC 5280, §6](https://www.rfc-editor.org/rfc/rfc5280#section-6)): signatures (not with
//! SHA-1), validity by the [clock](crate::Passkeys::clock) of `Passkeys`, authorities (CA), path lengths, key
//! usages, name constraints and critical extensions. Certificate policies are not processed, and revocation
//! lists are not fetched: metadata of the FIDO Alliance says which models are compromised.

mod android_key;
mod android_safetynet;
mod apple;
mod certificate;
mod chain;
mod compound;
#[cfg(feature = "fido-mds")]
mod fido_metadata;
mod fido_u2f;
mod formats;
mod invalid;
mod jws;
mod names;
mod packed;
mod statement;
mod tpm;
mod trust_anchors;
mod verified;

use time::OffsetDateTime;

#[cfg(feature = "fido-mds")]
pub use fido_metadata::{FidoMetadata, InvalidMetadata, ModelStatus};
pub(super) use trust_anchors::Current;
pub use trust_anchors::{Authority, InvalidCertificate, ReplaceError, TrustAnchors};
pub use verified::{AttestationType, KeyStorage, VerifiedAttestation};

use self::{invalid::Invalid, statement::Subject};
use super::{
    attestation_object::AttestationObject,
    authenticator_data::{AttestedCredential, AuthenticatorData},
    public_key::PublicKey,
    refusal::{Refusal, RefusalKind, ensure},
    verifier::Verifier,
};
use crate::Aaguid;

/// Parts of a registration whose attestation is verified. All but the statement are verified already.
#[derive(Clone, Copy)]
pub(super) struct Registration<'a> {
    pub(super) object: &'a AttestationObject<'a>,
    pub(super) data: &'a AuthenticatorData<'a>,
    pub(super) credential: &'a AttestedCredential<'a>,
    pub(super) key: &'a PublicKey<'a>,
    pub(super) client_data_hash: &'a [u8],
}

impl Verifier {
    /// Verifies the attestation of a registration: steps 21 to 24 of
    /// [Level 3, §7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential).
    pub(super) fn verify_attestation(
        &self,
        registration: Registration<'_>,
        now: OffsetDateTime,
    ) -> Result<VerifiedAttestation, Refusal> {
        let Registration {
            object,
            data,
            credential,
            key,
            client_data_hash,
        } = registration;
        let aaguid = Aaguid::new(credential.aaguid);

        // Steps 21 and 22: the statement is of a supported format, and verifies.
        ensure(object.format != "none", || {
            RefusalKind::Attestation.because(format_args!(
                "the response has no attestation (format `none`), and `attestation` or `trust_anchors` \
                 requires it: synced passkeys have none, the user may have declined it, and some browsers \
                 never pass it on",
            ))
        })?;
        // The signature of `fido-u2f` does not cover the AAGUID (§8.6): no authority can vouch for it.
        let unsigned = object.format == "fido-u2f" && aaguid.is_some();
        let anchored = self.trust_anchors.is_some();
        ensure(!(anchored && unsigned), || {
            RefusalKind::Attestation.because(format_args!(
                "the attestation of the format `fido-u2f` comes with an AAGUID, which that format does not \
                 sign: such an authenticator must have none",
            ))
        })?;
        let subject = Subject {
            auth_data: object.auth_data,
            client_data_hash,
            rp_id_hash: data.rp_id_hash,
            aaguid: &credential.aaguid,
            credential_id: credential.credential_id,
            key,
            legacy: &self.legacy_attestation,
        };
        let proof = formats::verify(object.format, object.statement(), subject);
        let proof = proof.map_err(|Invalid(what)| {
            RefusalKind::Attestation.because(format_args!(
                "the attestation statement (format `{}`) does not verify: {what}. If attestation is not \
                 needed, leave `attestation` out",
                object.format,
            ))
        })?;

        // Steps 23 and 24: the statement's certificates lead to a trust anchor.
        let leading = match &self.trust_anchors {
            Some(anchors) => anchors.get().verify(&proof, aaguid, now)?,
            None => None,
        };
        Ok(proof.report(aaguid, leading))
    }
}
