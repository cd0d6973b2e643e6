//! Requirements of [`CredentialRepository`], by method.

mod bounded;
mod changing;
mod deleting;
mod listing;
mod scopes;
mod storing;
mod using;

use time::{Duration, OffsetDateTime};

use super::{Verdict, Violation, boxed, same};
use crate::{
    Aaguid, Credential, CredentialId, Transport, UserHandle,
    store::{CredentialRepository, CredentialUse, Insertion, Owner},
};

/// Tests a [`CredentialRepository`] against every requirement of the trait.
///
/// `make` opens an empty repository with each call. Use a multi-threaded runtime, so that the race
/// tests are effective:
///
/// ```
/// use passkeys::{store::MemoryRepository, testing};
///
/// #[tokio::test(flavor = "multi_thread")]
/// async fn repository_satisfies_the_contract() {
///     testing::credential_repository(async || MemoryRepository::default()).await;
/// }
/// # tokio::runtime::Runtime::new().unwrap().block_on(
/// #     testing::credential_repository(async || MemoryRepository::default())
/// # );
/// ```
///
/// # Panics
///
/// If the store violates a requirement. The message lists every violated requirement, and how it
/// was violated.
pub async fn credential_repository<R: CredentialRepository>(make: impl AsyncFn() -> R) {
    let mut verdict = Verdict::on("CredentialRepository");
    macro_rules! requirements {
        ($($requirement:literal: $theme:ident::$check:ident,)*) => {
            $(verdict.check($requirement, boxed($theme::$check, make().await)).await;)*
        };
    }
    requirements! {
        "`insert` stores every field, and `find` returns them": storing::every_field_is_kept,
        "`insert` stores times to the microsecond, whatever their UTC offset": storing::times_are_kept,
        "`insert` stores strings byte for byte": storing::strings_are_kept,
        "`insert` and `rename` store overlong strings and NUL unchanged, or reject them": storing::nothing_is_truncated,
        "unique insert: `insert` never changes an existing credential, whoever owns it": storing::an_existing_id_is_rejected,
        "unique insert: of concurrent `insert`s of one ID, exactly one returns `Stored`": storing::one_insertion_wins,
        "bounded insert: `insert` returns `Full` and stores nothing if the user has `max_credentials`": bounded::no_more_than_the_maximum_is_stored,
        "bounded insert: `insert` counts the credentials of the owner and no others": scopes::insertions_count_the_scope,
        "bounded insert: `insert` returns `Exists` rather than `Full` for an ID that exists": bounded::existing_goes_before_full,
        "bounded insert: concurrent `insert`s store no more than `max_credentials`": bounded::concurrent_insertions_are_bounded,
        "`insert_first` stores the first credential of a user, and none after it": storing::insert_first_stores_only_a_first,
        "`insert_first` counts the credentials of the owner and no others": scopes::firsts_count_the_scope,
        "`insert_first` everywhere counts the user's credentials of every RP ID": storing::insert_first_counts_every_rp_id,
        "unique insert: `insert_first` never changes an existing credential, whoever owns it": storing::insert_first_rejects_an_existing_id,
        "of concurrent `insert_first`s for one user, exactly one returns `true`, and the other credentials are never visible": storing::one_first_wins,
        "`find` distinguishes IDs that differ in one bit": storing::ids_are_exact,
        "an unknown ID or user is not an error, and nothing is found or changed for it": storing::unknown_ids_and_users_are_no_errors,
        "`list` returns the credentials of the user and no others": listing::lists_are_the_users_own,
        "`list` returns the credentials in the owner's scope and no others": scopes::lists_are_of_the_scope,
        "owner check: nothing is listed or changed for the same user ID at another RP ID": scopes::other_rp_ids_have_no_access,
        "owner check: a credential without RP ID belongs to every site and to no tenant": scopes::tenants_do_not_own_credentials_without_rp_id,
        "every method serves the owner of a tenant, of a site and everywhere": scopes::owners_have_access,
        "tenants can have users with equal IDs": scopes::tenants_may_have_users_of_one_id,
        "`list` is ordered by `created_at`, then by the bytes of the ID": listing::lists_are_in_order,
        "`list` returns all credentials of the user, without a limit": listing::lists_are_whole,
        "`record_use` sets `sign_count`, `backup_eligible`, `backup_state` and `last_used_at`, and nothing else": using::a_use_is_recorded,
        "compare-and-swap: `record_use` changes nothing unless `sign_count` equals `previous_sign_count`": using::a_stale_counter_is_rejected,
        "owner check: `record_use` changes nothing for another user": using::only_the_owner_uses,
        "`record_use` changes nothing in a suspended credential": using::a_suspended_credential_is_not_used,
        "compare-and-swap: of concurrent `record_use`s with one `previous_sign_count`, exactly one returns `true`": using::one_use_wins,
        "compare-and-swap: `record_use` loses no update under contention": using::no_use_is_lost,
        "`suspend` sets `suspended_at` of the owner's credential once, and nothing else": changing::suspension_keeps_its_time,
        "owner check: `resume` clears `suspended_at` of the owner's credential, and nothing else": changing::only_the_owner_resumes,
        "owner check: `rename` changes `device_name` of the owner's credential, and nothing else": changing::only_the_owner_renames,
        "owner check: `delete` deletes the owner's credential, and no other": deleting::only_the_owner_deletes,
        "of concurrent `delete`s of one credential, exactly one returns `true`": deleting::one_deletion_wins,
        "a deleted credential stays deleted, and its ID can be stored again": deleting::a_deleted_credential_is_gone,
        "owner check: `delete_unless_last` deletes the owner's credential, and no other, while another is left": deleting::one_of_several_is_deleted,
        "`delete_unless_last` keeps the last credential of a user": deleting::the_last_is_kept,
        "`delete_unless_last` does not count a suspended credential as left": deleting::a_suspended_credential_does_not_count,
        "`delete_unless_last` always deletes a suspended credential": deleting::a_suspended_credential_is_deleted,
        "`delete_unless_last` keeps the last credential in the owner's scope": scopes::the_last_of_the_scope_is_kept,
        "`delete_unless_last` counts a credential without RP ID at every site": deleting::a_credential_without_rp_id_counts,
        "concurrent `delete_unless_last`s of all credentials of a user leave exactly one": deleting::one_of_many_is_left,
        "concurrent `delete_unless_last`s leave one of two credentials, also while they sign in": deleting::one_of_two_is_left,
    }
    verdict.announce();
}

type Check = Result<(), Violation>;

/// Returns a fixed time with microseconds.
fn now() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::microseconds(123_456)
}

fn id(bytes: &[u8]) -> CredentialId {
    CredentialId::from_valid(bytes.to_vec())
}

/// RP ID of the credentials.
const RP_ID: &str = "example.com";

fn handle(bytes: &[u8]) -> Option<UserHandle> {
    UserHandle::new(bytes).ok()
}

fn bare(bytes: &[u8], user_id: &str) -> Credential {
    Credential::new(id(bytes), user_id, vec![0xa5, 0, 1], now())
}

/// Creates a credential in which no field has its default value.
fn full(bytes: &[u8], user_id: &str) -> Credential {
    Credential {
        user_handle: handle(b"a user\0s handle \xff"),
        rp_id: Some(RP_ID.to_owned()),
        sign_count: 7,
        transports: Transport::ALL.to_vec(),
        aaguid: Aaguid::new(*b"0123456789abcdef"),
        backup_eligible: Some(true),
        backup_state: true,
        user_verified: true,
        discoverable: true,
        device_name: "Ada’s phone".to_owned(),
        attestation_format: Some("packed".to_owned()),
        attestation_verified: true,
        last_used_at: Some(now() + Duration::seconds(1)),
        suspended_at: Some(now() + Duration::seconds(2)),
        ..bare(bytes, user_id)
    }
}

/// Creates a credential that can sign in.
fn usable(bytes: &[u8], user_id: &str) -> Credential {
    Credential {
        suspended_at: None,
        ..full(bytes, user_id)
    }
}

/// Returns a user of the site.
fn own(user_id: &str) -> Owner<'_> {
    Owner::of_site(RP_ID, user_id)
}

fn usage(previous: u32, next: u32) -> CredentialUse {
    CredentialUse::new(previous, next, true, true, now() + Duration::minutes(1))
}

async fn inserted<R: CredentialRepository>(store: &R, credential: &Credential) -> Check {
    let owner = Owner::everywhere(&credential.user_id);
    let insertion = store.insert(owner, credential, usize::MAX).await?;
    same("the result of `insert`", &insertion, &Insertion::Stored)
}

async fn holds<R: CredentialRepository>(store: &R, credential: &Credential) -> Check {
    let found = store.find(&credential.id).await?;
    let found =
        found.ok_or_else(|| Violation("`find` does not return the credential".to_owned()))?;
    same_credential(&found, credential)
}

/// Compares field by field, since `Debug` of a credential leaves fields out.
fn same_credential(found: &Credential, expected: &Credential) -> Check {
    let Credential {
        id,
        user_id,
        user_handle,
        rp_id,
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
        attestation_verified,
        created_at,
        last_used_at,
        suspended_at,
    } = expected;
    same("`id`", &found.id, id)?;
    same("`user_id`", &found.user_id, user_id)?;
    same("`user_handle`", &found.user_handle, user_handle)?;
    same("`rp_id`", &found.rp_id, rp_id)?;
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
    same(
        "`attestation_verified`",
        &found.attestation_verified,
        attestation_verified,
    )?;
    same("`created_at`", &found.created_at, created_at)?;
    same("`last_used_at`", &found.last_used_at, last_used_at)?;
    same("`suspended_at`", &found.suspended_at, suspended_at)
}

/// Checks that the user's list consists of these credentials, in this order.
async fn lists<R: CredentialRepository>(
    store: &R,
    user_id: &str,
    expected: &[Credential],
) -> Check {
    lists_of(store, own(user_id), expected).await
}

/// Checks that the owner's list consists of these credentials, in this order.
async fn lists_of<R: CredentialRepository>(
    store: &R,
    owner: Owner<'_>,
    expected: &[Credential],
) -> Check {
    let found = store.list(owner).await?;
    let ids = |list: &[Credential]| list.iter().map(|it| it.id.clone()).collect::<Vec<_>>();
    same("the IDs in the list", &ids(&found), &ids(expected))?;
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
