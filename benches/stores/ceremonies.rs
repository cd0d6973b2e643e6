use divan::Bencher;
use passkeys::{
    store::{
        ChallengeStore, MemoryChallenges, PostgresChallenges, RedisChallenges, SealedChallenges,
    },
    testing::pending_ceremony,
};
use time::{Duration, OffsetDateTime};

use crate::kept::{Kept, Open};

#[divan::bench(types = [MemoryChallenges, SealedChallenges, PostgresChallenges, RedisChallenges])]
fn put<S: Kept + ChallengeStore>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<S>::new() else { return };
    bencher
        .with_inputs(|| pending_ceremony(OffsetDateTime::now_utc(), Duration::MINUTE))
        .bench_local_values(|ceremony| open.run(open.store.put(ceremony)).expect("a state"));
}

#[divan::bench(types = [MemoryChallenges, SealedChallenges, PostgresChallenges, RedisChallenges])]
fn take<S: Kept + ChallengeStore>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<S>::new() else { return };
    bencher
        .with_inputs(|| {
            let ceremony = pending_ceremony(OffsetDateTime::now_utc(), Duration::MINUTE);
            open.run(open.store.put(ceremony)).expect("a state")
        })
        .bench_local_refs(|state| {
            let taken = open.run(open.store.take(state)).expect("an answer");
            taken.expect("a ceremony")
        });
}
