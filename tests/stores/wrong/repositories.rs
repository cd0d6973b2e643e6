use std::{collections::BTreeSet, sync::Mutex};

use passkeys::{
    Credential, CredentialId,
    store::{
        CredentialRepository, CredentialUse, Deletion, Insertion, MemoryRepository, Owner, Scope,
        StoreError,
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
    CountsThoseWithoutRpIdAtTenants,
    CountsNoneSuspendedForTheMaximum,
    PrefersFullToExisting,
    LooksThenInsertsWithinTheMaximum,
    InsertsASecondFirst,
    CountsFirstsByRpId,
    CountsFirstsOfEveryRpId,
    OverwritesWithAFirst,
    LooksThenInsertsFirst,
    TakesBackASecondFirst,
    ComparesIdsBySixteenBytes,
    FoldsCase,
    FailsForUnknownUsers,
    ListsEverybody,
    ListsEveryRpId,
    TakesTenantsForSites,
    TakesSitesForTenants,
    TakesSitesForEverywhere,
    LetsEveryRpIdUse,
    LetsEveryRpIdSuspend,
    LetsEveryRpIdResume,
    LetsEveryRpIdRename,
    LetsEveryRpIdDelete,
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
    CountsNoneWithoutRpId,
    LooksThenDeletesUnlessLast,
}

/// Condition on which a credential counts.
type Counts<'a> = Box<dyn Fn(&Credential) -> bool + Send + 'a>;

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

    /// Returns the user ID of a credential's owner, or `asking` if there is none.
    async fn owner_of(&self, id: &CredentialId, asking: &str) -> Result<String, StoreError> {
        Ok(self
            .inner
            .find(id)
            .await?
            .map_or_else(|| asking.to_owned(), |it| it.user_id))
    }

    /// Returns the owner that this repository takes an owner for, who has this user ID.
    fn owner<'a>(&self, owner: Owner<'a>, user_id: &'a str) -> Owner<'a> {
        match (self.wrong, owner.scope()) {
            (Wrong::TakesTenantsForSites, Scope::Tenant(rp_id)) => Owner::of_site(rp_id, user_id),
            (Wrong::TakesSitesForTenants, Scope::Site(rp_id)) => Owner::of_tenant(rp_id, user_id),
            (Wrong::TakesSitesForEverywhere, Scope::Site(_)) => Owner::everywhere(user_id),
            _ => owner.with_user_id(user_id),
        }
    }

    /// Returns the ID of the user who changes a credential: its owner's if this repository lets anyone
    /// change it.
    async fn user_of(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        lets_anyone: Wrong,
    ) -> Result<String, StoreError> {
        let user = self.user(owner.user_id());
        if self.is(lets_anyone)? {
            return self.owner_of(id, &user).await;
        }
        Ok(user)
    }

    /// Returns the owner who changes a credential: one everywhere if this repository lets every RP ID
    /// change it.
    fn changing<'a>(
        &self,
        owner: Owner<'a>,
        user_id: &'a str,
        lets_every_rp_id: Wrong,
    ) -> Result<Owner<'a>, StoreError> {
        if self.is(lets_every_rp_id)? {
            return Ok(Owner::everywhere(user_id));
        }
        Ok(self.owner(owner, user_id))
    }

    /// Returns which credentials of the user count for the maximum, if this repository counts them
    /// itself.
    fn counts_for_the_maximum<'a>(&self, owner: Owner<'a>) -> Option<Counts<'a>> {
        let scope = owner.scope();
        Some(match self.wrong {
            Wrong::IgnoresTheMaximum => Box::new(|_| false),
            Wrong::CountsOtherRpIdsForTheMaximum => Box::new(|_| true),
            Wrong::CountsNoneWithoutRpIdForTheMaximum => {
                Box::new(move |it| owner.owns(it) && it.rp_id.is_some())
            }
            Wrong::CountsThoseWithoutRpIdAtTenants => {
                Box::new(move |it| scope.contains(it.rp_id.as_deref()) || it.rp_id.is_none())
            }
            Wrong::CountsNoneSuspendedForTheMaximum => {
                Box::new(move |it| owner.owns(it) && it.suspended_at.is_none())
            }
            Wrong::PrefersFullToExisting | Wrong::LooksThenInsertsWithinTheMaximum => {
                Box::new(move |it| owner.owns(it))
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

    /// Deletes a credential, whoever owns it.
    async fn remove(&self, id: &CredentialId) -> Result<(), StoreError> {
        let owner = self.owner_of(id, "").await?;
        self.inner.delete(Owner::everywhere(&owner), id).await?;
        Ok(())
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
        self.remove(id).await?;
        change(&mut credential);
        let owner = Owner::everywhere(&credential.user_id);
        let insertion = self.inner.insert(owner, &credential, usize::MAX).await?;
        Ok(insertion == Insertion::Stored)
    }
}

impl CredentialRepository for Repository {
    async fn insert(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
        mut max_credentials: usize,
    ) -> Result<Insertion, StoreError> {
        let user = self.user(owner.user_id());
        let owner = self.owner(owner, &user);
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
            self.remove(&credential.id).await?;
            self.inner.insert(owner, &credential, usize::MAX).await?;
            return Ok(Insertion::Stored);
        }
        if let Some(counts) = self.counts_for_the_maximum(owner) {
            let exists = self.inner.find(&credential.id).await?.is_some();
            let mut own = self.inner.list(Owner::everywhere(&user)).await?;
            own.retain(counts);
            if own.len() >= max_credentials && (!exists || self.is(Wrong::PrefersFullToExisting)?) {
                return Ok(Insertion::Full);
            }
            yield_now().await;
            max_credentials = usize::MAX;
        }
        let insertion = self.inner.insert(owner, &credential, max_credentials);
        let insertion = insertion.await?;
        if insertion == Insertion::Stored {
            self.everything.lock().unwrap().push(credential.id);
        }
        Ok(insertion)
    }

    async fn insert_first(
        &self,
        owner: Owner<'_>,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let turn = self.turn.lock().await;
        if self.is(Wrong::OverwritesWithAFirst)? {
            self.remove(&credential.id).await?;
        }
        if self.is(Wrong::TakesBackASecondFirst)? {
            drop(turn);
            let inserted = self.insert(owner, credential, usize::MAX).await?;
            let inserted = inserted == Insertion::Stored;
            yield_now().await;
            let own = self.inner.list(owner).await?;
            if inserted && own.len() > 1 {
                self.remove(&credential.id).await?;
                return Ok(false);
            }
            return Ok(inserted);
        }
        let user = self.user(owner.user_id());
        let counted = self.changing(owner, &user, Wrong::CountsFirstsOfEveryRpId)?;
        let mut own = self.inner.list(counted).await?;
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
        Ok(self.insert(owner, credential, usize::MAX).await? == Insertion::Stored)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<Credential>, StoreError> {
        self.is(Wrong::AlwaysFails)?;
        let found = self.inner.find(&self.id(id)).await?;
        Ok(found.filter(|_| !self.hidden.lock().unwrap().contains(id)))
    }

    async fn list(&self, owner: Owner<'_>) -> Result<Vec<Credential>, StoreError> {
        let user = self.user(owner.user_id());
        let owner = self.changing(owner, &user, Wrong::ListsEveryRpId)?;
        let mut listed = self.inner.list(owner).await?;
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
        owner: Owner<'_>,
        id: &CredentialId,
        usage: &CredentialUse,
    ) -> Result<bool, StoreError> {
        let user = self.user_of(owner, id, Wrong::LetsAnyoneUse).await?;
        let owner = self.changing(owner, &user, Wrong::LetsEveryRpIdUse)?;
        let mut usage = *usage;
        let before = self.inner.find(id).await?;
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
                if !unchanged || before.suspended_at.is_some() || !owner.owns(before) {
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
                return Ok(owner.owns(before));
            }
        }
        if self.is(Wrong::RefusesWithoutACounter)? && usage.sign_count == 0 {
            return Ok(false);
        }
        let recorded = self.inner.record_use(owner, id, &usage).await?;
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
        owner: Owner<'_>,
        id: &CredentialId,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let user = self.user_of(owner, id, Wrong::LetsAnyoneSuspend).await?;
        let owner = self.changing(owner, &user, Wrong::LetsEveryRpIdSuspend)?;
        let suspended = self.inner.suspend(owner, id, at).await?;
        if suspended && self.is(Wrong::SuspendsAgain)? {
            self.change(id, |credential| credential.suspended_at = Some(at))
                .await?;
        }
        Ok(suspended)
    }

    async fn resume(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        let user = self.user_of(owner, id, Wrong::LetsAnyoneResume).await?;
        let owner = self.changing(owner, &user, Wrong::LetsEveryRpIdResume)?;
        if self.is(Wrong::ResumesAll)? {
            for credential in self.inner.list(owner).await? {
                self.inner.resume(owner, &credential.id).await?;
            }
        }
        if self.is(Wrong::NeverResumes)? {
            let found = self.inner.find(id).await?;
            return Ok(found.is_some_and(|it| owner.owns(&it)));
        }
        self.inner.resume(owner, id).await
    }

    async fn rename(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
        device_name: &str,
    ) -> Result<bool, StoreError> {
        let user = self.user_of(owner, id, Wrong::LetsAnyoneRename).await?;
        let owner = self.changing(owner, &user, Wrong::LetsEveryRpIdRename)?;
        if self.is(Wrong::RenamesAll)? {
            for credential in self.inner.list(owner).await? {
                self.inner
                    .rename(owner, &credential.id, device_name)
                    .await?;
            }
        }
        self.inner.rename(owner, id, device_name).await
    }

    async fn delete(&self, owner: Owner<'_>, id: &CredentialId) -> Result<bool, StoreError> {
        let user = self.user_of(owner, id, Wrong::LetsAnyoneDelete).await?;
        let owner = self.changing(owner, &user, Wrong::LetsEveryRpIdDelete)?;
        if self.is(Wrong::LooksThenDeletes)? {
            let found = self.inner.find(id).await?.is_some_and(|it| owner.owns(&it));
            yield_now().await;
            self.inner.delete(owner, id).await?;
            return Ok(found);
        }
        if self.is(Wrong::OnlyHidesTheDeleted)? {
            let found = self.find(id).await?.is_some_and(|it| owner.owns(&it));
            if found {
                self.hidden.lock().unwrap().push(id.clone());
            }
            return Ok(found);
        }
        self.inner.delete(owner, id).await
    }

    async fn delete_unless_last(
        &self,
        owner: Owner<'_>,
        id: &CredentialId,
    ) -> Result<Deletion, StoreError> {
        let turn = self.turn.lock().await;
        let user = self.user_of(owner, id, Wrong::LetsAnyoneDelete).await?;
        let owner = self.changing(owner, &user, Wrong::LetsEveryRpIdDelete)?;
        let own = self.inner.list(owner).await?;
        let Some(credential) = own.iter().find(|it| it.id == *id) else {
            return Ok(Deletion::Unknown);
        };
        let mut others = own.clone();
        if self.is(Wrong::CountsOtherRpIds)? {
            others = self.inner.list(Owner::everywhere(&user)).await?;
        }
        if self.is(Wrong::CountsEverybodys)? {
            others = self.list_everybodys().await?;
        }
        others.retain(|it| it.id != *id);
        if !self.is(Wrong::CountsTheSuspended)? {
            others.retain(|it| it.suspended_at.is_none());
        }
        if self.is(Wrong::CountsNoneWithoutRpId)? {
            others.retain(|it| it.rp_id.is_some());
        }
        let suspended = credential.suspended_at.is_some() && !self.is(Wrong::KeepsTheSuspended)?;
        let may = suspended || !others.is_empty() || self.is(Wrong::DeletesTheLast)?;
        if self.is(Wrong::LooksThenDeletesUnlessLast)? {
            drop(turn);
            yield_now().await;
        }
        let deleted = may && self.inner.delete(owner, id).await?;
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
