//! Extensions of the ceremony services, for tests with a fixed user.

use passkeys::{
    Error, PasskeyUser, RegistrationResult,
    ceremony::{
        Action, Authentication, Begun, Consent, FinishRegistration, FinishStepUp, Registration,
        RequestOptions, StepUp,
    },
    store::CredentialRepository,
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

/// Finishes registrations for a known user.
pub trait RegistrationExt {
    /// Finishes the registration of a further passkey while this user is signed in.
    fn finish_as(
        &self,
        user: &PasskeyUser,
        request: &FinishRegistration,
    ) -> impl Future<Output = Result<RegistrationResult, Error>> + Send;

    /// Finishes a sign-up.
    ///
    /// # Panics
    ///
    /// If the service asks who is signed in, which it must not do for a sign-up.
    fn finish_sign_up(
        &self,
        request: &FinishRegistration,
    ) -> impl Future<Output = Result<RegistrationResult, Error>> + Send;
}

impl<R: CredentialRepository> RegistrationExt for Registration<'_, R> {
    async fn finish_as(
        &self,
        user: &PasskeyUser,
        request: &FinishRegistration,
    ) -> Result<RegistrationResult, Error> {
        self.finish(request, signed_in(user)).await
    }

    async fn finish_sign_up(
        &self,
        request: &FinishRegistration,
    ) -> Result<RegistrationResult, Error> {
        let who = async { panic!("a sign-up asked who is signed in") };
        self.finish(request, who).await
    }
}

/// Begins sign-ins with or without a user's ID.
pub trait AuthenticationExt {
    /// Begins a sign-in by the user with this ID, or with any discoverable passkey.
    fn begin_for(
        &self,
        user_id: Option<&str>,
    ) -> impl Future<Output = Result<Begun<RequestOptions>, Error>> + Send;
}

impl<R: CredentialRepository> AuthenticationExt for Authentication<'_, R> {
    async fn begin_for(&self, user_id: Option<&str>) -> Result<Begun<RequestOptions>, Error> {
        match user_id {
            None => self.begin().await,
            Some(user_id) => self.begin_for_user_id(user_id).await,
        }
    }
}

/// Finishes step-ups for a known user.
pub trait StepUpExt {
    /// Finishes a step-up without a body while this user is signed in.
    fn finish_as(
        &self,
        user: &PasskeyUser,
        action: &Action,
        request: &FinishStepUp,
    ) -> impl Future<Output = Result<Consent, Error>> + Send;
}

impl<R: CredentialRepository> StepUpExt for StepUp<'_, R> {
    async fn finish_as(
        &self,
        user: &PasskeyUser,
        action: &Action,
        request: &FinishStepUp,
    ) -> Result<Consent, Error> {
        self.finish(request, action, signed_in(user)).await
    }
}

async fn signed_in(user: &PasskeyUser) -> Result<PasskeyUser, Error> {
    Ok(user.clone())
}

/// Serializes a credential or a body of a request that finishes a ceremony.
///
/// # Panics
///
/// If it is not JSON.
#[must_use]
pub fn raw<T: Serialize + ?Sized>(value: &T) -> Box<RawValue> {
    to_raw_value(value).expect("JSON")
}
