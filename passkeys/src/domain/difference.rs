//! Difference of two actions, for the developer.

use std::{borrow::Cow, fmt};

use super::{action::DIGEST_BYTES, detail::shown};

/// Difference of two actions, for the developer.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    parts: Vec<&'static str>,
    only_body: bool,
    begun: String,
    seen: String,
    /// Lengths of the bodies, in bytes.
    lengths: (u32, u32),
}

impl Difference {
    /// Compares the bytes of the action that a step-up was begun for with those of the request.
    pub(super) fn of(begun: &[u8], seen: &[u8]) -> Self {
        let Some((begun, seen)) = Hint::read(begun).zip(Hint::read(seen)) else {
            // Of another release.
            return Self::default();
        };
        let differs = |part: usize| begun.checks[part] != seen.checks[part];
        let names = [
            "the method",
            "the host",
            "the path or its query",
            "the body",
        ];
        let parts = (0..4).filter(|part| differs(*part));
        Self {
            parts: parts.map(|part| names[part]).collect(),
            only_body: differs(3) && !(0..3).any(differs),
            begun: begun.target.into_owned(),
            seen: seen.target.into_owned(),
            lengths: (begun.body_length, seen.body_length),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (begun, seen) = (shown(&self.begun), shown(&self.seen));
        if self.parts.is_empty() {
            return f.write_str("the request is not the one that the step-up was begun for");
        }
        let parts = self.parts.join(" and ");
        let differ = if self.parts.len() == 1 {
            "differs"
        } else {
            "differ"
        };
        write!(
            f,
            "{parts} {differ} from the request that the step-up was begun for: "
        )?;
        if self.only_body {
            let (before, now) = self.lengths;
            return write!(
                f,
                "for {begun} a body of {before} bytes was begun, and one of {now} came. It is compared byte for \
                 byte: send the same text, as `stepUp()` of the browser module does",
            );
        }
        write!(
            f,
            "begun {begun}, and seen {seen}. If a proxy changes the host or the path, insert the URL that the \
             client requested as `OriginalUri` (see `Verified`, \"Host and path\")",
        )
    }
}

/// Parts of an action for the log: a check of each part, the length of the body, and a text.
pub(super) struct Hint<'a> {
    checks: [u32; 4],
    body_length: u32,
    /// `POST example.com/transfer`
    target: Cow<'a, str>,
}

/// Maximum length of the text of a hint.
const MAX_TARGET_BYTES: usize = 120;

impl<'a> Hint<'a> {
    pub(super) fn write(
        bytes: &mut Vec<u8>,
        [method, host, path_and_query]: [&str; 3],
        body: &[u8],
    ) {
        bytes.reserve(5 * size_of::<u32>() + MAX_TARGET_BYTES);
        for part in [method, host, path_and_query] {
            bytes.extend(check(part.as_bytes()).to_be_bytes());
        }
        bytes.extend(check(body).to_be_bytes());
        bytes.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes());
        // A query may have what does not belong in a log.
        let path = path_and_query.split('?').next().unwrap_or_default();
        let end = bytes.len() + MAX_TARGET_BYTES;
        for part in [method, " ", host, path] {
            bytes.extend(part.as_bytes());
        }
        bytes.truncate(end);
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes.get(DIGEST_BYTES..)?;
        let mut next = || {
            let (number, after) = rest.split_first_chunk()?;
            rest = after;
            Some(u32::from_be_bytes(*number))
        };
        let checks = [next()?, next()?, next()?, next()?];
        let body_length = next()?;
        Some(Self {
            checks,
            body_length,
            target: String::from_utf8_lossy(rest),
        })
    }
}

/// Returns a check of a part (FNV-1a). The digest decides; this only tells which part differs.
fn check(part: &[u8]) -> u32 {
    part.iter().fold(0x811c_9dc5, |check, byte| {
        (check ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
