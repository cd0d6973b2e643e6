//! Time of each half of a ceremony without HTTP, with stores in memory, among few and among many
//! users.
//!
//! ```text
//! cargo bench -p passkeys-benches --bench ceremonies
//! ```

use std::{future::Future, time::Duration};

use bench_passkeys::App;
use divan::{Bencher, Divan};
use passkeys::{
    Error, PasskeyUser, Passkeys,
    ceremony::{FinishAuthentication, FinishRegistration},
    testing::{Authenticator, Fault},
};
use passkeys_benches::{ORIGIN, crowd};
use serde_json::{from_value, json, to_value};
use tokio::runtime::{Builder, Runtime};

/// Numbers of other users with a passkey.
const OTHERS: [usize; 2] = [100, 100_000];

fn main() {
    Divan::from_args().main();
}

#[divan::bench(args = OTHERS)]
fn registration_begin(bencher: Bencher<'_, '_>, others: usize) {
    let (application, mut users) = (Application::among(others), users());
    bencher
        .with_inputs(|| users.next().expect("another"))
        .bench_local_refs(|user| {
            let begun = application.passkeys.registration();
            application.run(begun.begin(user)).expect("options")
        });
}

#[divan::bench(args = OTHERS)]
fn registration_finish(bencher: Bencher<'_, '_>, others: usize) {
    let (application, mut users) = (Application::among(others), users());
    bencher
        .with_inputs(|| {
            let user = users.next().expect("another");
            let request = application.registering(&user, &mut Authenticator::new(ORIGIN));
            (user, request)
        })
        .bench_local_refs(|(user, request)| {
            application.register(user, request);
        });
}

#[divan::bench(args = OTHERS)]
fn sign_in_begin(bencher: Bencher<'_, '_>, others: usize) {
    let application = Application::among(others);
    bencher.bench_local(|| {
        let authentication = application.passkeys.authentication();
        application.run(authentication.begin()).expect("options")
    });
}

#[divan::bench(args = OTHERS)]
fn sign_in_begin_by_user_id(bencher: Bencher<'_, '_>, others: usize) {
    let application = Application::among(others);
    let (user, _) = application.registered();
    bencher.bench_local(|| {
        let authentication = application.passkeys.authentication();
        let begun = authentication.begin_for_user_id(user.id());
        application.run(begun).expect("options")
    });
}

#[divan::bench(args = OTHERS)]
fn sign_in_finish(bencher: Bencher<'_, '_>, others: usize) {
    let application = Application::among(others);
    let (_, mut device) = application.registered();
    bencher
        .with_inputs(|| application.signing_in(&mut device))
        .bench_local_refs(|request| {
            let authentication = application.passkeys.authentication();
            application
                .run(authentication.finish(request))
                .expect("a sign-in")
        });
}

struct Application {
    passkeys: Passkeys<App>,
    runtime: Runtime,
}

impl Application {
    fn among(others: usize) -> Self {
        Self {
            // Work is measured here, and not the time that named begins are padded to.
            passkeys: Passkeys::new(App, crowd(others)).timing_floor(Duration::ZERO),
            runtime: Builder::new_current_thread().build().expect("a runtime"),
        }
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Registers a user with a passkey without a signature counter.
    fn registered(&self) -> (PasskeyUser, Authenticator) {
        let mut device = Authenticator::new(ORIGIN).with_fault(Fault::SignCount(0));
        let user = users().next().expect("one");
        let request = self.registering(&user, &mut device);
        self.register(&user, &request);
        (user, device)
    }

    fn register(&self, user: &PasskeyUser, request: &FinishRegistration) {
        let who = async { Ok::<_, Error>(user.clone()) };
        let registration = self.passkeys.registration();
        self.run(registration.finish(request, who))
            .expect("a passkey");
    }

    fn registering(&self, user: &PasskeyUser, device: &mut Authenticator) -> FinishRegistration {
        let begun = self.run(self.passkeys.registration().begin(user));
        let begun = to_value(begun.expect("options")).expect("JSON");
        let credential = device.create(&begun);
        let request = json!({ "credential": credential, "state": begun["state"] });
        from_value(request).expect("a request")
    }

    fn signing_in(&self, device: &mut Authenticator) -> FinishAuthentication {
        let begun = self.run(self.passkeys.authentication().begin());
        let begun = to_value(begun.expect("options")).expect("JSON");
        let credential = device.get(&begun).expect("a passkey");
        let request = json!({ "credential": credential, "state": begun["state"] });
        from_value(request).expect("a request")
    }
}

/// Returns an endless sequence of new users.
fn users() -> impl Iterator<Item = PasskeyUser> {
    (0_u32..).map(|number| {
        let name = format!("user-{number:07}@example.com");
        PasskeyUser::new(format!("user-{number:07}"), name.as_str(), name.as_str())
    })
}
