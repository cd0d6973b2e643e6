//! The request and the ceremony that a task works on, as task-local values.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::futures::TaskLocalFuture;

use super::entry::{Action, Purpose, Request};

tokio::task_local! {
    static SCOPE: Scope;
}

/// Future in a scope.
pub(crate) type InScope<F> = TaskLocalFuture<Scope, F>;

/// Request and ceremony of a task. Without both where nothing is recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Request, and the purpose that its route has.
    pub(super) request: Option<Arc<(Purpose, Request)>>,
    shared: Option<Arc<Mutex<Shared>>>,
    /// Number of the entry of the ceremony that is being finished.
    pub(super) finishing: Option<u64>,
}

/// Findings in a request.
#[derive(Debug, Default)]
struct Shared {
    /// Number of the last entry that was made or changed.
    entry: Option<u64>,
    /// Request that a step-up is begun for.
    action: Option<Action>,
}

impl Scope {
    pub(super) fn current() -> Self {
        SCOPE.try_with(Self::clone).unwrap_or_default()
    }

    pub(super) fn of_request(purpose: Purpose, request: Request) -> Self {
        Self {
            request: Some(Arc::new((purpose, request))),
            shared: Some(Arc::default()),
            finishing: None,
        }
    }

    pub(super) fn run<F: Future>(self, future: F) -> InScope<F> {
        SCOPE.scope(self, future)
    }

    pub(super) fn request(&self) -> Option<Request> {
        self.request.as_ref().map(|it| it.1.clone())
    }

    pub(super) fn entry(&self) -> Option<u64> {
        self.shared()?.entry
    }

    pub(super) fn set_entry(&self, id: u64) {
        if let Some(mut shared) = self.shared() {
            shared.entry = Some(id);
        }
    }

    pub(super) fn action(&self) -> Option<Action> {
        self.shared()?.action.clone()
    }

    pub(super) fn set_action(&self, action: Action) {
        if let Some(mut shared) = self.shared() {
            shared.action = Some(action);
        }
    }

    fn shared(&self) -> Option<MutexGuard<'_, Shared>> {
        let shared = self.shared.as_ref()?;
        Some(shared.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Takes the scope of the current task along, into another one.
pub(crate) fn inherited<F: Future>(future: F) -> InScope<F> {
    Scope::current().run(future)
}
