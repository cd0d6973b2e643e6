use std::{collections::HashSet, sync::Arc};

use time::{Duration, OffsetDateTime};

use super::{Broken, ROUNDS, TASKS, Verdict, kept, race, same};
use crate::{
    PasskeyUser,
    domain::action::Action,
    domain::challenge::Challenge,
    domain::pending::Purpose,
    store::{ChallengeStore, PendingCeremony},
};

/// Puts a [`ChallengeStore`] to the test of every promise that the trait makes.
///
/// `make` gives an empty store each time it is called, with room for a thousand ceremonies. Call
/// this in a runtime with several threads, or races have little to find:
///
/// ```
/// use passkeys::{store::MemoryChallenges, testing};
///
/// #[tokio::test(flavor = "multi_thread")]
/// async fn it_keeps_its_promises() {
///     testing::challenge_store(async || MemoryChallenges::default()).await;
/// }
/// # tokio::runtime::Runtime::new().unwrap().block_on(
/// #     testing::challenge_store(async || MemoryChallenges::default())
/// # );
/// ```
///
/// # Panics
///
/// When a promise is broken; the message lists all that are, and how.
pub async fn challenge_store<S: ChallengeStore>(make: impl AsyncFn() -> S) {
    let mut verdict = Verdict::on("ChallengeStore");
    macro_rules! promises {
        ($($promise:literal: $check:ident,)*) => {
            $(verdict.check($promise, $check(make().await)).await;)*
        };
    }
    promises! {
        "`take` answers the ceremony that was put": ceremonies_are_kept_whole,
        "`take` answers each ceremony for its own state": ceremonies_are_not_mixed_up,
        "`take` answers a ceremony once": a_ceremony_is_taken_once,
        "`take` answers a ceremony once, however many take it at once": one_taker_wins,
        "`take` answers `None` for every other state, whatever it looks like": other_states_are_nothing,
        "`put` answers a `state` in ASCII of at most 8 KiB": states_are_short_ascii,
        "`put` answers a `state` that nobody can guess": states_are_unguessable,
        "a ceremony is there until it expires": it_lasts_until_it_expires,
        "an expired ceremony is forgotten or answered once, and harms no other": the_expired_is_out_of_the_way,
        "the present is what `begun_at` says, whatever the clock on the wall says": the_clock_is_the_librarys,
    }
    verdict.announce();
}

/// An unfinished sign-in, for tests of stores: begun at this time and lasting so long.
///
/// Other than the library's own ceremonies it is for nobody, and cannot be finished.
#[must_use]
pub fn pending_ceremony(begun_at: OffsetDateTime, lifetime: Duration) -> PendingCeremony {
    pending(0, Purpose::Authenticate(None), begun_at, lifetime)
}

type Check = Result<(), Broken>;

const LIFETIME: Duration = Duration::minutes(5);

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
        Challenge::known(challenge),
        purpose,
        begun_at,
        lifetime,
    )
}

/// A ceremony that no other number has, begun now.
fn numbered(number: usize) -> PendingCeremony {
    pending(number, Purpose::Authenticate(None), now(), LIFETIME)
}

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

async fn ceremonies_are_kept_whole<S: ChallengeStore>(store: S) -> Check {
    let user = PasskeyUser::new("42", "ada@example.com", "Ada \"Countess\" Lovelace 👩‍💻\0");
    let longest = PasskeyUser::new("x".repeat(64), "n".repeat(1024), "\u{ffff}".repeat(341));
    let purposes = [
        Purpose::Authenticate(None),
        Purpose::Authenticate(Some("a'b\"c\\d\0e".to_owned())),
        Purpose::StepUp {
            user_id: "42".to_owned(),
            action: Action::new("POST", "/transfer", b"{}"),
        },
        Purpose::Register((&user).into()),
        Purpose::SignUp((&user).into()),
        Purpose::Register((&longest).into()),
    ];
    for (number, purpose) in purposes.into_iter().enumerate() {
        let ceremony = pending(number, purpose, now(), LIFETIME);
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
    kept(store.take(&state).await?.is_some(), "it was not there")?;
    for number in 1..50 {
        kept(store.take(&state).await?.is_none(), "it was answered again")?;
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
            format!("{winners} of {TASKS} were answered with it"),
        )?;
    }
    Ok(())
}

async fn other_states_are_nothing<S: ChallengeStore>(store: S) -> Check {
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
            // Every character is a part of what nobody can guess, to its last bit.
            for other in ["A", "B", "-", "=", "\u{0}"] {
                others.push(format!("{}{other}{}", &state[..at], &state[at + 1..]));
            }
        }
    }
    for other in others.into_iter().filter(|other| *other != state) {
        let taken = store.take(&other).await?;
        kept(
            taken.is_none(),
            format!("{other:?} was answered, and the state is {state:?}"),
        )?;
    }
    same(
        "the ceremony, after all that",
        &store.take(&state).await?,
        &Some(ceremony),
    )
}

async fn states_are_short_ascii<S: ChallengeStore>(store: S) -> Check {
    let longest = PasskeyUser::new("x".repeat(64), "n".repeat(1024), "d".repeat(1024));
    for purpose in [
        Purpose::Authenticate(None),
        Purpose::SignUp((&longest).into()),
    ] {
        let state = store.put(pending(0, purpose, now(), LIFETIME)).await?;
        kept(state.is_ascii(), format!("{state:?} is not ASCII"))?;
        kept(
            state.len() <= 8 * 1024,
            format!("it has {} bytes", state.len()),
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
    kept(distinct == states.len(), "two ceremonies have one state")?;
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
        format!("of its characters only so many bits are random: {bits}"),
    )
}

async fn it_lasts_until_it_expires<S: ChallengeStore>(store: S) -> Check {
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

async fn the_expired_is_out_of_the_way<S: ChallengeStore>(store: S) -> Check {
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
            "the expired was answered twice",
        )?;
    }
    for (state, ceremony) in states {
        same(
            "one that has not expired",
            &store.take(&state).await?,
            &Some(ceremony),
        )?;
    }
    Ok(())
}

async fn the_clock_is_the_librarys<S: ChallengeStore>(store: S) -> Check {
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
            "a ceremony of another year",
            &store.take(&state).await?,
            &Some(ceremony),
        )?;
    }
    Ok(())
}
