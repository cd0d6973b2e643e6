//! The recorder where there is no inspector: every call is empty.

use axum::{extract::Request, response::Response};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{Credential, CredentialId, Error, audit::AuditKind, domain::pending::PendingCeremony};

/// Recorder that records nothing.
#[derive(Clone, Default)]
pub(crate) struct Recorder(());

/// Beginning of a ceremony, of which nothing is recorded.
pub(crate) struct Beginning;

/// Request, of which nothing is recorded.
pub(crate) struct Exchange;

/// Future without a scope.
pub(crate) type InScope<F> = F;

impl Recorder {
    pub(crate) fn options(&self, _: &PendingCeremony, _: &impl Serialize) -> Beginning {
        Beginning
    }

    pub(crate) fn action(&self, _method: &str, _host: &str, _path_and_query: &str) {}

    pub(crate) fn begun(&self, _: Beginning, _state: &str) {}

    pub(crate) fn finish<F: Future>(
        &self,
        _registration: bool,
        _state: &str,
        _: &RawValue,
        finish: F,
    ) -> F {
        finish
    }

    pub(crate) fn taken(&self) {}

    pub(crate) fn verifying(&self, _: Option<&Credential>) {}

    pub(crate) fn event(
        &self,
        _: AuditKind,
        _user_id: Option<&str>,
        _: Option<&CredentialId>,
        _detail: Option<&str>,
    ) {
    }

    pub(crate) fn request(&self, _: &Request) -> Exchange {
        Exchange
    }

    pub(crate) fn step_up(&self, _: &Request) -> Exchange {
        Exchange
    }
}

impl Exchange {
    pub(crate) fn scope<F: Future>(&self, future: F) -> F {
        future
    }

    pub(crate) fn answered(&self, _: &Response) {}
}

/// Returns the future as it is.
pub(crate) fn inherited<F: Future>(future: F) -> F {
    future
}

/// Leaves the response as it is.
pub(crate) fn mark(_: &mut Response, _: &Error) {}
