//! Explanations of refusals for the developer: bounded, and without what could forge a line of the log.

use std::fmt::{self, Write as _};

/// Explanation of a refusal: the value that came, the rule, and the fix.
///
/// For the log and the audit trail, never for a client. Values of clients in it are [shown](shown).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Detail(String);

impl Detail {
    /// Maximum length in bytes. What is longer is cut.
    pub(crate) const MAX_BYTES: usize = 512;

    /// Formats an explanation.
    #[cold]
    pub(crate) fn new(text: fmt::Arguments<'_>) -> Self {
        let mut bounded = Bounded(String::new());
        // Fails where the text is cut.
        let _ = bounded.write_fmt(text);
        Self(bounded.0)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Detail> for String {
    fn from(Detail(text): Detail) -> Self {
        text
    }
}

/// Text of at most [`Detail::MAX_BYTES`], without control and format characters.
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        const CUT: char = '…';
        for char in text.chars() {
            let from = self.0.len();
            push(&mut self.0, char);
            if self.0.len() > Detail::MAX_BYTES - CUT.len_utf8() {
                self.0.truncate(from);
                self.0.push(CUT);
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

/// Appends a character, escaped unless it is printable.
fn push(text: &mut String, char: char) {
    match char {
        '"' | '\'' => text.push(char),
        _ => text.extend(char.escape_debug()),
    }
}

/// Maximum length of a value of a client in an explanation, in characters.
const MAX_CHARS: usize = 100;

/// Returns a value, in backticks, escaped and cut, to be displayed in an explanation.
pub(crate) fn shown(value: &str) -> Shown<'_> {
    Shown(value)
}

/// See [`shown`].
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('`')?;
        let mut chars = self.0.chars();
        for char in chars.by_ref().take(MAX_CHARS) {
            // A backtick would end the value.
            f.write_char(if char == '`' { '\'' } else { char })?;
        }
        if chars.next().is_some() {
            f.write_char('…')?;
        }
        f.write_char('`')
    }
}

#[cfg(test)]
mod tests {
    use super::{Detail, shown};

    #[test]
    fn explanation_is_cut_at_its_maximum_length_between_characters() {
        for char in ["x", "ß", "€", "🔑", "\u{202e}"] {
            for before in 0..8 {
                let long = format!("{}{}", "x".repeat(before), char.repeat(600));
                let detail = Detail::new(format_args!("{long}"));
                assert!(detail.as_str().len() <= Detail::MAX_BYTES);
                assert!(detail.as_str().len() > Detail::MAX_BYTES - 12, "{detail:?}");
                assert!(detail.as_str().ends_with('…'));
            }
        }
        let longest = "x".repeat(Detail::MAX_BYTES - 3);
        assert_eq!(Detail::new(format_args!("{longest}")).as_str(), longest);
    }

    #[test]
    fn values_cannot_forge_a_line_of_the_log_or_end_their_quotes() {
        let forged = "a`\n2026-01-01 INFO\u{202e}\u{0}\u{7f}\u{2028}é";
        let detail = Detail::new(format_args!("came {}", shown(forged)));
        let expected = r"came `a'\n2026-01-01 INFO\u{202e}\0\u{7f}\u{2028}é`";
        assert_eq!(detail.as_str(), expected);
        let unescaped = Detail::new(format_args!("{forged}"));
        assert!(!unescaped.as_str().contains(char::is_control));
    }

    #[test]
    fn long_values_are_cut() {
        let text = shown(&"x".repeat(101)).to_string();
        assert_eq!(text, format!("`{}…`", "x".repeat(100)));
    }
}
