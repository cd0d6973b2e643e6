//! Pending ceremonies in memory, with a lifetime of five minutes and a bound on their number.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use webauthn_rs_core::proto::{AuthenticationState, RegistrationState};

use crate::error::Error;

const LIFETIME: Duration = Duration::from_mins(5);
const CAPACITY: usize = 100_000;

pub(crate) enum Purpose {
    Register {
        user_id: String,
        state: RegistrationState,
    },
    Authenticate(AuthenticationState),
}

type Key = [u8; 16];

#[derive(Default)]
pub(crate) struct Ceremonies(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    ceremonies: HashMap<Key, (Purpose, Instant)>,
    /// Keys in the order of expiry, including those of finished ceremonies.
    order: VecDeque<(Instant, Key)>,
}

impl Ceremonies {
    /// Stores a ceremony. Returns its single-use state.
    pub(crate) fn begin(&self, purpose: Purpose) -> Result<String, Error> {
        let mut key = Key::default();
        getrandom::fill(&mut key).map_err(|_| Error::Internal)?;
        let now = Instant::now();
        let expires = now + LIFETIME;

        let mut waiting = self.lock();
        while let Some(&(first, oldest)) = waiting.order.front()
            && (first <= now || waiting.order.len() >= CAPACITY)
        {
            waiting.order.pop_front();
            waiting.ceremonies.remove(&oldest);
        }
        waiting.order.push_back((expires, key));
        waiting.ceremonies.insert(key, (purpose, expires));
        drop(waiting);
        Ok(URL_SAFE_NO_PAD.encode(key))
    }

    pub(crate) fn finish(&self, state: &str) -> Option<Purpose> {
        let mut key = Key::default();
        let length = URL_SAFE_NO_PAD.decode_slice(state, &mut key).ok()?;
        (length == key.len()).then_some(())?;
        let (purpose, expires) = self.lock().ceremonies.remove(&key)?;
        (Instant::now() < expires).then_some(purpose)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
