//! An independent implementation of browser and authenticator: 1Password's crate `passkey`.

use passkey::{
    authenticator::{Authenticator, UiHint, UserCheck, UserValidationMethod},
    client::{Client, DefaultClientData},
    crypto::rust_crypto::RustCryptoBackend,
    types::{
        Passkey,
        ctap2::{Aaguid, Ctap2Error},
        webauthn::{CredentialCreationOptions, CredentialRequestOptions},
    },
};
use public_suffix::PublicSuffixList;
use serde_json::Value;
use url::Url;

/// Browser and authenticator with at most one passkey, on a page of `https://example.com`.
pub(crate) struct Device(
    Client<Option<Passkey>, AlwaysThere, RustCryptoBackend, PublicSuffixList, ()>,
);

struct AlwaysThere;

#[async_trait::async_trait]
impl UserValidationMethod for AlwaysThere {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        _: UiHint<'a, Passkey>,
        _: bool,
        _: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        Ok(UserCheck {
            presence: true,
            verification: true,
        })
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}

impl Device {
    pub(crate) fn new() -> Self {
        let mut authenticator = Authenticator::new(
            Aaguid::from([0xad; 16]),
            None,
            AlwaysThere,
            RustCryptoBackend,
        );
        authenticator.set_make_credentials_with_signature_counter(true);
        Self(Client::new(authenticator))
    }

    /// `navigator.credentials.create()` with the response of `register/begin`.
    pub(crate) async fn create(&mut self, begun: &Value) -> Value {
        let options: CredentialCreationOptions = serde_json::from_value(begun.clone()).unwrap();
        let created = self
            .0
            .register(&origin(), options, DefaultClientData)
            .await
            .unwrap();
        serde_json::to_value(created).unwrap()
    }

    /// `navigator.credentials.get()` with the response of `authenticate/begin`.
    pub(crate) async fn get(&mut self, begun: &Value) -> Value {
        let options: CredentialRequestOptions = serde_json::from_value(begun.clone()).unwrap();
        let asserted = self
            .0
            .authenticate(&origin(), options, DefaultClientData)
            .await
            .unwrap();
        serde_json::to_value(asserted).unwrap()
    }
}

fn origin() -> Url {
    "https://example.com".parse().unwrap()
}
