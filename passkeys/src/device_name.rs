//! The names that people give their passkeys.

use crate::Error;

/// The most characters of a name, which is what `fastapi-passkeys`' column holds.
const MAX_CHARS: usize = 255;

/// Removes what would disturb the page that lists it: control characters, line separators and
/// the marks that turn the direction of writing.
///
/// Fails with [`Error::InvalidRequest`] where what is left has more than 255 characters.
pub(crate) fn clean(name: &str) -> Result<String, Error> {
    let name: String = name.chars().filter(|char| !disturbs(*char)).collect();
    let name = name.trim();
    if name.chars().count() > MAX_CHARS {
        return Err(Error::InvalidRequest(
            "`deviceName` has more than 255 characters.".into(),
        ));
    }
    Ok(name.to_owned())
}

fn disturbs(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_name_keeps_its_letters_and_loses_what_disturbs() {
        assert_eq!(clean(" Ada’s 📱 phone ").unwrap(), "Ada’s 📱 phone");
        assert_eq!(
            clean("a\u{0}b\nc\u{202e}d\u{2066}e\u{7f}").unwrap(),
            "abcde"
        );
    }

    #[test]
    fn a_name_has_at_most_255_characters() {
        assert_eq!(clean(&"ß".repeat(255)).unwrap().chars().count(), 255);
        assert_eq!(
            clean(&"a".repeat(256)).unwrap_err().code(),
            "invalid_request"
        );
    }
}
