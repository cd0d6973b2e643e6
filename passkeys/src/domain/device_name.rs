//! Names that users give their passkeys.

use crate::Error;

/// Maximum number of characters of a name: the size of the column in `fastapi-passkeys`.
const MAX_CHARS: usize = 255;

/// Removes characters that could spoof or break the page that lists the name: control characters,
/// line separators, bidirectional controls and invisible characters. A name without visible
/// characters becomes empty.
///
/// # Errors
///
/// [`Error::InvalidRequest`] if the cleaned name has more than 255 characters.
pub(crate) fn clean(name: &str) -> Result<String, Error> {
    let name: String = name.chars().filter(|char| !is_removed(*char)).collect();
    let name = name.trim();
    if name.chars().all(is_blank) {
        return Ok(String::new());
    }
    if name.chars().count() > MAX_CHARS {
        return Err(Error::InvalidRequest(
            "`deviceName` has more than 255 characters.".into(),
        ));
    }
    Ok(name.to_owned())
}

/// Returns whether a character is removed from names. Joiners and variation selectors are kept,
/// which emoji and some scripts need: see [`is_blank`].
fn is_removed(char: char) -> bool {
    char.is_control()
        || matches!(char,
            // Soft hyphen, zero-width space, word joiner and other invisible operators.
            '\u{ad}' | '\u{34f}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}'
            // Bidirectional controls, and line and paragraph separators.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{206f}'
            // Fillers: letters without a glyph.
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
            // Interlinear annotations, and the layout of shorthand and of music.
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            // Tag characters, which can hide whole texts.
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

/// Returns whether a character is invisible by itself: space, joiner or variation selector.
fn is_blank(char: char) -> bool {
    char.is_whitespace()
        || matches!(char, '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{2800}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn device_name_loses_control_and_bidirectional_characters() {
        assert_eq!(clean(" Ada’s 📱 phone ").unwrap(), "Ada’s 📱 phone");
        assert_eq!(
            clean("a\u{0}b\nc\u{202e}d\u{2066}e\u{7f}").unwrap(),
            "abcde"
        );
    }

    #[test]
    fn device_name_keeps_joiners_and_variation_selectors() {
        for name in [
            "👩‍👩‍👧‍👦’s key",
            "❤\u{fe0f} 1\u{fe0f}\u{20e3} 👍🏽 🇬🇷",
            // Persian, Devanagari, Mongolian, and a variant of a Japanese character.
            "کلید\u{200c}ها",
            "क्\u{200d}ष",
            "ᠮᠣᠩᠭᠣᠯ ᠤᠨ\u{180b}",
            "葛\u{e0100}城",
        ] {
            assert_eq!(clean(name).unwrap(), name);
        }
    }

    #[test]
    fn device_name_loses_invisible_characters() {
        let hidden = [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{17b4}',
            '\u{200b}',
            '\u{200e}',
            '\u{2028}',
            '\u{2060}',
            '\u{2064}',
            '\u{206f}',
            '\u{3164}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffb}',
            '\u{1bca0}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{e0fff}',
        ];
        for char in hidden {
            let name = format!("Ada{char}’s key{char}");
            assert_eq!(clean(&name).unwrap(), "Ada’s key", "{char:?}");
        }
    }

    #[test]
    fn device_name_without_visible_characters_becomes_empty() {
        for name in [
            "",
            " \u{a0}\u{2003}\u{3000}\n",
            "\u{200b}\u{feff}",
            "\u{200d}",
            " \u{200c} \u{fe0f}",
            "\u{2800}",
            "\u{180e}\u{e0100}\u{e0041}",
            &"\u{200d}".repeat(1000),
        ] {
            assert_eq!(clean(name).unwrap(), "", "{name:?}");
        }
    }

    #[test]
    fn device_name_of_more_than_255_characters_is_an_invalid_request() {
        assert_eq!(clean(&"ß".repeat(255)).unwrap().chars().count(), 255);
        assert_eq!(
            clean(&"a".repeat(256)).unwrap_err().code(),
            "invalid_request"
        );
    }
}
