use divan::Bencher;
use passkeys::{
    Credential, CredentialId,
    store::{CredentialRepository, CredentialUse, Deletion, Insertion, Owner},
};
use passkeys_test_support::stores::RepositoryBackend;
use time::OffsetDateTime;

use crate::open::Open;

macro_rules! operations {
    ($($name:ident: $operation:expr,)*) => {$(
        pub(crate) fn $name<B: RepositoryBackend>(bencher: Bencher<'_, '_>) {
            on_stored::<B>(bencher, $operation);
        }
    )*};
}

operations! {
    find: async |repository, credential| {
        repository.find(&credential.id).await.unwrap().is_some()
    },
    list: async |repository, credential| {
        repository.list(owner(credential)).await.unwrap().len() == 1
    },
    record_use: async |repository, credential| {
        let (owner, id) = (owner(credential), &credential.id);
        let usage = CredentialUse::new(0, 0, false, false, OffsetDateTime::UNIX_EPOCH);
        repository.record_use(owner, id, &usage).await.unwrap()
    },
    rename: async |repository, credential| {
        let (owner, id) = (owner(credential), &credential.id);
        repository.rename(owner, id, "another name").await.unwrap()
    },
    suspend: async |repository, credential| {
        let (owner, id) = (owner(credential), &credential.id);
        repository.suspend(owner, id, OffsetDateTime::UNIX_EPOCH).await.unwrap()
    },
    delete: async |repository, credential| {
        let (owner, id) = (owner(credential), &credential.id);
        repository.delete(owner, id).await.unwrap()
    },
    delete_unless_last: async |repository, credential| {
        let (owner, id) = (owner(credential), &credential.id);
        repository.delete_unless_last(owner, id).await.unwrap() == Deletion::Last
    },
}

pub(crate) fn insert<B: RepositoryBackend>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<B>::new() else { return };
    let mut credentials = credentials();
    bencher
        .with_inputs(|| credentials.next().expect("another"))
        .bench_local_refs(|credential| {
            let insertion = open
                .run(open.store.insert(owner(credential), credential, 20))
                .unwrap();
            assert!(insertion == Insertion::Stored);
        });
}

pub(crate) fn insert_first<B: RepositoryBackend>(bencher: Bencher<'_, '_>) {
    let Some(open) = Open::<B>::new() else { return };
    let mut credentials = credentials();
    bencher
        .with_inputs(|| credentials.next().expect("another"))
        .bench_local_refs(|credential| {
            assert!(
                open.run(open.store.insert_first(owner(credential), credential))
                    .unwrap()
            );
        });
}

/// Measures an operation, which returns whether it succeeded, on the only passkey of a user.
fn on_stored<B: RepositoryBackend>(
    bencher: Bencher<'_, '_>,
    operation: impl AsyncFn(&B::Store, &Credential) -> bool,
) {
    let Some(open) = Open::<B>::new() else { return };
    let mut credentials = credentials();
    bencher
        .with_inputs(|| {
            let credential = credentials.next().expect("another");
            let insertion = open
                .run(open.store.insert(owner(&credential), &credential, 20))
                .unwrap();
            assert!(insertion == Insertion::Stored);
            credential
        })
        .bench_local_refs(|credential| assert!(open.run(operation(&open.store, credential))));
}

fn owner(credential: &Credential) -> Owner<'_> {
    Owner::of_site("example.com", &credential.user_id)
}

/// Returns new credentials without end, each of another user.
fn credentials() -> impl Iterator<Item = Credential> {
    (0_u32..).map(|number| {
        let id = format!("a credential with a long id {number:07}");
        let id = CredentialId::new(id).expect("1 to 1023 bytes");
        let user = format!("user-{number:07}");
        Credential::new(id, user, vec![0; 77], OffsetDateTime::UNIX_EPOCH)
    })
}

macro_rules! bench_repositories {
    ([] $($name:ident: $backend:ty [$kind:ident],)*) => {
        const _: () = {
            $(mod $name {
                bench_repositories!(
                    $backend: insert insert_first find list record_use rename suspend delete
                    delete_unless_last
                );
            })*
        };
    };
    ($backend:ty: $($operation:ident)*) => {$(
        #[divan::bench]
        fn $operation(bencher: divan::Bencher<'_, '_>) {
            crate::repositories::$operation::<$backend>(bencher);
        }
    )*};
}
