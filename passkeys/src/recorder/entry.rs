//! Record of one ceremony.

use serde_json::Value;
use time::OffsetDateTime;

use super::{decoded::Response, text::bounded};
use crate::{
    audit::AuditKind,
    domain::{credential::Credential, pending},
};

/// Record of a ceremony, of a request that was rejected before there was one, or of a finish of no
/// ceremony.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Number of the entry, from 1.
    pub(crate) id: u64,
    pub(crate) purpose: Purpose,
    /// Digest of the ceremony state.
    pub(crate) key: Option<[u8; 16]>,
    /// Digest of the challenge.
    pub(crate) challenge: Option<[u8; 16]>,
    pub(crate) begin: Option<Begin>,
    pub(crate) finish: Option<Finish>,
    pub(crate) events: Vec<Event>,
}

/// Purpose of a ceremony or of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Registration,
    ConditionalRegistration,
    SignUp,
    SignIn,
    SecondFactor,
    StepUp,
    /// Not a ceremony: a change of a passkey, or another route.
    Management,
}

/// Begin of a ceremony, or of none.
#[derive(Clone, Debug)]
pub(crate) struct Begin {
    pub(crate) at: OffsetDateTime,
    pub(crate) request: Option<Request>,
    /// Options that were sent, without the challenge; `None` if there was no ceremony.
    pub(crate) options: Option<Value>,
    pub(crate) user_id: Option<String>,
    pub(crate) profile: Option<String>,
    /// Request that a step-up is for.
    pub(crate) action: Option<Action>,
    /// Time until which the ceremony can be finished, in seconds from its begin.
    pub(crate) lifetime: Option<i64>,
}

/// Request that finishes a ceremony.
#[derive(Clone, Debug)]
pub(crate) struct Finish {
    pub(crate) at: OffsetDateTime,
    pub(crate) request: Option<Request>,
    pub(crate) response: Response,
    /// True if the challenge store had the ceremony.
    pub(crate) taken: bool,
    /// True if the verification was reached.
    pub(crate) verifying: bool,
    /// The passkey as it was stored before.
    pub(crate) stored: Option<Stored>,
    /// Number of the entry that was finished with the same state before.
    pub(crate) same_state_as: Option<u64>,
}

/// Request that a user consents to. The query is not recorded: it may have secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    /// Digest of the query.
    pub(crate) query: [u8; 16],
}

/// Head of a request, and its response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Digest of the query, which may have secrets.
    pub(crate) query: [u8; 16],
    pub(crate) host: Option<String>,
    pub(crate) origin: Option<String>,
    /// Headers of a proxy: `X-Forwarded-Proto`, `X-Forwarded-Host` and `Forwarded`.
    pub(crate) forwarded: Vec<(String, String)>,
    pub(crate) status: Option<u16>,
    /// Error in the response, if the library made it.
    pub(crate) error: Option<WireError>,
}

/// Error in a response.
#[derive(Clone, Debug)]
pub(crate) struct WireError {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// Audit event of a ceremony.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) kind: AuditKind,
    pub(crate) user_id: Option<String>,
    pub(crate) credential_id: Option<String>,
    pub(crate) detail: Option<String>,
}

/// Fields of the stored passkey that verification compares.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) user_id: String,
    pub(crate) rp_id: Option<String>,
    pub(crate) sign_count: u32,
    pub(crate) backup_eligible: Option<bool>,
    pub(crate) backup_state: bool,
    pub(crate) suspended: bool,
    pub(crate) device_name: String,
    pub(crate) aaguid: Option<String>,
    pub(crate) provider: Option<&'static str>,
}

impl Purpose {
    /// Returns whether it is verified by Level 3, §7.1. Otherwise, by §7.2.
    pub(crate) fn is_registration(self) -> bool {
        matches!(
            self,
            Self::Registration | Self::ConditionalRegistration | Self::SignUp
        )
    }

    /// Returns the purpose of a request by the end of its route.
    pub(super) fn of_route(route: &str) -> Self {
        let mut segments = route.rsplit('/');
        let (last, before) = (segments.next(), segments.next());
        match (before, last) {
            (Some("register"), Some("begin" | "finish")) => Self::Registration,
            (Some("sign-up"), Some("begin")) => Self::SignUp,
            (Some("authenticate"), Some("begin" | "finish")) => Self::SignIn,
            (Some("step-up"), Some("begin")) => Self::StepUp,
            _ => Self::Management,
        }
    }

    /// Returns the purpose of the ceremonies that an event is of.
    pub(super) fn of_event(kind: AuditKind) -> Self {
        match kind {
            AuditKind::SecondFactorBegun
            | AuditKind::SecondFactorSucceeded
            | AuditKind::SecondFactorFailed(_)
            | AuditKind::SecondFactorPromptFailed(_) => Self::SecondFactor,
            kind => match kind.ceremony() {
                Some("registration") => Self::Registration,
                Some("authentication") => Self::SignIn,
                Some("step_up") => Self::StepUp,
                _ => Self::Management,
            },
        }
    }
}

impl From<&pending::Purpose> for Purpose {
    fn from(purpose: &pending::Purpose) -> Self {
        match purpose {
            pending::Purpose::Register(_) => Self::Registration,
            pending::Purpose::RegisterConditionally(_) => Self::ConditionalRegistration,
            pending::Purpose::SignUp(_) => Self::SignUp,
            pending::Purpose::Authenticate(_) => Self::SignIn,
            pending::Purpose::SecondFactor { .. } => Self::SecondFactor,
            pending::Purpose::StepUp { .. } => Self::StepUp,
        }
    }
}

impl From<&Credential> for Stored {
    fn from(credential: &Credential) -> Self {
        let aaguid = credential.aaguid.map(|aaguid| aaguid.to_string());
        Self {
            user_id: bounded(&credential.user_id),
            rp_id: credential.rp_id.as_deref().map(bounded),
            sign_count: credential.sign_count,
            backup_eligible: credential.backup_eligible,
            backup_state: credential.backup_state,
            suspended: credential.suspended_at.is_some(),
            device_name: bounded(&credential.device_name),
            provider: aaguid
                .as_deref()
                .and_then(crate::domain::provider_names::find),
            aaguid,
        }
    }
}
