//! A `state` that is not to the letter what `begin` answered is none, and harms none.

use passkeys::{ceremony::FinishAuthentication, store::MemoryRepository};
use passkeys_test_support::assert;

use super::parts::{in_every_store, is_over, on, registered};

/// Sends each changed `state` with an answer that is right, and then the one that was begun.
async fn with(change: impl Fn(&str) -> Vec<String>) {
    in_every_store(async |store| {
        let passkeys = on(MemoryRepository::default()).challenges(store);
        let mut device = registered(&passkeys, "ada").await;
        let request = assert(&passkeys.authentication(), None, &mut device).await;
        let changed = change(&request.state);
        assert!(!changed.is_empty());
        for state in changed {
            assert_ne!(state, request.state);
            let credential = request.credential.clone();
            let changed = FinishAuthentication::new(credential, state);
            is_over(passkeys.authentication().finish(&changed).await);
        }
        passkeys.authentication().finish(&request).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn cut_anywhere() {
    with(|state| {
        let ends = (0..state.len()).map(|at| state[..at].to_owned());
        ends.chain((1..state.len()).map(|at| state[at..].to_owned()))
            .collect()
    })
    .await;
}

#[tokio::test]
async fn with_any_bit_of_any_byte_flipped() {
    with(|state| {
        let mut changed = Vec::new();
        for at in 0..state.len() {
            for bit in 0..7 {
                let mut bytes = state.as_bytes().to_vec();
                bytes[at] ^= 1 << bit;
                changed.push(String::from_utf8(bytes).unwrap());
            }
        }
        changed
    })
    .await;
}

#[tokio::test]
async fn with_something_more() {
    with(|state| {
        let more = [
            "A", "=", "==", " ", "\n", "\0", ".", "%00", "\u{feff}", state,
        ];
        let before = more.map(|more| format!("{more}{state}"));
        let mut changed = more.map(|more| format!("{state}{more}")).to_vec();
        changed.extend(before);
        for at in 1..state.len() {
            changed.push(format!("{}{}", &state[..at], &state[at - 1..]));
        }
        // A character twice is the same as the other twice where both are one.
        changed.sort();
        changed.dedup();
        changed
    })
    .await;
}
