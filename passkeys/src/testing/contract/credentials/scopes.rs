//! Owners: users of one tenant, of one site, and everywhere.

use super::{
    super::{kept, same},
    Check, RP_ID, bare, full, holds, id, inserted, lists_of, now, usable, usage,
};
use crate::{
    Credential,
    store::{CredentialRepository, Deletion, Insertion, Owner},
};

/// RP ID of another tenant.
const OTHER: &str = "example.org";

/// Creates a usable credential of the user `ada` for this RP ID.
fn of(bytes: &[u8], rp_id: Option<&str>) -> Credential {
    Credential {
        rp_id: rp_id.map(ToOwned::to_owned),
        ..usable(bytes, "ada")
    }
}

/// Checks that an owner can neither list nor change a credential that has the owner's user ID.
async fn has_no_access<R: CredentialRepository>(
    store: &R,
    owner: Owner<'_>,
    credential: &Credential,
) -> Check {
    let id = &credential.id;
    lists_of(store, owner, &[]).await?;
    kept(
        !store
            .record_use(owner, id, &usage(credential.sign_count, 8))
            .await?,
        format!("`record_use` by {owner:?} returned `true`"),
    )?;
    kept(
        !store.suspend(owner, id, now()).await?,
        format!("`suspend` by {owner:?} returned `true`"),
    )?;
    kept(
        !store.resume(owner, id).await?,
        format!("`resume` by {owner:?} returned `true`"),
    )?;
    kept(
        !store.rename(owner, id, "mine").await?,
        format!("`rename` by {owner:?} returned `true`"),
    )?;
    kept(
        !store.delete(owner, id).await?,
        format!("`delete` by {owner:?} returned `true`"),
    )?;
    same(
        &format!("the result of `delete_unless_last` by {owner:?}"),
        &store.delete_unless_last(owner, id).await?,
        &Deletion::Unknown,
    )?;
    holds(store, credential).await
}

/// Checks that an owner can list and change a credential, and ends with it deleted.
async fn has_access<R: CredentialRepository>(
    store: &R,
    owner: Owner<'_>,
    credential: &Credential,
) -> Check {
    let id = &credential.id;
    lists_of(store, owner, std::slice::from_ref(credential)).await?;
    let changes = [
        (
            "record_use",
            store
                .record_use(owner, id, &usage(credential.sign_count, 8))
                .await?,
        ),
        ("suspend", store.suspend(owner, id, now()).await?),
        ("resume", store.resume(owner, id).await?),
        ("rename", store.rename(owner, id, "mine").await?),
    ];
    for (method, changed) in changes {
        kept(changed, format!("`{method}` by {owner:?} returned `false`"))?;
    }
    same(
        &format!("the result of `delete_unless_last` by {owner:?}"),
        &store.delete_unless_last(owner, id).await?,
        &Deletion::Last,
    )?;
    kept(
        store.delete(owner, id).await?,
        format!("`delete` by {owner:?} returned `false`"),
    )
}

pub(super) async fn other_rp_ids_have_no_access<R: CredentialRepository>(store: R) -> Check {
    for (number, suspended) in (0..).zip([false, true]) {
        let credential = Credential {
            suspended_at: suspended.then(now),
            ..of(&[number], Some(RP_ID))
        };
        inserted(&store, &credential).await?;
        for other in [OTHER, "", "EXAMPLE.com", "example.com ", "www.example.com"] {
            has_no_access(&store, Owner::of_tenant(other, "ada"), &credential).await?;
            has_no_access(&store, Owner::of_site(other, "ada"), &credential).await?;
        }
        kept(
            store
                .delete(Owner::of_tenant(RP_ID, "ada"), &credential.id)
                .await?,
            "`delete` by the owner returned `false`",
        )?;
    }
    Ok(())
}

pub(super) async fn tenants_do_not_own_credentials_without_rp_id<R: CredentialRepository>(
    store: R,
) -> Check {
    let credential = of(b"id", None);
    inserted(&store, &credential).await?;
    for rp_id in [RP_ID, OTHER, ""] {
        has_no_access(&store, Owner::of_tenant(rp_id, "ada"), &credential).await?;
    }
    for rp_id in [RP_ID, OTHER] {
        has_access(&store, Owner::of_site(rp_id, "ada"), &credential).await?;
        inserted(&store, &credential).await?;
    }
    Ok(())
}

pub(super) async fn owners_have_access<R: CredentialRepository>(store: R) -> Check {
    for owner in [
        Owner::of_tenant(RP_ID, "ada"),
        Owner::of_site(RP_ID, "ada"),
        Owner::everywhere("ada"),
    ] {
        let credential = of(b"id", Some(RP_ID));
        inserted(&store, &credential).await?;
        has_access(&store, owner, &credential).await?;
        same("the credential", &store.find(&credential.id).await?, &None)?;
    }
    Ok(())
}

pub(super) async fn lists_are_of_the_scope<R: CredentialRepository>(store: R) -> Check {
    let own = of(b"1", Some(RP_ID));
    let other = of(b"2", Some(OTHER));
    let unknown = of(b"3", None);
    for credential in [&unknown, &other, &own] {
        inserted(&store, credential).await?;
    }
    let eve = Credential {
        rp_id: Some(RP_ID.to_owned()),
        ..usable(b"eve", "eve")
    };
    inserted(&store, &eve).await?;
    let (own, other, unknown) = (own, other, unknown);
    for (owner, expected) in [
        (Owner::of_tenant(RP_ID, "ada"), vec![own.clone()]),
        (Owner::of_tenant(OTHER, "ada"), vec![other.clone()]),
        (Owner::of_tenant("example.net", "ada"), vec![]),
        (
            Owner::of_site(RP_ID, "ada"),
            vec![own.clone(), unknown.clone()],
        ),
        (Owner::of_site("example.net", "ada"), vec![unknown.clone()]),
        (Owner::everywhere("ada"), vec![own, other, unknown]),
    ] {
        lists_of(&store, owner, &expected).await?;
    }
    Ok(())
}

/// Each owner has as many credentials as it may have, whatever others have.
pub(super) async fn insertions_count_the_scope<R: CredentialRepository>(store: R) -> Check {
    let (here, there) = (Some(RP_ID), Some(OTHER));
    let of = |number, rp_id: Option<&str>| Credential {
        rp_id: rp_id.map(ToOwned::to_owned),
        ..bare(&[number], "ada")
    };
    let tenant = |rp_id| Owner::of_tenant(rp_id, "ada");
    let site = |rp_id| Owner::of_site(rp_id, "ada");
    for (number, owner, rp_id, expected) in [
        (0, tenant(RP_ID), here, Insertion::Stored),
        (1, tenant(OTHER), there, Insertion::Stored),
        (2, tenant(OTHER), there, Insertion::Stored),
        (3, tenant(OTHER), there, Insertion::Full),
        (4, Owner::everywhere("ada"), None, Insertion::Full),
        (5, site("example.net"), None, Insertion::Stored),
        (6, site("example.net"), None, Insertion::Stored),
        (7, site("example.net"), None, Insertion::Full),
        // One of the RP ID, and two without one.
        (8, site(RP_ID), here, Insertion::Full),
        (9, tenant(RP_ID), here, Insertion::Stored),
        (10, tenant(RP_ID), here, Insertion::Full),
    ] {
        let insertion = store.insert(owner, &of(number, rp_id), 2).await?;
        same(
            &format!("the result of `insert` number {number} by {owner:?}"),
            &insertion,
            &expected,
        )?;
    }
    Ok(())
}

pub(super) async fn firsts_count_the_scope<R: CredentialRepository>(store: R) -> Check {
    let tenant = |rp_id| Owner::of_tenant(rp_id, "ada");
    for (number, owner, rp_id, expected) in [
        (0, tenant(RP_ID), Some(RP_ID), true),
        (1, tenant(RP_ID), Some(RP_ID), false),
        (2, tenant(OTHER), Some(OTHER), true),
        (3, tenant(OTHER), Some(OTHER), false),
        (4, Owner::everywhere("ada"), Some("example.net"), false),
        (5, Owner::of_site("example.net", "ada"), None, true),
        (6, Owner::of_site("example.com", "ada"), None, false),
        (7, tenant("example.net"), Some("example.net"), true),
    ] {
        let credential = of(&[number], rp_id);
        let stored = store.insert_first(owner, &credential).await?;
        same(
            &format!("the result of `insert_first` number {number} by {owner:?}"),
            &stored,
            &expected,
        )?;
        let found = store.find(&credential.id).await?.is_some();
        same("whether it is there", &found, &expected)?;
    }
    Ok(())
}

pub(super) async fn the_last_of_the_scope_is_kept<R: CredentialRepository>(store: R) -> Check {
    let tenant = |rp_id| Owner::of_tenant(rp_id, "ada");
    for credential in [
        of(b"1", Some(RP_ID)),
        of(b"2", Some(RP_ID)),
        of(b"3", Some(OTHER)),
        of(b"4", None),
    ] {
        inserted(&store, &credential).await?;
    }
    for (number, bytes, owner, expected) in [
        (0, b"3", tenant(OTHER), Deletion::Last),
        (1, b"1", tenant(OTHER), Deletion::Unknown),
        (2, b"4", tenant(RP_ID), Deletion::Unknown),
        (3, b"1", tenant(RP_ID), Deletion::Deleted),
        (4, b"2", tenant(RP_ID), Deletion::Last),
        (5, b"2", Owner::of_site(RP_ID, "ada"), Deletion::Deleted),
        (6, b"4", Owner::of_site(RP_ID, "ada"), Deletion::Last),
        (7, b"4", Owner::everywhere("ada"), Deletion::Deleted),
        (8, b"3", Owner::everywhere("ada"), Deletion::Last),
    ] {
        let deletion = store.delete_unless_last(owner, &id(bytes)).await?;
        same(
            &format!("the result of `delete_unless_last` number {number} by {owner:?}"),
            &deletion,
            &expected,
        )?;
    }
    Ok(())
}

/// Two hundred tenants have a user with the same ID.
pub(super) async fn tenants_may_have_users_of_one_id<R: CredentialRepository>(store: R) -> Check {
    let rp_ids: Vec<_> = (0..200)
        .map(|number| format!("tenant-{number}.example"))
        .collect();
    let credential = |number: u8, rp_id: &str| Credential {
        rp_id: Some(rp_id.to_owned()),
        ..full(&[number], "ada")
    };
    for (number, rp_id) in (0..).zip(&rp_ids) {
        let owner = Owner::of_tenant(rp_id, "ada");
        let credential = credential(number, rp_id);
        kept(
            store.insert_first(owner, &credential).await?,
            "`insert_first` of a user whose ID other tenants know returned `false`",
        )?;
    }
    for (number, rp_id) in (0..).zip(&rp_ids) {
        let owner = Owner::of_tenant(rp_id, "ada");
        lists_of(&store, owner, &[credential(number, rp_id)]).await?;
    }
    Ok(())
}
