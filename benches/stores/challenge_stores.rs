use divan::Bencher;
use passkeys::{store::ChallengeStore as _, testing::pending_ceremony};
use passkeys_test_support::stores::ChallengeBackend;
use time::{Duration, OffsetDateTime};

use crate::open::Open;

pub(crate) fn put<B: ChallengeBackend>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<B>::new() else { return };
    bencher
        .with_inputs(|| pending_ceremony(OffsetDateTime::now_utc(), Duration::MINUTE))
        .bench_local_values(|ceremony| open.run(open.store.put(ceremony)).expect("a state"));
}

pub(crate) fn take<B: ChallengeBackend>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<B>::new() else { return };
    bencher
        .with_inputs(|| {
            let ceremony = pending_ceremony(OffsetDateTime::now_utc(), Duration::MINUTE);
            open.run(open.store.put(ceremony)).expect("a state")
        })
        .bench_local_refs(|state| {
            let taken = open.run(open.store.take(state)).expect("no error");
            taken.expect("a ceremony")
        });
}

macro_rules! bench_challenge_stores {
    ([] $($name:ident: $backend:ty,)*) => {
        const _: () = {$(
            mod $name {
                use divan::Bencher;

                #[divan::bench]
                fn put(bencher: Bencher<'_, '_>) {
                    crate::challenge_stores::put::<$backend>(bencher);
                }

                #[divan::bench]
                fn take(bencher: Bencher<'_, '_>) {
                    crate::challenge_stores::take::<$backend>(bencher);
                }
            }
        )*};
    };
}
