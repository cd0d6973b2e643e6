use super::{Json, ORIGIN, Object, as_it_is};

/// The collected client data.
#[derive(Clone, Debug)]
pub(crate) struct ClientData {
    /// Members in the order of browsers.
    pub(crate) members: Object,
    /// The last change, to the bytes.
    pub(crate) written: fn(Vec<u8>) -> Vec<u8>,
}

impl ClientData {
    pub(crate) fn new(kind: &str, challenge: &str) -> Self {
        Self {
            members: Object::default()
                .with("type", kind)
                .with("challenge", challenge)
                .with("origin", ORIGIN)
                .with("crossOrigin", false),
            written: as_it_is,
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<Json>) {
        self.members.set(name, value);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        (self.written)(self.members.encode().into_bytes())
    }
}
