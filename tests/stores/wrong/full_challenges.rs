use std::{collections::BTreeSet, sync::Mutex};

use async_trait::async_trait;
use passkeys::{
    store::{ChallengeStore, MemoryChallenges, PendingCeremony, StoreError},
    testing,
};

use super::{compare, violated, ways_to_be_wrong};

ways_to_be_wrong! {
    /// Mistake of an incorrect challenge store that is full.
    Bad, BAD:
    RejectsSignIns,
    RejectsUsers,
    HasOnePart,
    HasOneRingForUsers,
    IgnoresTheApplication,
}

/// Challenge store that is correct except for one mistake.
struct Challenges {
    bad: Bad,
    capacity: usize,
    ceremonies: Mutex<Vec<Kept>>,
    random: MemoryChallenges,
}

struct Kept {
    /// The user who has begun the ceremony; empty for everybody's.
    owner: String,
    state: String,
    ceremony: PendingCeremony,
}

/// Places of each user.
const PER_USER: usize = 8;

impl Challenges {
    fn owner(&self, ceremony: &PendingCeremony) -> String {
        let digest = ceremony.begun_by().map(|digest| format!("{digest:?}"));
        match (self.bad, digest) {
            (_, None) | (Bad::HasOnePart, _) => String::new(),
            (Bad::HasOneRingForUsers, Some(_)) => "all".to_owned(),
            (Bad::IgnoresTheApplication, Some(_)) => {
                let form = serde_json::to_value(ceremony).unwrap();
                format!("user {}", form["purpose"]["step_up"]["user_id"])
            }
            (_, Some(digest)) => digest,
        }
    }

    /// Drops the first ceremony of an owner if there are as many as there can be.
    fn make_room(&self, kept: &mut Vec<Kept>, owner: &str) -> Result<(), StoreError> {
        let limit = match owner {
            "" => self.capacity,
            "all" => self.capacity / 4,
            _ => PER_USER,
        };
        if kept.iter().filter(|it| it.owner == owner).count() < limit {
            return Ok(());
        }
        if self.bad == Bad::RejectsSignIns && owner.is_empty() {
            return Err(StoreError::new("there is no room"));
        }
        let first = kept.iter().position(|it| it.owner == owner);
        kept.remove(first.expect("there are some"));
        Ok(())
    }
}

#[async_trait]
impl ChallengeStore for Challenges {
    async fn put(&self, ceremony: PendingCeremony) -> Result<String, StoreError> {
        if self.bad == Bad::AlwaysFails {
            return Err(StoreError::new("out of order"));
        }
        let state = self.random.put(ceremony.clone()).await?;
        let mut owner = self.owner(&ceremony);
        let mut kept = self.ceremonies.lock().unwrap();
        self.make_room(&mut kept, &owner)?;
        let reserved = kept.iter().filter(|it| !it.owner.is_empty()).count();
        if !owner.is_empty() && reserved >= self.capacity / 4 {
            if self.bad == Bad::RejectsUsers {
                return Err(StoreError::new("there is no room"));
            }
            owner.clear();
            self.make_room(&mut kept, &owner)?;
        }
        kept.push(Kept {
            owner,
            state: state.clone(),
            ceremony,
        });
        Ok(state)
    }

    async fn take(&self, state: &str) -> Result<Option<PendingCeremony>, StoreError> {
        let mut kept = self.ceremonies.lock().unwrap();
        let at = kept.iter().position(|it| it.state == state);
        Ok(at.map(|at| kept.remove(at).ceremony))
    }
}

async fn violated_by_challenges(bad: Bad) -> BTreeSet<String> {
    violated(async move || {
        testing::full_challenge_store(async |capacity| Challenges {
            bad,
            capacity,
            ceremonies: Mutex::default(),
            random: MemoryChallenges::default(),
        })
        .await;
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn contract_detects_incorrect_full_challenge_stores() {
    let all = violated_by_challenges(Bad::AlwaysFails).await;
    assert_eq!(
        all.len(),
        6,
        "a store that always fails violates every requirement"
    );
    let mut caught = Vec::new();
    for &bad in BAD {
        caught.push((format!("{bad:?}"), violated_by_challenges(bad).await));
    }
    compare(all, caught);
}
