use std::future::Future;

use passkeys_test_support::stores::Backend;
use tokio::runtime::{Builder, Runtime};

/// Empty store, with the runtime that it runs on.
pub(crate) struct Open<B: Backend> {
    pub(crate) store: B::Store,
    backend: Option<B>,
    runtime: Runtime,
}

impl<B: Backend> Open<B> {
    /// Opens an empty store. Returns `None`, and reports it, if its server is missing.
    pub(crate) fn new() -> Option<Self> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let backend = runtime.block_on(B::start())?;
        Some(Self {
            store: runtime.block_on(backend.open()),
            backend: Some(backend),
            runtime,
        })
    }

    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl<B: Backend> Drop for Open<B> {
    fn drop(&mut self) {
        if let Some(backend) = self.backend.take() {
            self.runtime.block_on(backend.stop());
        }
    }
}
