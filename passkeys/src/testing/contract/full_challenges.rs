use time::{Duration, OffsetDateTime};

use super::{
    Verdict, boxed,
    challenges::{Check, LIFETIME, now, pending_ceremony, pending_ceremony_of},
    kept,
};
use crate::{
    domain::application::Application,
    store::{ChallengeStore, PendingCeremony},
};

/// Tests a full [`ChallengeStore`] against the requirements of the trait: it makes room for new
/// ceremonies, and a flood of them does not end those of other signed-in users.
///
/// `make` opens an empty store with each call, which keeps at most as many ceremonies as its argument
/// says.
///
/// ```
/// use passkeys::{store::MemoryChallenges, testing};
///
/// #[tokio::test]
/// async fn full_challenge_store_satisfies_the_contract() {
///     testing::full_challenge_store(async |capacity| MemoryChallenges::with_capacity(capacity)).await;
/// }
/// # tokio::runtime::Runtime::new().unwrap().block_on(
/// #     testing::full_challenge_store(async |capacity| MemoryChallenges::with_capacity(capacity))
/// # );
/// ```
///
/// # Panics
///
/// If the store violates a requirement. The message lists every violated requirement, and how it
/// was violated.
pub async fn full_challenge_store<S: ChallengeStore>(make: impl AsyncFn(usize) -> S) {
    let mut verdict = Verdict::on("ChallengeStore");
    macro_rules! requirements {
        ($($requirement:literal: $check:ident,)*) => {
            $(verdict.check($requirement, boxed($check, make(CAPACITY).await)).await;)*
        };
    }
    requirements! {
        "open: a full store makes room for sign-ins": sign_ins_find_room,
        "open: a full store makes room for ceremonies of signed-in users": users_find_room,
        "reserved: sign-ins do not push out ceremonies of signed-in users": sign_ins_push_out_no_users,
        "reserved: ceremonies of signed-in users do not push out those of other users": users_push_out_no_others,
        "reserved: the same user ID at another application or RP ID is another user": applications_are_apart,
        "ceremonies of a signed-in user do not push out sign-ins": users_push_out_no_sign_ins,
    }
    verdict.announce();
}

/// Small, so that stores on servers are soon full.
const CAPACITY: usize = 128;

/// Number of ceremonies that are more than any store keeps.
const FLOOD: usize = 2 * CAPACITY;

/// Users whose ceremonies must stay.
const USERS: [&str; 4] = ["ada", "bob", "42", ""];

fn sign_in(begun_at: OffsetDateTime) -> PendingCeremony {
    pending_ceremony(begun_at, LIFETIME)
}

/// Begins many ceremonies, each later than the one before, and then finishes them. Some stores
/// remember what is begun, others what is finished.
async fn flood(
    store: &impl ChallengeStore,
    begun: impl Fn(usize, OffsetDateTime) -> PendingCeremony,
) -> Check {
    let start = now() + Duration::SECOND;
    let mut states = Vec::new();
    for (number, milliseconds) in (0..FLOOD).zip(0..) {
        let at = start + Duration::milliseconds(milliseconds);
        states.push(store.put(begun(number, at)).await?);
    }
    let last = states.pop().unwrap_or_default();
    kept(
        store.take(&last).await?.is_some(),
        "`take` returned `None` for the newest ceremony",
    )?;
    for state in states {
        store.take(&state).await?;
    }
    Ok(())
}

/// Checks that a flood does not push out one ceremony of each of the [`USERS`].
async fn users_keep_theirs(
    store: &impl ChallengeStore,
    begun: impl Fn(usize, OffsetDateTime) -> PendingCeremony,
) -> Check {
    let mut states = Vec::new();
    for user in USERS {
        let ceremony = pending_ceremony_of(user, now(), LIFETIME);
        states.push((user, store.put(ceremony).await?));
    }
    flood(store, begun).await?;
    for (user, state) in states {
        kept(
            store.take(&state).await?.is_some(),
            format!("after {FLOOD} others the ceremony of {user:?} was gone"),
        )?;
    }
    Ok(())
}

/// Checks that the next ceremony is kept, and that it is single-use.
async fn next_is_kept(store: &impl ChallengeStore, next: PendingCeremony) -> Check {
    let state = store.put(next.clone()).await?;
    kept(
        store.take(&state).await? == Some(next),
        "`take` returned `None` for a new ceremony, or another one",
    )?;
    kept(
        store.take(&state).await?.is_none(),
        "`take` returned the ceremony a second time",
    )
}

async fn sign_ins_find_room<S: ChallengeStore>(store: S) -> Check {
    flood(&store, |_, at| sign_in(at)).await?;
    next_is_kept(&store, sign_in(now() + Duration::MINUTE)).await
}

/// There are more users than a store has room for.
async fn users_find_room<S: ChallengeStore>(store: S) -> Check {
    let mut states = Vec::new();
    for number in 0..FLOOD {
        let user = format!("user {number}");
        let ceremony = pending_ceremony_of(&user, now(), LIFETIME);
        states.push(store.put(ceremony).await?);
    }
    let later = now() + Duration::SECOND;
    next_is_kept(&store, pending_ceremony_of("ada", later, LIFETIME)).await?;
    next_is_kept(&store, sign_in(later)).await
}

async fn sign_ins_push_out_no_users<S: ChallengeStore>(store: S) -> Check {
    users_keep_theirs(&store, |_, at| sign_in(at)).await
}

async fn users_push_out_no_others<S: ChallengeStore>(store: S) -> Check {
    users_keep_theirs(&store, |number, at| {
        let user = ["eve", "mallory", "trudy"][number % 3];
        pending_ceremony_of(user, at, LIFETIME)
    })
    .await
}

async fn applications_are_apart<S: ChallengeStore>(store: S) -> Check {
    users_keep_theirs(&store, |number, at| {
        let mut ceremony = pending_ceremony_of(USERS[0], at, LIFETIME);
        if number % 2 == 0 {
            "example.org".clone_into(&mut ceremony.rp_id);
        } else {
            ceremony.application = Application::named("another");
        }
        ceremony
    })
    .await
}

async fn users_push_out_no_sign_ins<S: ChallengeStore>(store: S) -> Check {
    let state = store.put(sign_in(now())).await?;
    flood(&store, |_, at| pending_ceremony_of("eve", at, LIFETIME)).await?;
    kept(
        store.take(&state).await?.is_some(),
        format!("after {FLOOD} ceremonies of a user a sign-in was gone"),
    )
}
