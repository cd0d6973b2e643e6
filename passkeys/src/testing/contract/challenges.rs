use std::{collections::HashSet, sync::Arc};

use time::{Duration, OffsetDateTime};

use super::{ROUNDS, TASKS, Verdict, Violation, boxed, kept, race, same};
use crate::{
    PasskeyUser, UserHandle,
    domain::{
        action::Action,
        application::Application,
        challenge::Challenge,
        pending::{Account, Purpose},
    },
    store::{ChallengeStore, PendingCeremony},
};

/// Tests a [`ChallengeStore`] against the requirements of the trait, but for those on a full store:
/// [`full_challenge_store`](super::full_challenge_store) tests these.
///
/// `make` opens an empty store with each call, with a capacity of at least 1000. Use a
/// multi-threaded runtime, so that the race tests are effective:
///
/// ```
/// use passkeys::{store::MemoryChallenges, testing};
///
/// #[tokio::test(flavor = "multi_thread")]
/// async fn challenge_store_satisfies_the_contract() {
///     testing::challenge_store(async || MemoryChallenges::default()).await;
/// }
/// # tokio::runtime::Runtime::new().unwrap().block_on(
/// #     testing::challenge_store(async || MemoryChallenges::default())
/// # );
/// ```
///
/// # Panics
///
/// If the store violates a requirement. The message lists every violated requirement, and how it
/// was violated.
pub async fn challenge_store<S: ChallengeStore>(make: impl AsyncFn() -> S) {
    let mut verdict = Verdict::on("ChallengeStore");
    macro_rules! requirements {
        ($($requirement:literal: $check:ident,)*) => {
            $(verdict.check($requirement, boxed($check, make().await)).await;)*
        };
    }
    requirements! {
        "`take` returns the ceremony that was put, with all its data": ceremonies_are_kept_whole,
        "`take` returns for each `state` the ceremony that was put under it": ceremonies_are_not_mixed_up,
        "single-use: `take` returns a ceremony once": a_ceremony_is_taken_once,
        "single-use: of concurrent `take`s of one `state`, exactly one returns the ceremony": one_taker_wins,
        "`take` returns `None` for every other `state`, whatever its content": other_states_are_unknown,
        "`put` returns a `state` of ASCII characters, at most 8 KiB long": states_are_short_ascii,
        "`put` returns a `state` with at least 128 random bits": states_are_unguessable,
        "a ceremony is kept until it expires": a_ceremony_is_kept_until_it_expires,
        "an expired ceremony is dropped or returned once, and others are unaffected": expired_ceremonies_do_not_affect_others,
        "the current time is `begun_at` of the ceremony being put, not that of the system clock": time_is_the_librarys,
    }
    verdict.announce();
}

/// Creates the state of a sign-in that was begun at this time and has this lifetime, for tests of
/// challenge stores.
///
/// Its challenge is fixed, and no relying party can finish it. It belongs to the application named
/// `example`.
#[must_use]
pub fn pending_ceremony(begun_at: OffsetDateTime, lifetime: Duration) -> PendingCeremony {
    pending(0, Purpose::Authenticate(None), begun_at, lifetime)
}

/// Creates the state of a step-up that a signed-in user began at this time and that has this lifetime,
/// for tests of challenge stores: they keep such ceremonies
/// [apart](crate::store::ChallengeStore#requirements).
///
/// Its challenge is fixed, and no relying party can finish it.
#[must_use]
pub fn pending_ceremony_of(
    user_id: &str,
    begun_at: OffsetDateTime,
    lifetime: Duration,
) -> PendingCeremony {
    let purpose = Purpose::StepUp {
        user_id: user_id.to_owned(),
        action: Action::new("POST", "example.com", "/", b""),
    };
    pending(0, purpose, begun_at, lifetime)
}

pub(super) type Check = Result<(), Violation>;

pub(super) const LIFETIME: Duration = Duration::minutes(5);

fn pending(
    number: usize,
    purpose: Purpose,
    begun_at: OffsetDateTime,
    lifetime: Duration,
) -> PendingCeremony {
    let mut challenge = [0xc5; 32];
    challenge[..8].copy_from_slice(&number.to_be_bytes());
    PendingCeremony::new(
        "example.com",
        Application::named("example"),
        Challenge::known(challenge),
        purpose,
        begun_at,
        lifetime,
    )
}

/// Creates a ceremony that is begun now. Each number gives another one.
fn numbered(number: usize) -> PendingCeremony {
    pending(number, Purpose::Authenticate(None), now(), LIFETIME)
}

fn account(user: &PasskeyUser, handle: &[u8]) -> Result<Account, Violation> {
    let handle = UserHandle::new(handle).map_err(|error| Violation(error.to_string()))?;
    Ok(Account::new(user, handle))
}

pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

async fn ceremonies_are_kept_whole<S: ChallengeStore>(store: S) -> Check {
    let user = PasskeyUser::new("42", "ada@example.com", "Ada \"Countess\" Lovelace 👩‍💻\0");
    let usual = account(&user, b"\0\xff")?;
    let longest = PasskeyUser::new("x".repeat(255), "n".repeat(1024), "\u{ffff}".repeat(341));
    let longest = account(&longest, &[0xfe; UserHandle::MAX_BYTES])?;
    let purposes = [
        Purpose::Authenticate(None),
        Purpose::Authenticate(Some("a'b\"c\\d\0e".to_owned())),
        Purpose::StepUp {
            user_id: "42".to_owned(),
            action: Action::new("POST", "example.com", "/transfer", b"{}"),
        },
        Purpose::Register(usual.clone()),
        Purpose::RegisterConditionally(usual.clone()),
        Purpose::SignUp(usual),
        Purpose::Register(longest),
    ];
    for (number, purpose) in purposes.into_iter().enumerate() {
        let mut ceremony = pending(number, purpose, now(), LIFETIME);
        if number % 2 == 1 {
            ceremony = ceremony.with_list(now());
        }
        if number % 3 == 1 {
            ceremony = ceremony.with_profile(Some("security_key"));
        }
        let state = store.put(ceremony.clone()).await?;
        same("the ceremony", &store.take(&state).await?, &Some(ceremony))?;
    }
    Ok(())
}

async fn ceremonies_are_not_mixed_up<S: ChallengeStore>(store: S) -> Check {
    let mut states = Vec::new();
    for number in 0..500 {
        let ceremony = numbered(number);
        states.push((store.put(ceremony.clone()).await?, ceremony));
    }
    let (even, odd): (Vec<_>, Vec<_>) = states
        .into_iter()
        .enumerate()
        .partition(|(n, _)| n % 2 == 0);
    for (_, (state, ceremony)) in even.into_iter().chain(odd.into_iter().rev()) {
        same("the ceremony", &store.take(&state).await?, &Some(ceremony))?;
    }
    Ok(())
}

async fn a_ceremony_is_taken_once<S: ChallengeStore>(store: S) -> Check {
    let state = store.put(numbered(0)).await?;
    kept(
        store.take(&state).await?.is_some(),
        "`take` returned `None` for a new ceremony",
    )?;
    for number in 1..50 {
        kept(
            store.take(&state).await?.is_none(),
            "`take` returned the ceremony a second time",
        )?;
        store.put(numbered(number)).await?;
    }
    Ok(())
}

async fn one_taker_wins<S: ChallengeStore>(store: S) -> Check {
    let store = Arc::new(store);
    for round in 0..ROUNDS {
        let state = Arc::<str>::from(store.put(numbered(round.into())).await?);
        let taken = race(&store, |_, store| {
            let state = Arc::clone(&state);
            async move { store.take(&state).await }
        });
        let winners = taken.await?.into_iter().flatten().count();
        kept(
            winners == 1,
            format!("{winners} of {TASKS} concurrent `take`s returned it"),
        )?;
    }
    Ok(())
}

async fn other_states_are_unknown<S: ChallengeStore>(store: S) -> Check {
    let ceremony = numbered(0);
    let state = store.put(ceremony.clone()).await?;
    let mut others: Vec<String> = [
        "",
        " ",
        "=",
        "0",
        "null",
        "\0",
        "*",
        "%",
        "_",
        "?",
        "../state",
        "' OR ''='",
        "\u{202e}",
        "👩‍👩‍👧",
        "AAAAAAAAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]
    .map(str::to_owned)
    .into();
    others.extend([10, 22, 32, 1000, 100_000].map(|length| "A".repeat(length)));
    others.extend([10, 22, 32, 1000].map(|length| "\u{e9}".repeat(length)));
    others.extend([
        format!("{state}="),
        format!("{state}A"),
        format!("{state}\0"),
        format!(" {state}"),
        format!("{state}\n"),
        state.repeat(2),
        state.to_ascii_lowercase(),
        state.to_ascii_uppercase(),
    ]);
    if state.is_ascii() {
        let last = state.len().saturating_sub(1);
        others.extend([state[..last].to_owned(), state[last.min(1)..].to_owned()]);
        for at in 0..state.len() {
            // Every character counts, to its last bit.
            for other in ["A", "B", "-", "=", "\u{0}"] {
                others.push(format!("{}{other}{}", &state[..at], &state[at + 1..]));
            }
        }
    }
    for other in others.into_iter().filter(|other| *other != state) {
        let taken = store.take(&other).await?;
        kept(
            taken.is_none(),
            format!("`take` returned a ceremony for {other:?}; its `state` is {state:?}"),
        )?;
    }
    same(
        "the ceremony, after `take` of other states",
        &store.take(&state).await?,
        &Some(ceremony),
    )
}

async fn states_are_short_ascii<S: ChallengeStore>(store: S) -> Check {
    let longest = PasskeyUser::new("x".repeat(255), "n".repeat(1024), "d".repeat(1024));
    let longest = account(&longest, &[0xfe; UserHandle::MAX_BYTES])?;
    for purpose in [Purpose::Authenticate(None), Purpose::SignUp(longest)] {
        let state = store.put(pending(0, purpose, now(), LIFETIME)).await?;
        kept(state.is_ascii(), format!("{state:?} is not ASCII"))?;
        kept(
            state.len() <= 8 * 1024,
            format!("the `state` has {} bytes", state.len()),
        )?;
    }
    Ok(())
}

async fn states_are_unguessable<S: ChallengeStore>(store: S) -> Check {
    let mut states = Vec::new();
    for _ in 0..64 {
        states.push(store.put(numbered(0)).await?.into_bytes());
    }
    let distinct = states.iter().collect::<HashSet<_>>().len();
    kept(
        distinct == states.len(),
        "two ceremonies have the same `state`",
    )?;
    // 128 bits need 22 characters of a large alphabet, or 32 of a small one.
    let seen_at = |at: usize| {
        states
            .iter()
            .filter_map(|state| state.get(at))
            .collect::<HashSet<_>>()
    };
    let longest = states.iter().map(Vec::len).max().unwrap_or(0);
    let mut bits = 0.0;
    for at in 0..longest {
        bits += match seen_at(at).len() {
            0..8 => 0.0,
            8..=16 => 4.0,
            _ => 5.9,
        };
    }
    kept(
        bits > 120.0,
        format!("only about {bits} bits of the `state` are random"),
    )
}

async fn a_ceremony_is_kept_until_it_expires<S: ChallengeStore>(store: S) -> Check {
    let begun = now();
    let early = pending(0, Purpose::Authenticate(None), begun, LIFETIME);
    let state = store.put(early.clone()).await?;
    let late = begun + LIFETIME - Duration::milliseconds(1);
    for number in 1..200 {
        store
            .put(pending(number, Purpose::Authenticate(None), late, LIFETIME))
            .await?;
    }
    same(
        "the ceremony, just before it expires",
        &store.take(&state).await?,
        &Some(early),
    )
}

async fn expired_ceremonies_do_not_affect_others<S: ChallengeStore>(store: S) -> Check {
    let begun = now();
    let expiring = pending(
        0,
        Purpose::Authenticate(None),
        begun,
        Duration::milliseconds(1),
    );
    let expired = store.put(expiring.clone()).await?;
    let later = begun + LIFETIME;
    let mut states = Vec::new();
    for number in 1..100 {
        let ceremony = pending(number, Purpose::Authenticate(None), later, LIFETIME);
        states.push((store.put(ceremony.clone()).await?, ceremony));
    }
    if let Some(taken) = store.take(&expired).await? {
        same("the expired ceremony", &taken, &expiring)?;
        kept(
            store.take(&expired).await?.is_none(),
            "`take` returned the expired ceremony twice",
        )?;
    }
    for (state, ceremony) in states {
        same(
            "a ceremony that has not expired",
            &store.take(&state).await?,
            &Some(ceremony),
        )?;
    }
    Ok(())
}

async fn time_is_the_librarys<S: ChallengeStore>(store: S) -> Check {
    for years in [-20, 0, 10] {
        let begun = now() + Duration::days(365 * years);
        let ceremony = pending(0, Purpose::Authenticate(None), begun, LIFETIME);
        let state = store.put(ceremony.clone()).await?;
        for number in 1..5 {
            store
                .put(pending(
                    number,
                    Purpose::Authenticate(None),
                    begun,
                    LIFETIME,
                ))
                .await?;
        }
        same(
            "a ceremony begun in another year",
            &store.take(&state).await?,
            &Some(ceremony),
        )?;
    }
    Ok(())
}
