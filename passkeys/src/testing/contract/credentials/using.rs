//! `record_use`.

use std::sync::Arc;

use time::Duration;

use super::{
    super::{ROUNDS, kept, race, same},
    Check, bare, full, holds, id, inserted, now, own, usage,
};
use crate::{
    Credential,
    store::{CredentialRepository, CredentialUse},
};

pub(super) async fn a_use_is_recorded<R: CredentialRepository>(store: R) -> Check {
    let before = Credential {
        suspended_at: None,
        backup_eligible: None,
        backup_state: false,
        ..full(b"id", "ada")
    };
    let bystander = Credential {
        suspended_at: None,
        ..full(b"other", "ada")
    };
    inserted(&store, &before).await?;
    inserted(&store, &bystander).await?;
    kept(
        store
            .record_use(own("ada"), &before.id, &usage(7, u32::MAX))
            .await?,
        "`record_use` by the owner returned `false`",
    )?;
    let after = Credential {
        sign_count: u32::MAX,
        backup_eligible: Some(true),
        backup_state: true,
        last_used_at: Some(now() + Duration::minutes(1)),
        ..before
    };
    holds(&store, &after).await?;
    holds(&store, &bystander).await?;
    let device_bound = CredentialUse {
        backup_eligible: false,
        backup_state: false,
        ..usage(u32::MAX, u32::MAX)
    };
    kept(
        store
            .record_use(own("ada"), &after.id, &device_bound)
            .await?,
        "`record_use` by the owner returned `false`",
    )?;
    holds(
        &store,
        &Credential {
            backup_eligible: Some(false),
            backup_state: false,
            ..after
        },
    )
    .await?;
    // Authenticator without a signature counter: it stays 0, and each use is recorded.
    inserted(&store, &bare(b"no counter", "ada")).await?;
    for _ in 0..2 {
        let recorded = store
            .record_use(own("ada"), &id(b"no counter"), &usage(0, 0))
            .await?;
        kept(
            recorded,
            "`record_use` without a signature counter returned `false`",
        )?;
    }
    Ok(())
}

pub(super) async fn a_stale_counter_is_rejected<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    for previous in [0, 6, 8, u32::MAX] {
        let recorded = store
            .record_use(own("ada"), &credential.id, &usage(previous, 9))
            .await?;
        kept(
            !recorded,
            format!(
                "`sign_count` was 7, and `record_use` with `previous_sign_count` {previous} returned `true`"
            ),
        )?;
        holds(&store, &credential).await?;
    }
    Ok(())
}

pub(super) async fn only_the_owner_uses<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    inserted(&store, &bare(b"other", "eve")).await?;
    let recorded = store
        .record_use(own("eve"), &credential.id, &usage(7, 8))
        .await?;
    kept(!recorded, "`record_use` by another user returned `true`")?;
    holds(&store, &credential).await
}

pub(super) async fn a_suspended_credential_is_not_used<R: CredentialRepository>(store: R) -> Check {
    let credential = full(b"id", "ada");
    inserted(&store, &credential).await?;
    let recorded = store
        .record_use(own("ada"), &credential.id, &usage(7, 8))
        .await?;
    kept(
        !recorded,
        "`record_use` of a suspended credential returned `true`",
    )?;
    holds(&store, &credential).await
}

pub(super) async fn one_use_wins<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        inserted(&*store, &bare(&[round], "ada")).await?;
        // Half of the tasks bring one counter, half another.
        let won = race(&store, |number, store| async move {
            let next = if number % 2 == 0 { 1 } else { 2 };
            let recorded = store
                .record_use(own("ada"), &id(&[round]), &usage(0, next))
                .await?;
            Ok(recorded.then_some(next))
        });
        let winners: Vec<_> = won.await?.into_iter().flatten().collect();
        kept(
            winners.len() == 1,
            format!("{} concurrent `record_use`s returned `true`", winners.len()),
        )?;
        let stored = store.find(&id(&[round])).await?.map(|it| it.sign_count);
        same("`sign_count`", &stored, &Some(winners[0]))?;
    }
    Ok(())
}

pub(super) async fn no_use_is_lost<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    inserted(&*store, &bare(b"id", "ada")).await?;
    let recorded = race(&store, |_, store| async move {
        let mut recorded = 0;
        for _ in 0..10 {
            let Some(found) = store.find(&id(b"id")).await? else {
                break;
            };
            let count = found.sign_count;
            let usage = usage(count, count + 1);
            recorded += u32::from(store.record_use(own("ada"), &found.id, &usage).await?);
        }
        Ok(recorded)
    });
    let recorded = recorded.await?.into_iter().sum();
    let stored = store.find(&id(b"id")).await?.map(|it| it.sign_count);
    same(
        "`sign_count`, which each recorded use increased by one",
        &stored,
        &Some(recorded),
    )
}
