use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Application that a ceremony belongs to: the first eight bytes of a SHA-256 digest of its name.
///
/// Short, because it is in every ceremony state, and long enough for names that are no client's to
/// choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Application(u64);

/// Domain separation: keeps this digest apart from any other use of SHA-256.
const DOMAIN: &[u8] = b"passkeys: the application of a ceremony, 1\0";

impl Application {
    pub(crate) fn named(name: &str) -> Self {
        let digest = Sha256::new().chain_update(DOMAIN).chain_update(name);
        let first = digest.finalize().into_iter().take(8);
        Self(first.fold(0, |number, byte| number << 8 | u64::from(byte)))
    }

    /// Returns the digest.
    pub(crate) fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::Application;

    #[test]
    fn applications_of_different_names_have_different_digests() {
        let shop = Application::named("shop::App");
        assert_eq!(shop, Application::named("shop::App"));
        assert_ne!(shop, Application::named("staff::App"));
        assert_ne!(shop, Application::named(""));
    }
}
