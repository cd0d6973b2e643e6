//! Origins of browser extensions: `chrome-extension://` and the extension's ID. Firefox and Safari give
//! every installation of an extension an origin of its own, which cannot be listed.

use crate::host;

/// Prefix of the origin of an extension, in Chromium and in browsers based on it.
pub(crate) const PREFIX: &str = "chrome-extension://";

/// Length of an ID: half of a SHA-256 hash, in hexadecimal with the digits `a` to `p`.
const LENGTH: usize = 32;

/// Returns whether `id` is the ID of an extension.
pub(crate) fn is_id(id: &str) -> bool {
    id.len() == LENGTH && id.bytes().all(|byte| matches!(byte, b'a'..=b'p'))
}

/// Returns the valid origin of an extension that `value` is probably meant to be.
pub(crate) fn repair(value: &str) -> Option<String> {
    let value = value.to_ascii_lowercase();
    let (id, _) = host::split_path(value.strip_prefix(PREFIX).unwrap_or(&value));
    is_id(id).then(|| format!("{PREFIX}{id}"))
}
