//! Memory exhaustion by a million unfinished ceremonies.

use passkeys::{Passkeys, store::MemoryRepository};
use passkeys_test_support::{App, AuthenticationExt as _};

use crate::allocations;

/// Twice the documented memory of `MemoryChallenges` at its default capacity; the other half is for
/// the allocator and the current request.
const BOUND: isize = 40_000_000;

#[tokio::test]
async fn a_million_unfinished_ceremonies_stay_below_the_documented_memory_bound() {
    let count = allocations::count_alone().await;
    // No timing floor, which would take hours.
    let passkeys =
        Passkeys::new(App, MemoryRepository::default()).timing_floor(std::time::Duration::ZERO);
    let authentication = passkeys.authentication();
    // Close to the maximum body size.
    let long = "a".repeat(65_000);
    let names = [None, Some("ada"), Some(long.as_str())];
    let mut most = 0;
    for number in 0..1_000_000 {
        let name = if number % 10 == 0 {
            names[2]
        } else {
            names[number % 2]
        };
        authentication.begin_for(name).await.unwrap();
        if number % 1000 == 0 {
            most = most.max(count.in_use());
        }
    }
    println!("at most {most} bytes");
    assert!(most < BOUND, "{most} bytes");
}
