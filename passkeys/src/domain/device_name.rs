//! Names that users give their passkeys.

use crate::Error;

/// Maximum number of characters of a name: the size of the column in `fastapi-passkeys`.
const MAX_CHARS: usize = 255;

/// Returns the name of a new passkey: cleaned, and cut if it is too long.
///
/// Nothing in a name may fail a registration: the authenticator has the passkey already, and the
/// user would be left with one that signs in nowhere.
pub(crate) fn of_new_passkey(name: &str) -> String {
    let mut name = clean(name);
    if let Some(end) = too_long(&name) {
        name.truncate(end);
        name.truncate(name.trim_end().len());
    }
    name
}

/// Returns the new name of a passkey, cleaned.
///
/// # Errors
///
/// [`Error::InvalidRequest`] if the cleaned name has more than 255 characters: nothing is lost, and
/// the user can choose a shorter one.
pub(crate) fn of_renamed_passkey(name: &str) -> Result<String, Error> {
    let name = clean(name);
    if too_long(&name).is_some() {
        return Err(Error::InvalidRequest(
            "`deviceName` must be at most 255 characters long.".into(),
        ));
    }
    Ok(name)
}

/// Removes characters that could spoof or break the page that lists the name: control characters,
/// line separators, bidirectional controls and invisible characters. A name without visible
/// characters becomes empty.
fn clean(name: &str) -> String {
    let name: String = name.chars().filter(|char| !is_removed(*char)).collect();
    let name = name.trim();
    if name.chars().all(is_blank) {
        return String::new();
    }
    name.to_owned()
}

/// Returns where a name of more than [`MAX_CHARS`] characters is to be cut, in bytes: after as many
/// characters, or before the emoji or the letter with diacritics that this would cut in two.
fn too_long(name: &str) -> Option<usize> {
    let (max, first_lost) = name.char_indices().nth(MAX_CHARS)?;
    let mut lost = first_lost;
    for (start, char) in name[..max].char_indices().rev() {
        if !is_joined(char, lost) {
            let end = start + char.len_utf8();
            // A flag is two letters: an odd number of them before the cut is half of one.
            let letters = name[..end]
                .chars()
                .rev()
                .take_while(|it| is_flag(*it))
                .count();
            let halves = is_flag(lost) && letters % 2 == 1;
            return Some(if halves { start } else { end });
        }
        lost = char;
    }
    // One symbol of more characters than a name may have.
    Some(max)
}

/// Returns whether two characters in a row are parts of one symbol. Covers emoji and the diacritics
/// of alphabets; in other scripts a cut name may lose a mark of its last syllable.
fn is_joined(char: char, next: char) -> bool {
    let zero_width_joiner = '\u{200d}';
    char == zero_width_joiner
        || matches!(next, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'
            // Skin tones.
            | '\u{1f3fb}'..='\u{1f3ff}'
            // Combining diacritical marks.
            | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Returns whether a character is a regional indicator, of which two are a flag.
fn is_flag(char: char) -> bool {
    matches!(char, '\u{1f1e6}'..='\u{1f1ff}')
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
    use super::{clean, of_new_passkey, of_renamed_passkey};

    #[test]
    fn device_name_loses_control_and_bidirectional_characters() {
        assert_eq!(clean(" Ada’s 📱 phone "), "Ada’s 📱 phone");
        assert_eq!(clean("a\u{0}b\nc\u{202e}d\u{2066}e\u{7f}"), "abcde");
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
            assert_eq!(clean(name), name);
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
            assert_eq!(clean(&name), "Ada’s key", "{char:?}");
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
            assert_eq!(clean(name), "", "{name:?}");
        }
    }

    #[test]
    fn renaming_to_more_than_255_characters_is_an_invalid_request() {
        let longest = "ß".repeat(255);
        assert_eq!(of_renamed_passkey(&longest).unwrap(), longest);
        let error = of_renamed_passkey(&"a".repeat(256)).unwrap_err();
        assert_eq!(error.code(), "invalid_request");
    }

    #[test]
    fn device_name_of_a_new_passkey_is_cut_after_255_characters() {
        assert_eq!(of_new_passkey(&"ß".repeat(255)), "ß".repeat(255));
        assert_eq!(of_new_passkey(&"ß".repeat(60_000)), "ß".repeat(255));
        // Removed characters do not count, and no space is left at the end.
        let name = format!("\u{202e}{} {}", "a".repeat(254), "b".repeat(9));
        assert_eq!(of_new_passkey(&name), "a".repeat(254));
    }

    #[test]
    fn device_name_is_not_cut_within_an_emoji_or_a_letter_with_diacritics() {
        for symbol in [
            "👩‍👩‍👧‍👦",
            "❤\u{fe0f}",
            "👍🏽",
            "1\u{fe0f}\u{20e3}",
            "e\u{301}",
            "🇬🇷",
        ] {
            let length = symbol.chars().count();
            // The cut comes after each of its characters.
            for before in 255 - length..=255 {
                let start = "a".repeat(before);
                let name = format!("{start}{symbol}{symbol}");
                let fits = (255 - before) / length;
                let expected = format!("{start}{}", symbol.repeat(fits));
                assert_eq!(of_new_passkey(&name), expected, "{before} {symbol}");
            }
        }
        // One symbol of more characters than a name may have is cut within.
        let marks = format!("a{}", "\u{301}".repeat(1000));
        assert_eq!(of_new_passkey(&marks).chars().count(), 255);
    }
}
