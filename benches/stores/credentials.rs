use divan::Bencher;
use passkeys::{
    Credential, CredentialId,
    store::{
        CredentialRepository, Deletion, MemoryRepository, PostgresRepository, SqliteRepository,
    },
};
use time::OffsetDateTime;

use crate::kept::{Kept, Open};

// There is no `record_use`: only a sign-in says what there is to record. It is an update like
// `rename`.
macro_rules! operations {
    ($($name:ident: $operation:expr,)*) => {$(
        #[divan::bench(types = [MemoryRepository, SqliteRepository, PostgresRepository])]
        fn $name<R: Kept + CredentialRepository>(bencher: Bencher<'_, '_>) {
            on_stored::<R>(bencher, $operation);
        }
    )*};
}

operations! {
    find: async |repository, credential| {
        repository.find(&credential.id).await.unwrap().is_some()
    },
    list: async |repository, credential| {
        repository.list(&credential.user_id).await.unwrap().len() == 1
    },
    rename: async |repository, credential| {
        let (user_id, id) = (&credential.user_id, &credential.id);
        repository.rename(user_id, id, "another name").await.unwrap()
    },
    suspend: async |repository, credential| {
        let (user_id, id) = (&credential.user_id, &credential.id);
        repository.suspend(user_id, id, OffsetDateTime::UNIX_EPOCH).await.unwrap()
    },
    delete: async |repository, credential| {
        let (user_id, id) = (&credential.user_id, &credential.id);
        repository.delete(user_id, id).await.unwrap()
    },
    delete_unless_last: async |repository, credential| {
        let (user_id, id) = (&credential.user_id, &credential.id);
        repository.delete_unless_last(user_id, id).await.unwrap() == Deletion::Last
    },
}

#[divan::bench(types = [MemoryRepository, SqliteRepository, PostgresRepository])]
fn insert<R: Kept + CredentialRepository>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<R>::new() else { return };
    let mut credentials = credentials();
    bencher
        .with_inputs(|| credentials.next().expect("another"))
        .bench_local_refs(|credential| {
            assert!(open.run(open.store.insert(credential)).unwrap());
        });
}

#[divan::bench(types = [MemoryRepository, SqliteRepository, PostgresRepository])]
fn insert_first<R: Kept + CredentialRepository>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<R>::new() else { return };
    let mut credentials = credentials();
    bencher
        .with_inputs(|| credentials.next().expect("another"))
        .bench_local_refs(|credential| {
            assert!(open.run(open.store.insert_first(credential)).unwrap());
        });
}

/// Measures an operation, which says whether it did what it should, on the one passkey of a user.
fn on_stored<R: Kept + CredentialRepository>(
    bencher: Bencher<'_, '_>,
    operation: impl AsyncFn(&R, &Credential) -> bool,
) {
    let Some(open) = Open::<R>::new() else { return };
    let mut credentials = credentials();
    bencher
        .with_inputs(|| {
            let credential = credentials.next().expect("another");
            assert!(open.run(open.store.insert(&credential)).unwrap());
            credential
        })
        .bench_local_refs(|credential| assert!(open.run(operation(&open.store, credential))));
}

/// New ones without end, each of another user.
fn credentials() -> impl Iterator<Item = Credential> {
    (0_u32..).map(|number| {
        let id = format!("a credential with a long id {number:07}").into_bytes();
        let user = format!("user-{number:07}");
        let id = CredentialId::new(id).expect("1 to 1023 bytes");
        Credential::new(id, user, vec![0; 77], OffsetDateTime::UNIX_EPOCH)
    })
}
