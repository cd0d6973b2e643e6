//! What is allocated: counted for the whole program, so whoever looks runs alone.

use std::{alloc::System, time::Duration};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

static TESTS: RwLock<()> = RwLock::const_new(());

/// A test's turn beside others.
pub(crate) type Turn = RwLockReadGuard<'static, ()>;

pub(crate) async fn among_others() -> Turn {
    TESTS.read().await
}

/// Waits until no other test runs, and counts from then on.
pub(crate) async fn alone() -> Count {
    let turn = TESTS.write().await;
    Count {
        region: Region::new(GLOBAL),
        _turn: turn,
    }
}

pub(crate) struct Count {
    region: Region<'static, System>,
    _turn: RwLockWriteGuard<'static, ()>,
}

impl Count {
    /// Bytes that are in use now beyond what was when the count began.
    pub(crate) fn in_use(&self) -> isize {
        let change = self.region.change();
        change.bytes_allocated.cast_signed() - change.bytes_deallocated.cast_signed()
    }

    /// The same, when what has ended is gone: connections are closed in their own time.
    pub(crate) async fn settled(&self) -> isize {
        let mut least = self.in_use();
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            least = least.min(self.in_use());
        }
        least
    }
}
