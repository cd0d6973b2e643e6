//! `list`.

use time::{Duration, OffsetDateTime};

use super::{
    super::{kept, same},
    Check, bare, full, inserted, lists, now, own,
};
use crate::{Credential, store::CredentialRepository};

pub(super) async fn lists_are_the_users_own<R: CredentialRepository>(store: R) -> Check {
    let users: Vec<_> = (0..40_u8).map(|number| format!("user {number}")).collect();
    let of = |number: u8, user: &str| -> Vec<_> {
        (0..3).map(|which| full(&[which, number], user)).collect()
    };
    for (number, user) in (0..).zip(&users) {
        for credential in of(number, user) {
            inserted(&store, &credential).await?;
        }
    }
    for (number, user) in (0..).zip(&users) {
        lists(&store, user, &of(number, user)).await?;
    }
    Ok(())
}

pub(super) async fn lists_are_in_order<R: CredentialRepository>(store: R) -> Check {
    let at = |micros: i64, bytes: &[u8]| Credential {
        created_at: now() + Duration::microseconds(micros),
        ..full(bytes, "ada")
    };
    let expected = vec![
        Credential {
            created_at: OffsetDateTime::UNIX_EPOCH,
            ..full(b"z", "ada")
        },
        at(-1, b"y"),
        at(0, &[0]),
        at(0, &[0, 0]),
        at(0, &[0x7f]),
        at(0, &[0x80]),
        at(1, b"a"),
        at(10_000_000, b"0"),
    ];
    for index in [4, 0, 7, 2, 5, 1, 6, 3] {
        inserted(&store, &expected[index]).await?;
    }
    lists(&store, "ada", &expected).await?;
    // Later changes to a credential do not change the order.
    kept(
        store.rename(own("ada"), &expected[2].id, "z").await?,
        "`rename` by the owner returned `false`",
    )?;
    let listed: Vec<_> = store
        .list(own("ada"))
        .await?
        .into_iter()
        .map(|it| it.id)
        .collect();
    same(
        "the list",
        &listed,
        &expected.into_iter().map(|it| it.id).collect(),
    )
}

pub(super) async fn lists_are_whole<R: CredentialRepository>(store: R) -> Check {
    let all: Vec<_> = (0..250).map(|number| bare(&[number], "ada")).collect();
    for credential in &all {
        inserted(&store, credential).await?;
    }
    same(
        "the number of credentials listed",
        &store.list(own("ada")).await?.len(),
        &all.len(),
    )
}
