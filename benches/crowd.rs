use passkeys::{
    Credential, CredentialId,
    store::{CredentialRepository as _, MemoryRepository, Owner},
};
use time::OffsetDateTime;
use tokio::runtime::Builder;

/// Creates a repository with passkeys of `others` users, and capacity for a million more.
///
/// # Panics
///
/// If a runtime cannot be created.
#[must_use]
pub fn crowd(others: usize) -> MemoryRepository {
    let repository = MemoryRepository::with_capacity(others + 1_000_000);
    let runtime = Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(async {
        for number in 0..others {
            let id = CredentialId::new(format!("another credential with a long id {number:07}"));
            let user = format!("another-{number:07}");
            let now = OffsetDateTime::UNIX_EPOCH;
            let credential =
                Credential::new(id.expect("of a valid length"), user, vec![0; 77], now);
            let owner = Owner::everywhere(&credential.user_id);
            repository
                .insert(owner, &credential, 1)
                .await
                .expect("room");
        }
    });
    repository
}
