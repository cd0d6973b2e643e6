//! The contract catches what it says: for each promise there is a store that breaks it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use async_trait::async_trait;
use passkeys::{
    Credential, CredentialId,
    store::{
        ChallengeStore, CredentialRepository, CredentialUse, MemoryChallenges, MemoryRepository,
        PendingCeremony, StoreError,
    },
    testing,
};
use time::OffsetDateTime;
use tokio::{
    runtime::Handle,
    task::{spawn_blocking, yield_now},
};

/// How a repository is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    AlwaysFails,
    DropsTheAaguid,
    CutsTimesToSeconds,
    TrimsNames,
    CutsNames,
    StripsNul,
    Overwrites,
    LooksThenInserts,
    ComparesIdsBySixteenBytes,
    FoldsCase,
    FailsForUnknownUsers,
    ListsEverybody,
    ListsNewestFirst,
    ListsAPage,
    KeepsTheBackupState,
    ForgetsTheLastUse,
    IgnoresTheCounter,
    RefusesWithoutACounter,
    LetsAnyoneUse,
    UsesTheSuspended,
    LooksThenRecords,
    LetsAnyoneSuspend,
    SuspendsAgain,
    HidesTheSuspended,
    LetsAnyoneRename,
    RenamesAll,
    LetsAnyoneDelete,
    LooksThenDeletes,
    OnlyHidesTheDeleted,
}

const WRONG: [Wrong; 28] = [
    Wrong::DropsTheAaguid,
    Wrong::CutsTimesToSeconds,
    Wrong::TrimsNames,
    Wrong::CutsNames,
    Wrong::StripsNul,
    Wrong::Overwrites,
    Wrong::LooksThenInserts,
    Wrong::ComparesIdsBySixteenBytes,
    Wrong::FoldsCase,
    Wrong::FailsForUnknownUsers,
    Wrong::ListsEverybody,
    Wrong::ListsNewestFirst,
    Wrong::ListsAPage,
    Wrong::KeepsTheBackupState,
    Wrong::ForgetsTheLastUse,
    Wrong::IgnoresTheCounter,
    Wrong::RefusesWithoutACounter,
    Wrong::LetsAnyoneUse,
    Wrong::UsesTheSuspended,
    Wrong::LooksThenRecords,
    Wrong::LetsAnyoneSuspend,
    Wrong::SuspendsAgain,
    Wrong::HidesTheSuspended,
    Wrong::LetsAnyoneRename,
    Wrong::RenamesAll,
    Wrong::LetsAnyoneDelete,
    Wrong::LooksThenDeletes,
    Wrong::OnlyHidesTheDeleted,
];

/// A repository that is right but for one thing.
struct Repository {
    wrong: Wrong,
    inner: MemoryRepository,
    everything: Mutex<Vec<CredentialId>>,
    hidden: Mutex<Vec<CredentialId>>,
}

impl Repository {
    fn is(&self, wrong: Wrong) -> Result<bool, StoreError> {
        match self.wrong {
            Wrong::AlwaysFails => Err(StoreError::new("out of order")),
            other => Ok(other == wrong),
        }
    }

    fn id(&self, id: &CredentialId) -> CredentialId {
        match self.wrong {
            Wrong::ComparesIdsBySixteenBytes => id.as_bytes()[..id.as_bytes().len().min(16)].into(),
            _ => id.clone(),
        }
    }

    fn user(&self, user_id: &str) -> String {
        match self.wrong {
            Wrong::FoldsCase => user_id.to_lowercase(),
            _ => user_id.to_owned(),
        }
    }

    /// The owner, whoever asks.
    async fn owner(&self, id: &CredentialId, asking: &str) -> Result<String, StoreError> {
        Ok(self
            .inner
            .find(id)
            .await?
            .map_or_else(|| asking.to_owned(), |it| it.user_id))
    }

    /// Changes a credential in ways that the inner repository would not.
    async fn change(
        &self,
        id: &CredentialId,
        change: impl FnOnce(&mut Credential),
    ) -> Result<bool, StoreError> {
        let Some(mut credential) = self.inner.find(id).await? else {
            return Ok(false);
        };
        self.inner.delete(&credential.user_id, id).await?;
        change(&mut credential);
        self.inner.insert(&credential).await
    }
}

impl CredentialRepository for Repository {
    async fn insert(&self, credential: &Credential) -> Result<bool, StoreError> {
        let mut credential = credential.clone();
        credential.id = self.id(&credential.id);
        credential.user_id = self.user(&credential.user_id);
        if self.is(Wrong::DropsTheAaguid)? {
            credential.aaguid = None;
        }
        if self.is(Wrong::CutsTimesToSeconds)? {
            credential.created_at = credential.created_at.replace_nanosecond(0).unwrap();
        }
        if self.is(Wrong::TrimsNames)? {
            credential.device_name = credential.device_name.trim().to_owned();
        }
        if self.is(Wrong::CutsNames)? {
            credential.device_name = credential.device_name.chars().take(255).collect();
        }
        if self.is(Wrong::StripsNul)? {
            credential.device_name.retain(|char| char != '\0');
        }
        let overwrites = self.is(Wrong::Overwrites)?;
        if overwrites || self.is(Wrong::LooksThenInserts)? {
            if self.inner.find(&credential.id).await?.is_some() && !overwrites {
                return Ok(false);
            }
            yield_now().await;
            self.change(&credential.id, |_| ()).await?;
            let owner = self.owner(&credential.id, "").await?;
            self.inner.delete(&owner, &credential.id).await?;
            self.inner.insert(&credential).await?;
            return Ok(true);
        }
        let inserted = self.inner.insert(&credential).await?;
        if inserted {
            self.everything.lock().unwrap().push(credential.id);
        }
        Ok(inserted)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        self.is(Wrong::AlwaysFails)?;
        let found = self.inner.find(&self.id(id)).await?;
        Ok(found.filter(|_| !self.hidden.lock().unwrap().contains(id)))
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        let mut listed = self.inner.list(&self.user(user_id)).await?;
        if self.is(Wrong::ListsEverybody)? {
            let everything = self.everything.lock().unwrap().clone();
            listed.clear();
            for id in everything {
                listed.extend(self.inner.find(&id).await?);
            }
        }
        if self.is(Wrong::FailsForUnknownUsers)? && listed.is_empty() {
            return Err(StoreError::new("who?"));
        }
        if self.is(Wrong::ListsNewestFirst)? {
            listed.reverse();
        }
        if self.is(Wrong::ListsAPage)? {
            listed.truncate(100);
        }
        if self.is(Wrong::HidesTheSuspended)? {
            listed.retain(|credential| credential.suspended_at.is_none());
        }
        listed.retain(|credential| !self.hidden.lock().unwrap().contains(&credential.id));
        Ok(listed)
    }

    async fn record_use(
        &self,
        user_id: &str,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let mut user = self.user(user_id);
        let mut usage = *usage;
        let before = self.inner.find(id).await?;
        if self.is(Wrong::LetsAnyoneUse)? {
            user = self.owner(id, user_id).await?;
        }
        if let Some(before) = &before {
            if self.is(Wrong::IgnoresTheCounter)? {
                usage.previous_sign_count = before.sign_count;
            }
            if self.is(Wrong::KeepsTheBackupState)? {
                usage.backup_state = before.backup_state;
            }
            if self.is(Wrong::LooksThenRecords)? {
                let unchanged = before.sign_count == usage.previous_sign_count;
                yield_now().await;
                if !unchanged || before.suspended_at.is_some() || before.user_id != user {
                    return Ok(false);
                }
                return self
                    .change(id, |credential| {
                        credential.sign_count = usage.sign_count;
                        credential.backup_state = usage.backup_state;
                        credential.last_used_at = Some(usage.used_at);
                    })
                    .await;
            }
            if self.is(Wrong::UsesTheSuspended)? && before.suspended_at.is_some() {
                return Ok(before.user_id == user);
            }
        }
        if self.is(Wrong::RefusesWithoutACounter)? && usage.sign_count == 0 {
            return Ok(false);
        }
        let recorded = self.inner.record_use(&user, id, &usage).await?;
        if recorded && self.is(Wrong::ForgetsTheLastUse)? {
            self.change(id, |it| {
                it.last_used_at = before.and_then(|it| it.last_used_at);
            })
            .await?;
        }
        Ok(recorded)
    }

    async fn suspend(
        &self,
        user_id: &str,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let mut user = self.user(user_id);
        if self.is(Wrong::LetsAnyoneSuspend)? {
            user = self.owner(id, user_id).await?;
        }
        let suspended = self.inner.suspend(&user, id, at).await?;
        if suspended && self.is(Wrong::SuspendsAgain)? {
            self.change(id, |credential| credential.suspended_at = Some(at))
                .await?;
        }
        Ok(suspended)
    }

    async fn rename(
        &self,
        user_id: &str,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        let mut user = self.user(user_id);
        if self.is(Wrong::LetsAnyoneRename)? {
            user = self.owner(id, user_id).await?;
        }
        if self.is(Wrong::RenamesAll)? {
            for credential in self.inner.list(&user).await? {
                self.inner
                    .rename(&user, &credential.id, device_name)
                    .await?;
            }
        }
        self.inner.rename(&user, id, device_name).await
    }

    async fn delete(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        let mut user = self.user(user_id);
        if self.is(Wrong::LetsAnyoneDelete)? {
            user = self.owner(id, user_id).await?;
        }
        if self.is(Wrong::LooksThenDeletes)? {
            let found = self
                .inner
                .find(id)
                .await?
                .is_some_and(|it| it.user_id == user);
            yield_now().await;
            self.inner.delete(&user, id).await?;
            return Ok(found);
        }
        if self.is(Wrong::OnlyHidesTheDeleted)? {
            let found = self.find(id).await?.is_some_and(|it| it.user_id == user);
            if found {
                self.hidden.lock().unwrap().push(id.clone());
            }
            return Ok(found);
        }
        self.inner.delete(&user, id).await
    }
}

/// How a challenge store is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Bad {
    AlwaysFails,
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

const BAD: [Bad; 12] = [
    Bad::CutsNames,
    Bad::AnswersTheLatest,
    Bad::KeepsWhatIsTaken,
    Bad::LooksThenTakes,
    Bad::TrimsStates,
    Bad::FoldsCase,
    Bad::MakesLongStates,
    Bad::CountsStates,
    Bad::ExpiresEarly,
    Bad::KeepsTheLatestHundred,
    Bad::ForgetsAllWithTheExpired,
    Bad::LooksAtTheWallClock,
];

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

/// The promises that the verdict on a store says are broken.
async fn broken<F: Future<Output = ()>>(
    trial: impl FnOnce() -> F + Send + 'static,
) -> BTreeSet<String> {
    let runtime = Handle::current();
    let Err(failed) = spawn_blocking(move || runtime.block_on(trial())).await else {
        return BTreeSet::new();
    };
    let verdict = failed.into_panic().downcast::<String>().unwrap();
    let promises = verdict.lines().filter_map(|line| line.strip_prefix("- "));
    promises.map(str::to_owned).collect()
}

async fn broken_by_repository(wrong: Wrong) -> BTreeSet<String> {
    broken(async move || {
        testing::credential_repository(async || Repository {
            wrong,
            inner: MemoryRepository::default(),
            everything: Mutex::default(),
            hidden: Mutex::default(),
        })
        .await;
    })
    .await
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

/// Every wrong store is caught, and every promise has a store that breaks it.
fn compare(all: BTreeSet<String>, caught: Vec<(String, BTreeSet<String>)>) {
    let mut unbroken = all;
    for (wrong, promises) in caught {
        println!("{wrong}: {promises:#?}");
        assert!(
            !promises.is_empty(),
            "a store that is wrong ({wrong}) passes"
        );
        unbroken.retain(|promise| !promises.contains(promise));
    }
    assert!(
        unbroken.is_empty(),
        "no wrong store breaks these promises: {unbroken:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn wrong_repositories_are_caught() {
    let all = broken_by_repository(Wrong::AlwaysFails).await;
    assert!(
        all.len() > 20,
        "a store that always fails breaks every promise"
    );
    let mut caught = Vec::new();
    for wrong in WRONG {
        caught.push((format!("{wrong:?}"), broken_by_repository(wrong).await));
    }
    compare(all, caught);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn wrong_challenge_stores_are_caught() {
    let all = broken_by_challenges(Bad::AlwaysFails).await;
    assert!(
        all.len() > 9,
        "a store that always fails breaks every promise"
    );
    let mut caught = Vec::new();
    for bad in BAD {
        caught.push((format!("{bad:?}"), broken_by_challenges(bad).await));
    }
    compare(all, caught);
}
