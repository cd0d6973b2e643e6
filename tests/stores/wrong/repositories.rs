use std::{collections::BTreeSet, sync::Mutex};

use passkeys::{
    Credential, CredentialId,
    store::{
        CredentialRepository, CredentialUse, Deletion, Insertion, MemoryRepository, StoreError,
    },
    testing,
};
use time::OffsetDateTime;
use tokio::task::yield_now;

use super::{compare, violated, ways_to_be_wrong};

ways_to_be_wrong! {
    /// Mistake of an incorrect repository.
    Wrong, WRONG:
    DropsTheAaguid,
    DropsTheUserHandle,
    DropsTheRpId,
    DropsTheVerdictOnAttestation,
    CutsUserIds,
    CutsTimesToSeconds,
    TrimsNames,
    CutsNames,
    StripsNul,
    Overwrites,
    LooksThenInserts,
    IgnoresTheMaximum,
    CountsOtherRpIdsForTheMaximum,
    CountsNoneWithoutRpIdForTheMaximum,
    CountsNoneSuspendedForTheMaximum,
    PrefersFullToExisting,
    LooksThenInsertsWithinTheMaximum,
    InsertsASecondFirst,
    CountsFirstsByRpId,
    OverwritesWithAFirst,
    LooksThenInsertsFirst,
    TakesBackASecondFirst,
    ComparesIdsBySixteenBytes,
    FoldsCase,
    FailsForUnknownUsers,
    ListsEverybody,
    ListsNewestFirst,
    ListsAPage,
    KeepsTheBackupState,
    KeepsTheBackupEligibility,
    LearnsTheBackupEligibilityOnly,
    ForgetsTheLastUse,
    IgnoresTheCounter,
    RefusesWithoutACounter,
    LetsAnyoneUse,
    UsesTheSuspended,
    LooksThenRecords,
    LetsAnyoneSuspend,
    SuspendsAgain,
    HidesTheSuspended,
    NeverResumes,
    ResumesAll,
    LetsAnyoneResume,
    LetsAnyoneRename,
    RenamesAll,
    LetsAnyoneDelete,
    LooksThenDeletes,
    OnlyHidesTheDeleted,
    DeletesTheLast,
    CountsTheSuspended,
    CountsEverybodys,
    KeepsTheSuspended,
    CountsOtherRpIds,
    KeepsThoseOfOtherRpIds,
    CountsNoneWithoutRpId,
    LooksThenDeletesUnlessLast,
}

/// Condition on which a credential counts.
type Counts = Box<dyn Fn(&Credential) -> bool + Send>;

/// Repository that is correct except for one mistake.
struct Repository {
    wrong: Wrong,
    inner: MemoryRepository,
    everything: Mutex<Vec<CredentialId>>,
    hidden: Mutex<Vec<CredentialId>>,
    turn: tokio::sync::Mutex<()>,
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
            Wrong::ComparesIdsBySixteenBytes => {
                CredentialId::new(&id.as_bytes()[..id.as_bytes().len().min(16)]).unwrap()
            }
            _ => id.clone(),
        }
    }

    fn user(&self, user_id: &str) -> String {
        match self.wrong {
            Wrong::FoldsCase => user_id.to_lowercase(),
            _ => user_id.to_owned(),
        }
    }

    /// Returns the owner of a credential, or `asking` if there is none.
    async fn owner(&self, id: &CredentialId, asking: &str) -> Result<String, StoreError> {
        Ok(self
            .inner
            .find(id)
            .await?
            .map_or_else(|| asking.to_owned(), |it| it.user_id))
    }

    /// Returns which credentials of the user count for the maximum of a new one, if this repository
    /// counts them itself.
    fn counts_for_the_maximum(&self, new: &Credential) -> Option<Counts> {
        let rp_id = new.rp_id.clone();
        let same = move |it: &Credential| rp_id.as_deref().is_none_or(|rp_id| it.is_for(rp_id));
        let rp_id = new.rp_id.clone();
        Some(match self.wrong {
            Wrong::IgnoresTheMaximum => Box::new(|_| false),
            Wrong::CountsOtherRpIdsForTheMaximum => Box::new(|_| true),
            Wrong::CountsNoneWithoutRpIdForTheMaximum => Box::new(move |it| it.rp_id == rp_id),
            Wrong::CountsNoneSuspendedForTheMaximum => {
                Box::new(move |it| same(it) && it.suspended_at.is_none())
            }
            Wrong::PrefersFullToExisting | Wrong::LooksThenInsertsWithinTheMaximum => {
                Box::new(same)
            }
            _ => return None,
        })
    }

    async fn list_everybodys(&self) -> Result<Vec<Credential>, StoreError> {
        let everything = self.everything.lock().unwrap().clone();
        let mut listed = Vec::new();
        for id in everything {
            listed.extend(self.inner.find(&id).await?);
        }
        Ok(listed)
    }

    /// Changes a credential in a way that the inner repository would not.
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
        let insertion = self.inner.insert(&credential, usize::MAX).await?;
        Ok(insertion == Insertion::Stored)
    }
}

impl CredentialRepository for Repository {
    async fn insert(
        &self,
        credential: &Credential,
        mut max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let mut credential = credential.clone();
        credential.id = self.id(&credential.id);
        credential.user_id = self.user(&credential.user_id);
        if self.is(Wrong::DropsTheAaguid)? {
            credential.aaguid = None;
        }
        if self.is(Wrong::DropsTheUserHandle)? {
            credential.user_handle = None;
        }
        if self.is(Wrong::DropsTheRpId)? {
            credential.rp_id = None;
        }
        if self.is(Wrong::DropsTheVerdictOnAttestation)? {
            credential.attestation_verified = false;
        }
        if self.is(Wrong::CutsUserIds)? {
            credential.user_id.truncate(64);
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
                return Ok(Insertion::Exists);
            }
            yield_now().await;
            self.change(&credential.id, |_| ()).await?;
            let owner = self.owner(&credential.id, "").await?;
            self.inner.delete(&owner, &credential.id).await?;
            self.inner.insert(&credential, usize::MAX).await?;
            return Ok(Insertion::Stored);
        }
        if let Some(counts) = self.counts_for_the_maximum(&credential) {
            let exists = self.inner.find(&credential.id).await?.is_some();
            let mut own = self.inner.list(&credential.user_id).await?;
            own.retain(counts);
            if own.len() >= max_credentials && (!exists || self.is(Wrong::PrefersFullToExisting)?) {
                return Ok(Insertion::Full);
            }
            yield_now().await;
            max_credentials = usize::MAX;
        }
        let insertion = self.inner.insert(&credential, max_credentials).await?;
        if insertion == Insertion::Stored {
            self.everything.lock().unwrap().push(credential.id);
        }
        Ok(insertion)
    }

    async fn insert_first(&self, credential: &Credential) -> Result<bool, StoreError> {
        let turn = self.turn.lock().await;
        if self.is(Wrong::OverwritesWithAFirst)? {
            let owner = self.owner(&credential.id, "").await?;
            self.inner.delete(&owner, &credential.id).await?;
        }
        if self.is(Wrong::TakesBackASecondFirst)? {
            drop(turn);
            let inserted = self.insert(credential, usize::MAX).await? == Insertion::Stored;
            yield_now().await;
            let own = self.inner.list(&credential.user_id).await?;
            if inserted && own.len() > 1 {
                self.inner
                    .delete(&credential.user_id, &credential.id)
                    .await?;
                return Ok(false);
            }
            return Ok(inserted);
        }
        let mut own = self.inner.list(&self.user(&credential.user_id)).await?;
        if self.is(Wrong::CountsFirstsByRpId)? {
            own.retain(|it| it.rp_id == credential.rp_id);
        }
        if !own.is_empty() && !self.is(Wrong::InsertsASecondFirst)? {
            return Ok(false);
        }
        if self.is(Wrong::LooksThenInsertsFirst)? {
            drop(turn);
            yield_now().await;
        }
        Ok(self.insert(credential, usize::MAX).await? == Insertion::Stored)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        self.is(Wrong::AlwaysFails)?;
        let found = self.inner.find(&self.id(id)).await?;
        Ok(found.filter(|_| !self.hidden.lock().unwrap().contains(id)))
    }

    async fn list(&self, user_id: &str) -> Result<Vec<Credential>, StoreError> {
        let mut listed = self.inner.list(&self.user(user_id)).await?;
        if self.is(Wrong::ListsEverybody)? {
            listed = self.list_everybodys().await?;
        }
        if self.is(Wrong::FailsForUnknownUsers)? && listed.is_empty() {
            return Err(StoreError::new("unknown user"));
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
            if let Some(known) = before.backup_eligible
                && self.is(Wrong::LearnsTheBackupEligibilityOnly)?
            {
                usage.backup_eligible = known;
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
                        credential.backup_eligible = Some(usage.backup_eligible);
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
        if recorded && self.is(Wrong::KeepsTheBackupEligibility)? {
            let known = before.as_ref().and_then(|it| it.backup_eligible);
            self.change(id, |it| it.backup_eligible = known).await?;
        }
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

    async fn resume(&self, user_id: &str, id: &CredentialId) -> Result<bool, StoreError> {
        let mut user = self.user(user_id);
        if self.is(Wrong::LetsAnyoneResume)? {
            user = self.owner(id, user_id).await?;
        }
        if self.is(Wrong::ResumesAll)? {
            for credential in self.inner.list(&user).await? {
                self.inner.resume(&user, &credential.id).await?;
            }
        }
        if self.is(Wrong::NeverResumes)? {
            let found = self.inner.find(id).await?;
            return Ok(found.is_some_and(|it| it.user_id == user));
        }
        self.inner.resume(&user, id).await
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

    async fn delete_unless_last(
        &self,
        user_id: &str,
        id: &CredentialId,
        rp_id: &str,
    ) -> Result<Deletion, StoreError> {
        let turn = self.turn.lock().await;
        let mut user = self.user(user_id);
        if self.is(Wrong::LetsAnyoneDelete)? {
            user = self.owner(id, user_id).await?;
        }
        let own = self.inner.list(&user).await?;
        let Some(credential) = own.iter().find(|it| it.id == *id) else {
            return Ok(Deletion::Unknown);
        };
        let mut others = own.clone();
        if self.is(Wrong::CountsEverybodys)? {
            others = self.list_everybodys().await?;
        }
        others.retain(|it| it.id != *id);
        if !self.is(Wrong::CountsTheSuspended)? {
            others.retain(|it| it.suspended_at.is_none());
        }
        if self.is(Wrong::CountsNoneWithoutRpId)? {
            others.retain(|it| it.rp_id.as_deref() == Some(rp_id));
        } else if !self.is(Wrong::CountsOtherRpIds)? {
            others.retain(|it| it.is_for(rp_id));
        }
        let suspended = credential.suspended_at.is_some() && !self.is(Wrong::KeepsTheSuspended)?;
        let elsewhere = !credential.is_for(rp_id) && !self.is(Wrong::KeepsThoseOfOtherRpIds)?;
        let may = suspended || elsewhere || !others.is_empty() || self.is(Wrong::DeletesTheLast)?;
        if self.is(Wrong::LooksThenDeletesUnlessLast)? {
            drop(turn);
            yield_now().await;
        }
        let deleted = may && self.inner.delete(&user, id).await?;
        Ok(Deletion::of(deleted, !may))
    }
}

async fn violated_by_repository(wrong: Wrong) -> BTreeSet<String> {
    violated(async move || {
        testing::credential_repository(async || Repository {
            wrong,
            inner: MemoryRepository::default(),
            everything: Mutex::default(),
            hidden: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        })
        .await;
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contract_detects_incorrect_repositories() {
    let all = violated_by_repository(Wrong::AlwaysFails).await;
    assert!(
        all.len() > 20,
        "a repository that always fails violates every requirement"
    );
    let mut caught = Vec::new();
    for &wrong in WRONG {
        caught.push((format!("{wrong:?}"), violated_by_repository(wrong).await));
    }
    compare(all, caught);
}
