//! Bounds of challenge stores on servers, which count what they keep in their own way.

use passkeys::{
    store::ChallengeStore,
    testing::{pending_ceremony, pending_ceremony_of},
};
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;

const LIFETIME: Duration = Duration::minutes(5);

/// Number of ceremonies that a store keeps.
pub(crate) struct Kept {
    pub(crate) all: usize,
    /// Of these, the ones begun by users who are signed in.
    pub(crate) reserved: usize,
}

/// Fills a store with a capacity of 10, and checks that it keeps the newest ceremonies.
pub(crate) async fn newest_are_kept(store: &impl ChallengeStore, kept: impl AsyncFn() -> Kept) {
    let now = OffsetDateTime::now_utc();
    let mut states = Vec::new();
    for _ in 0..25 {
        let ceremony = pending_ceremony(now, LIFETIME);
        states.push(store.put(ceremony).await.unwrap());
        assert!(kept().await.all <= 10);
    }
    only_last_are_known(store, &states, 10).await;
}

/// Fills a store with a capacity of 1000 concurrently, and checks that it keeps 250 more for users who are
/// signed in.
pub(crate) async fn quarter_more_is_kept_for_signed_in_users(
    store: &(impl ChallengeStore + Clone),
    kept: impl AsyncFn() -> Kept,
) {
    let now = OffsetDateTime::now_utc();
    let mut puts = JoinSet::new();
    for number in 0..3000 {
        let store = store.clone();
        let user = format!("user {}", number % 500);
        puts.spawn(async move {
            let signed_in = pending_ceremony_of(&user, now, LIFETIME);
            store.put(signed_in).await.unwrap();
            let anybody = pending_ceremony(now, LIFETIME);
            store.put(anybody).await.unwrap();
        });
    }
    puts.join_all().await;
    let Kept { all, reserved } = kept().await;
    assert_eq!(
        (all, reserved),
        (1250, 250),
        "concurrent insertions drop no more than necessary"
    );
}

/// Lets one user begin 40 ceremonies in an empty store, and checks that the newest 16 are kept.
pub(crate) async fn newest_of_a_user_are_kept(
    store: &impl ChallengeStore,
    kept: impl AsyncFn() -> Kept,
) {
    let now = OffsetDateTime::now_utc();
    let mut states = Vec::new();
    for _ in 0..40 {
        let ceremony = pending_ceremony_of("ada", now, LIFETIME);
        states.push(store.put(ceremony).await.unwrap());
        assert!(kept().await.all <= 16);
    }
    only_last_are_known(store, &states, 16).await;
    assert_eq!(kept().await.reserved, 0, "what was taken is not counted");
}

async fn only_last_are_known(store: &impl ChallengeStore, states: &[String], last: usize) {
    for (number, state) in states.iter().enumerate() {
        let known = store.take(state).await.unwrap().is_some();
        let expected = number >= states.len() - last;
        assert_eq!(known, expected, "number {number} of {}", states.len());
    }
}
