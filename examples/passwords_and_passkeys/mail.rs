//! Mail to users.

use std::sync::Arc;

/// Sends mail.
#[derive(Clone)]
pub struct Mailer(Arc<Deliver>);

type Deliver = dyn Fn(&str, &str) + Send + Sync;

impl Mailer {
    /// Creates a mailer that calls this function with an address and a text. It must not block: hand
    /// the mail over to a queue.
    pub fn new(deliver: impl Fn(&str, &str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(deliver))
    }

    /// Creates a mailer that prints to the terminal instead.
    #[must_use]
    pub fn to_terminal() -> Self {
        Self::new(|to, text| println!("--- Mail to {to}\n{text}\n---"))
    }

    pub(crate) fn send(&self, to: &str, text: &str) {
        (self.0)(to, text);
    }
}
