use std::sync::Arc;

use time::{Duration, OffsetDateTime, UtcOffset};

use super::{Broken, ROUNDS, Verdict, kept, race, same};
use crate::{
    Aaguid, Credential, CredentialId, Transport,
    store::{CredentialRepository, CredentialUse},
};

/// Puts a [`CredentialRepository`] to the test of every promise that the trait makes.
///
/// `make` gives an empty repository each time it is called. Call this in a runtime with several
/// threads, or races have little to find:
///
/// ```
/// use passkeys::{store::MemoryRepository, testing};
///
/// #[tokio::test(flavor = "multi_thread")]
/// async fn it_keeps_its_promises() {
///     testing::credential_repository(async || MemoryRepository::default()).await;
/// }
/// # tokio::runtime::Runtime::new().unwrap().block_on(
/// #     testing::credential_repository(async || MemoryRepository::default())
/// # );
/// ```
///
/// # Panics
///
/// When a promise is broken; the message lists all that are, and how.
pub async fn credential_repository<R: CredentialRepository>(make: impl AsyncFn() -> R) {
    let mut verdict = Verdict::on("CredentialRepository");
    macro_rules! promises {
        ($($promise:literal: $check:ident,)*) => {
            $(verdict.check($promise, $check(make().await)).await;)*
        };
    }
    promises! {
        "`insert` stores every field, and `find` answers them": every_field_is_kept,
        "`insert` keeps times to the microsecond, whatever their offset": times_are_kept,
        "`insert` keeps strings byte for byte": strings_are_kept,
        "`insert` keeps what is too long or has a NUL whole, or refuses it": nothing_is_cut,
        "`insert` never changes a known credential, whoever owns it": a_known_id_is_refused,
        "`insert` answers `true` once, however many insert one id at once": one_insertion_wins,
        "`find` tells ids apart that differ in one bit": ids_are_exact,
        "`find` and `list` answer nothing for what is unknown": the_unknown_is_nothing,
        "`list` answers the user's credentials and nobody else's": lists_are_the_users_own,
        "`list` is in the order of `created_at`, then of the id": lists_are_in_order,
        "`list` answers all, however many": lists_are_whole,
        "`record_use` sets the counter, the backup state and the last use, and nothing else": a_use_is_recorded,
        "`record_use` does nothing unless the counter is the previous one": a_stale_counter_is_refused,
        "`record_use` does nothing for others than the owner": only_the_owner_uses,
        "`record_use` does nothing to a suspended credential": the_suspended_is_not_used,
        "`record_use` answers `true` once, however many bring one counter at once": one_use_wins,
        "`record_use` loses no update under contention": no_use_is_lost,
        "`suspend` marks the owner's credential, and keeps the first time": suspension_keeps_its_time,
        "`rename` changes the name of the owner's credential, and nothing else": only_the_owner_renames,
        "`delete` deletes the owner's credential, and no other": only_the_owner_deletes,
        "`delete` answers `true` once, however many delete at once": one_deletion_wins,
        "a deleted credential stays deleted, and its id may be stored again": the_deleted_is_gone,
    }
    verdict.announce();
}

type Check = Result<(), Broken>;

/// A moment with microseconds.
fn now() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::microseconds(123_456)
}

fn id(bytes: &[u8]) -> CredentialId {
    CredentialId::from(bytes)
}

fn bare(bytes: &[u8], user_id: &str) -> Credential {
    Credential::new(id(bytes), user_id, vec![0xa5, 0, 1], now())
}

/// A credential with every field set to something of its own.
fn full(bytes: &[u8], user_id: &str) -> Credential {
    Credential {
        sign_count: 7,
        transports: Transport::ALL.to_vec(),
        aaguid: Aaguid::new(*b"0123456789abcdef"),
        backup_eligible: true,
        backup_state: true,
        user_verified: true,
        discoverable: true,
        device_name: "Ada’s phone".to_owned(),
        attestation_format: Some("packed".to_owned()),
        last_used_at: Some(now() + Duration::seconds(1)),
        suspended_at: Some(now() + Duration::seconds(2)),
        ..bare(bytes, user_id)
    }
}

fn usage(previous: u32, next: u32) -> CredentialUse {
    CredentialUse {
        previous_sign_count: previous,
        sign_count: next,
        backup_state: true,
        used_at: now() + Duration::minutes(1),
    }
}

async fn inserted<R: CredentialRepository>(store: &R, credential: &Credential) -> Check {
    kept(
        store.insert(credential).await?,
        "a new credential was not stored",
    )
}

async fn holds<R: CredentialRepository>(store: &R, credential: &Credential) -> Check {
    let found = store.find(&credential.id).await?;
    let found = found.ok_or_else(|| Broken("the credential is not found".to_owned()))?;
    same_credential(&found, credential)
}

/// Field by field: a credential does not show in a log what it holds.
fn same_credential(found: &Credential, expected: &Credential) -> Check {
    let Credential {
        id,
        user_id,
        public_key,
        sign_count,
        transports,
        aaguid,
        backup_eligible,
        backup_state,
        user_verified,
        discoverable,
        device_name,
        attestation_format,
        created_at,
        last_used_at,
        suspended_at,
    } = expected;
    same("`id`", &found.id, id)?;
    same("`user_id`", &found.user_id, user_id)?;
    same("`public_key`", &found.public_key, public_key)?;
    same("`sign_count`", &found.sign_count, sign_count)?;
    same("`transports`", &found.transports, transports)?;
    same("`aaguid`", &found.aaguid, aaguid)?;
    same("`backup_eligible`", &found.backup_eligible, backup_eligible)?;
    same("`backup_state`", &found.backup_state, backup_state)?;
    same("`user_verified`", &found.user_verified, user_verified)?;
    same("`discoverable`", &found.discoverable, discoverable)?;
    same("`device_name`", &found.device_name, device_name)?;
    same(
        "`attestation_format`",
        &found.attestation_format,
        attestation_format,
    )?;
    same("`created_at`", &found.created_at, created_at)?;
    same("`last_used_at`", &found.last_used_at, last_used_at)?;
    same("`suspended_at`", &found.suspended_at, suspended_at)
}

/// That the user's list is these, in this order.
async fn lists<R: CredentialRepository>(
    store: &R,
    user_id: &str,
    expected: &[Credential],
) -> Check {
    let found = store.list(user_id).await?;
    let ids = |list: &[Credential]| list.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    same("the ids in the list", &ids(&found), &ids(expected))?;
    found
        .iter()
        .zip(expected)
        .try_for_each(|(found, expected)| same_credential(found, expected))
}

async fn every_field_is_kept<R: CredentialRepository>(store: R) -> Check {
    let longest_id = vec![0xff; CredentialId::MAX_BYTES];
    let opposites = Credential {
        backup_eligible: false,
        user_verified: false,
        sign_count: u32::MAX,
        transports: vec![Transport::Hybrid, Transport::Usb],
        public_key: vec![0x5a; 4096],
        ..full(&longest_id, &"u".repeat(64))
    };
    for credential in [full(b"full", "ada"), bare(b"bare", "ada"), opposites] {
        inserted(&store, &credential).await?;
        holds(&store, &credential).await?;
    }
    Ok(())
}

async fn times_are_kept<R: CredentialRepository>(store: R) -> Check {
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

const HOSTILE: [&str; 12] = [
    "",
    " ",
    "'",
    "\"; DROP TABLE passkey_credentials; --",
    "' OR '1'='1",
    "100%_of\\them",
    "$1 ?1 :name {table}",
    "e\u{301} is not \u{e9}",
    "\u{202e}desrever\u{202c}",
    "👩‍👩‍👧‍👦",
    "\u{ffff}\u{10ffff}",
    "line\r\nline\ttab\u{1b}[31m\u{7f}",
];

async fn strings_are_kept<R: CredentialRepository>(store: R) -> Check {
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
            store.rename(text, &id(&[number]), text).await?,
            "a rename found nothing",
        )?;
        let other = HOSTILE[(usize::from(number) + 1) % HOSTILE.len()];
        kept(
            !store.delete(other, &id(&[number])).await?,
            "another user deleted",
        )?;
        kept(
            store.delete(text, &id(&[number])).await?,
            "the owner deleted nothing",
        )?;
    }
    // The longest that the library lets through.
    let longest = Credential {
        device_name: "👩".repeat(255),
        ..full(b"longest", "ada")
    };
    inserted(&store, &longest).await?;
    holds(&store, &longest).await
}

async fn nothing_is_cut<R: CredentialRepository>(store: R) -> Check {
    let long = "x".repeat(10_000);
    for (number, text) in (0..).zip(["\0", "a\0b", "end\0", &long]) {
        let named = Credential {
            device_name: text.to_owned(),
            ..full(&[1, number], "ada")
        };
        let owned = full(&[2, number], text);
        for credential in [named, owned] {
            if store.insert(&credential).await.unwrap_or(false) {
                holds(&store, &credential).await?;
            } else {
                let found = store.find(&credential.id).await?;
                same("a credential that was refused", &found, &None)?;
            }
        }
        let renamed = full(&[3, number], "ada");
        inserted(&store, &renamed).await?;
        let name = match store.rename("ada", &renamed.id, text).await {
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
        // Whoever asks, to ask is no error: a peer may have named the user.
        let unknown = format!("{text}?");
        lists(&store, &unknown, &[]).await?;
        kept(
            !store.delete(&unknown, &id(&[3, number])).await?,
            "another user deleted",
        )?;
    }
    Ok(())
}

async fn a_known_id_is_refused<R: CredentialRepository>(store: R) -> Check {
    let first = full(b"id", "ada");
    inserted(&store, &first).await?;
    for again in [first.clone(), bare(b"id", "ada"), bare(b"id", "eve")] {
        kept(!store.insert(&again).await?, "a known id was stored again")?;
        holds(&store, &first).await?;
    }
    lists(&store, "eve", &[]).await
}

async fn one_insertion_wins<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let won = race(&store, |number, store| async move {
            let user = format!("user {number}");
            Ok(store.insert(&full(&[round], &user)).await?.then_some(user))
        });
        let winners: Vec<_> = won.await?.into_iter().flatten().collect();
        kept(
            winners.len() == 1,
            format!("{} insertions answered `true`", winners.len()),
        )?;
        holds(&*store, &full(&[round], &winners[0])).await?;
        let listed = store
            .list(&winners[0])
            .await?
            .iter()
            .filter(|it| it.id == id(&[round]))
            .count();
        kept(listed == 1, "the winner's credential is not listed once")?;
    }
    Ok(())
}

async fn ids_are_exact<R: CredentialRepository>(store: R) -> Check {
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

async fn the_unknown_is_nothing<R: CredentialRepository>(store: R) -> Check {
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
            !store.record_use(user, &id(b"id"), &usage(7, 8)).await?,
            "a stranger used it",
        )?;
        kept(
            !store.suspend(user, &id(b"id"), now()).await?,
            "a stranger suspended it",
        )?;
        kept(
            !store.rename(user, &id(b"id"), "mine").await?,
            "a stranger renamed it",
        )?;
        kept(
            !store.delete(user, &id(b"id")).await?,
            "a stranger deleted it",
        )?;
    }
    let unknown = id(b"unknown");
    kept(
        !store.record_use("ada", &unknown, &usage(0, 1)).await?,
        "the unknown was used",
    )?;
    kept(
        !store.suspend("ada", &unknown, now()).await?,
        "the unknown was suspended",
    )?;
    kept(
        !store.rename("ada", &unknown, "name").await?,
        "the unknown was renamed",
    )?;
    kept(
        !store.delete("ada", &unknown).await?,
        "the unknown was deleted",
    )?;
    holds(&store, &full(b"id", "ada")).await
}

async fn lists_are_the_users_own<R: CredentialRepository>(store: R) -> Check {
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

async fn lists_are_in_order<R: CredentialRepository>(store: R) -> Check {
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
    // What happens to a credential later does not move it.
    kept(
        store.rename("ada", &expected[2].id, "z").await?,
        "a rename found nothing",
    )?;
    let listed: Vec<_> = store
        .list("ada")
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

async fn lists_are_whole<R: CredentialRepository>(store: R) -> Check {
    let all: Vec<_> = (0..250).map(|number| bare(&[number], "ada")).collect();
    for credential in &all {
        inserted(&store, credential).await?;
    }
    same(
        "the number of credentials listed",
        &store.list("ada").await?.len(),
        &all.len(),
    )
}

async fn a_use_is_recorded<R: CredentialRepository>(store: R) -> Check {
    let before = Credential {
        suspended_at: None,
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
            .record_use("ada", &before.id, &usage(7, u32::MAX))
            .await?,
        "nothing was recorded",
    )?;
    let after = Credential {
        sign_count: u32::MAX,
        backup_state: true,
        last_used_at: Some(now() + Duration::minutes(1)),
        ..before
    };
    holds(&store, &after).await?;
    holds(&store, &bystander).await?;
    let unsynchronised = CredentialUse {
        backup_state: false,
        ..usage(u32::MAX, u32::MAX)
    };
    kept(
        store.record_use("ada", &after.id, &unsynchronised).await?,
        "nothing was recorded",
    )?;
    holds(
        &store,
        &Credential {
            backup_state: false,
            ..after
        },
    )
    .await?;
    // No counter: zero stays zero, and each use is recorded.
    inserted(&store, &bare(b"no counter", "ada")).await?;
    for _ in 0..2 {
        let recorded = store
            .record_use("ada", &id(b"no counter"), &usage(0, 0))
            .await?;
        kept(recorded, "a use without a counter was not recorded")?;
    }
    Ok(())
}

async fn a_stale_counter_is_refused<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    for previous in [0, 6, 8, u32::MAX] {
        let recorded = store
            .record_use("ada", &credential.id, &usage(previous, 9))
            .await?;
        kept(
            !recorded,
            format!("it was 7, and a use judged against {previous} was recorded"),
        )?;
        holds(&store, &credential).await?;
    }
    Ok(())
}

async fn only_the_owner_uses<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    inserted(&store, &bare(b"other", "eve")).await?;
    let recorded = store
        .record_use("eve", &credential.id, &usage(7, 8))
        .await?;
    kept(!recorded, "somebody else's use was recorded")?;
    holds(&store, &credential).await
}

async fn the_suspended_is_not_used<R: CredentialRepository>(store: R) -> Check {
    let credential = full(b"id", "ada");
    inserted(&store, &credential).await?;
    let recorded = store
        .record_use("ada", &credential.id, &usage(7, 8))
        .await?;
    kept(!recorded, "a suspended credential was used")?;
    holds(&store, &credential).await
}

async fn one_use_wins<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        inserted(&*store, &bare(&[round], "ada")).await?;
        // Half of them bring one counter, half another.
        let won = race(&store, |number, store| async move {
            let next = if number % 2 == 0 { 1 } else { 2 };
            let recorded = store
                .record_use("ada", &id(&[round]), &usage(0, next))
                .await?;
            Ok(recorded.then_some(next))
        });
        let winners: Vec<_> = won.await?.into_iter().flatten().collect();
        kept(
            winners.len() == 1,
            format!("{} uses answered `true`", winners.len()),
        )?;
        let stored = store.find(&id(&[round])).await?.map(|it| it.sign_count);
        same("the counter", &stored, &Some(winners[0]))?;
    }
    Ok(())
}

async fn no_use_is_lost<R: CredentialRepository>(store: R) -> Check {
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
            recorded += u32::from(store.record_use("ada", &found.id, &usage).await?);
        }
        Ok(recorded)
    });
    let recorded = recorded.await?.into_iter().sum();
    let stored = store.find(&id(b"id")).await?.map(|it| it.sign_count);
    same(
        "the counter, which each recorded use advanced by one",
        &stored,
        &Some(recorded),
    )
}

async fn suspension_keeps_its_time<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    kept(
        !store.suspend("eve", &credential.id, now()).await?,
        "somebody else suspended it",
    )?;
    holds(&store, &credential).await?;
    let suspended = Credential {
        suspended_at: Some(now()),
        ..credential
    };
    for later in [0, 1] {
        let at = now() + Duration::hours(later);
        kept(
            store.suspend("ada", &suspended.id, at).await?,
            "the owner's was not found",
        )?;
        holds(&store, &suspended).await?;
    }
    lists(&store, "ada", std::slice::from_ref(&suspended)).await?;
    let recorded = store.record_use("ada", &suspended.id, &usage(7, 8)).await?;
    kept(!recorded, "it was used after it was suspended")
}

async fn only_the_owner_renames<R: CredentialRepository>(store: R) -> Check {
    let credential = full(b"id", "ada");
    let bystander = full(b"other", "ada");
    inserted(&store, &credential).await?;
    inserted(&store, &bystander).await?;
    kept(
        !store.rename("eve", &credential.id, "mine").await?,
        "somebody else renamed it",
    )?;
    holds(&store, &credential).await?;
    for name in HOSTILE {
        kept(
            store.rename("ada", &credential.id, name).await?,
            "the owner's was not found",
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
    // The name it has already is as good as another.
    let unchanged = HOSTILE[HOSTILE.len() - 1];
    kept(
        store.rename("ada", &credential.id, unchanged).await?,
        "the same name found nothing",
    )?;
    holds(&store, &bystander).await
}

async fn only_the_owner_deletes<R: CredentialRepository>(store: R) -> Check {
    let credential = full(b"id", "ada");
    let bystander = full(b"other", "ada");
    inserted(&store, &credential).await?;
    inserted(&store, &bystander).await?;
    kept(
        !store.delete("eve", &credential.id).await?,
        "somebody else deleted it",
    )?;
    holds(&store, &credential).await?;
    kept(
        store.delete("ada", &credential.id).await?,
        "the owner's was not found",
    )?;
    same(
        "what was deleted",
        &store.find(&credential.id).await?,
        &None,
    )?;
    lists(&store, "ada", &[bystander]).await
}

async fn one_deletion_wins<R: CredentialRepository>(store: R) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        inserted(&*store, &bare(&[round], "ada")).await?;
        let won = race(&store, |_, store| async move {
            store.delete("ada", &id(&[round])).await
        });
        let winners = won.await?.into_iter().filter(|won| *won).count();
        kept(winners == 1, format!("{winners} deletions answered `true`"))?;
    }
    lists(&store, "ada", &[]).await
}

async fn the_deleted_is_gone<R: CredentialRepository>(store: R) -> Check {
    let credential = Credential {
        suspended_at: None,
        ..full(b"id", "ada")
    };
    inserted(&store, &credential).await?;
    kept(
        store.delete("ada", &credential.id).await?,
        "the owner's was not found",
    )?;
    let recorded = store
        .record_use("ada", &credential.id, &usage(7, 8))
        .await?;
    kept(!recorded, "it was used after it was deleted")?;
    kept(
        !store.suspend("ada", &credential.id, now()).await?,
        "it was suspended",
    )?;
    kept(
        !store.rename("ada", &credential.id, "name").await?,
        "it was renamed",
    )?;
    kept(
        !store.delete("ada", &credential.id).await?,
        "it was deleted again",
    )?;
    same(
        "what was deleted",
        &store.find(&credential.id).await?,
        &None,
    )?;
    let of_another = full(b"id", "eve");
    inserted(&store, &of_another).await?;
    holds(&store, &of_another).await?;
    lists(&store, "ada", &[]).await
}
