//! The names that people give their passkeys.

use crate::Error;

/// The most characters of a name, which is what `fastapi-passkeys`' column holds.
const MAX_CHARS: usize = 255;

/// Removes what would disturb the page that lists it: control characters, line separators, the
/// marks that turn the direction of writing, and characters that nobody sees. A name of which
/// nothing is left to see is empty.
///
/// Fails with [`Error::InvalidRequest`] where what is left has more than 255 characters.
pub(crate) fn clean(name: &str) -> Result<String, Error> {
    let name: String = name.chars().filter(|char| !disturbs(*char)).collect();
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

/// What names are better without. Not what holds emoji and scripts together: see [`is_blank`].
fn disturbs(char: char) -> bool {
    char.is_control()
        || matches!(char,
            // The soft hyphen, and what joins nothing that is seen.
            '\u{ad}' | '\u{34f}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}'
            // The direction of writing, and the ends of lines and paragraphs.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{206f}'
            // Letters that are made to be empty.
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
            // Annotations, and the layout of shorthand and of music.
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            // Tags, in which whole texts can hide.
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

/// What shows nothing by itself: space, joiners and variation selectors.
fn is_blank(char: char) -> bool {
    char.is_whitespace()
        || matches!(char, '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}' | '\u{2800}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
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
    fn a_name_keeps_what_holds_emoji_and_scripts_together() {
        for name in [
            "👩‍👩‍👧‍👦’s key",
            "❤\u{fe0f} 1\u{fe0f}\u{20e3} 👍🏽 🇬🇷",
            // Persian, Devanagari, Mongolian and a Japanese name need theirs, too.
            "کلید\u{200c}ها",
            "क्\u{200d}ष",
            "ᠮᠣᠩᠭᠣᠯ ᠤᠨ\u{180b}",
            "葛\u{e0100}城",
        ] {
            assert_eq!(clean(name).unwrap(), name);
        }
    }

    #[test]
    fn a_name_hides_nothing() {
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
    fn a_name_that_nobody_sees_is_empty() {
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
    fn a_name_has_at_most_255_characters() {
        assert_eq!(clean(&"ß".repeat(255)).unwrap().chars().count(), 255);
        assert_eq!(
            clean(&"a".repeat(256)).unwrap_err().code(),
            "invalid_request"
        );
    }
}
