//! Cross-ceremony confusion: a ceremony state is bound to its kind of ceremony, its user and its
//! relying party, and to the processes that share its challenge store.

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

use super::helpers::{assert_challenge_not_found, device, in_every_store, on, person, registered};

/// Kind of a ceremony, and the ID of its user if it has one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ceremony {
    Registration(&'static str),
    Conditional(&'static str),
    SignUp(&'static str),
    SignIn,
    SignInOf(&'static str),
    SecondFactor(&'static str),
    StepUp(&'static str),
}

use Ceremony::{Conditional, Registration, SecondFactor, SignIn, SignInOf, SignUp, StepUp};

/// Ada and Bob have passkeys; Carol and Dan have none.
const CEREMONIES: [Ceremony; 13] = [
    Registration("ada"),
    Registration("bob"),
    Conditional("ada"),
    Conditional("bob"),
    SignUp("carol"),
    SignUp("dan"),
    SignIn,
    SignInOf("ada"),
    SignInOf("bob"),
    SecondFactor("ada"),
    SecondFactor("bob"),
    StepUp("ada"),
    StepUp("bob"),
];

/// Returns the action of the step-ups.
fn transfer() -> Action {
    Action::new("POST", "example.com", "/transfer", b"{}")
}

struct Site {
    world: World,
    ada: Authenticator,
    bob: Authenticator,
}

impl Site {
    async fn new(store: Arc<dyn ChallengeStore>) -> Self {
        let config = Config::builder("example.com", ["https://example.com"]);
        let config = config.conditional_create(true).build().unwrap();
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        let world = World::of(passkeys.challenges(store));
        let (mut ada, mut bob) = (device(), device());
        world.register(&person("ada"), &mut ada).await.unwrap();
        world.register(&person("bob"), &mut bob).await.unwrap();
        Self { world, ada, bob }
    }

    /// Begins a ceremony and returns its state.
    async fn begin(&self, ceremony: Ceremony) -> String {
        let (registration, authentication) = (
            self.world.passkeys.registration(),
            self.world.passkeys.authentication(),
        );
        match ceremony {
            Registration(id) => registration.begin(&person(id)).await.unwrap().state,
            Conditional(id) => {
                let begun = registration.begin_conditional(&person(id)).await;
                begun.unwrap().state
            }
            SignUp(id) => registration.begin_sign_up(&person(id)).await.unwrap().state,
            SignIn => authentication.begin().await.unwrap().state,
            SignInOf(id) => authentication.begin_for_user_id(id).await.unwrap().state,
            SecondFactor(id) => {
                let begun = authentication.begin_second_factor(&person(id)).await;
                begun.unwrap().state
            }
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

    /// Finishes a valid ceremony of this kind, with its state replaced by that of another ceremony.
    async fn finish(&mut self, ceremony: Ceremony, state: String) -> Result<(), Error> {
        let passkeys = self.world.passkeys.clone();
        let (registration, authentication) = (passkeys.registration(), passkeys.authentication());
        match ceremony {
            Registration(id) | Conditional(id) => {
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
                // There is no session.
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
            SecondFactor(id) => {
                let device = self.device_of(id);
                let mut request = assert(&authentication, Some(id), device).await;
                request.state = state;
                let who = async { Ok::<_, Error>(person(id)) };
                let finished = authentication.finish_second_factor(&request, who);
                finished.await.map(drop)
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

/// Sends every kind of `state` to every kind of finish. One of another kind or another user is
/// rejected as unknown; one of the same kind and user fails, because its challenge was not signed.
#[tokio::test]
async fn state_finishes_only_the_ceremony_and_the_user_it_was_begun_for() {
    in_every_store(async |store| {
        let mut site = Site::new(store).await;
        for begun in CEREMONIES {
            for finished in CEREMONIES {
                let state = site.begin(begun).await;
                let answer = site.finish(finished, state.clone()).await;
                let reason = site.world.audit.last_reason().unwrap();
                let expected = match (begun, finished) {
                    (
                        Registration(one) | Conditional(one),
                        Registration(other) | Conditional(other),
                    )
                    | (SecondFactor(one), SecondFactor(other))
                    | (StepUp(one), StepUp(other))
                        if one != other =>
                    {
                        Reason::OtherUser
                    }
                    // The state says that the registration is for a signed-in user.
                    (Registration(_) | Conditional(_), SignUp(_)) => Reason::NotSignedIn,
                    (Registration(_) | Conditional(_), Registration(_) | Conditional(_))
                    | (SignUp(_), Registration(_) | Conditional(_) | SignUp(_))
                    | (SecondFactor(_), SecondFactor(_))
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
                // The attempt has consumed the state in every case.
                assert_challenge_not_found(site.finish(begun, state).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn state_is_rejected_by_another_relying_party_that_shares_the_challenge_store() {
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
        assert_challenge_not_found(there.registration().finish_as(&ada, &registration).await);
        assert_eq!(audit.last_reason(), Some(Reason::OtherRelyingParty));
        assert_challenge_not_found(here.registration().finish_as(&ada, &registration).await);

        let mut device = registered(&here, "ada").await;
        let sign_in = assert(&here.authentication(), None, &mut device).await;
        assert_challenge_not_found(there.authentication().finish(&sign_in).await);
        assert_challenge_not_found(here.authentication().finish(&sign_in).await);
    })
    .await;
}

/// Begins a sign-in in the first of two processes, which share the repository, and finishes it in
/// the second and then in the first. Returns both results in this order.
async fn finish_in_two_processes(stores: [Arc<dyn ChallengeStore>; 2]) -> [Result<(), Error>; 2] {
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
async fn state_finishes_once_across_processes_that_share_a_challenge_store() {
    in_every_store(async |store| {
        let [other, begun] = finish_in_two_processes([store.clone(), store]).await;
        other.unwrap();
        assert_challenge_not_found(begun);
    })
    .await;
}

#[tokio::test]
async fn state_is_rejected_by_a_process_that_does_not_share_the_challenge_store() {
    let [other, begun] = finish_in_two_processes([
        Arc::new(MemoryChallenges::default()),
        Arc::new(MemoryChallenges::default()),
    ])
    .await;
    assert_challenge_not_found(other);
    begun.unwrap();
}

#[tokio::test]
async fn sealed_state_is_rejected_by_a_process_with_a_different_secret() {
    let sealed = |secret| Arc::new(SealedChallenges::new([secret; 32]).unwrap());
    let [other, begun] = finish_in_two_processes([sealed(1), sealed(2)]).await;
    assert_challenge_not_found(other);
    begun.unwrap();
}

/// `SealedChallenges` accepts a `state` once per process, as its documentation says. The replay in
/// the second process fails here because the signature counter does not advance.
#[tokio::test]
async fn sealed_state_is_single_use_per_process_and_the_signature_counter_rejects_its_replay() {
    let sealed = || Arc::new(SealedChallenges::new([1; 32]).unwrap());
    let [other, begun] = finish_in_two_processes([sealed(), sealed()]).await;
    other.unwrap();
    super::helpers::assert_authentication_failed(begun);
}
