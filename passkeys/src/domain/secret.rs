use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Error returned for a secret of fewer than 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret has {0} bytes; give at least 32, from a random source")]
pub struct WeakSecret(usize);

passkeys_rules::debug_as_display!(WeakSecret);

/// Derives a key for one purpose with HMAC-SHA-256, so that one secret of any form can serve several
/// purposes.
pub(crate) fn derive(secret: &[u8], purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, WeakSecret> {
    if secret.len() < 32 {
        return Err(WeakSecret(secret.len()));
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| WeakSecret(0))?;
    let key = mac.chain_update(purpose).finalize().into_bytes();
    Ok(Zeroizing::new(key.into()))
}
