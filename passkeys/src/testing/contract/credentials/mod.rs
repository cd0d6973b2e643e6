//! What every [`CredentialRepository`] promises, by what is asked of it.

mod changing;
mod deleting;
mod listing;
mod storing;
mod using;

use time::{Duration, OffsetDateTime};

use super::{Broken, Verdict, kept, same};
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
        ($($promise:literal: $theme:ident::$check:ident,)*) => {
            $(verdict.check($promise, $theme::$check(make().await)).await;)*
        };
    }
    promises! {
        "`insert` stores every field, and `find` answers them": storing::every_field_is_kept,
        "`insert` keeps times to the microsecond, whatever their offset": storing::times_are_kept,
        "`insert` keeps strings byte for byte": storing::strings_are_kept,
        "`insert` keeps what is too long or has a NUL whole, or refuses it": storing::nothing_is_cut,
        "`insert` never changes a known credential, whoever owns it": storing::a_known_id_is_refused,
        "`insert` answers `true` once, however many insert one id at once": storing::one_insertion_wins,
        "`insert_first` stores the first credential of a user, whole, and none after it": storing::the_first_is_the_only_one,
        "`insert_first` never changes a known credential, whoever owns it": storing::a_known_id_is_not_a_first,
        "`insert_first` answers `true` once, however many are a user's first at once, and the others are never found": storing::one_first_wins,
        "`find` tells ids apart that differ in one bit": storing::ids_are_exact,
        "`find` and `list` answer nothing for what is unknown": storing::the_unknown_is_nothing,
        "`list` answers the user's credentials and nobody else's": listing::lists_are_the_users_own,
        "`list` is in the order of `created_at`, then of the id": listing::lists_are_in_order,
        "`list` answers all, however many": listing::lists_are_whole,
        "`record_use` sets the counter, the backup state and the last use, and nothing else": using::a_use_is_recorded,
        "`record_use` does nothing unless the counter is the previous one": using::a_stale_counter_is_refused,
        "`record_use` does nothing for others than the owner": using::only_the_owner_uses,
        "`record_use` does nothing to a suspended credential": using::the_suspended_is_not_used,
        "`record_use` answers `true` once, however many bring one counter at once": using::one_use_wins,
        "`record_use` loses no update under contention": using::no_use_is_lost,
        "`suspend` marks the owner's credential, and keeps the first time": changing::suspension_keeps_its_time,
        "`rename` changes the name of the owner's credential, and nothing else": changing::only_the_owner_renames,
        "`delete` deletes the owner's credential, and no other": deleting::only_the_owner_deletes,
        "`delete` answers `true` once, however many delete at once": deleting::one_deletion_wins,
        "a deleted credential stays deleted, and its id may be stored again": deleting::the_deleted_is_gone,
        "`delete_unless_last` deletes the owner's credential, and no other, while another is left": deleting::one_of_several_is_deleted,
        "`delete_unless_last` keeps the last credential of a user": deleting::the_last_is_kept,
        "`delete_unless_last` does not count a suspended credential as one that is left": deleting::the_suspended_is_not_what_is_left,
        "`delete_unless_last` deletes a suspended credential, whatever is left": deleting::the_suspended_is_deleted,
        "`delete_unless_last` leaves one, however many are deleted at once": deleting::one_of_many_is_left,
        "`delete_unless_last` leaves one of two, also while they sign in": deleting::one_of_two_is_left,
    }
    verdict.announce();
}

type Check = Result<(), Broken>;

/// A moment with microseconds.
fn now() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::microseconds(123_456)
}

fn id(bytes: &[u8]) -> CredentialId {
    CredentialId::from_valid(bytes.to_vec())
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
    CredentialUse::new(previous, next, true, now() + Duration::minutes(1))
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
