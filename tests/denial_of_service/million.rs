//! A million ceremonies that are begun and never finished.

use passkeys::{Passkeys, store::MemoryRepository};
use passkeys_test_support::{App, AuthenticationExt as _};

use crate::memory;

/// What the documentation of `MemoryChallenges` says of the default capacity, and the same again for
/// the allocator and what a request takes.
const BOUND: isize = 40_000_000;

#[tokio::test]
async fn a_million_begins_fill_the_memory_that_the_documentation_says() {
    let count = memory::alone().await;
    // What is measured is memory, a million times, and not time.
    let passkeys =
        Passkeys::new(App, MemoryRepository::default()).timing_floor(std::time::Duration::ZERO);
    let authentication = passkeys.authentication();
    // As long as a body may be.
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
