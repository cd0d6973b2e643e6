use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Description, Missing, PendingCeremony, StoreError};

/// Store of ceremony state, from `begin` to `finish`.
///
/// It is chosen at startup, so it is used as `dyn ChallengeStore`. Implement it with the attribute
/// [`async_trait`](super::async_trait), which is re-exported here.
///
/// # Requirements
///
/// - Single-use: a ceremony is taken at most once. A store that cannot tell whether a ceremony was
///   taken (after a crash, say) must forget it: users can begin again, whereas a ceremony taken
///   twice allows replay.
/// - Bounded: anybody can begin ceremonies and never finish them, so a store must not grow without
///   limit. It may drop what has [expired](PendingCeremony::expires_at). The library checks the
///   expiry itself after [`take`](Self::take).
/// - Open: a full store makes room for a new ceremony by dropping an old one. If it rejected new ones,
///   anybody could lock all users out.
/// - Reserved: a ceremony that a signed-in user [has begun](PendingCeremony::begun_by) is not dropped
///   for the sake of ceremonies that others begin, be they signed in or not. So a store keeps a part
///   for these, in which each user has a few places, and a further ceremony of a user replaces the
///   user's own oldest. Only where that part is full, because very many users are signed in, new ones
///   may be treated like those that anybody can begin.
/// - No clock of its own: the current time is the [`begun_at`](PendingCeremony::begun_at) of the
///   ceremony being put, since the library's clock may be a test's.
///
/// `passkeys::testing::challenge_store` and `passkeys::testing::full_challenge_store` (feature
/// `testing`) test a store against all of this.
///
/// # Errors
///
/// An `Err` makes the router respond with 503 and `storage_unavailable`. Operations are not
/// retried.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot store ceremony states",
    label = "this is not a `ChallengeStore`",
    note = "`Passkeys::challenges` takes a challenge store: `MemoryChallenges`, `SealedChallenges` (feature `sealed`), `PostgresChallenges` (feature `postgres`), `MySqlChallenges` (feature `mysql`), `RedisChallenges` (feature `redis`), or a type of your own that implements `passkeys::store::ChallengeStore`; one that is chosen at run time is an `Arc<dyn ChallengeStore>`; a repository of passkeys is the second argument of `Passkeys::new`"
)]
#[async_trait]
pub trait ChallengeStore: Send + Sync + 'static {
    /// Stores a ceremony and returns the `state` that redeems it.
    ///
    /// `state` is ASCII, at most 8 KiB long and unguessable: it contains at least 128 random bits.
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError>;

    /// Removes a ceremony and returns it, atomically: of any number of calls with the same
    /// `state`, concurrent or later, at most one returns the ceremony.
    ///
    /// Returns `None` for any other `state`. Its content is whatever the client sent, unchecked.
    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError>;

    /// Returns why [`take`](Self::take) has returned nothing for a `state`, as far as the store can tell
    /// without asking anybody. Only the audit trail depends on it. Default: [`Missing::Unknown`].
    ///
    /// `state` is whatever the client sent, and `now` the time in the library's clock.
    fn why_missing(&self, state: &str, now: OffsetDateTime) -> Missing {
        let _ = (state, now);
        Missing::Unknown
    }

    /// Returns the name of the store and what it does not do, for the log. Default: the name of the type.
    fn describe(&self) -> Description {
        Description::of::<Self>()
    }

    /// Checks that the store can be reached and used, its table included: for
    /// [`Passkeys::check`](crate::Passkeys::check). Default: takes the ceremony of an empty `state`, which
    /// does not exist.
    async fn check(&self) -> Result<(), StoreError> {
        self.take("").await.map(drop)
    }
}

/// Milliseconds since 1970. In range for every year that `OffsetDateTime` can represent.
pub(super) fn milliseconds(time: OffsetDateTime) -> i64 {
    time.unix_timestamp() * 1000 + i64::from(time.millisecond())
}
