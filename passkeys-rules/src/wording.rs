//! Formatting of values in messages, and suggestions for misspelt words.

use std::fmt;

/// Maximum length, in characters, of a value that a message repeats in full: an RP ID of 253 bytes
/// fits, a pasted certificate is cut.
const LONGEST_ECHO: usize = 256;

/// Maximum length, in characters, of a word that is compared with the known ones.
const LONGEST_WORD: usize = 64;

/// Formats a value between backticks, safe to print: control characters, invisible characters and
/// those that change the direction of text are escaped as in Rust source, and a value of more than
/// 256 characters is cut.
#[must_use]
pub fn quote(value: &str) -> Quoted<'_> {
    Quoted(value)
}

/// Value formatted by [`quote`].
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("`\"\"`");
        }
        f.write_str("`")?;
        for char in self.0.chars().take(LONGEST_ECHO) {
            match char {
                '"' | '\'' => write!(f, "{char}")?,
                _ => write!(f, "{}", char.escape_debug())?,
            }
        }
        match self.0.chars().count().checked_sub(LONGEST_ECHO) {
            None | Some(0) => f.write_str("`"),
            Some(more) => write!(f, "…` ({more} more characters)"),
        }
    }
}

/// Formats alternatives as part of a sentence: `` `a`, `b` or `c` ``.
#[must_use]
pub fn alternatives<'a>(words: &'a [&'a str]) -> Alternatives<'a> {
    Alternatives(words)
}

/// Words formatted by [`alternatives`].
#[derive(Clone, Copy, Debug)]
pub struct Alternatives<'a>(&'a [&'a str]);

impl fmt::Display for Alternatives<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            let separator = match self.0.len() - index {
                _ if index == 0 => "",
                1 => " or ",
                _ => ", ",
            };
            write!(f, "{separator}{}", quote(word))?;
        }
        Ok(())
    }
}

/// Returns the candidate that `word` is probably a misspelling of: the one with the smallest edit
/// distance, ignoring case, if that is at most a third of the longer word.
///
/// ```
/// use passkeys_rules::wording::nearest;
///
/// assert_eq!(nearest("orgins", ["origins", "hints"]), Some("origins"));
/// assert_eq!(nearest("banana", ["origins", "hints"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().take(LONGEST_WORD + 1).collect();
    if word.len() > LONGEST_WORD {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            (
                distance(&word, &letters),
                letters.len().max(word.len()),
                candidate,
            )
        })
        .filter(|&(distance, letters, _)| distance * 3 <= letters)
        .min_by_key(|&(distance, ..)| distance)
        .map(|(.., candidate)| candidate)
}

/// How many letters must be added, dropped, changed or swapped with their neighbour
/// (Damerau-Levenshtein, optimal string alignment).
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, &a) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, &b) in to.iter().enumerate() {
            let mut best = (above[column] + usize::from(a != b))
                .min(above[column + 1] + 1)
                .min(current[column] + 1);
            if row > 0 && column > 0 && a == to[column - 1] && b == from[row - 1] {
                let swapped: usize = before[column - 1];
                best = best.min(swapped + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(from: &str, to: &str) -> usize {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        distance(&letters(from), &letters(to))
    }

    #[test]
    fn distance_counts_inserted_removed_replaced_and_swapped_letters() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("hint", "hints", 1),
            ("hints", "hint", 1),
            ("hunts", "hints", 1),
            ("hitns", "hints", 1),
            ("ihnts", "hints", 1),
            ("kitten", "sitting", 3),
            // Two letters in between: no swap of neighbours.
            ("abcd", "dbca", 2),
        ] {
            assert_eq!(measure(from, to), expected, "{from} to {to}");
            assert_eq!(measure(to, from), expected, "{to} to {from}");
        }
    }

    #[test]
    fn nearest_ignores_distant_candidates() {
        let keys = ["rp_id", "rp_name", "origins", "related_origins"];
        for (word, expected) in [
            ("rp_id", Some("rp_id")),
            ("rpid", Some("rp_id")),
            ("RP_ID", Some("rp_id")),
            ("origin", Some("origins")),
            ("orgiins", Some("origins")),
            ("related-origins", Some("related_origins")),
            ("rp", None),
            ("", None),
            ("hints", None),
        ] {
            assert_eq!(nearest(word, keys), expected, "{word}");
        }
        assert_eq!(nearest("abx", ["abc"]), Some("abc"));
        assert_eq!(nearest("abcxy", ["abcde"]), None);
        assert_eq!(nearest(&"a".repeat(LONGEST_WORD + 1), ["a"]), None);
    }

    #[test]
    fn nearest_of_equal_candidates_is_the_first() {
        assert_eq!(nearest("abcx", ["abcd", "abce"]), Some("abcd"));
    }

    #[test]
    fn quote_escapes_and_cuts_values() {
        assert_eq!(quote("a b").to_string(), "`a b`");
        assert_eq!(quote("").to_string(), "`\"\"`");
        assert_eq!(quote("\u{202e}a\n\0").to_string(), r"`\u{202e}a\n\0`");
        assert_eq!(quote("it's \"ü\"").to_string(), "`it's \"ü\"`");
        assert_eq!(
            quote(&"é".repeat(256)).to_string(),
            format!("`{}`", "é".repeat(256))
        );
        assert_eq!(
            quote(&"é".repeat(10_000)).to_string(),
            format!("`{}…` (9744 more characters)", "é".repeat(256)),
        );
    }

    #[test]
    fn alternatives_are_joined_with_commas_and_or() {
        assert_eq!(alternatives(&[]).to_string(), "");
        assert_eq!(alternatives(&["a"]).to_string(), "`a`");
        assert_eq!(alternatives(&["a", "b"]).to_string(), "`a` or `b`");
        assert_eq!(
            alternatives(&["a", "b", "c"]).to_string(),
            "`a`, `b` or `c`"
        );
    }
}
