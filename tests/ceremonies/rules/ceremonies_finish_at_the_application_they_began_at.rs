//! Rule 2: a ceremony state is bound to the application that it was begun at, also where several
//! applications of one relying party share a challenge store or a sealing secret.

use std::{marker::PhantomData, sync::Mutex};

use passkeys::{
    audit::{AuditEvent, AuditSink},
    ceremony::{Action, Authentication, FinishAuthentication, Registration, StepUp},
    store::{ChallengeStore, SealedChallenges},
    testing::Browser,
};
use passkeys_test_support::{agree, answer, assert, create};

use super::*;

/// Repository of both applications, so that nothing but the application tells their ceremonies apart.
type Shared = Arc<MemoryRepository>;

/// The shop, where anybody can sign up.
mod shop {
    use passkeys::{AuthenticationResult, PasskeyUser, RegistrationResult, passkeys};

    #[derive(Clone)]
    pub(super) struct App;

    #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    impl App {
        type Repository = super::Shared;

        fn get_user(&self) -> PasskeyUser {
            super::ada()
        }

        fn sign_up(&self, axum::Json(id): axum::Json<String>) -> PasskeyUser {
            PasskeyUser::new(id, "new", "New")
        }

        fn on_registered(&self, _: RegistrationResult) {}

        fn on_authenticated(&self, _: AuthenticationResult) {}
    }
}

/// The site of the staff, who are signed up elsewhere.
mod staff {
    use passkeys::{AuthenticationResult, PasskeyUser, passkeys};

    #[derive(Clone)]
    pub(super) struct App;

    #[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
    impl App {
        type Repository = super::Shared;

        fn get_user(&self) -> PasskeyUser {
            super::ada()
        }

        fn on_authenticated(&self, _: AuthenticationResult) {}
    }
}

/// One program for tenants that differ in a type.
#[derive(Clone)]
struct Tenant<T>(PhantomData<fn() -> T>);

#[passkeys::passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<T: 'static> Tenant<T> {
    type Repository = Shared;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn on_authenticated(&self, _: passkeys::AuthenticationResult) {}
}

/// Reasons of failures.
#[derive(Clone, Default)]
struct Reasons(Arc<Mutex<Vec<Reason>>>);

impl AuditSink for Reasons {
    fn record(&self, event: &AuditEvent) {
        self.0.lock().unwrap().extend(event.kind.reason());
    }
}

/// An application's ceremonies, and the reasons of those that failed.
struct Site<'a> {
    registration: Registration<'a, Shared>,
    authentication: Authentication<'a, Shared>,
    step_up: StepUp<'a, Shared>,
    reasons: Reasons,
    flush: &'a dyn Fn() -> bool,
}

impl Site<'_> {
    /// Asserts the error for an unknown ceremony, and the true reason in the audit trail.
    #[track_caller]
    fn assert_rejects<T: std::fmt::Debug>(&self, answer: Result<T, Error>) {
        assert!(
            matches!(answer, Err(Error::ChallengeNotFound)),
            "{answer:?}"
        );
        assert!((self.flush)());
        let last = self.reasons.0.lock().unwrap().last().copied();
        assert_eq!(last, Some(Reason::OtherApplication));
    }
}

/// Calls `$test` with the ceremonies of two applications.
macro_rules! with_both {
    ($one:expr, $other:expr, $test:expr) => {{
        let reasons = [Reasons::default(), Reasons::default()];
        let one = $one.audit(reasons[0].clone());
        let other = $other.audit(reasons[1].clone());
        let flush: [&dyn Fn() -> bool; 2] = [&|| one.flush_audit(Duration::from_mins(1)), &|| {
            other.flush_audit(Duration::from_mins(1))
        }];
        let [one_reasons, other_reasons] = reasons;
        let one = Site {
            registration: one.registration(),
            authentication: one.authentication(),
            step_up: one.step_up(),
            reasons: one_reasons,
            flush: flush[0],
        };
        let other = Site {
            registration: other.registration(),
            authentication: other.authentication(),
            step_up: other.step_up(),
            reasons: other_reasons,
            flush: flush[1],
        };
        $test(one, other).await
    }};
}

/// Returns the challenge stores of two applications: one that both have, and two with one sealing
/// secret.
fn shared_stores() -> [[Arc<dyn ChallengeStore>; 2]; 2] {
    let memory = Arc::new(MemoryChallenges::default());
    let sealed = || Arc::new(SealedChallenges::new([7; 32]).unwrap());
    [[memory.clone(), memory], [sealed(), sealed()]]
}

fn device() -> Authenticator {
    Authenticator::new("https://example.com")
}

/// Asserts that `other` finishes nothing that `one` has begun, whatever its purpose.
async fn finish_nothing_of_each_other(one: Site<'_>, other: Site<'_>) {
    let action = Action::new("POST", "example.com", "/transfer", b"");
    let mut phone = device();

    // A sign-up for an account of the other application that has no passkeys yet.
    let employee = PasskeyUser::new("employee", "eve", "Eve");
    let begun = one.registration.begin_sign_up(&employee).await.unwrap();
    let request = answer(begun, &mut device());
    other.assert_rejects(other.registration.finish_sign_up(&request).await);

    let request = create(&one.registration, &ada(), &mut device()).await;
    other.assert_rejects(other.registration.finish_as(&ada(), &request).await);

    // A passkey that works at both.
    let request = create(&one.registration, &ada(), &mut phone).await;
    one.registration.finish_as(&ada(), &request).await.unwrap();
    for user_id in [None, Some("ada")] {
        let request = assert(&one.authentication, user_id, &mut phone).await;
        other.assert_rejects(other.authentication.finish(&request).await);
        let request = assert(&other.authentication, user_id, &mut phone).await;
        other.authentication.finish(&request).await.unwrap();
    }

    let begun = one
        .authentication
        .begin_second_factor(&ada())
        .await
        .unwrap();
    let credential = raw(&phone.get(&json!(begun)).unwrap());
    let request = FinishAuthentication::new(credential, begun.state);
    let who = async { Ok::<_, Error>(ada()) };
    let finished = other
        .authentication
        .finish_second_factor(&request, who)
        .await;
    other.assert_rejects(finished);

    let request = agree(&one.step_up, &ada(), &action, &mut phone).await;
    other.assert_rejects(other.step_up.finish_as(&ada(), &action, &request).await);
    let request = agree(&other.step_up, &ada(), &action, &mut phone).await;
    let consent = other.step_up.finish_as(&ada(), &action, &request).await;
    consent.unwrap();
}

#[tokio::test]
async fn ceremony_of_any_purpose_is_rejected_by_another_application_of_the_same_rp_id() {
    for [of_shop, of_staff] in shared_stores() {
        let repository = Shared::default();
        let shop = Passkeys::new(shop::App, repository.clone()).challenges(of_shop);
        let staff = Passkeys::new(staff::App, repository.clone()).challenges(of_staff);
        with_both!(shop, staff, finish_nothing_of_each_other);
        assert!(
            repository
                .list(Owner::everywhere("employee"))
                .await
                .unwrap()
                .is_empty()
        );
    }
    for [of_shop, of_staff] in shared_stores() {
        let repository = Shared::default();
        let shop = Passkeys::new(shop::App, repository.clone()).challenges(of_shop);
        let staff = Passkeys::new(staff::App, repository).challenges(of_staff);
        with_both!(staff, shop, finish_nothing_of_each_other);
    }
}

#[tokio::test]
async fn applications_of_one_generic_type_have_ceremonies_of_their_own() {
    for [of_first, of_second] in shared_stores() {
        let repository = Shared::default();
        let first = Passkeys::new(Tenant::<u8>(PhantomData), repository.clone());
        let second = Passkeys::new(Tenant::<u16>(PhantomData), repository);
        let (first, second) = (first.challenges(of_first), second.challenges(of_second));
        with_both!(first, second, finish_nothing_of_each_other);
    }
}

#[tokio::test]
async fn one_type_can_be_several_applications_by_name() {
    for [of_first, of_second] in shared_stores() {
        let repository = Shared::default();
        let first = Passkeys::new(staff::App, repository.clone()).challenges(of_first);
        let second = Passkeys::new(staff::App, repository).challenges(of_second);
        let (first, second) = (first.application("first"), second.application("second"));
        with_both!(first, second, finish_nothing_of_each_other);
    }
}

#[tokio::test]
async fn applications_with_one_name_finish_ceremonies_of_each_other() {
    for [of_web, of_api] in shared_stores() {
        let repository = Shared::default();
        let web = Passkeys::new(shop::App, repository.clone()).challenges(of_web);
        let api = Passkeys::new(staff::App, repository).challenges(of_api);
        let (web, api) = (web.application("example"), api.application("example"));
        let mut phone = device();
        let request = create(&web.registration(), &ada(), &mut phone).await;
        let finished = api.registration().finish_as(&ada(), &request).await;
        finished.unwrap();
        let request = assert(&api.authentication(), None, &mut phone).await;
        web.authentication().finish(&request).await.unwrap();
    }
}

/// The attack by HTTP: Eve signs up at the shop as an employee, and finishes at the site of the staff.
#[tokio::test]
async fn sign_up_that_was_begun_elsewhere_is_not_finished_by_the_router_of_another_application() {
    let shared = Arc::new(MemoryChallenges::default());
    let repository = Shared::default();
    let shop = Passkeys::new(shop::App, repository.clone()).challenges(shared.clone());
    let staff = Passkeys::new(staff::App, repository.clone()).challenges(shared);
    let browser = |router| Browser::new(router, "https://example.com").mounted_at("");
    let mut eve = browser(shop.router());
    let begun = eve.post("/register/begin", &json!("employee")).await;
    let begun: Value = begun.assert_ok().json();
    let credential = eve.authenticator().create(&begun);
    let body = json!({ "credential": credential, "state": begun["state"] });
    let mut at_staff = browser(staff.router());
    let answer = at_staff.post("/register/finish", &body).await;
    answer.assert_error("challenge_not_found");
    assert!(
        repository
            .list(Owner::everywhere("employee"))
            .await
            .unwrap()
            .is_empty()
    );
}
