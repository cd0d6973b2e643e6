//! Memory use of `MemoryChallenges`: bytes per unfinished ceremony, eviction at capacity, and
//! release of expired ceremonies.

use std::alloc::System;

use passkeys::{
    UserHandle,
    store::{ChallengeStore as _, MemoryChallenges, PendingCeremony},
    testing::pending_ceremony,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use time::{Duration, OffsetDateTime};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const LIFETIME: Duration = Duration::minutes(5);

/// Bytes that an allocation takes beyond its size: glibc's header and rounding, at most.
const OVERHEAD: usize = 24;

/// Returns the bytes in use that were allocated since the region began.
fn in_use(region: &Region<'_, System>) -> usize {
    let change = region.change();
    let live = change.allocations - change.deallocations;
    change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated)
        + live * OVERHEAD
}

/// Returns a pending sign-up of a user with names of usual length.
fn sign_up(begun_at: OffsetDateTime) -> PendingCeremony {
    registration("sign_up", 0, begun_at)
}

/// Returns a pending registration of this kind by a user with names of usual length.
fn registration(kind: &str, user: usize, begun_at: OffsetDateTime) -> PendingCeremony {
    let user = serde_json::json!({
        "user_id": format!("5b2f0c7e-3f0c-4a4e-9c3e-0d8f6{user:07x}"),
        "name": "augusta.ada.lovelace@example.com",
        "display_name": "Augusta Ada King, Countess of Lovelace",
        "handle": UserHandle::random().unwrap(),
    });
    let mut form = serde_json::to_value(pending_ceremony(begun_at, LIFETIME)).unwrap();
    form["purpose"] = serde_json::json!({ kind: user });
    serde_json::from_value(form).unwrap()
}

/// The only test here, so that nothing else allocates meanwhile.
#[tokio::test]
async fn memory_challenge_store_takes_under_400_bytes_per_ceremony_and_frees_expired_ones() {
    const MANY: usize = 100_000;
    let now = OffsetDateTime::now_utc();
    let challenges = MemoryChallenges::default();
    let region = Region::new(GLOBAL);
    let mut last = String::new();
    for number in 0..MANY {
        // At distinct times, so that their order of age is known.
        let begun = now + Duration::microseconds(i64::try_from(number).unwrap());
        last = challenges.put(sign_up(begun)).await.unwrap();
    }
    let full = in_use(&region);
    println!("a registration takes {} bytes", full / MANY);
    assert!(full / MANY < 400, "each takes {} bytes", full / MANY);

    // At capacity, the oldest ceremonies are evicted.
    let next = challenges.put(sign_up(now)).await.unwrap();
    for number in 0..MANY / 2 {
        let begun = now + Duration::microseconds(i64::try_from(number).unwrap());
        challenges.put(sign_up(begun)).await.unwrap();
    }
    assert!(
        in_use(&region) < full + full / 50,
        "it has grown to {}",
        in_use(&region)
    );
    assert!(challenges.take(&last).await.unwrap().is_some());
    assert!(
        challenges.take(&next).await.unwrap().is_none(),
        "the oldest ceremony was not evicted"
    );

    // Each `put` removes up to two expired ceremonies, so half as many begins remove all of them,
    // and no single `put` has to remove more.
    let later = now + 2 * LIFETIME;
    let mut most = 0;
    for _ in 0..=MANY / 2 {
        let ceremony = sign_up(later);
        let put = Region::new(GLOBAL);
        challenges.put(ceremony).await.unwrap();
        most = most.max(put.change().deallocations);
    }
    println!("one `put` frees at most {most} allocations");
    assert!(most < 40, "one `put` freed {most} allocations");
    assert!(format!("{challenges:?}").contains(&format!("ceremonies: {}", MANY / 2 + 1)));
    for _ in 0..=MANY / 2 {
        challenges.put(sign_up(later + 2 * LIFETIME)).await.unwrap();
    }
    assert!(
        in_use(&region) < full * 6 / 10,
        "half as many take {}",
        in_use(&region)
    );
    drop(challenges);
    reserved_ceremonies_take_under_500_bytes_and_are_bounded().await;
}

/// Ceremonies of signed-in users: a quarter as many.
async fn reserved_ceremonies_take_under_500_bytes_and_are_bounded() {
    const MANY: usize = 25_000;
    let now = OffsetDateTime::now_utc();
    let challenges = MemoryChallenges::default();
    let region = Region::new(GLOBAL);
    for user in 0..MANY {
        let ceremony = registration("register", user, now);
        challenges.put(ceremony).await.unwrap();
    }
    let full = in_use(&region);
    println!("a reserved registration takes {} bytes", full / MANY);
    assert!(full / MANY < 500, "each takes {} bytes", full / MANY);
    drop(challenges);
    // A user with many replaces their own.
    let challenges = MemoryChallenges::default();
    for _ in 0..MANY {
        let ceremony = registration("register", 1, now);
        challenges.put(ceremony).await.unwrap();
    }
    let shown = format!("{challenges:?}");
    assert!(shown.contains("ceremonies: 16,"), "{shown}");
}
