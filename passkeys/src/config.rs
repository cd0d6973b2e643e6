use passkeys_rules::Draft;

/// A relying party's configuration. One that exists is valid.
#[derive(Clone, Debug)]
pub struct Config {}

/// The configuration that `#[passkeys]` has checked.
#[doc(hidden)]
pub fn from_attribute(draft: &Draft<'_>) -> Config {
    let _ = draft;
    Config {}
}
