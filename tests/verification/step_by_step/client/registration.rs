use sha2::{Digest as _, Sha256};

use super::{
    AuthenticatorData, Cbor, ClientData, Map, Method, Object, Passkey, as_it_is, base64url,
    statement::Statement,
};

/// The response to `navigator.credentials.create()`, with a valid attestation statement over its
/// contents.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) passkey: Passkey,
    pub(crate) client_data: ClientData,
    pub(crate) data: AuthenticatorData,
    pub(crate) statement: Statement,
    /// The last change to the attestation object.
    pub(crate) object: fn(&mut Map),
    /// And to its bytes.
    pub(crate) written: fn(Vec<u8>) -> Vec<u8>,
    /// The last change to what is sent.
    pub(crate) sent: fn(&mut Object),
}

impl Registration {
    pub(crate) fn new(challenge: &str, passkey: Passkey, method: Method) -> Self {
        let mut data = AuthenticatorData::new(0);
        data.attest(&passkey.id, &passkey.key);
        if method == Method::FidoU2f {
            // U2F security keys have no AAGUID.
            data.attested().aaguid = [0; 16];
        }
        Self {
            client_data: ClientData::new("webauthn.create", challenge),
            data,
            statement: Statement::new(method, &passkey.key),
            passkey,
            object: |_| {},
            written: as_it_is,
            sent: |_| {},
        }
    }

    /// Sets the credential ID in all places.
    pub(crate) fn with_id(&mut self, id: Vec<u8>) {
        self.data.attested().id.clone_from(&id);
        self.passkey.id = id;
    }

    pub(crate) fn encode(&mut self) -> String {
        let client_data = self.client_data.encode();
        let data = self.data.encode();
        let hash = Sha256::digest(&client_data);
        let statement = self.statement.make(&self.passkey, &data, &hash);
        let mut object = Map::default()
            .with("fmt", self.statement.format.as_str())
            .with("attStmt", statement)
            .with("authData", data);
        (self.object)(&mut object);
        let object = (self.written)(Cbor::Map(object).encode());

        let id = base64url(&self.passkey.id);
        let response = Object::default()
            .with("clientDataJSON", base64url(&client_data))
            .with("attestationObject", base64url(&object))
            .with("transports", vec!["internal"]);
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
