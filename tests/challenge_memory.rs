//! What waits in memory takes what the documentation says, and goes when its time is over.

use std::alloc::System;

use passkeys::{
    PasskeyUser,
    store::{ChallengeStore as _, MemoryChallenges, PendingCeremony},
    testing::pending_ceremony,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use time::{Duration, OffsetDateTime};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const LIFETIME: Duration = Duration::minutes(5);

/// What an allocation takes beyond what was asked for: glibc's header and rounding, at most.
const OVERHEAD: usize = 24;

/// Bytes that are in use since the region began.
fn in_use(region: &Region<'_, System>) -> usize {
    let change = region.change();
    let live = change.allocations - change.deallocations;
    change
        .bytes_allocated
        .saturating_sub(change.bytes_deallocated)
        + live * OVERHEAD
}

/// A registration by somebody with names of usual length.
fn registration(begun_at: OffsetDateTime) -> PendingCeremony {
    let user = PasskeyUser::new(
        "5b2f0c7e-3f0c-4a4e-9c3e-0d8f6c1b2a39",
        "augusta.ada.lovelace@example.com",
        "Augusta Ada King, Countess of Lovelace",
    );
    let mut form = serde_json::to_value(pending_ceremony(begun_at, LIFETIME)).unwrap();
    form["purpose"] = serde_json::json!({ "register": user });
    serde_json::from_value(form).unwrap()
}

/// The only test here, so that nothing else allocates meanwhile.
#[tokio::test]
async fn ceremonies_take_under_400_bytes_each_and_leave_when_they_expire() {
    const MANY: usize = 100_000;
    let now = OffsetDateTime::now_utc();
    let challenges = MemoryChallenges::default();
    let region = Region::new(GLOBAL);
    let mut last = String::new();
    for number in 0..MANY {
        // Begun one after the other, as they are.
        let begun = now + Duration::microseconds(i64::try_from(number).unwrap());
        last = challenges.put(registration(begun)).await.unwrap();
    }
    let full = in_use(&region);
    println!("a registration takes {} bytes", full / MANY);
    assert!(full / MANY < 400, "each takes {} bytes", full / MANY);

    // Beyond the capacity, the oldest make room.
    let next = challenges.put(registration(now)).await.unwrap();
    for number in 0..MANY / 2 {
        let begun = now + Duration::microseconds(i64::try_from(number).unwrap());
        challenges.put(registration(begun)).await.unwrap();
    }
    assert!(
        in_use(&region) < full + full / 50,
        "it has grown to {}",
        in_use(&region)
    );
    assert!(challenges.take(&last).await.unwrap().is_some());
    assert!(
        challenges.take(&next).await.unwrap().is_none(),
        "it was the oldest"
    );

    // When all of it has expired, half as many begins have it gone, two by two: none of them has
    // more to do than that.
    let later = now + 2 * LIFETIME;
    let mut most = 0;
    for _ in 0..=MANY / 2 {
        let ceremony = registration(later);
        let put = Region::new(GLOBAL);
        challenges.put(ceremony).await.unwrap();
        most = most.max(put.change().deallocations);
    }
    println!("the busiest `put` gives {most} allocations back");
    assert!(most < 40, "one `put` gave {most} allocations back");
    assert!(format!("{challenges:?}").contains(&format!("ceremonies: {}", MANY / 2 + 1)));
    for _ in 0..=MANY / 2 {
        challenges
            .put(registration(later + 2 * LIFETIME))
            .await
            .unwrap();
    }
    assert!(
        in_use(&region) < full * 6 / 10,
        "half as many take {}",
        in_use(&region)
    );
}
