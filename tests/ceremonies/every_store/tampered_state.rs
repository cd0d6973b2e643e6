//! Tampering with the ceremony state: a `state` that differs from the one that begin returned is
//! rejected, and does not affect the original.

use passkeys::{ceremony::FinishAuthentication, store::MemoryRepository};
use passkeys_test_support::assert;

use super::helpers::{assert_challenge_not_found, in_every_store, on, registered};

/// Sends each changed `state` with a valid assertion, which must be rejected, and then the original
/// one, which must be accepted.
async fn assert_changed_states_are_rejected(change: impl Fn(&str) -> Vec<String>) {
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
            assert_challenge_not_found(passkeys.authentication().finish(&changed).await);
        }
        passkeys.authentication().finish(&request).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn truncated_state_is_rejected_and_the_original_still_finishes() {
    assert_changed_states_are_rejected(|state| {
        let ends = (0..state.len()).map(|at| state[..at].to_owned());
        ends.chain((1..state.len()).map(|at| state[at..].to_owned()))
            .collect()
    })
    .await;
}

#[tokio::test]
async fn state_with_any_bit_flipped_is_rejected_and_the_original_still_finishes() {
    assert_changed_states_are_rejected(|state| {
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
async fn state_with_added_characters_is_rejected_and_the_original_still_finishes() {
    assert_changed_states_are_rejected(|state| {
        let more = [
            "A", "=", "==", " ", "\n", "\0", ".", "%00", "\u{feff}", state,
        ];
        let before = more.map(|more| format!("{more}{state}"));
        let mut changed = more.map(|more| format!("{state}{more}")).to_vec();
        changed.extend(before);
        for at in 1..state.len() {
            changed.push(format!("{}{}", &state[..at], &state[at - 1..]));
        }
        // Doubling either of two equal neighbours gives the same text.
        changed.sort();
        changed.dedup();
        changed
    })
    .await;
}
