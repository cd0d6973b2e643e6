//! The recorder of an inspector.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
};

use axum::{
    extract::{MatchedPath, OriginalUri, Request as HttpRequest},
    http::{HeaderMap, HeaderName, header},
    response::Response as HttpResponse,
};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::{
    decoded::Response,
    entry::{Action, Begin, Event, Finish, Purpose, Request, Stored, WireError},
    ring::{Ring, Snapshot},
    scope::{InScope, Scope},
    text::bounded,
};
use crate::{
    Credential, CredentialId, Error,
    audit::AuditKind,
    domain::pending::{self, PendingCeremony},
};

/// Maximum number of recorded events of a ceremony.
const MAX_EVENTS: usize = 16;

/// Recorder of ceremonies. Clones share their records. Records nothing until it is
/// [started](Self::start).
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<OnceLock<Ring>>);

/// Beginning of a ceremony whose state is not known yet.
pub(crate) struct Beginning(Option<Box<(Purpose, [u8; 16], Begin)>>);

/// Request whose response is not known yet.
pub(crate) struct Exchange {
    recorder: Recorder,
    scope: Option<Scope>,
}

impl Recorder {
    /// Records from now on.
    pub(crate) fn start(&self) {
        self.0.get_or_init(Ring::default);
    }

    /// Returns the entries.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let ring = self.0.get();
        ring.map_or_else(|| Ring::default().snapshot(), Ring::snapshot)
    }

    /// Prepares the record of a ceremony that begins with these options.
    pub(crate) fn options(
        &self,
        ceremony: &PendingCeremony,
        options: &impl Serialize,
    ) -> Beginning {
        let record = || {
            let lifetime = ceremony.expires_at() - ceremony.begun_at();
            let begin = Begin {
                at: OffsetDateTime::now_utc(),
                request: Scope::current().request(),
                options: Some(shown(serde_json::to_value(options).unwrap_or_default())),
                user_id: user_id(&ceremony.purpose).map(bounded),
                profile: ceremony.profile.as_deref().map(bounded),
                action: Scope::current().action(),
                lifetime: Some(lifetime.whole_seconds()),
            };
            let challenge = digest(ceremony.challenge.as_bytes());
            Box::new((Purpose::from(&ceremony.purpose), challenge, begin))
        };
        Beginning(self.0.get().map(|_| record()))
    }

    /// Records the request that the step-up which begins is for.
    pub(crate) fn action(&self, method: &str, host: &str, path_and_query: &str) {
        if self.0.get().is_none() {
            return;
        }
        let (path, query) = path_and_query
            .split_once('?')
            .unwrap_or((path_and_query, ""));
        Scope::current().set_action(Action {
            method: bounded(method),
            host: bounded(host),
            path: bounded(path),
            query: digest(query.as_bytes()),
        });
    }

    /// Records a ceremony that has begun, with this state.
    pub(crate) fn begun(&self, beginning: Beginning, state: &str) {
        let (Some(ring), Some(prepared)) = (self.0.get(), beginning.0) else {
            return;
        };
        let (purpose, challenge, begin) = *prepared;
        let mut entries = ring.change();
        let entry = entries.add(purpose);
        entry.key = Some(digest(state.as_bytes()));
        entry.challenge = Some(challenge);
        entry.begin = Some(begin);
        Scope::current().set_entry(entry.id);
    }

    /// Records that a ceremony is being finished, and its events.
    pub(crate) fn finish<F: Future>(
        &self,
        registration: bool,
        state: &str,
        credential: &RawValue,
        finish: F,
    ) -> InScope<Pin<Box<F>>> {
        let mut scope = Scope::current();
        if let Some(ring) = self.0.get() {
            scope.finishing = Some(finishing(ring, &scope, registration, state, credential));
        }
        // The future is large, and would be held twice.
        scope.run(Box::pin(finish))
    }

    /// Records that the challenge store had the ceremony.
    pub(crate) fn taken(&self) {
        self.change_finish(|finish| finish.taken = true);
    }

    /// Records that the verification is reached, and the stored passkey.
    pub(crate) fn verifying(&self, stored: Option<&Credential>) {
        self.change_finish(|finish| {
            finish.verifying = true;
            finish.stored = stored.map(Stored::from);
        });
    }

    /// Records an event of the ceremony that is being finished, or a failure before there is one.
    pub(crate) fn event(
        &self,
        kind: AuditKind,
        user_id: Option<&str>,
        credential_id: Option<&CredentialId>,
        detail: Option<&str>,
    ) {
        let Some(ring) = self.0.get() else {
            return;
        };
        let scope = Scope::current();
        let mut entries = ring.change();
        let is_rollback = matches!(
            kind,
            AuditKind::RegistrationRolledBack | AuditKind::RollbackFailed
        );
        // What follows a finish in its request belongs to it.
        let of = scope.finishing.or(scope.entry().filter(|_| is_rollback));
        let entry = match of.and_then(|id| entries.get(id)) {
            Some(entry) => {
                if entry.begin.is_none() {
                    entry.purpose = Purpose::of_event(kind);
                }
                entry
            }
            None if kind.reason().is_some() => {
                let purpose = Purpose::of_event(kind);
                let entry = entries.add(purpose);
                entry.begin = Some(rejected_begin(&scope));
                scope.set_entry(entry.id);
                entry
            }
            None => return,
        };
        if entry.events.len() < MAX_EVENTS {
            entry.events.push(Event {
                kind,
                user_id: user_id.map(bounded),
                credential_id: credential_id.map(|id| bounded(&id.to_string())),
                detail: detail.map(str::to_owned),
            });
        }
    }

    /// Prepares the record of a request to a route of the library.
    pub(crate) fn request(&self, request: &HttpRequest) -> Exchange {
        let route = request.extensions().get().map(MatchedPath::as_str);
        self.exchange(Purpose::of_route(route.unwrap_or_default()), request)
    }

    /// Prepares the record of a request to a route of the application that takes consent.
    pub(crate) fn step_up(&self, request: &HttpRequest) -> Exchange {
        self.exchange(Purpose::StepUp, request)
    }

    fn exchange(&self, purpose: Purpose, request: &HttpRequest) -> Exchange {
        let scope = self.0.get().map(|_| {
            let extensions = request.extensions();
            let uri = extensions
                .get()
                .map_or(request.uri(), |it: &OriginalUri| &it.0);
            let headers = request.headers();
            let forwarded = ["x-forwarded-proto", "x-forwarded-host", "forwarded"];
            let forwarded = forwarded.map(HeaderName::from_static).into_iter();
            let host = text(headers, &header::HOST);
            let request = Request {
                method: bounded(request.method().as_str()),
                path: bounded(uri.path()),
                query: digest(uri.query().unwrap_or_default().as_bytes()),
                host: host.or_else(|| uri.authority().map(|it| bounded(it.as_str()))),
                origin: text(headers, &header::ORIGIN),
                forwarded: forwarded
                    .filter_map(|name| Some((name.to_string(), text(headers, &name)?)))
                    .collect(),
                status: None,
                error: None,
            };
            Scope::of_request(purpose, request)
        });
        Exchange {
            recorder: self.clone(),
            scope,
        }
    }

    fn change_entry(&self, change: impl FnOnce(&mut super::Entry)) {
        if let (Some(ring), Some(id)) = (self.0.get(), Scope::current().finishing)
            && let Some(entry) = ring.change().get(id)
        {
            change(entry);
        }
    }

    fn change_finish(&self, change: impl FnOnce(&mut Finish)) {
        self.change_entry(|entry| {
            if let Some(finish) = &mut entry.finish {
                change(finish);
            }
        });
    }
}

impl Exchange {
    /// Runs the work of the request, whose records belong to it.
    pub(crate) fn scope<F: Future>(&self, future: F) -> InScope<F> {
        self.scope.clone().unwrap_or_default().run(future)
    }

    /// Records the response.
    pub(crate) fn answered(&self, response: &HttpResponse) {
        let (Some(ring), Some(scope)) = (self.recorder.0.get(), &self.scope) else {
            return;
        };
        let status = response.status().as_u16();
        let error = response.extensions().get::<WireError>().cloned();
        let mut entries = ring.change();
        let id = match (scope.entry(), &scope.request) {
            (Some(id), _) => id,
            // Reading is no ceremony, and begins with it on most pages.
            (None, Some(request)) if status >= 400 && request.1.method != "GET" => {
                let entry = entries.add(request.0);
                entry.begin = Some(rejected_begin(scope));
                entry.id
            }
            _ => return,
        };
        let Some(entry) = entries.get(id) else {
            return;
        };
        let finish = entry.finish.as_mut().and_then(|it| it.request.as_mut());
        let begin = entry.begin.as_mut().and_then(|it| it.request.as_mut());
        if let Some(request) = finish.or(begin) {
            request.status = Some(status);
            request.error = error;
        }
    }
}

/// Keeps the error beside the response that is made of it, for [`Exchange::answered`].
pub(crate) fn mark(response: &mut HttpResponse, error: &Error) {
    response.extensions_mut().insert(WireError {
        code: error.code(),
        message: bounded(&error.to_string()),
    });
}

/// Records a finish: of the ceremony with this state, or if that is unknown or finished, in an entry of
/// its own.
fn finishing(
    ring: &Ring,
    scope: &Scope,
    registration: bool,
    state: &str,
    credential: &RawValue,
) -> u64 {
    let key = digest(state.as_bytes());
    let mut entries = ring.change();
    let known = entries
        .with_key(&key)
        .map(|it| (it.id, it.finish.is_some()));
    // The event says more.
    let purpose = if registration {
        Purpose::Registration
    } else {
        Purpose::SignIn
    };
    let (id, same_state_as) = match known {
        Some((id, false)) => (id, None),
        Some((id, true)) => (entries.add(purpose).id, Some(id)),
        None => (entries.add(purpose).id, None),
    };
    scope.set_entry(id);
    if let Some(entry) = entries.get(id) {
        entry.finish = Some(Finish {
            at: OffsetDateTime::now_utc(),
            request: scope.request(),
            response: Response::decode(credential, registration, entry.challenge.as_ref()),
            taken: false,
            verifying: false,
            stored: None,
            same_state_as,
        });
    }
    id
}

fn rejected_begin(scope: &Scope) -> Begin {
    Begin {
        at: OffsetDateTime::now_utc(),
        request: scope.request(),
        options: None,
        user_id: None,
        profile: None,
        action: scope.action(),
        lifetime: None,
    }
}

/// Returns the options as they are shown: without the challenge, and with bounded texts.
fn shown(mut options: Value) -> Value {
    if let Some(challenge) = options.get_mut("challenge") {
        *challenge = "(not recorded)".into();
    }
    bound(&mut options);
    options
}

fn bound(value: &mut Value) {
    match value {
        Value::String(text) => *text = bounded(text),
        Value::Array(values) => values.iter_mut().for_each(bound),
        Value::Object(members) => members.values_mut().for_each(bound),
        _ => {}
    }
}

fn user_id(purpose: &pending::Purpose) -> Option<&str> {
    let user_id = match purpose {
        pending::Purpose::Register(account)
        | pending::Purpose::RegisterConditionally(account)
        | pending::Purpose::SignUp(account) => Some(account.user_id()),
        pending::Purpose::Authenticate(user_id) => user_id.as_deref(),
        pending::Purpose::SecondFactor { user_id } | pending::Purpose::StepUp { user_id, .. } => {
            Some(user_id.as_str())
        }
    };
    user_id.filter(|user_id| !user_id.is_empty())
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    Some(bounded(&String::from_utf8_lossy(value.as_bytes())))
}

pub(super) fn digest(bytes: &[u8]) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let (half, _) = digest.split_at(16);
    half.try_into().unwrap_or_default()
}
