//! A peer that goes away takes its request with it, wherever that is: servers drop the handler. At
//! every such point all of it has happened, or nothing but that the ceremony is over.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use passkeys::store::CredentialRepository as _;
use passkeys_test_support::{RegistrationExt as _, answer, assert, create};

use super::{
    parts::{device, is_over, on, only_passkey_of, person, registered},
    slow::Slow,
};

/// Lets something wait so many times, and drops it then unless it is done. Answers whether it is.
fn cut_off_after(waits: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..=waits).any(|_| matches!(future.as_mut().poll(&mut context), Poll::Ready(_)))
}

/// More than any of them waits.
const MANY: usize = 50;

#[tokio::test]
async fn a_registration() {
    for waits in 0..MANY {
        let passkeys = on(Slow::default());
        let (registration, ada) = (passkeys.registration(), person("ada"));
        let request = create(&registration, &ada, &mut device()).await;
        let done = cut_off_after(waits, registration.finish_as(&ada, &request));
        let stored = passkeys.repository().list("ada").await.unwrap().len();
        assert!(stored == 1 || !done);
        is_over(registration.finish_as(&ada, &request).await);
        if done {
            assert!(waits > 1, "it never waits");
            return;
        }
    }
    panic!("it waits for ever");
}

/// Of an account that somebody else has by now.
#[tokio::test]
async fn a_sign_up_that_comes_too_late() {
    for waits in 0..MANY {
        let passkeys = on(Slow::default());
        let (registration, ada) = (passkeys.registration(), person("ada"));
        let first = answer(
            registration.begin_sign_up(&ada).await.unwrap(),
            &mut device(),
        );
        let mut eves = device();
        let second = answer(registration.begin_sign_up(&ada).await.unwrap(), &mut eves);
        registration.finish_sign_up(&first).await.unwrap();

        let done = cut_off_after(waits, registration.finish_sign_up(&second));
        only_passkey_of(passkeys.repository(), "ada").await;
        let sign_in = assert(&passkeys.authentication(), None, &mut eves).await;
        super::parts::is_refused(passkeys.authentication().finish(&sign_in).await);
        is_over(registration.finish_sign_up(&second).await);
        if done {
            assert!(waits > 1, "it never waits");
            return;
        }
    }
    panic!("it waits for ever");
}

#[tokio::test]
async fn a_sign_in() {
    for waits in 0..MANY {
        let passkeys = on(Slow::default());
        let mut device = registered(&passkeys, "ada").await;
        let authentication = passkeys.authentication();
        let request = assert(&authentication, None, &mut device).await;
        let done = cut_off_after(waits, authentication.finish(&request));
        let passkey = only_passkey_of(passkeys.repository(), "ada").await;
        let used = passkey.last_used_at.is_some();
        assert_eq!(passkey.sign_count, u32::from(used), "half a sign-in");
        is_over(authentication.finish(&request).await);
        // The next one is like any other.
        let request = assert(&authentication, None, &mut device).await;
        authentication.finish(&request).await.unwrap();
        if done {
            assert!(waits > 1 && used, "it never waits");
            return;
        }
    }
    panic!("it waits for ever");
}
