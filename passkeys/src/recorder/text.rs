//! Texts of clients, bounded and made visible.

use std::fmt::Write as _;

/// Maximum length of a recorded text, in characters.
const MAX_CHARS: usize = 512;

/// Returns a text of at most 512 characters, in which characters without a glyph are escaped: control
/// characters, and those that change the direction of what follows.
pub(crate) fn bounded(text: &str) -> String {
    let mut bounded = String::new();
    for char in text.chars().take(MAX_CHARS) {
        if is_hidden(char) {
            // Writing to a `String` cannot fail.
            let _ = write!(bounded, "{}", char.escape_unicode());
        } else {
            bounded.push(char);
        }
    }
    let rest = text.chars().skip(MAX_CHARS).count();
    if rest > 0 {
        let _ = write!(bounded, "… ({rest} more characters)");
    }
    bounded
}

/// Returns the beginning of an identifier, for reports that others read.
pub(crate) fn shortened(id: &str) -> String {
    const SHOWN: usize = 6;
    let length = id.chars().count();
    if length <= SHOWN {
        return format!("({length} characters)");
    }
    let beginning: String = id.chars().take(SHOWN).collect();
    format!("{}… ({length} characters)", bounded(&beginning))
}

fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{bounded, shortened};

    #[test]
    fn recorded_text_is_bounded_and_shows_what_is_invisible() {
        let text = bounded("a\nb\u{202e}c<b>ä");
        assert_eq!(text, "a\\u{a}b\\u{202e}c<b>ä");
        let long = bounded(&"x".repeat(600));
        assert_eq!(long, format!("{}… (88 more characters)", "x".repeat(512)));
    }

    #[test]
    fn shortened_identifier_has_at_most_its_first_six_characters() {
        assert_eq!(shortened("0123456789"), "012345… (10 characters)");
        assert_eq!(shortened("ada"), "(3 characters)");
        assert_eq!(shortened(""), "(0 characters)");
    }
}
