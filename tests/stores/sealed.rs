use passkeys::{
    store::{ChallengeStore as _, SealedChallenges},
    testing::pending_ceremony,
};
use time::{Duration, OffsetDateTime};

const LIFETIME: Duration = Duration::minutes(5);

fn sealed(secret: u8) -> SealedChallenges {
    SealedChallenges::new([secret; 32]).unwrap()
}

#[tokio::test]
async fn sealed_ceremony_can_be_taken_by_another_process_with_the_secret() {
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let state = sealed(1).put(ceremony.clone()).await.unwrap();
    assert_eq!(
        sealed(1).take(&state).await.unwrap().as_ref(),
        Some(&ceremony)
    );
    assert!(
        sealed(2).take(&state).await.unwrap().is_none(),
        "another secret"
    );
}

#[tokio::test]
async fn sealed_state_is_single_use_within_each_process_only() {
    let state = sealed(1)
        .put(pending_ceremony(OffsetDateTime::now_utc(), LIFETIME))
        .await
        .unwrap();
    for process in [sealed(1), sealed(1)] {
        assert!(process.take(&state).await.unwrap().is_some());
        assert!(process.take(&state).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn secrets_rotate_without_losing_unfinished_ceremonies() {
    let now = OffsetDateTime::now_utc();
    let old = sealed(1)
        .put(pending_ceremony(now, LIFETIME))
        .await
        .unwrap();
    let rotated = sealed(2).with_previous([1; 32]).unwrap();
    assert!(rotated.take(&old).await.unwrap().is_some());
    let new = rotated.put(pending_ceremony(now, LIFETIME)).await.unwrap();
    assert!(
        sealed(1).take(&new).await.unwrap().is_none(),
        "the current secret seals"
    );
    assert!(sealed(2).take(&new).await.unwrap().is_some());
}

#[tokio::test]
async fn sealed_states_are_confidential_and_authenticated() {
    let sealed = sealed(1);
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let state = sealed.put(ceremony.clone()).await.unwrap();
    let bytes = decode(&state);
    for part in ["example.com", "challenge", "purpose"] {
        assert!(
            !bytes
                .windows(part.len())
                .any(|window| window == part.as_bytes()),
            "{part}"
        );
    }
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(
            sealed.take(&encode(&changed)).await.unwrap().is_none(),
            "byte {at}"
        );
        assert!(
            sealed.take(&encode(&bytes[..at])).await.unwrap().is_none(),
            "{at} bytes"
        );
    }
    assert_eq!(sealed.take(&state).await.unwrap(), Some(ceremony));
}

#[tokio::test]
async fn replay_memory_is_bounded_and_forgotten_ceremonies_are_rejected() {
    let sealed = sealed(1).with_capacity(3);
    let now = OffsetDateTime::now_utc();
    let mut states = Vec::new();
    for number in 0..10 {
        let ceremony = pending_ceremony(now + Duration::seconds(number), LIFETIME);
        states.push(sealed.put(ceremony).await.unwrap());
    }
    let (untaken, taken) = states.split_at(2);
    for state in taken {
        assert!(sealed.take(state).await.unwrap().is_some());
    }
    for state in taken {
        assert!(sealed.take(state).await.unwrap().is_none(), "a replay");
    }
    for state in untaken {
        assert!(
            sealed.take(state).await.unwrap().is_none(),
            "expires no later than a forgotten one"
        );
    }
}

#[tokio::test]
async fn short_secrets_are_rejected_and_debug_output_contains_no_secret() {
    assert!(SealedChallenges::new("x".repeat(31)).is_err());
    assert!(
        SealedChallenges::new("x".repeat(32))
            .unwrap()
            .with_previous("short")
            .is_err()
    );
    let secret = "a secret that is long enough to serve".to_owned();
    let shown = format!("{:?}", SealedChallenges::new(&secret).unwrap());
    assert_eq!(shown, "SealedChallenges { keys: 1, capacity: 500000, .. }");
}

fn encode(bytes: &[u8]) -> String {
    passkeys_test_support::base64url(bytes)
}

fn decode(state: &str) -> Vec<u8> {
    state
        .parse::<passkeys::CredentialId>()
        .unwrap()
        .as_bytes()
        .to_vec()
}
