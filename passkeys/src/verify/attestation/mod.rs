//! Attestation: trust anchors, for applications that restrict authenticator models.
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
//! trust anchors.
//!
//! # Formats
//!
//! Statements of the formats `none`, `packed`, `fido-u2f`, `android-key` and `apple` are verified
//! ([Level 3, §8](https://www.w3.org/TR/webauthn-3/#sctn-defined-attestation-formats)). Other
//! formats, such as `tpm` of Windows Hello, are rejected, and so is `none` where attestation is
//! requested.

#[cfg(feature = "fido-mds")]
mod fido_metadata;
mod statement;
mod trust_anchors;
mod verified;
mod webauthn_rs;

#[cfg(feature = "fido-mds")]
pub use fido_metadata::InvalidMetadata;
pub(super) use statement::check_statement;
pub use trust_anchors::{Authority, InvalidCertificate, TrustAnchors};
pub use verified::{AttestationType, VerifiedAttestation};
pub(super) use webauthn_rs::{Core, Statement, check_key};
