use super::{Algorithm, Key};

/// A passkey on a user's device.
#[derive(Clone, Debug)]
pub(crate) struct Passkey {
    pub(crate) id: Vec<u8>,
    pub(crate) key: Key,
    /// The owner's user ID, which is also the user handle.
    pub(crate) user: &'static str,
}

impl Passkey {
    /// The passkey that a row is about, which is Ada's.
    pub(crate) fn adas(algorithm: Algorithm) -> Self {
        Self {
            // So that its base64url differs from its base64 in both characters.
            id: b"\xfb\xef\xbe\xff\xff\xffAda's next".to_vec(),
            key: algorithm.key(1),
            user: "ada",
        }
    }

    /// Another passkey of Ada's.
    pub(crate) fn adas_first() -> Self {
        Self {
            id: b"Ada's first passkey".to_vec(),
            key: Algorithm::Es256.key(2),
            user: "ada",
        }
    }

    /// Bob's passkey.
    pub(crate) fn bobs() -> Self {
        Self {
            id: b"Bob's only passkey".to_vec(),
            key: Algorithm::Es256.key(3),
            user: "bob",
        }
    }
}
