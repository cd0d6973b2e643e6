//! The application that most tests use, and helpers. Needs no server and no other program.

pub mod app;
mod services;
#[cfg(feature = "stores")]
pub mod stores;
mod world;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use passkeys::{
    Credential, CredentialId,
    store::{CredentialRepository, Insertion, Owner},
};
use time::OffsetDateTime;

pub use app::{App, SignedIn};
pub use services::{AuthenticationExt, RegistrationExt, StepUpExt, raw};
pub use world::{Trail, World, ada, agree, answer, assert, bob, create};

/// Encodes bytes as WebAuthn's JSON does: base64url without padding.
#[must_use]
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Stores a credential, however many its user has. Returns whether its ID was new.
///
/// # Panics
///
/// If the repository fails.
pub async fn imported(repository: &impl CredentialRepository, credential: &Credential) -> bool {
    let owner = Owner::everywhere(&credential.user_id);
    let insertion = repository.insert(owner, credential, usize::MAX).await;
    insertion.expect("an insertion") == Insertion::Stored
}

/// Creates a credential whose ID is made from a number.
///
/// # Panics
///
/// Never: the ID has four bytes.
#[must_use]
pub fn credential(number: u32, user_id: &str) -> Credential {
    let id = CredentialId::new(number.to_be_bytes()).unwrap();
    Credential::new(id, user_id, vec![0xa5; 77], OffsetDateTime::UNIX_EPOCH)
}
