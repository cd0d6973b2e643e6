//! Stores: what they promise, and what is particular to each.

mod contract;
mod growth;
mod memory;
mod moving;
mod postgres;
mod redis;
mod sealed;
mod sqlite;
mod wrong;

use std::time::Duration;

use passkeys::{Credential, CredentialId, store::StoreError};
use time::OffsetDateTime;

/// A credential of a user's, with an id made of a number.
fn credential(number: u32, user_id: &str) -> Credential {
    let id = CredentialId::from(&number.to_be_bytes()[..]);
    Credential::new(id, user_id, vec![0xa5; 77], OffsetDateTime::UNIX_EPOCH)
}

/// What an operation answers when the server is back: in between, it is an error each time.
async fn eventually<T, F>(operation: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut last = None;
    for _ in 0..300 {
        match operation().await {
            Ok(answer) => return answer,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come back: {last:?}");
}
