//! The maximum number of credentials, in `insert`.

use std::sync::Arc;

use super::{
    super::{ROUNDS, TASKS, race, same},
    Check, full, holds, id, inserted, lists, own,
};
use crate::{
    Credential,
    store::{CredentialRepository, Insertion},
};

/// Inserts a credential of a user who can have three, and checks the result.
async fn insertion_is<R: CredentialRepository>(
    store: &R,
    credential: &Credential,
    expected: Insertion,
) -> Check {
    let insertion = store
        .insert(own(&credential.user_id), credential, 3)
        .await?;
    same("the result of `insert`", &insertion, &expected)?;
    match expected {
        Insertion::Stored => holds(store, credential).await,
        _ => Ok(()),
    }
}

pub(super) async fn no_more_than_the_maximum_is_stored<R: CredentialRepository>(store: R) -> Check {
    let credential = |number| full(&[number], "ada");
    inserted(&store, &full(b"another's", "eve")).await?;
    for number in 0..3 {
        // Suspended ones count.
        insertion_is(&store, &credential(number), Insertion::Stored).await?;
    }
    insertion_is(&store, &credential(3), Insertion::Full).await?;
    let found = store.find(&id(&[3])).await?;
    same("the credential beyond the maximum", &found, &None)?;
    lists(
        &store,
        "ada",
        &[credential(0), credential(1), credential(2)],
    )
    .await?;
    insertion_is(&store, &full(b"eve's", "eve"), Insertion::Stored).await?;
    // A user who has deleted one can add another.
    same(
        "`delete`",
        &store.delete(own("ada"), &id(&[1])).await?,
        &true,
    )?;
    insertion_is(&store, &credential(3), Insertion::Stored).await?;
    insertion_is(&store, &credential(4), Insertion::Full).await?;
    let none = store.insert(own("bob"), &full(b"none", "bob"), 0).await?;
    same(
        "the result of `insert` with a maximum of 0",
        &none,
        &Insertion::Full,
    )?;
    lists(&store, "bob", &[]).await
}

pub(super) async fn existing_goes_before_full<R: CredentialRepository>(store: R) -> Check {
    let credential = |number| full(&[number], "ada");
    for number in 0..3 {
        insertion_is(&store, &credential(number), Insertion::Stored).await?;
    }
    inserted(&store, &full(b"another's", "eve")).await?;
    insertion_is(&store, &credential(0), Insertion::Exists).await?;
    insertion_is(&store, &full(b"another's", "ada"), Insertion::Exists).await?;
    holds(&store, &full(b"another's", "eve")).await
}

pub(super) async fn concurrent_insertions_are_bounded<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let user: Arc<str> = format!("user {round}").into();
        let insertions = race(&store, |number, store| {
            let number = u8::try_from(number).unwrap_or(u8::MAX);
            let credential = full(&[round, number], &user);
            async move { store.insert(own(&credential.user_id), &credential, 5).await }
        });
        let insertions = insertions.await?;
        let count = |of| insertions.iter().filter(|it| **it == of).count();
        same(
            "the number of results `Stored`",
            &count(Insertion::Stored),
            &5,
        )?;
        let full = count(Insertion::Full);
        same("the number of results `Full`", &full, &(TASKS - 5))?;
        let listed = store.list(own(&user)).await?.len();
        same("the number of credentials listed", &listed, &5)?;
    }
    Ok(())
}
