use passkeys::{
    store::{
        ChallengeStore as _, CredentialRepository as _, MemoryChallenges, MemoryRepository, Owner,
    },
    testing::{pending_ceremony, pending_ceremony_of},
};
use time::{Duration, OffsetDateTime};

use passkeys_test_support::{credential, imported};

#[tokio::test]
async fn full_memory_repository_fails_insertions_of_new_credentials_and_nothing_else() {
    let ada = Owner::everywhere("ada");
    let repository = MemoryRepository::with_capacity(2);
    assert!(imported(&repository, &credential(1, "ada")).await);
    assert!(imported(&repository, &credential(2, "ada")).await);
    assert!(
        repository
            .insert(ada, &credential(3, "ada"), 20)
            .await
            .is_err()
    );
    assert!(
        !imported(&repository, &credential(1, "eve")).await,
        "an existing ID is reported as such"
    );
    assert!(
        repository
            .delete(ada, &credential(1, "ada").id)
            .await
            .unwrap()
    );
    assert!(imported(&repository, &credential(3, "ada")).await);
}

#[tokio::test]
async fn memory_repository_with_capacity_0_fails_every_insertion() {
    let ada = Owner::everywhere("ada");
    let repository = MemoryRepository::with_capacity(0);
    assert!(
        repository
            .insert(ada, &credential(1, "ada"), 20)
            .await
            .is_err()
    );
    let first = repository.insert_first(ada, &credential(1, "ada")).await;
    let error = first.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("capacity of 0"), "{cause}");
}

#[tokio::test]
async fn full_memory_challenge_store_drops_the_ceremony_that_expires_first() {
    let challenges = MemoryChallenges::with_capacity(2);
    let now = OffsetDateTime::now_utc();
    let mut states = Vec::new();
    for minutes in [2, 1, 3] {
        let ceremony = pending_ceremony(now, Duration::minutes(minutes));
        states.push(challenges.put(ceremony).await.unwrap());
    }
    for (state, there) in states.iter().zip([true, false, true]) {
        assert_eq!(challenges.take(state).await.unwrap().is_some(), there);
    }
}

#[tokio::test]
async fn memory_challenge_store_keeps_a_quarter_of_its_capacity_more_for_signed_in_users() {
    let challenges = MemoryChallenges::with_capacity(100);
    let now = OffsetDateTime::now_utc();
    let lifetime = Duration::minutes(5);
    let count = || format!("{challenges:?}");
    for number in 0..1000 {
        let user = format!("user {number}");
        let ceremony = pending_ceremony_of(&user, now, lifetime);
        challenges.put(ceremony).await.unwrap();
        challenges
            .put(pending_ceremony(now, lifetime))
            .await
            .unwrap();
    }
    assert!(count().contains("ceremonies: 125,"), "{}", count());
    // Expired ones of both parts are dropped by the next.
    for _ in 0..75 {
        let later = now + 2 * lifetime;
        challenges
            .put(pending_ceremony(later, lifetime))
            .await
            .unwrap();
    }
    assert!(count().contains("ceremonies: 75,"), "{}", count());
}
