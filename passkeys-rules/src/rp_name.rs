//! Validation of the relying party's name:
//! [WebAuthn Level 3, §5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity).

use thiserror::Error;

use crate::wording::quote;

/// Maximum length in bytes. Authenticators may truncate longer names, in the middle of a word.
const LONGEST: usize = 64;

/// Error returned for a name that users could not read or could mistake for another.
#[derive(Clone, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum RpNameError {
    /// An empty name.
    #[error(
        "the name is empty; write the name that people know the site by, or remove `rp_name` to \
         show the RP ID"
    )]
    Empty,
    /// White space at the start or end.
    #[error("name {} starts or ends with white space; write {}", quote(.0), quote(.0.trim()))]
    Untrimmed(String),
    /// A control character, or one that is invisible or changes the direction of text.
    #[error("name {} has the character `{}` in it, which cannot be seen; remove it", quote(.0), .1.escape_unicode())]
    Invisible(String, char),
    /// A name that authenticators may truncate.
    #[error("name {} is {} bytes long, and authenticators may cut it after {LONGEST}; shorten it", quote(.0), .0.len())]
    TooLong(String),
}

pub(crate) fn check(name: &str) -> Result<(), RpNameError> {
    if name.trim().is_empty() {
        return Err(RpNameError::Empty);
    }
    if let Some(char) = name.chars().find(|&char| is_invisible(char)) {
        return Err(RpNameError::Invisible(name.to_owned(), char));
    }
    if name.trim() != name {
        return Err(RpNameError::Untrimmed(name.to_owned()));
    }
    if name.len() > LONGEST {
        return Err(RpNameError::TooLong(name.to_owned()));
    }
    Ok(())
}

/// Returns whether a character can make a name look like another. Joiners are allowed: scripts and
/// emoji need them.
fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
