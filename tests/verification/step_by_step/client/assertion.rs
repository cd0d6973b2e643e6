use sha2::{Digest as _, Sha256};

use super::{AuthenticatorData, ClientData, Object, Passkey, as_it_is, base64url};

/// The response to `navigator.credentials.get()`, with a valid signature over its contents.
#[derive(Clone, Debug)]
pub(crate) struct Assertion {
    pub(crate) passkey: Passkey,
    pub(crate) client_data: ClientData,
    pub(crate) data: AuthenticatorData,
    pub(crate) user_handle: Option<Vec<u8>>,
    /// Data to sign instead of the authenticator data and the client data's hash.
    pub(crate) signed: fn(Vec<u8>) -> Vec<u8>,
    /// The last change to the signature.
    pub(crate) signature: fn(Vec<u8>) -> Vec<u8>,
    /// The last change to what is sent.
    pub(crate) sent: fn(&mut Object),
}

impl Assertion {
    pub(crate) fn new(challenge: &str, passkey: Passkey, sign_count: u32) -> Self {
        Self {
            client_data: ClientData::new("webauthn.get", challenge),
            data: AuthenticatorData::new(sign_count),
            user_handle: Some(passkey.user.into()),
            passkey,
            signed: as_it_is,
            signature: as_it_is,
            sent: |_| {},
        }
    }

    /// Replaces the passkey by another one, with everything else valid.
    pub(crate) fn by(&mut self, passkey: Passkey) {
        self.user_handle = Some(passkey.user.into());
        self.passkey = passkey;
    }

    pub(crate) fn encode(&self) -> String {
        let client_data = self.client_data.encode();
        let data = self.data.encode();
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = (self.signature)(self.passkey.key.sign(&(self.signed)(signed)));
        let id = base64url(&self.passkey.id);
        let mut response = Object::default()
            .with("clientDataJSON", base64url(&client_data))
            .with("authenticatorData", base64url(&data))
            .with("signature", base64url(&signature));
        if let Some(handle) = &self.user_handle {
            response.add("userHandle", base64url(handle));
        }
        let mut credential = Object::default()
            .with("id", id.as_str())
            .with("rawId", id.as_str())
            .with("type", "public-key")
            .with("authenticatorAttachment", "platform")
            .with("clientExtensionResults", Object::default())
            .with("response", response);
        (self.sent)(&mut credential);
        credential.encode()
    }
}
