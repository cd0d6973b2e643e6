//! `suspend`, `resume` and `rename`.

use time::Duration;

use super::{super::kept, Check, HOSTILE, full, holds, inserted, lists, now, own, usage};
use crate::{Credential, store::CredentialRepository};

pub(super) async fn suspension_keeps_its_time<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    kept(
        !store.suspend(own("eve"), &credential.id, now()).await?,
        "`suspend` by another user returned `true`",
    )?;
    holds(&store, &credential).await?;
    let suspended = Credential {
        suspended_at: Some(now()),
        ..credential
    };
    for later in [0, 1] {
        let at = now() + Duration::hours(later);
        kept(
            store.suspend(own("ada"), &suspended.id, at).await?,
            "an operation by the owner returned `false`",
        )?;
        holds(&store, &suspended).await?;
    }
    lists(&store, "ada", std::slice::from_ref(&suspended)).await?;
    let recorded = store
        .record_use(own("ada"), &suspended.id, &usage(7, 8))
        .await?;
    kept(
        !recorded,
        "`record_use` of the suspended credential returned `true`",
    )
}

pub(super) async fn only_the_owner_resumes<R: CredentialRepository>(store: R) -> Check {
    let suspended = full(b"id", "ada");
    let bystander = full(b"other", "ada");
    inserted(&store, &suspended).await?;
    inserted(&store, &bystander).await?;
    kept(
        !store.resume(own("eve"), &suspended.id).await?,
        "`resume` by another user returned `true`",
    )?;
    holds(&store, &suspended).await?;
    let resumed = Credential {
        suspended_at: None,
        ..suspended
    };
    // Resuming a credential that is not suspended counts as success.
    for _ in 0..2 {
        kept(
            store.resume(own("ada"), &resumed.id).await?,
            "an operation by the owner returned `false`",
        )?;
        holds(&store, &resumed).await?;
    }
    holds(&store, &bystander).await?;
    let recorded = store
        .record_use(own("ada"), &resumed.id, &usage(7, 8))
        .await?;
    kept(
        recorded,
        "`record_use` of the resumed credential returned `false`",
    )
}

pub(super) async fn only_the_owner_renames<R: CredentialRepository>(store: R) -> Check {
    let credential = full(b"id", "ada");
    let bystander = full(b"other", "ada");
    inserted(&store, &credential).await?;
    inserted(&store, &bystander).await?;
    kept(
        !store.rename(own("eve"), &credential.id, "mine").await?,
        "`rename` by another user returned `true`",
    )?;
    holds(&store, &credential).await?;
    for name in HOSTILE {
        kept(
            store.rename(own("ada"), &credential.id, name).await?,
            "an operation by the owner returned `false`",
        )?;
        holds(
            &store,
            &Credential {
                device_name: name.to_owned(),
                ..credential.clone()
            },
        )
        .await?;
    }
    // Renaming to the same name counts as success.
    let unchanged = HOSTILE[HOSTILE.len() - 1];
    kept(
        store.rename(own("ada"), &credential.id, unchanged).await?,
        "`rename` to the same name returned `false`",
    )?;
    holds(&store, &bystander).await
}
