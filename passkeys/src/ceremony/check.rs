use std::fmt;

use super::Ceremonies;
use crate::{
    domain::error::{StoreError, causes},
    store::{ChallengeStore as _, CredentialRepository},
};

/// Error of [`Passkeys::check`](crate::Passkeys::check): the stores that cannot be used. The message has a
/// line for each, with its name, the cause, and the fix. Not for clients.
pub struct CheckError {
    repository: Option<(String, StoreError)>,
    challenges: Option<(String, StoreError)>,
}

impl CheckError {
    /// Checks both stores.
    pub(crate) async fn of<R: CredentialRepository>(
        ceremonies: &Ceremonies<R>,
    ) -> Result<(), Self> {
        let repository = ceremonies.credentials.repository();
        let challenges = &ceremonies.challenges;
        let found = Self {
            repository: named(repository.check().await, || repository.describe().name),
            challenges: named(challenges.check().await, || challenges.describe().name),
        };
        if found.repository.is_none() && found.challenges.is_none() {
            return Ok(());
        }
        Err(found)
    }

    /// Returns the error of the repository, if it failed.
    #[must_use]
    pub fn repository(&self) -> Option<&StoreError> {
        self.repository.as_ref().map(|(_, error)| error)
    }

    /// Returns the error of the challenge store, if it failed.
    #[must_use]
    pub fn challenges(&self) -> Option<&StoreError> {
        self.challenges.as_ref().map(|(_, error)| error)
    }
}

fn named(
    checked: Result<(), StoreError>,
    name: impl FnOnce() -> String,
) -> Option<(String, StoreError)> {
    checked.err().map(|error| (name(), error))
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stores = [
            ("repository", &self.repository),
            ("challenge store", &self.challenges),
        ];
        let failed = stores
            .iter()
            .filter_map(|(kind, failed)| Some((kind, failed.as_ref()?)));
        for (index, (kind, (name, error))) in failed.enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(
                f,
                "{separator}the {kind} `{name}` cannot be used: {}",
                causes(error)
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for CheckError {
    /// Formats as [`Display`](fmt::Display) does, since `main` and `unwrap` print this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for CheckError {}
