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

use super::{compare, violated, ways_to_be_wrong};

ways_to_be_wrong! {
    /// Mistake of an incorrect challenge store.
    Bad, BAD:
    CutsNames,
    ReturnsTheLatest,
    KeepsWhatIsTaken,
    LooksThenTakes,
    TrimsStates,
    FoldsCase,
    MakesLongStates,
    CountsStates,
    ExpiresEarly,
    KeepsTheLatestHundred,
    ForgetsAllWithTheExpired,
    UsesTheSystemClock,
}

/// Challenge store that is correct except for one mistake.
struct Challenges {
    bad: Bad,
    ceremonies: Mutex<HashMap<String, PendingCeremony>>,
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
        let mut ceremonies = self.ceremonies.lock().unwrap();
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
            ceremonies.retain(|_, it| it.begun_at() + (it.expires_at() - it.begun_at()) / 2 > now);
        }
        if self.is(Bad::KeepsTheLatestHundred)? && states.len() >= 100 {
            ceremonies.remove(&states[states.len() - 100]);
        }
        let has_expired = ceremonies.values().any(|it| it.expires_at() < now);
        if self.is(Bad::ForgetsAllWithTheExpired)? && has_expired && ceremonies.len() > 50 {
            ceremonies.clear();
        }
        states.push(state.clone());
        ceremonies.insert(state.clone(), ceremony);
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
        if self.is(Bad::ReturnsTheLatest)? {
            state = self.states.lock().unwrap().pop().unwrap_or(state);
        }
        if self.is(Bad::KeepsWhatIsTaken)? {
            return Ok(self.ceremonies.lock().unwrap().get(&state).cloned());
        }
        if self.is(Bad::LooksThenTakes)? {
            let found = self.ceremonies.lock().unwrap().get(&state).cloned();
            yield_now().await;
            self.ceremonies.lock().unwrap().remove(&state);
            return Ok(found);
        }
        let taken = self.ceremonies.lock().unwrap().remove(&state);
        if self.is(Bad::UsesTheSystemClock)? {
            return Ok(taken.filter(|it| it.expires_at() > OffsetDateTime::now_utc()));
        }
        Ok(taken)
    }
}

async fn violated_by_challenges(bad: Bad) -> BTreeSet<String> {
    violated(async move || {
        testing::challenge_store(async || Challenges {
            bad,
            ceremonies: Mutex::default(),
            states: Mutex::default(),
            random: MemoryChallenges::default(),
        })
        .await;
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contract_detects_incorrect_challenge_stores() {
    let all = violated_by_challenges(Bad::AlwaysFails).await;
    assert!(
        all.len() > 9,
        "a store that always fails violates every requirement"
    );
    let mut caught = Vec::new();
    for &bad in BAD {
        caught.push((format!("{bad:?}"), violated_by_challenges(bad).await));
    }
    compare(all, caught);
}
