use passkeys::{Config, UserVerification, audit::Reason, testing::oracle::Oracle};

use super::{ORIGINS, RP_ID, core::Core};

/// Both implementations, with user verification required and preferred.
pub(crate) struct Engines {
    required: (Oracle, Core),
    preferred: (Oracle, Core),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) ours: Result<(), Reason>,
    pub(crate) core: Result<(), Reason>,
}

impl Default for Engines {
    fn default() -> Self {
        let engines = |policy| {
            let config = Config::builder(RP_ID, ORIGINS).user_verification(policy);
            (Oracle::new(&config.build().unwrap()), Core::new(policy))
        };
        Self {
            required: engines(UserVerification::Required),
            preferred: engines(UserVerification::Preferred),
        }
    }
}

impl Engines {
    /// Returns this library and core, with user verification required or preferred.
    pub(crate) fn of(&self, verified: bool) -> &(Oracle, Core) {
        if verified {
            &self.required
        } else {
            &self.preferred
        }
    }
}
