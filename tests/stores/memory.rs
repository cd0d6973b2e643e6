use passkeys::{
    store::{ChallengeStore as _, CredentialRepository as _, MemoryChallenges, MemoryRepository},
    testing::pending_ceremony,
};
use time::{Duration, OffsetDateTime};

use passkeys_test_support::credential;

#[tokio::test]
async fn a_repository_refuses_what_is_beyond_its_limit_and_nothing_else() {
    let repository = MemoryRepository::with_capacity(2);
    assert!(repository.insert(&credential(1, "ada")).await.unwrap());
    assert!(repository.insert(&credential(2, "ada")).await.unwrap());
    assert!(repository.insert(&credential(3, "ada")).await.is_err());
    assert!(
        !repository.insert(&credential(1, "eve")).await.unwrap(),
        "known, not refused"
    );
    assert!(
        repository
            .delete("ada", &credential(1, "ada").id)
            .await
            .unwrap()
    );
    assert!(repository.insert(&credential(3, "ada")).await.unwrap());
}

#[tokio::test]
async fn a_challenge_store_without_room_keeps_nothing() {
    let challenges = MemoryChallenges::with_capacity(0);
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), Duration::minutes(5));
    let state = challenges.put(ceremony).await.unwrap();
    assert!(challenges.take(&state).await.unwrap().is_none());
}
