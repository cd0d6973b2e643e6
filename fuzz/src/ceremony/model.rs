//! Model of the rules of registration and sign-in, written independently of the library.

use arbitrary::Arbitrary;

use super::{Policy, User};

/// Lifetime of a ceremony in seconds.
pub(super) const LIFETIME: u64 = 300;

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Register(User),
    SignUp(User),
    SignIn(Option<User>),
    StepUp(User),
}

pub(super) struct Ceremony {
    pub(super) purpose: Purpose,
    begun: u64,
    over: bool,
}

/// Expected state of a passkey in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) owner: User,
    pub(super) sign_count: u32,
    pub(super) suspended: bool,
    pub(super) name: String,
    pub(super) registered: u64,
}

impl Stored {
    pub(super) fn new(owner: User, sign_count: u32, registered: u64) -> Self {
        Self {
            owner,
            sign_count,
            suspended: false,
            name: String::new(),
            registered,
        }
    }
}

/// Circumstances of finishing a step-up: the signed-in user, and whether the action is another one
/// than at `begin`.
pub(super) struct Consent {
    pub(super) by: User,
    pub(super) other_action: bool,
}

/// Expected response: success, or one of these error codes.
pub(super) type Verdict<T = ()> = Result<T, &'static [&'static str]>;

pub(super) const OVER: Verdict<User> = Err(NO_CEREMONY);

const NO_CEREMONY: &[&str] = &["challenge_not_found"];
const UNVERIFIED: &[&str] = &["authentication_failed"];
pub(super) const UNKNOWN: &[&str] = &["credential_not_found"];

/// Circumstances of a `finish` request.
pub(super) struct Finish {
    pub(super) now: u64,
    pub(super) elsewhere: bool,
    pub(super) mutated: bool,
}

impl Purpose {
    /// Returns the only user who may finish the ceremony; `None` for any user.
    pub(super) fn user(self) -> Option<User> {
        match self {
            Self::Register(user) | Self::SignUp(user) | Self::StepUp(user) => Some(user),
            Self::SignIn(user) => user,
        }
    }

    /// Returns whether the options of `begin` list the passkey, as excluded or as allowed.
    pub(super) fn names(self, passkey: &Stored) -> bool {
        match self {
            Self::Register(user) => passkey.owner == user,
            Self::StepUp(user) | Self::SignIn(Some(user)) => {
                passkey.owner == user && !passkey.suspended
            }
            Self::SignUp(_) | Self::SignIn(None) => false,
        }
    }

    pub(super) fn may_begin<'a>(self, mut stored: impl Iterator<Item = &'a Stored>) -> Verdict {
        match self {
            Self::SignUp(user) if stored.any(|it| it.owner == user) => {
                Err(&["account_already_exists"])
            }
            Self::StepUp(_) if !stored.any(|it| self.names(it)) => Err(&["no_passkeys"]),
            _ => Ok(()),
        }
    }
}

impl Ceremony {
    pub(super) fn new(purpose: Purpose, now: u64) -> Self {
        Self {
            purpose,
            begun: now,
            over: false,
        }
    }

    pub(super) fn waits(&self) -> bool {
        !self.over
    }

    /// Redeems the ceremony, whatever the outcome. Returns whether it was pending.
    fn take(&mut self, finish: &Finish) -> bool {
        let waits = !std::mem::replace(&mut self.over, true);
        waits && !finish.elsewhere && finish.now < self.begun + LIFETIME
    }

    /// Returns the owner of the new passkey. `known`: whether its credential ID is stored.
    pub(super) fn register<'a>(
        &mut self,
        finish: &Finish,
        by: User,
        known: bool,
        mut stored: impl Iterator<Item = &'a Stored>,
    ) -> Verdict<User> {
        let waits = self.take(finish);
        let user = match self.purpose {
            Purpose::Register(user) if waits && user == by => user,
            Purpose::SignUp(user) if waits => user,
            _ => return Err(NO_CEREMONY),
        };
        if finish.mutated {
            Err(&["attestation_verification_failed", "invalid_request"])
        } else if known {
            Err(&["credential_already_exists"])
        } else if self.purpose == Purpose::SignUp(user) && stored.any(|it| it.owner == user) {
            Err(&["account_already_exists"])
        } else {
            Ok(user)
        }
    }

    /// Returns the user who is signed in. `consent`: given if it is finished as a step-up.
    pub(super) fn sign_in(
        &mut self,
        finish: &Finish,
        consent: Option<&Consent>,
        passkey: Option<&mut Stored>,
        sign_count: u32,
        policy: Policy,
    ) -> Verdict<User> {
        let waits = self.take(finish);
        let user = match (self.purpose, consent) {
            (Purpose::SignIn(user), None) if waits => user,
            (Purpose::StepUp(user), Some(consent))
                if waits && user == consent.by && !consent.other_action =>
            {
                Some(user)
            }
            _ => return OVER,
        };
        if finish.mutated {
            return Err(&["authentication_failed", "invalid_request"]);
        }
        let Some(passkey) = passkey else {
            return Err(UNVERIFIED);
        };
        if user.is_some_and(|user| user != passkey.owner) || passkey.suspended {
            return Err(UNVERIFIED);
        }
        // Where a user was named, the passkey was not on the list.
        if user.is_some() && passkey.registered > self.begun {
            return Err(UNVERIFIED);
        }
        let has_counter = (sign_count, passkey.sign_count) != (0, 0);
        if has_counter && sign_count <= passkey.sign_count {
            match policy {
                Policy::Reject => return Err(UNVERIFIED),
                Policy::Suspend => {
                    passkey.suspended = true;
                    return Err(UNVERIFIED);
                }
                Policy::Report => {}
            }
        }
        passkey.sign_count = passkey.sign_count.max(sign_count);
        Ok(passkey.owner)
    }
}
