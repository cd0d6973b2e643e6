//! Target for ceremony states, against the challenge stores that need no server.

use arbitrary::{Arbitrary, Unstructured};
use passkeys::{
    store::{ChallengeStore, MemoryChallenges, SealedChallenges},
    testing::{parsers, pending_ceremony},
};
use time::{Duration, OffsetDateTime};

use super::site::block_on;

/// Mutation of a ceremony state.
#[derive(Arbitrary, Debug)]
enum Change {
    /// Flips some of the lower seven bits of one byte, so that it stays ASCII.
    Flip(u16, u8),
    Cut(u16),
    Insert(u16, char),
    Append(String),
    Prepend(String),
    Twice,
    UpperCase,
    /// Replaces the beginning by that of another ceremony's state.
    Splice(u16),
}

/// A ceremony state redeems its own ceremony, once. Any other text redeems none.
pub fn state(input: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    if let Some(again) = parsers::ticket(&text) {
        assert_eq!(again, text, "two textual forms of one ceremony state");
    }
    if let Some((ceremony, written)) = parsers::pending_ceremony(input) {
        let (again, _) = parsers::pending_ceremony(&written).expect("what was written");
        assert_eq!(again, ceremony);
    }

    let changes: Vec<Change> = Unstructured::new(input).arbitrary().unwrap_or_default();
    let sealed = SealedChallenges::new([7; 32]).expect("a key");
    block_on(check(&sealed, &text, &changes));
    block_on(check(&MemoryChallenges::default(), &text, &changes));
}

async fn check(store: &impl ChallengeStore, text: &str, changes: &[Change]) {
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), Duration::MINUTE);
    let state = store.put(ceremony.clone()).await.expect("a state");
    let other = store.put(ceremony.clone()).await.expect("a state");
    assert_eq!(store.take(text).await.expect("no error"), None);

    let mut wrong = state.clone();
    for change in changes.iter().take(16) {
        wrong = change.of(wrong, &other);
        if wrong != state && wrong != other {
            let taken = store.take(&wrong).await.expect("no error");
            assert_eq!(taken, None, "{wrong:?} was redeemed instead of {state:?}");
        }
    }
    assert_eq!(store.take(&state).await.expect("no error"), Some(ceremony));
    super::count_accepted();
    let again = store.take(&state).await.expect("no error");
    assert_eq!(again, None, "the ceremony state was redeemed twice");
}

impl Change {
    fn of(&self, state: String, other: &str) -> String {
        let at = |at: u16| usize::from(at) % state.len().max(1);
        let is_char = |at: usize| state.is_char_boundary(at) && other.is_char_boundary(at);
        match self {
            Self::Flip(place, bits) => {
                let mut bytes = state.into_bytes();
                let place = usize::from(*place) % bytes.len().max(1);
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= bits & 0x7f;
                }
                String::from_utf8_lossy(&bytes).into_owned()
            }
            Self::Cut(place) if is_char(at(*place)) => state[..at(*place)].to_owned(),
            Self::Insert(place, char) if is_char(at(*place)) => {
                format!("{}{char}{}", &state[..at(*place)], &state[at(*place)..])
            }
            Self::Append(more) => state + more,
            Self::Prepend(more) => format!("{more}{state}"),
            Self::Twice if state.len() < 1 << 14 => state.repeat(2),
            Self::UpperCase => state.to_uppercase(),
            Self::Splice(place) if is_char(at(*place)) => {
                format!("{}{}", &other[..at(*place)], &state[at(*place)..])
            }
            _ => state,
        }
    }
}
