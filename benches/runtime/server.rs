use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use bench_passkeys::App;
use passkeys::{
    Error, PasskeyUser, Passkeys,
    ceremony::{FinishAuthentication, FinishRegistration},
    store::{ChallengeStore, MemoryRepository, PendingCeremony, StoreError},
    testing::{Authenticator, Fault},
};
use passkeys_benches::ORIGIN;
use serde_json::{json, to_value, value::to_raw_value};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Handle},
    sync::Semaphore,
    task,
};

use crate::Result;

/// Thread that verifies a sign-in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// The async worker that has read the request. This is what the library does.
    Inline,
    /// A blocking thread, of which the runtime has up to 512.
    Blocking,
    /// A blocking thread, with at most as many in use as there are async workers.
    Bounded,
}

impl Place {
    pub(crate) const ALL: [Self; 3] = [Self::Inline, Self::Blocking, Self::Bounded];

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Inline => "on the worker",
            Self::Blocking => "`spawn_blocking`",
            Self::Bounded => "`spawn_blocking`, as many at once as workers",
        }
    }
}

/// Challenge store that returns the last ceremony for every state, any number of times. So the load
/// generator can replay one response and needs little processor time.
#[derive(Clone, Default)]
struct Again(Arc<Mutex<Option<PendingCeremony>>>);

#[async_trait]
impl ChallengeStore for Again {
    async fn put(&self, ceremony: PendingCeremony) -> std::result::Result<String, StoreError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ceremony);
        Ok("again".to_owned())
    }

    async fn take(&self, _: &str) -> std::result::Result<Option<PendingCeremony>, StoreError> {
        Ok(self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone())
    }
}

struct Shared {
    passkeys: Passkeys<App>,
    place: Place,
    permits: Semaphore,
}

/// Prints the port and the body of a sign-in, and serves until the process is killed.
pub(crate) fn serve(place: Place, workers: usize) -> Result<()> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let passkeys = Passkeys::new(App, MemoryRepository::default()).challenges(Again::default());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!(
            "{}\n{}",
            listener.local_addr()?.port(),
            sign_in(&passkeys).await?
        );
        let shared = Shared {
            passkeys,
            place,
            permits: Semaphore::new(workers),
        };
        let router = Router::new()
            .route("/sign-in", post(finish))
            .route("/cheap", get(async || "ok"))
            .with_state(Arc::new(shared));
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// Returns the body of a sign-in that can be replayed: the passkey has no signature counter.
async fn sign_in(passkeys: &Passkeys<App>) -> Result<String> {
    let mut device = Authenticator::new(ORIGIN).with_fault(Fault::SignCount(0));
    let user = PasskeyUser::new("1", "ada", "Ada");
    let begun = passkeys.registration().begin(&user).await?;
    let credential = to_raw_value(&device.create(&to_value(&begun)?))?;
    let request = FinishRegistration::new(credential, begun.state);
    let who = async { Ok::<_, Error>(user) };
    passkeys.registration().finish(&request, who).await?;
    let begun = passkeys.authentication().begin().await?;
    let credential = device.get(&to_value(&begun)?).ok_or("no passkey")?;
    Ok(json!({ "credential": credential, "state": begun.state }).to_string())
}

async fn finish(
    State(shared): State<Arc<Shared>>,
    Json(request): Json<FinishAuthentication>,
) -> std::result::Result<String, Error> {
    let _permit = match shared.place {
        Place::Inline => return signed_in(&shared, &request).await,
        Place::Blocking => None,
        Place::Bounded => shared.permits.acquire().await.ok(),
    };
    let verify = {
        let shared = Arc::clone(&shared);
        move || Handle::current().block_on(signed_in(&shared, &request))
    };
    task::spawn_blocking(verify)
        .await
        .expect("the task does not panic")
}

async fn signed_in(
    shared: &Shared,
    request: &FinishAuthentication,
) -> std::result::Result<String, Error> {
    let login = shared.passkeys.authentication().finish(request).await?;
    Ok(login.user_id().to_owned())
}
