//! `delete` and `delete_unless_last`.

use std::sync::Arc;

use super::{
    super::{ROUNDS, TASKS, kept, race, same},
    Check, bare, full, holds, id, inserted, lists, now, own, usable, usage,
};
use crate::{
    Credential,
    store::{CredentialRepository, Deletion},
};

pub(super) async fn only_the_owner_deletes<R: CredentialRepository>(store: R) -> Check {
    let credential = full(b"id", "ada");
    let bystander = full(b"other", "ada");
    inserted(&store, &credential).await?;
    inserted(&store, &bystander).await?;
    kept(
        !store.delete(own("eve"), &credential.id).await?,
        "`delete` by another user returned `true`",
    )?;
    holds(&store, &credential).await?;
    kept(
        store.delete(own("ada"), &credential.id).await?,
        "an operation by the owner returned `false`",
    )?;
    same(
        "the deleted credential",
        &store.find(&credential.id).await?,
        &None,
    )?;
    lists(&store, "ada", &[bystander]).await
}

pub(super) async fn one_deletion_wins<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        inserted(&*store, &bare(&[round], "ada")).await?;
        let won = race(&store, |_, store| async move {
            store.delete(own("ada"), &id(&[round])).await
        });
        let winners = won.await?.into_iter().filter(|won| *won).count();
        kept(
            winners == 1,
            format!("{winners} concurrent `delete`s returned `true`"),
        )?;
    }
    lists(&store, "ada", &[]).await
}

pub(super) async fn a_deleted_credential_is_gone<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    kept(
        store.delete(own("ada"), &credential.id).await?,
        "an operation by the owner returned `false`",
    )?;
    let recorded = store
        .record_use(own("ada"), &credential.id, &usage(7, 8))
        .await?;
    kept(
        !recorded,
        "`record_use` of a deleted credential returned `true`",
    )?;
    kept(
        !store.suspend(own("ada"), &credential.id, now()).await?,
        "`suspend` of a deleted credential returned `true`",
    )?;
    kept(
        !store.rename(own("ada"), &credential.id, "name").await?,
        "`rename` of a deleted credential returned `true`",
    )?;
    kept(
        !store.delete(own("ada"), &credential.id).await?,
        "a second `delete` returned `true`",
    )?;
    same(
        "the deleted credential",
        &store.find(&credential.id).await?,
        &None,
    )?;
    let of_another = full(b"id", "eve");
    inserted(&store, &of_another).await?;
    holds(&store, &of_another).await?;
    lists(&store, "ada", &[]).await
}

/// Calls `delete_unless_last`, and checks its result and its effect.
async fn ends<R: CredentialRepository>(
    store: &R,
    credential: &Credential,
    expected: Deletion,
) -> Check {
    let Credential { id, user_id, .. } = credential;
    let deletion = store.delete_unless_last(own(user_id), id).await?;
    same("the result of `delete_unless_last`", &deletion, &expected)?;
    match expected {
        Deletion::Last => holds(store, credential).await,
        Deletion::Deleted | Deletion::Unknown => {
            same("the deleted credential", &store.find(id).await?, &None)
        }
    }
}

pub(super) async fn one_of_several_is_deleted<R: CredentialRepository>(store: R) -> Check {
    let [first, second] = [b"1", b"2"].map(|bytes| usable(bytes, "ada"));
    let [other, another] = [b"3", b"4"].map(|bytes| usable(bytes, "eve"));
    for credential in [&first, &second, &other, &another] {
        inserted(&store, credential).await?;
    }
    let by_eve = store.delete_unless_last(own("eve"), &first.id).await?;
    same(
        "the result of `delete_unless_last` by another user",
        &by_eve,
        &Deletion::Unknown,
    )?;
    holds(&store, &first).await?;
    ends(&store, &first, Deletion::Deleted).await?;
    ends(&store, &first, Deletion::Unknown).await?;
    lists(&store, "ada", &[second]).await?;
    lists(&store, "eve", &[other, another]).await
}

pub(super) async fn the_last_is_kept<R: CredentialRepository>(store: R) -> Check {
    let last = usable(b"last", "ada");
    inserted(&store, &last).await?;
    inserted(&store, &usable(b"other", "eve")).await?;
    for _ in 0..2 {
        ends(&store, &last, Deletion::Last).await?;
    }
    let second = usable(b"second", "ada");
    inserted(&store, &second).await?;
    ends(&store, &last, Deletion::Deleted).await?;
    ends(&store, &second, Deletion::Last).await?;
    lists(&store, "ada", &[second]).await
}

pub(super) async fn a_suspended_credential_does_not_count<R: CredentialRepository>(
    store: R,
) -> Check {
    let last = usable(b"last", "ada");
    inserted(&store, &last).await?;
    inserted(&store, &full(b"suspended", "ada")).await?;
    ends(&store, &last, Deletion::Last).await?;
    let second = usable(b"second", "ada");
    inserted(&store, &second).await?;
    kept(
        store.suspend(own("ada"), &second.id, now()).await?,
        "an operation by the owner returned `false`",
    )?;
    ends(&store, &last, Deletion::Last).await
}

pub(super) async fn a_suspended_credential_is_deleted<R: CredentialRepository>(store: R) -> Check {
    let [first, second] = [b"1", b"2"].map(|bytes| full(bytes, "ada"));
    let last = usable(b"last", "ada");
    for credential in [&first, &second, &last] {
        inserted(&store, credential).await?;
    }
    ends(&store, &first, Deletion::Deleted).await?;
    kept(
        store.delete(own("ada"), &last.id).await?,
        "an operation by the owner returned `false`",
    )?;
    ends(&store, &second, Deletion::Deleted).await?;
    lists(&store, "ada", &[]).await
}

pub(super) async fn a_credential_without_rp_id_counts<R: CredentialRepository>(store: R) -> Check {
    let [first, second] = [b"1", b"2"].map(|bytes| Credential {
        rp_id: None,
        ..usable(bytes, "ada")
    });
    let third = usable(b"3", "ada");
    for credential in [&first, &second, &third] {
        inserted(&store, credential).await?;
    }
    ends(&store, &third, Deletion::Deleted).await?;
    ends(&store, &first, Deletion::Deleted).await?;
    ends(&store, &second, Deletion::Last).await?;
    lists(&store, "ada", &[second]).await
}

/// Each task deletes one of the user's credentials.
pub(super) async fn one_of_many_is_left<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let user = format!("user {round}");
        let credential = |number: usize| {
            let number = u8::try_from(number).unwrap_or_default();
            usable(&[round, number], &user)
        };
        for number in 0..TASKS {
            inserted(&*store, &credential(number)).await?;
        }
        let refused = race(&store, |number, store| {
            let Credential { id, user_id, .. } = credential(number);
            async move {
                let deletion = store.delete_unless_last(own(&user_id), &id).await?;
                Ok((deletion == Deletion::Last).then_some(number))
            }
        });
        let left: Vec<_> = refused.await?.into_iter().flatten().collect();
        same(
            "the number of deletions with the result `Last`",
            &left.len(),
            &1,
        )?;
        lists(&*store, &user, &[credential(left[0])]).await?;
    }
    Ok(())
}

/// Some tasks delete one of two credentials, others sign in with it.
pub(super) async fn one_of_two_is_left<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let user = format!("user {round}");
        for number in 0..2 {
            inserted(&*store, &bare(&[round, number], &user)).await?;
        }
        let deletions = race(&store, |number, store| {
            let user = user.clone();
            async move {
                let id = id(&[round, u8::from(number % 2 == 1)]);
                if number % 4 < 2 {
                    let deletion = store.delete_unless_last(own(&user), &id).await;
                    return deletion.map(Some);
                }
                store.record_use(own(&user), &id, &usage(0, 0)).await?;
                Ok(None)
            }
        });
        let deletions = deletions.await?.into_iter().flatten();
        let deleted = deletions.filter(|it| *it == Deletion::Deleted).count();
        same("the number of deletions", &deleted, &1)?;
        let left = store.list(own(&user)).await?.len();
        same("the number of credentials that are left", &left, &1)?;
    }
    Ok(())
}
