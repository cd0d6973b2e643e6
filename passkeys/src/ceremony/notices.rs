//! Mistakes of a deployment that the log names once, for the developer.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use super::Ceremonies;
use crate::{
    Config, PasskeyUser,
    domain::{
        detail::{Detail, shown},
        origin::Unexpected,
    },
};

/// Maximum number of unexpected origins that are named. Clients can send any.
const MAX_ORIGINS: usize = 64;

/// Maximum length of an unexpected origin that is remembered, in bytes. Hosts have at most 253.
const MAX_ORIGIN_BYTES: usize = 300;

/// Mistakes that have been logged.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    origins: Mutex<BTreeSet<String>>,
    started: AtomicBool,
    email: AtomicBool,
}

impl Notices {
    /// Returns whether the start has not been logged yet. From then on it has.
    pub(crate) fn is_start(&self) -> bool {
        !self.started.swap(true, Relaxed)
    }

    /// Logs, once for each origin, that a ceremony was begun in a page whose finish will be rejected.
    #[cold]
    pub(crate) fn unexpected_origin(&self, config: &Config, came: &str) {
        let key = came.chars().take(MAX_ORIGIN_BYTES / 4).collect::<String>();
        let mut known = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_ORIGINS || !known.insert(key) {
            return;
        }
        let is_last = known.len() == MAX_ORIGINS;
        drop(known);
        let rp_id = config.rp_id();
        let detail = Detail::new(format_args!("{}", Unexpected::of(came, config)));
        tracing::warn!(
            target: "passkeys",
            rp_id,
            detail = detail.as_str(),
            "a page has begun a ceremony that it cannot finish: its origin is not configured",
        );
        if is_last {
            tracing::warn!(
                target: "passkeys",
                rp_id,
                "{MAX_ORIGINS} origins that are not configured have begun ceremonies; further ones are not logged",
            );
        }
    }
}

impl<R> Ceremonies<R> {
    /// Logs, once, that a user ID looks like an e-mail address.
    pub(super) fn check_user_id(&self, user: &PasskeyUser) {
        if !looks_like_email(user.id()) || self.notices.email.swap(true, Relaxed) {
            return;
        }
        let detail = Detail::new(format_args!(
            "the user ID {} looks like an e-mail address, and passkeys belong to an ID for good: a user whose \
             address changes loses them, and whoever gets the address next owns them. The log has user IDs, too. \
             Use the key of the user's record as the ID, and the address as the name: \
             `PasskeyUser::new(id, email, display_name)`",
            shown(user.id()),
        ));
        tracing::warn!(
            target: "passkeys",
            rp_id = self.config.rp_id(),
            detail = detail.as_str(),
            "a user ID looks like an e-mail address",
        );
    }

    /// Logs that a client gets decoy credentials, and why. Without the user name: people type passwords
    /// into that field.
    pub(super) fn log_decoys(&self, user_id: &str, by_name: bool, suspended: usize) {
        let reason = match (user_id, by_name) {
            ("", true) => "`find_user` returned no user for the name",
            ("", false) => "the user ID is longer than any",
            (_, true) if suspended == 0 => {
                "the user that `find_user` returned has no passkey of this RP ID: none was registered, or \
                 `find_user` spells the ID in another way than `get_user` or `sign_up`"
            }
            (_, false) if suspended == 0 => "no passkey of this RP ID belongs to the user ID",
            _ => "all passkeys of the user are suspended",
        };
        tracing::debug!(
            target: "passkeys",
            rp_id = self.config.rp_id(),
            // Escaped (`Debug`): it may be the client's.
            user_id = (!user_id.is_empty()).then(|| tracing::field::debug(user_id)),
            reason,
            "the sign-in begins with decoy credentials, so it cannot succeed",
        );
    }
}

/// Returns whether a user ID looks like an e-mail address.
fn looks_like_email(id: &str) -> bool {
    let Some((local, domain)) = id.rsplit_once('@') else {
        return false;
    };
    let is_text = |text: &str| !text.is_empty() && !text.contains([' ', '/', ':', '@']);
    let dotted = domain
        .split_once('.')
        .is_some_and(|(first, last)| !first.is_empty() && !last.is_empty());
    is_text(local) && is_text(domain) && dotted && !domain.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::{MAX_ORIGINS, Notices, looks_like_email};
    use crate::Config;

    #[test]
    fn email_addresses_are_told_from_other_user_ids() {
        for id in [
            "ada@example.com",
            "a.b+c@mail.example.co.uk",
            "\u{e4}@example.com",
        ] {
            assert!(looks_like_email(id), "{id}");
        }
        for id in [
            "42",
            "018f4c1e-7a64-7cc0-a8bb-3b3d3c2f4a55",
            "@ada",
            "ada@",
            "ada@localhost",
            "ada@.com",
            "ada@example.",
            "https://ada@example.com/",
            "a b@example.com",
            "acct:ada@example.com",
            "a@b@example.com",
        ] {
            assert!(!looks_like_email(id), "{id}");
        }
    }

    #[test]
    fn number_and_length_of_remembered_origins_are_bounded() {
        let config = Config::new("example.com", ["https://example.com"]).unwrap();
        let notices = Notices::default();
        for number in 0..2 * MAX_ORIGINS {
            let origin = format!("https://{number}.example{}", "\u{1f511}".repeat(5000));
            notices.unexpected_origin(&config, &origin);
        }
        let origins = notices.origins.lock().unwrap();
        assert_eq!(origins.len(), MAX_ORIGINS);
        assert!(
            origins
                .iter()
                .all(|origin| origin.len() <= super::MAX_ORIGIN_BYTES)
        );
    }
}
