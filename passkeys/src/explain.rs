//! Explanations that a response does not have, for assertions of the test kit that fail.
//!
//! A test in the same process as the router gets what the log gets, with the request that it belongs to.
//! Without the feature `testing` nothing is kept.

#[cfg(feature = "testing")]
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(feature = "testing")]
tokio::task_local! {
    static NOTES: Notes;
}

/// Explanations that belong to a request.
#[cfg(feature = "testing")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<String>>>);

#[cfg(feature = "testing")]
impl Notes {
    /// Runs a request whose explanations are kept here.
    pub(crate) async fn of<F: Future>(&self, request: F) -> F::Output {
        NOTES.scope(self.clone(), request).await
    }

    /// Returns the explanations.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *notes)
    }
}

/// Keeps an explanation, if a test listens.
#[cfg(feature = "testing")]
pub(crate) fn note(text: impl FnOnce() -> String) {
    // Fails outside of a request of the test kit.
    let _ = NOTES.try_with(|Notes(notes)| {
        let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(text());
    });
}

/// Keeps nothing.
#[cfg(not(feature = "testing"))]
pub(crate) fn note(_: impl FnOnce() -> String) {}

/// Returns work of this request that will run in another task.
#[cfg(feature = "testing")]
pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let notes = NOTES.try_with(Clone::clone).ok();
    async move {
        match notes {
            Some(notes) => notes.of(work).await,
            None => work.await,
        }
    }
}

/// Returns the work.
#[cfg(not(feature = "testing"))]
pub(crate) fn carried<F: Future>(work: F) -> F {
    work
}
