//! A `state` finishes what it was begun for: that ceremony, by that user, for that relying party.

use std::sync::Arc;

use passkeys::{
    Config, Error, Passkeys,
    audit::Reason,
    ceremony::{Action, FinishAuthentication},
    store::{ChallengeStore, MemoryChallenges, MemoryRepository, SealedChallenges},
    testing::Authenticator,
};
use passkeys_test_support::{
    App, RegistrationExt as _, StepUpExt as _, World, agree, answer, assert, create,
};

use super::parts::{device, in_every_store, is_over, on, person, registered};

/// What a ceremony is begun for, and what it is finished as.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ceremony {
    Registration(&'static str),
    SignUp(&'static str),
    SignIn,
    SignInOf(&'static str),
    StepUp(&'static str),
}

use Ceremony::{Registration, SignIn, SignInOf, SignUp, StepUp};

/// With Ada and Bob, who have passkeys, and Carol and Dan, who have none.
const CEREMONIES: [Ceremony; 9] = [
    Registration("ada"),
    Registration("bob"),
    SignUp("carol"),
    SignUp("dan"),
    SignIn,
    SignInOf("ada"),
    SignInOf("bob"),
    StepUp("ada"),
    StepUp("bob"),
];

/// What the step-ups are about.
fn transfer() -> Action {
    Action::new("POST", "/transfer", b"{}")
}

struct Site {
    world: World,
    ada: Authenticator,
    bob: Authenticator,
}

impl Site {
    async fn new(store: Arc<dyn ChallengeStore>) -> Self {
        let passkeys = Passkeys::new(App, MemoryRepository::default());
        let world = World::of(passkeys.challenges(store));
        let (mut ada, mut bob) = (device(), device());
        world.register(&person("ada"), &mut ada).await.unwrap();
        world.register(&person("bob"), &mut bob).await.unwrap();
        Self { world, ada, bob }
    }

    /// The state of a ceremony that was begun for this.
    async fn begin(&self, ceremony: Ceremony) -> String {
        let (registration, authentication) = (
            self.world.passkeys.registration(),
            self.world.passkeys.authentication(),
        );
        match ceremony {
            Registration(id) => registration.begin(&person(id)).await.unwrap().state,
            SignUp(id) => registration.begin_sign_up(&person(id)).await.unwrap().state,
            SignIn => authentication.begin().await.unwrap().state,
            SignInOf(id) => authentication.begin_for_user_id(id).await.unwrap().state,
            StepUp(id) => {
                let step_up = self.world.passkeys.step_up();
                step_up.begin(&person(id), &transfer()).await.unwrap().state
            }
        }
    }

    fn device_of(&mut self, id: &str) -> &mut Authenticator {
        if id == "bob" {
            &mut self.bob
        } else {
            &mut self.ada
        }
    }

    /// Does all that finishing this takes, and does it under another ceremony's state.
    async fn finish(&mut self, ceremony: Ceremony, state: String) -> Result<(), Error> {
        let passkeys = self.world.passkeys.clone();
        let (registration, authentication) = (passkeys.registration(), passkeys.authentication());
        match ceremony {
            Registration(id) => {
                let mut request = create(&registration, &person(id), &mut device()).await;
                request.state = state;
                registration
                    .finish_as(&person(id), &request)
                    .await
                    .map(drop)
            }
            SignUp(id) => {
                let begun = registration.begin_sign_up(&person(id)).await.unwrap();
                let mut request = answer(begun, &mut device());
                request.state = state;
                // Nobody is signed in.
                let who = async { Err(Error::ChallengeNotFound) };
                registration.finish(&request, who).await.map(drop)
            }
            SignIn | SignInOf(_) => {
                let who = match ceremony {
                    SignInOf(id) => Some(id),
                    _ => None,
                };
                let device = self.device_of(who.unwrap_or("ada"));
                let mut request = assert(&authentication, who, device).await;
                request.state = state;
                authentication.finish(&request).await.map(drop)
            }
            StepUp(id) => {
                let (step_up, user) = (passkeys.step_up(), person(id));
                let mut request = agree(&step_up, &user, &transfer(), self.device_of(id)).await;
                request.state = state;
                step_up
                    .finish_as(&user, &transfer(), &request)
                    .await
                    .map(drop)
            }
        }
    }
}

/// Every `state` at every finish: that of another kind of ceremony, or another user's, is none.
/// Of the same kind it is another ceremony's, whose challenge was not signed.
#[tokio::test]
async fn between_ceremonies_and_users() {
    in_every_store(async |store| {
        let mut site = Site::new(store).await;
        for begun in CEREMONIES {
            for finished in CEREMONIES {
                let state = site.begin(begun).await;
                let answer = site.finish(finished, state.clone()).await;
                let reason = site.world.audit.last_reason().unwrap();
                let expected = match (begun, finished) {
                    (Registration(one), Registration(other)) | (StepUp(one), StepUp(other))
                        if one != other =>
                    {
                        Reason::OtherUser
                    }
                    // The state says that the registration is for a signed-in user.
                    (Registration(_), SignUp(_)) => Reason::NotSignedIn,
                    (Registration(_), Registration(_))
                    | (SignUp(_), Registration(_) | SignUp(_))
                    | (StepUp(_), StepUp(_)) => Reason::Challenge,
                    (SignIn | SignInOf(_), SignIn | SignInOf(_)) => match (begun, finished) {
                        (SignInOf("bob"), SignIn | SignInOf("ada"))
                        | (SignInOf("ada"), SignInOf("bob")) => Reason::NotOwner,
                        _ => Reason::Challenge,
                    },
                    _ => Reason::OtherPurpose,
                };
                assert_eq!(reason, expected, "{begun:?} finished as {finished:?}");
                let over = matches!(answer, Err(Error::ChallengeNotFound));
                let no_ceremony = matches!(
                    reason,
                    Reason::OtherPurpose | Reason::OtherUser | Reason::NotSignedIn
                );
                assert_eq!(over, no_ceremony, "{answer:?}");
                // Whichever way it was wrong, it was the last time.
                is_over(site.finish(begun, state).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn between_relying_parties() {
    in_every_store(async |store| {
        let here = on(MemoryRepository::default()).challenges(store.clone());
        let config = Config::new("example.org", ["https://example.org"]).unwrap();
        let there = Passkeys::with_config(App, MemoryRepository::default(), config);
        let World {
            passkeys: there,
            audit,
            ..
        } = World::of(there.challenges(store));
        let ada = person("ada");

        let registration = create(&here.registration(), &ada, &mut device()).await;
        is_over(there.registration().finish_as(&ada, &registration).await);
        assert_eq!(audit.last_reason(), Some(Reason::OtherRelyingParty));
        is_over(here.registration().finish_as(&ada, &registration).await);

        let mut device = registered(&here, "ada").await;
        let sign_in = assert(&here.authentication(), None, &mut device).await;
        is_over(there.authentication().finish(&sign_in).await);
        is_over(here.authentication().finish(&sign_in).await);
    })
    .await;
}

/// Finishes one after the other at two processes, which have nothing in common but the repository
/// and these stores.
async fn at_two_processes(stores: [Arc<dyn ChallengeStore>; 2]) -> [Result<(), Error>; 2] {
    let repository = MemoryRepository::default();
    let [begun, other] = stores.map(|store| on(repository.clone()).challenges(store));
    let mut device = registered(&begun, "ada").await;
    let request: FinishAuthentication = assert(&begun.authentication(), None, &mut device).await;
    [
        other.authentication().finish(&request).await.map(drop),
        begun.authentication().finish(&request).await.map(drop),
    ]
}

#[tokio::test]
async fn between_processes_that_share_a_store() {
    in_every_store(async |store| {
        let [other, begun] = at_two_processes([store.clone(), store]).await;
        other.unwrap();
        is_over(begun);
    })
    .await;
}

#[tokio::test]
async fn between_processes_that_share_none() {
    let [other, begun] = at_two_processes([
        Arc::new(MemoryChallenges::default()),
        Arc::new(MemoryChallenges::default()),
    ])
    .await;
    is_over(other);
    begun.unwrap();
}

#[tokio::test]
async fn between_processes_that_seal_with_different_secrets() {
    let sealed = |secret| Arc::new(SealedChallenges::new([secret; 32]).unwrap());
    let [other, begun] = at_two_processes([sealed(1), sealed(2)]).await;
    is_over(other);
    begun.unwrap();
}

/// Each process takes a sealed `state` once, as the documentation says; so what a passkey's counter
/// says is what the second of them refuses.
#[tokio::test]
async fn between_processes_that_seal_with_one_secret() {
    let sealed = || Arc::new(SealedChallenges::new([1; 32]).unwrap());
    let [other, begun] = at_two_processes([sealed(), sealed()]).await;
    other.unwrap();
    super::parts::is_refused(begun);
}
