//! `insert` and `find`.

use std::sync::Arc;

use time::{Duration, OffsetDateTime, UtcOffset};
use tokio::task::yield_now;

use super::{
    super::{ROUNDS, kept, race, same},
    Check, HOSTILE, bare, full, handle, holds, id, inserted, lists, now, own, usage,
};
use crate::{
    Credential, CredentialId, Transport, UserHandle,
    store::{CredentialRepository, Deletion, Insertion, Owner},
};

pub(super) async fn every_field_is_kept<R: CredentialRepository>(store: R) -> Check {
    let longest_id = vec![0xff; CredentialId::MAX_BYTES];
    let opposites = Credential {
        user_handle: handle(&[0xfe; UserHandle::MAX_BYTES]),
        rp_id: Some("r".repeat(253)),
        backup_eligible: Some(false),
        user_verified: false,
        sign_count: u32::MAX,
        transports: vec![Transport::Hybrid, Transport::Usb],
        public_key: vec![0x5a; 4096],
        ..full(&longest_id, &"u".repeat(255))
    };
    let short_handle = Credential {
        user_handle: handle(&[0]),
        ..bare(b"short handle", "ada")
    };
    for credential in [
        full(b"full", "ada"),
        bare(b"bare", "ada"),
        opposites,
        short_handle,
    ] {
        inserted(&store, &credential).await?;
        holds(&store, &credential).await?;
    }
    Ok(())
}

pub(super) async fn times_are_kept<R: CredentialRepository>(store: R) -> Check {
    let offset = UtcOffset::from_hms(-9, -30, 0).unwrap_or(UtcOffset::UTC);
    let times = [
        OffsetDateTime::UNIX_EPOCH,
        now() + Duration::microseconds(1),
        now().to_offset(offset),
        OffsetDateTime::UNIX_EPOCH + Duration::days(60_000),
    ];
    for (number, time) in (0..).zip(times) {
        let credential = Credential {
            created_at: time,
            ..full(&[number], "ada")
        };
        inserted(&store, &credential).await?;
        holds(&store, &credential).await?;
    }
    Ok(())
}

pub(super) async fn strings_are_kept<R: CredentialRepository>(store: R) -> Check {
    for (number, text) in (0..).zip(HOSTILE) {
        let credential = Credential {
            device_name: text.to_owned(),
            attestation_format: Some(text.to_owned()),
            ..full(&[number], text)
        };
        inserted(&store, &credential).await?;
        holds(&store, &credential).await?;
        lists(&store, text, &[credential]).await?;
    }
    for (number, text) in (0..).zip(HOSTILE) {
        kept(
            store.rename(own(text), &id(&[number]), text).await?,
            "`rename` by the owner returned `false`",
        )?;
        let other = HOSTILE[(usize::from(number) + 1) % HOSTILE.len()];
        kept(
            !store.delete(own(other), &id(&[number])).await?,
            "`delete` by another user returned `true`",
        )?;
        kept(
            store.delete(own(text), &id(&[number])).await?,
            "`delete` by the owner returned `false`",
        )?;
    }
    // The longest device name that the library accepts.
    let longest = Credential {
        device_name: "👩".repeat(255),
        ..full(b"longest", "ada")
    };
    inserted(&store, &longest).await?;
    holds(&store, &longest).await
}

pub(super) async fn nothing_is_truncated<R: CredentialRepository>(store: R) -> Check {
    let long = "x".repeat(10_000);
    for (number, text) in (0..).zip(["\0", "a\0b", "end\0", &long]) {
        let named = Credential {
            device_name: text.to_owned(),
            ..full(&[1, number], "ada")
        };
        let owned = full(&[2, number], text);
        for credential in [named, owned] {
            let inserted = store
                .insert(own(&credential.user_id), &credential, usize::MAX)
                .await;
            if matches!(inserted, Ok(Insertion::Stored)) {
                holds(&store, &credential).await?;
            } else {
                let found = store.find(&credential.id).await?;
                same("a credential that was rejected", &found, &None)?;
            }
        }
        let renamed = full(&[3, number], "ada");
        inserted(&store, &renamed).await?;
        let name = match store.rename(own("ada"), &renamed.id, text).await {
            Ok(_) => text.to_owned(),
            Err(_) => renamed.device_name.clone(),
        };
        holds(
            &store,
            &Credential {
                device_name: name,
                ..renamed
            },
        )
        .await?;
        // A look-up is no error: a client may have sent the user ID.
        let unknown = format!("{text}?");
        lists(&store, &unknown, &[]).await?;
        kept(
            !store.delete(own(&unknown), &id(&[3, number])).await?,
            "`delete` by another user returned `true`",
        )?;
    }
    Ok(())
}

pub(super) async fn an_existing_id_is_rejected<R: CredentialRepository>(store: R) -> Check {
    let first = full(b"id", "ada");
    inserted(&store, &first).await?;
    for again in [first.clone(), bare(b"id", "ada"), bare(b"id", "eve")] {
        let insertion = store
            .insert(own(&again.user_id), &again, usize::MAX)
            .await?;
        same("the result of `insert`", &insertion, &Insertion::Exists)?;
        holds(&store, &first).await?;
    }
    lists(&store, "eve", &[]).await
}

pub(super) async fn one_insertion_wins<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let won = race(&store, |number, store| async move {
            let user = format!("user {number}");
            let credential = full(&[round], &user);
            let insertion = store
                .insert(own(&credential.user_id), &credential, usize::MAX)
                .await?;
            Ok((insertion == Insertion::Stored).then_some(user))
        });
        let winners: Vec<_> = won.await?.into_iter().flatten().collect();
        kept(
            winners.len() == 1,
            format!("{} concurrent `insert`s returned `Stored`", winners.len()),
        )?;
        holds(&*store, &full(&[round], &winners[0])).await?;
        let listed = store
            .list(own(&winners[0]))
            .await?
            .iter()
            .filter(|it| it.id == id(&[round]))
            .count();
        kept(
            listed == 1,
            "the stored credential is not listed exactly once",
        )?;
    }
    Ok(())
}

pub(super) async fn insert_first_stores_only_a_first<R: CredentialRepository>(store: R) -> Check {
    inserted(&store, &full(b"another's", "eve")).await?;
    let first = full(b"first", "ada");
    kept(
        store.insert_first(own(&first.user_id), &first).await?,
        "`insert_first` of a user without credentials returned `false`",
    )?;
    holds(&store, &first).await?;
    kept(
        !store
            .insert_first(own("ada"), &bare(b"second", "ada"))
            .await?,
        "`insert_first` returned `true` although the user has a credential (which is suspended)",
    )?;
    lists(&store, "ada", std::slice::from_ref(&first)).await?;
    same("the second", &store.find(&id(b"second")).await?, &None)?;
    // Who has none any more can have a first one again.
    kept(
        store.delete(own("ada"), &first.id).await?,
        "it was not deleted",
    )?;
    kept(
        store
            .insert_first(own("ada"), &bare(b"second", "ada"))
            .await?,
        "the first one after all were deleted was not stored",
    )
}

pub(super) async fn insert_first_counts_every_rp_id<R: CredentialRepository>(store: R) -> Check {
    let of = |bytes: &[u8], user: &str, rp_id: Option<&str>| Credential {
        rp_id: rp_id.map(ToOwned::to_owned),
        ..full(bytes, user)
    };
    let rp_ids = [None, Some("example.com"), Some("example.org")];
    for (number, first) in (0..).zip(rp_ids) {
        let user = format!("user {number}");
        inserted(&store, &of(&[number], &user, first)).await?;
        for second in rp_ids {
            let second = of(b"second", &user, second);
            kept(
                !store
                    .insert_first(Owner::everywhere(&user), &second)
                    .await?,
                "`insert_first` returned `true` although the user has a credential",
            )?;
            same("the second", &store.find(&second.id).await?, &None)?;
        }
    }
    Ok(())
}

pub(super) async fn insert_first_rejects_an_existing_id<R: CredentialRepository>(
    store: R,
) -> Check {
    let before = full(b"id", "ada");
    inserted(&store, &before).await?;
    for user in ["ada", "eve"] {
        kept(
            !store.insert_first(own(user), &bare(b"id", user)).await?,
            "an existing ID was stored again",
        )?;
        holds(&store, &before).await?;
    }
    lists(&store, "eve", &[]).await
}

pub(super) async fn one_first_wins<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let user: Arc<str> = format!("user {round}").into();
        let results = race(&store, |number, store| {
            let (number, user) = (u8::try_from(number).unwrap_or(u8::MAX), user.clone());
            async move {
                if number % 4 > 0 {
                    let first = bare(&[round, number], &user);
                    let stored = store.insert_first(own(&first.user_id), &first).await?;
                    return Ok((stored, store.find(&first.id).await?.is_some() == stored));
                }
                // The other tasks check that no second credential is ever visible.
                let mut alone = true;
                for _ in 0..20 {
                    alone &= store.list(own(&user)).await?.len() < 2;
                    yield_now().await;
                }
                Ok((false, alone))
            }
        });
        let results = results.await?;
        let winners = results.iter().filter(|(stored, _)| *stored).count();
        kept(
            winners == 1,
            format!("{winners} concurrent `insert_first`s returned `true`"),
        )?;
        kept(
            results.iter().all(|(_, alone)| *alone),
            "a credential of which `insert_first` returned `false` was visible",
        )?;
        let listed = store.list(own(&user)).await?.len();
        kept(listed == 1, format!("{listed} credentials are listed"))?;
    }
    Ok(())
}

pub(super) async fn ids_are_exact<R: CredentialRepository>(store: R) -> Check {
    let mut ids = vec![
        vec![0],
        vec![0, 0],
        vec![0; 16],
        vec![0; 17],
        b"ID".to_vec(),
        b"id".to_vec(),
    ];
    for bit in 0..128 {
        let mut bytes = vec![0; 16];
        bytes[bit / 8] ^= 1 << (bit % 8);
        ids.push(bytes);
    }
    let mut long = vec![7; CredentialId::MAX_BYTES];
    ids.push(long.clone());
    long[CredentialId::MAX_BYTES - 1] ^= 1;
    ids.push(long);
    let owner = |number: usize| format!("user {number}");
    for (number, bytes) in ids.iter().enumerate() {
        inserted(&store, &bare(bytes, &owner(number))).await?;
    }
    for (number, bytes) in ids.iter().enumerate() {
        holds(&store, &bare(bytes, &owner(number))).await?;
    }
    Ok(())
}

pub(super) async fn unknown_ids_and_users_are_no_errors<R: CredentialRepository>(
    store: R,
) -> Check {
    inserted(&store, &full(b"id", "ada")).await?;
    same(
        "an unknown credential",
        &store.find(&id(b"other")).await?,
        &None,
    )?;
    for user in [
        "", "eve", "Ada", "ADA", "ada ", " ada", "ad_", "ad%", "ada\0", "\0",
    ] {
        lists(&store, user, &[]).await?;
        kept(
            !store
                .record_use(own(user), &id(b"id"), &usage(7, 8))
                .await?,
            "`record_use` by an unknown user returned `true`",
        )?;
        kept(
            !store.suspend(own(user), &id(b"id"), now()).await?,
            "`suspend` by an unknown user returned `true`",
        )?;
        kept(
            !store.resume(own(user), &id(b"id")).await?,
            "`resume` by an unknown user returned `true`",
        )?;
        kept(
            !store.rename(own(user), &id(b"id"), "mine").await?,
            "`rename` by an unknown user returned `true`",
        )?;
        kept(
            !store.delete(own(user), &id(b"id")).await?,
            "`delete` by an unknown user returned `true`",
        )?;
        same(
            "the result of `delete_unless_last` by an unknown user",
            &store.delete_unless_last(own(user), &id(b"id")).await?,
            &Deletion::Unknown,
        )?;
    }
    let unknown = id(b"unknown");
    kept(
        !store.record_use(own("ada"), &unknown, &usage(0, 1)).await?,
        "`record_use` of an unknown ID returned `true`",
    )?;
    kept(
        !store.suspend(own("ada"), &unknown, now()).await?,
        "`suspend` of an unknown ID returned `true`",
    )?;
    kept(
        !store.resume(own("ada"), &unknown).await?,
        "`resume` of an unknown ID returned `true`",
    )?;
    kept(
        !store.rename(own("ada"), &unknown, "name").await?,
        "`rename` of an unknown ID returned `true`",
    )?;
    kept(
        !store.delete(own("ada"), &unknown).await?,
        "`delete` of an unknown ID returned `true`",
    )?;
    same(
        "the result of `delete_unless_last` of an unknown ID",
        &store.delete_unless_last(own("ada"), &unknown).await?,
        &Deletion::Unknown,
    )?;
    holds(&store, &full(b"id", "ada")).await
}
