//! Counts allocations of the whole program. A test that counts runs exclusively, the others share
//! it.

use std::{alloc::System, time::Duration};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

static TESTS: RwLock<()> = RwLock::const_new(());

/// Permission to run concurrently with other tests.
pub(crate) type Turn = RwLockReadGuard<'static, ()>;

/// Waits until no test counts allocations.
pub(crate) async fn shared_turn() -> Turn {
    TESTS.read().await
}

/// Waits until no other test runs, and counts allocations from then on.
pub(crate) async fn count_alone() -> Count {
    let turn = TESTS.write().await;
    Count {
        region: Region::new(GLOBAL),
        _turn: turn,
    }
}

/// Running count of allocations.
pub(crate) struct Count {
    region: Region<'static, System>,
    _turn: RwLockWriteGuard<'static, ()>,
}

impl Count {
    /// Returns the bytes in use, less those in use when the count began.
    pub(crate) fn in_use(&self) -> isize {
        let change = self.region.change();
        change.bytes_allocated.cast_signed() - change.bytes_deallocated.cast_signed()
    }

    /// Returns the least bytes in use within a second, in which closed connections are freed.
    pub(crate) async fn settled(&self) -> isize {
        let mut least = self.in_use();
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            least = least.min(self.in_use());
        }
        least
    }
}
