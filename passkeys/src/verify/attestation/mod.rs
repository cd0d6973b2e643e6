//! Whose authenticators an application takes: attestation that leads to a certificate it trusts.
//!
//! Most applications need none of this: `attestation = "none"`, the default, takes every passkey
//! and asks nobody to tell the model. Where only some authenticators will do, in a company that
//! hands them out or under a regulation that names them, give their manufacturers' root
//! certificates to [`Passkeys::trust_anchors`](crate::Passkeys::trust_anchors):
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
//! What was proven is in [`RegistrationResult::attestation`](crate::RegistrationResult), with or
//! without anchors. Statements of the formats `packed`, `fido-u2f`, `android-key` and `apple` are
//! verified; those of others, such as the `tpm` of Windows Hello, are refused.

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
#[cfg(feature = "testing")]
pub(super) use webauthn_rs::PublicKey;
pub(super) use webauthn_rs::{Core, Statement, check_key};
