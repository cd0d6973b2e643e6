//! Taking a ceremony from the challenge store, and why there is none.

use time::format_description::well_known::Rfc3339;

use super::Ceremonies;
use crate::{
    audit::{Failed, Reason},
    domain::{
        config::Terms,
        detail::shown,
        error::StoreError,
        pending::{PendingCeremony, Purpose},
    },
    store::Missing,
};

impl<R> Ceremonies<R> {
    /// Takes a ceremony from the challenge store, atomically: its `state` is single-use. Returns it
    /// with its terms.
    pub(super) async fn take(
        &self,
        state: &str,
    ) -> Result<Result<(PendingCeremony, &Terms), Failed>, StoreError> {
        let Some(ceremony) = (*self.challenges).take(state).await? else {
            return Ok(Err(self.missing(state)));
        };
        #[cfg(feature = "metrics")]
        self.has_taken(&ceremony);
        self.redeemed.insert(state);
        self.recorder.taken();
        Ok(if ceremony.rp_id != self.config.rp_id() {
            Err(Reason::OtherRelyingParty.because(format_args!(
                "the ceremony was begun for the RP ID {}, and `rp_id` is `{}`: two applications share the \
                 challenge store or the sealing secret, or the configuration has changed since. Give each its \
                 own `prefix`, `table` or secret",
                shown(&ceremony.rp_id),
                self.config.rp_id(),
            )))
        } else if ceremony.application != self.application {
            Err(Reason::OtherApplication.because(format_args!(
                "the ceremony was begun at another application of the RP ID `{}`, with which this one shares \
                 the challenge store or the sealing secret. If both are one application, set the same name in \
                 both by `Passkeys::application` (default: the path of the annotated type, which may have been \
                 renamed)",
                self.config.rp_id(),
            )))
        } else if ceremony.expires_at <= self.now() {
            Err(self.expired(&ceremony.expires_at.format(&Rfc3339).unwrap_or_default()))
        } else {
            match &ceremony.profile {
                None => Ok((ceremony, self.verifier.terms())),
                // Instances may have been configured anew since the ceremony was begun.
                Some(name) => match self.verifier.terms_of(name) {
                    Some(terms) => Ok((ceremony, terms)),
                    None => Err(self.unknown_profile(name)),
                },
            }
        })
    }

    #[cold]
    fn unknown_profile(&self, name: &str) -> Failed {
        let known = self.verifier.profiles().collect::<Vec<_>>();
        Reason::UnknownProfile.because(format_args!(
            "the ceremony was begun with the profile {}, and `profiles` has {}: the configuration has changed \
             since, or another instance has another one",
            shown(name),
            shown(&known.join(", ")),
        ))
    }

    #[cold]
    fn expired(&self, when: &str) -> Failed {
        let ttl = self.config.challenge_ttl();
        Reason::Expired.because(format_args!(
            "the ceremony expired{}{when}, {ttl:?} after it was begun (`challenge_ttl`): the user took longer, or \
             the page finished an old one",
            if when.is_empty() { "" } else { " at " },
        ))
    }

    /// Explains why the challenge store has no ceremony for a state.
    #[cold]
    fn missing(&self, state: &str) -> Failed {
        if self.redeemed.contains(state) {
            return taken();
        }
        let store = self.challenges.describe();
        let name = &store.name;
        match self.challenges.why_missing(state, self.now()) {
            Missing::Expired => self.expired(""),
            Missing::Taken => taken(),
            Missing::Dropped => Reason::UnknownState.because(format_args!(
                "the ceremony was begun here, and is gone: `{name}` was full (`with_capacity`), the user had \
                 begun too many more, or it was finished long ago",
            )),
            Missing::OtherStore => Reason::OtherStore.because(format_args!(
                "the ceremony was begun with another `{name}` of this process: two `Passkeys` were created, for \
                 example one for the router and one for routes of your own. Create one and clone it, or give \
                 both clones of one challenge store",
            )),
            Missing::OtherProcess => Reason::OtherProcess.because(format_args!(
                "the ceremony was begun by another process, or before a restart (or the client has made the \
                 state up): `{name}` does not {}. Behind a balancer use `RedisChallenges`, \
                 `PostgresChallenges` or `MySqlChallenges`, or `SealedChallenges` with one secret for all, or send \
                 each client to one process (sticky sessions)",
                store
                    .does_not
                    .unwrap_or("have the ceremonies of other processes"),
            )),
            _ => Reason::UnknownState.because(format_args!(
                "`{name}` has no ceremony for this state of {} characters: it has expired ({:?} after begin), was \
                 finished before, or was begun with another store (server, database, `prefix`, `table`)",
                state.len(),
                self.config.challenge_ttl(),
            )),
        }
    }
}

#[cold]
fn taken() -> Failed {
    Reason::Replayed.because(format_args!(
        "the state was used before, and each finish takes a begin of its own: the page sent the request twice \
         (a second click, a retry after a lost response), or somebody replays it",
    ))
}

/// Explains a ceremony that came to the finish of another one.
#[cold]
pub(super) fn other_purpose(begun: &Purpose, finish: &str) -> Failed {
    let begun = match begun {
        Purpose::Register(_) => "a registration",
        Purpose::RegisterConditionally(_) => "a conditional registration",
        Purpose::SignUp(_) => "a sign-up",
        Purpose::Authenticate(_) => "a sign-in",
        Purpose::SecondFactor { .. } => "a second factor",
        Purpose::StepUp { .. } => "a step-up",
    };
    Reason::OtherPurpose.because(format_args!(
        "the state is of {begun}, and came to the finish of {finish}: send it to the route of the ceremony that \
         it was begun for",
    ))
}

/// Explains a ceremony that another user has begun.
#[cold]
pub(super) fn other_user(ceremony: &str, begun_by: &str, hook: &str, user_id: &str) -> Failed {
    Reason::OtherUser.because(format_args!(
        "the user {} began the {ceremony}, and `{hook}` now returns {}: the session has changed since, or the \
         hook spells the ID in two ways",
        shown(begun_by),
        shown(user_id),
    ))
}

/// Explains a finish whose hook rejected it.
#[cold]
pub(super) fn not_signed_in(hook: &str) -> Failed {
    Reason::NotSignedIn.because(format_args!(
        "`{hook}` rejected the request that finishes the ceremony, and had accepted its begin: the session has \
         ended since, or the request came without it (a cookie with another `Path` or `SameSite`, `fetch` \
         without `credentials: \"include\"`)",
    ))
}
