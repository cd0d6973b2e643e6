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
//! Statements of the formats `none`, `packed`, `fido-u2f`, `android-key` and `apple` are verified
//! ([Level 3, §8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats)). Other
//! formats, such as `tpm` of Windows Hello, are rejected, and so is `none` with
//! `attestation = "direct"`. A statement with more than five certificates is rejected before any of them is
//! read. The signature of `fido-u2f` does not cover the AAGUID: none is reported, and with trust anchors a
//! statement that comes with one is rejected. Where attestation is requested, registrations in a
//! cross-origin frame are rejected, whatever `top_origins` is.

#[cfg(feature = "fido-mds")]
mod fido_metadata;
mod statement;
mod trust_anchors;
mod verified;
mod webauthn_rs;

use time::OffsetDateTime;

#[cfg(feature = "fido-mds")]
pub use fido_metadata::{FidoMetadata, InvalidMetadata, ModelStatus};
pub(super) use trust_anchors::Current;
pub use trust_anchors::{Authority, InvalidCertificate, ReplaceError, TrustAnchors};
pub use verified::{AttestationType, VerifiedAttestation};
pub(super) use webauthn_rs::Core;

use super::{
    attestation_object::AttestationObject,
    refusal::{Refusal, RefusalKind, ensure},
    verifier::Verifier,
};
use crate::{Aaguid, wire::responses::RegistrationResponse};

impl Verifier {
    /// Verifies the attestation of a registration: steps 21 to 24 of
    /// [Level 3, §7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential).
    pub(super) fn verify_attestation(
        &self,
        response: &RegistrationResponse,
        challenge: &[u8],
        object: &AttestationObject<'_>,
        aaguid: Option<Aaguid>,
        now: OffsetDateTime,
    ) -> Result<VerifiedAttestation, Refusal> {
        // Steps 21 and 22: the statement is of a supported format, and verifies.
        ensure(object.format != "none", || {
            RefusalKind::Attestation.because(format_args!(
                "the response has no attestation (format `none`), and `attestation` or `trust_anchors` \
                 requires it: synced passkeys have none, the user may have declined it, and some browsers \
                 never pass it on",
            ))
        })?;
        statement::check_bounds(object)?;
        // The signature of `fido-u2f` does not cover the AAGUID (§8.6): no authority can vouch for it.
        let unsigned = object.format == "fido-u2f" && aaguid.is_some();
        let anchored = self.trust_anchors.is_some();
        ensure(!(anchored && unsigned), || {
            RefusalKind::Attestation.because(format_args!(
                "the attestation of the format `fido-u2f` comes with an AAGUID, which that format does not \
                 sign: such an authenticator must have none",
            ))
        })?;
        let verified = self
            .core
            .verify_registration(response, challenge, object.format)?;
        statement::check_statement(object)?;

        // Steps 23 and 24: the statement's certificates lead to a trust anchor.
        let authority = match &self.trust_anchors {
            Some(anchors) => Some(anchors.get().verify(&verified, aaguid, now)?),
            None => None,
        };
        Ok(VerifiedAttestation {
            format: object.format.to_owned(),
            attestation_type: verified.attestation_type(object.format)?,
            aaguid: aaguid.filter(|_| authority.is_some() && verified.proves_model()),
            trust_path: object.statement.certificates().map(Into::into).collect(),
            authority,
        })
    }
}
