use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use async_trait::async_trait;
use passkeys::{
    store::{ChallengeStore, MemoryChallenges, PendingCeremony, StoreError},
    testing,
};
use time::OffsetDateTime;
use tokio::task::yield_now;

use super::{broken, compare, ways_to_be_wrong};

ways_to_be_wrong! {
    /// How a challenge store is wrong.
    Bad, BAD:
    CutsNames,
    AnswersTheLatest,
    KeepsWhatIsTaken,
    LooksThenTakes,
    TrimsStates,
    FoldsCase,
    MakesLongStates,
    CountsStates,
    ExpiresEarly,
    KeepsTheLatestHundred,
    ForgetsAllWithTheExpired,
    LooksAtTheWallClock,
}

/// A challenge store that is right but for one thing.
struct Challenges {
    bad: Bad,
    waiting: Mutex<HashMap<String, PendingCeremony>>,
    states: Mutex<Vec<String>>,
    random: MemoryChallenges,
}

impl Challenges {
    fn is(&self, bad: Bad) -> Result<bool, StoreError> {
        match self.bad {
            Bad::AlwaysFails => Err(StoreError::new("out of order")),
            other => Ok(other == bad),
        }
    }
}

#[async_trait]
impl ChallengeStore for Challenges {
    async fn put(&self, mut ceremony: PendingCeremony) -> Result<String, StoreError> {
        let mut state = self.random.put(ceremony.clone()).await?;
        let now = ceremony.begun_at();
        let mut waiting = self.waiting.lock().unwrap();
        let mut states = self.states.lock().unwrap();
        if self.is(Bad::MakesLongStates)? {
            state = state.repeat(300);
        }
        if self.is(Bad::FoldsCase)? {
            state = state.to_lowercase();
        }
        if self.is(Bad::CountsStates)? {
            state = format!("{:032}", states.len());
        }
        if self.is(Bad::CutsNames)? {
            let json = serde_json::to_string(&ceremony).unwrap();
            let nameless = json.replace("ada@example.com", "ada@example");
            ceremony = serde_json::from_str(&nameless).unwrap();
        }
        if self.is(Bad::ExpiresEarly)? {
            waiting.retain(|_, it| it.begun_at() + (it.expires_at() - it.begun_at()) / 2 > now);
        }
        if self.is(Bad::KeepsTheLatestHundred)? && states.len() >= 100 {
            waiting.remove(&states[states.len() - 100]);
        }
        let has_expired = waiting.values().any(|it| it.expires_at() < now);
        if self.is(Bad::ForgetsAllWithTheExpired)? && has_expired && waiting.len() > 50 {
            waiting.clear();
        }
        states.push(state.clone());
        waiting.insert(state.clone(), ceremony);
        Ok(state)
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let mut state = state.to_owned();
        if self.is(Bad::TrimsStates)? {
            state = state.trim().to_owned();
        }
        if self.is(Bad::FoldsCase)? {
            state = state.to_lowercase();
        }
        if self.is(Bad::AnswersTheLatest)? {
            state = self.states.lock().unwrap().pop().unwrap_or(state);
        }
        if self.is(Bad::KeepsWhatIsTaken)? {
            return Ok(self.waiting.lock().unwrap().get(&state).cloned());
        }
        if self.is(Bad::LooksThenTakes)? {
            let found = self.waiting.lock().unwrap().get(&state).cloned();
            yield_now().await;
            self.waiting.lock().unwrap().remove(&state);
            return Ok(found);
        }
        let taken = self.waiting.lock().unwrap().remove(&state);
        if self.is(Bad::LooksAtTheWallClock)? {
            return Ok(taken.filter(|it| it.expires_at() > OffsetDateTime::now_utc()));
        }
        Ok(taken)
    }
}

async fn broken_by_challenges(bad: Bad) -> BTreeSet<String> {
    broken(async move || {
        testing::challenge_store(async || Challenges {
            bad,
            waiting: Mutex::default(),
            states: Mutex::default(),
            random: MemoryChallenges::default(),
        })
        .await;
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn wrong_challenge_stores_are_caught() {
    let all = broken_by_challenges(Bad::AlwaysFails).await;
    assert!(
        all.len() > 9,
        "a store that always fails breaks every promise"
    );
    let mut caught = Vec::new();
    for &bad in BAD {
        caught.push((format!("{bad:?}"), broken_by_challenges(bad).await));
    }
    compare(all, caught);
}
