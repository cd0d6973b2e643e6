//! A client that disconnects cancels its request: the server drops the handler's future at some
//! `.await`. Wherever that is, the finish has either taken effect completely, or only consumed the
//! ceremony state.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use passkeys::store::{CredentialRepository as _, Owner};
use passkeys_test_support::{RegistrationExt as _, answer, assert, create};

use super::{
    helpers::{assert_challenge_not_found, device, on, only_passkey_of, person, registered},
    yielding_repository::YieldingRepository,
};

/// Polls a future until it has been pending `waits` times, then drops it. Returns whether it
/// completed.
fn cancelled_after(waits: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..=waits).any(|_| matches!(future.as_mut().poll(&mut context), Poll::Ready(_)))
}

/// Upper bound of the number of times that a finish is pending.
const MANY: usize = 50;

#[tokio::test]
async fn registration_cancelled_at_any_await_is_stored_whole_or_not_at_all() {
    for waits in 0..MANY {
        let passkeys = on(YieldingRepository::default());
        let (registration, ada) = (passkeys.registration(), person("ada"));
        let request = create(&registration, &ada, &mut device()).await;
        let done = cancelled_after(waits, registration.finish_as(&ada, &request));
        let stored = passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()
            .len();
        assert!(stored == 1 || !done);
        assert_challenge_not_found(registration.finish_as(&ada, &request).await);
        if done {
            assert!(waits > 1, "it is never pending");
            return;
        }
    }
    panic!("it never completes");
}

/// The account has a passkey by the time of this finish.
#[tokio::test]
async fn duplicate_sign_up_cancelled_at_any_await_adds_no_passkey_to_the_account() {
    for waits in 0..MANY {
        let passkeys = on(YieldingRepository::default());
        let (registration, ada) = (passkeys.registration(), person("ada"));
        let first = answer(
            registration.begin_sign_up(&ada).await.unwrap(),
            &mut device(),
        );
        let mut eves = device();
        let second = answer(registration.begin_sign_up(&ada).await.unwrap(), &mut eves);
        registration.finish_sign_up(&first).await.unwrap();

        let done = cancelled_after(waits, registration.finish_sign_up(&second));
        only_passkey_of(passkeys.repository(), "ada").await;
        let sign_in = assert(&passkeys.authentication(), None, &mut eves).await;
        super::helpers::assert_authentication_failed(
            passkeys.authentication().finish(&sign_in).await,
        );
        assert_challenge_not_found(registration.finish_sign_up(&second).await);
        if done {
            assert!(waits > 1, "it is never pending");
            return;
        }
    }
    panic!("it never completes");
}

#[tokio::test]
async fn sign_in_cancelled_at_any_await_updates_counter_and_last_use_together_or_not_at_all() {
    for waits in 0..MANY {
        let passkeys = on(YieldingRepository::default());
        let mut device = registered(&passkeys, "ada").await;
        let authentication = passkeys.authentication();
        let request = assert(&authentication, None, &mut device).await;
        let done = cancelled_after(waits, authentication.finish(&request));
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        let used = passkey.last_used_at.is_some();
        assert_eq!(
            passkey.sign_count,
            u32::from(used),
            "counter and last use differ"
        );
        assert_challenge_not_found(authentication.finish(&request).await);
        // The cancelled sign-in does not affect the next one.
        let request = assert(&authentication, None, &mut device).await;
        authentication.finish(&request).await.unwrap();
        if done {
            assert!(waits > 1 && used, "it is never pending");
            return;
        }
    }
    panic!("it never completes");
}
