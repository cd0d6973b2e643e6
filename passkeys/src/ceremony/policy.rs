//! Policies of [`Verified`](crate::Verified): what a handler demands of the user's consent.
//!
//! The third type argument of [`Verified`](crate::Verified) is a policy:
//!
//! | policy | the handler runs if the user consents by step-up | `result` |
//! | --- | --- | --- |
//! | [`AnyConsent`], the default | with any of their passkeys | [`AuthenticationResult`] |
//! | [`UserVerified`] | and was verified by PIN, fingerprint or face | [`AuthenticationResult`] |
//! | [`DeviceBound`] | with a passkey that cannot be synced | [`AuthenticationResult`] |
//! | `(UserVerified, DeviceBound)` | with both | [`AuthenticationResult`] |
//! | [`Recent<SECONDS>`](Recent) | or signed in at most so long ago; the request needs no consent then | `Option<AuthenticationResult>` |
//!
//! The configuration's `user_verification` holds besides: where it is `required`, the default, every
//! consent is with user verification.
//!
//! ```
//! # use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
//! # #[derive(Clone)]
//! # struct App;
//! # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
//! # impl App {
//! #     type Repository = MemoryRepository;
//! #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
//! #     async fn on_authenticated(&self, _: AuthenticationResult) {}
//! # }
//! use axum::{Router, routing::post};
//! use passkeys::{
//!     Passkeys, Verified,
//!     policy::{DeviceBound, Recent, UserVerified},
//! };
//!
//! /// Needs a passkey that never leaves its device, and a PIN, a fingerprint or a face.
//! async fn sign_release(verified: Verified<App, String, (UserVerified, DeviceBound)>) -> String {
//!     format!("{} signs {}", verified.user.name(), verified.body)
//! }
//!
//! /// Needs a sign-in in the last five minutes, or consent.
//! async fn change_email(verified: Verified<App, String, Recent<300>>) -> String {
//!     let by = if verified.result.is_some() { "consent" } else { "a recent sign-in" };
//!     format!("{} has {} now, by {by}", verified.user.name(), verified.body)
//! }
//!
//! let passkeys = Passkeys::new(App, MemoryRepository::default());
//! let router: Router = Router::new()
//!     .route("/release", post(sign_release))
//!     .route("/email", post(change_email))
//!     .nest("/auth/passkeys", passkeys.router())
//!     .with_state(passkeys);
//! ```

use std::{fmt, time::Duration};

use self::sealed::Demands;
use super::AuthenticationResult;

/// Policy of [`Verified`](crate::Verified): what a handler demands of the user's consent. The
/// [policies](self) are those of this module.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a policy of `Verified`",
    label = "not a policy",
    note = "the policies are `AnyConsent`, `UserVerified`, `DeviceBound`, `(UserVerified, DeviceBound)` and `Recent<SECONDS>`, of `passkeys::policy`",
    note = "`AnyConsent` adds nothing to another policy, nor does a policy to itself; a plain request that `Recent` lets pass has no passkey that another policy could judge"
)]
pub trait Policy: sealed::Rule {
    /// The type of [`Verified::result`](crate::Verified::result).
    type Result: Clone + fmt::Debug + Send + 'static;

    /// Converts the result of a step-up.
    #[doc(hidden)]
    fn consented(result: AuthenticationResult) -> Self::Result;

    /// Returns how recent a sign-in must be for a request without consent, and the result of such a
    /// request. `None`: every request needs consent.
    #[doc(hidden)]
    #[must_use]
    fn without_consent() -> Option<(Duration, Self::Result)> {
        None
    }
}

/// Policy of [`Verified`](crate::Verified) by default: consent with any passkey of the user.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AnyConsent;

/// Policy of [`Verified`](crate::Verified): the authenticator verified the user, by PIN, fingerprint or
/// face, and not only their presence.
///
/// Of use where the configuration's `user_verification` is `preferred` or `discouraged`; where it is
/// `required`, every consent fulfils it. Consent without user verification fails with
/// `authentication_failed`, and the audit trail has the reason `policy_user_verified`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct UserVerified;

/// Policy of [`Verified`](crate::Verified): the passkey is bound to its device, and cannot be synced.
///
/// The authenticator says so, by the backup-eligible flag in the signed data. Whether to believe it is a
/// question of its attestation (`Passkeys::trust_anchors`). Consent with another passkey fails with
/// `authentication_failed`, and the audit trail has the reason `policy_device_bound`.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DeviceBound;

/// Policy of [`Verified`](crate::Verified): the user signed in at most `SECONDS` ago, or consents.
///
/// A **plain request** passes without consent if
/// [`PasskeyUser::authenticated_at`](crate::PasskeyUser::authenticated_at) is at most so long ago: its
/// whole body is the handler's body, and `result` is `None`. With an older sign-in, or one of unknown
/// age, it fails with `reauthentication_required` (403), and the page sends the request again, with
/// consent. Consent is verified also where the sign-in is recent.
///
/// A request with consent is one whose body is a JSON object with the members `credential`, an object,
/// and `state`, a text. So the handler's own body should not have both.
///
/// Against cross-site request forgery, which consent rules out and a recent sign-in does not, the body of
/// a plain request must be declared as JSON, and so must a `POST` without a body: otherwise it fails with
/// `unsupported_media_type`. `GET` is for handlers that change nothing.
///
/// `SECONDS` is at least 1 and at most 86,400, a day. Anything else does not compile; the error is
/// reported by `cargo build`, and not by `cargo check`, which evaluates no constants of generic types:
///
/// ```compile_fail,E0080
/// # use passkeys::{AuthenticationResult, PasskeyUser, passkeys, store::MemoryRepository};
/// # #[derive(Clone)]
/// # struct App;
/// # #[passkeys(rp_id = "localhost", origins = ["http://localhost:3000"])]
/// # impl App {
/// #     type Repository = MemoryRepository;
/// #     async fn get_user(&self) -> PasskeyUser { PasskeyUser::new("1", "ada", "Ada") }
/// #     async fn on_authenticated(&self, _: AuthenticationResult) {}
/// # }
/// use axum::{Router, routing::post};
/// use passkeys::{Passkeys, Verified, policy::Recent};
///
/// async fn change_email(_: Verified<App, String, Recent<0>>) {}
///
/// let router: Router<Passkeys<App>> = Router::new().route("/email", post(change_email));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Recent<const SECONDS: u64>;

impl<const SECONDS: u64> Recent<SECONDS> {
    /// `SECONDS` as a duration. Does not compile out of its bounds.
    ///
    /// ```
    /// use passkeys::policy::{Policy, Recent};
    ///
    /// let seconds = <Recent<86_400> as Policy>::without_consent().map(|(at_most, _)| at_most.as_secs());
    /// assert_eq!(seconds, Some(86_400));
    /// ```
    ///
    /// ```compile_fail,E0080
    /// use passkeys::policy::{Policy, Recent};
    ///
    /// let _ = <Recent<86_401> as Policy>::without_consent();
    /// ```
    const AT_MOST: Duration = {
        assert!(
            SECONDS > 0,
            "`Recent<0>` lets no sign-in pass; leave the policy out to demand consent for every request"
        );
        assert!(
            SECONDS <= 86_400,
            "a sign-in of more than 24 hours ago is not recent; write `Recent<86400>` or less, or take `PasskeyUser` instead of `Verified`"
        );
        Duration::from_secs(SECONDS)
    };
}

pub(crate) mod sealed {
    use crate::{
        audit::{Failed, Reason},
        verify::Asserted,
    };

    /// The library's part of a policy, which only its own types have.
    pub trait Rule: Sized + 'static {
        /// What consent has to prove.
        const DEMANDS: Demands;
    }

    /// What the assertion of a step-up has to prove, beyond what the configuration demands.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Demands {
        /// That the user was verified.
        pub user_verified: bool,
        /// That the passkey cannot be synced.
        pub device_bound: bool,
    }

    impl Demands {
        /// Checks an assertion that is verified.
        pub(in crate::ceremony) fn check(self, asserted: &Asserted) -> Result<(), Failed> {
            if self.user_verified && !asserted.user_verified {
                Err(Reason::PolicyUserVerified.because(format_args!(
                    "the handler demands user verification (`UserVerified`), and the user-verified flag (UV) is \
                     not set: the authenticator asked for presence only. Begin such step-ups with a profile \
                     whose `user_verification` is `required`",
                )))
            } else if self.device_bound && asserted.backup_eligible {
                Err(Reason::PolicyDeviceBound.because(format_args!(
                    "the handler demands a passkey that cannot be synced (`DeviceBound`), and the \
                     backup-eligible flag (BE) of this one is set: the user needs another one, such as a security \
                     key",
                )))
            } else {
                Ok(())
            }
        }
    }
}

/// Implements the policies that take consent for every request.
macro_rules! consents {
    ($($policy:ty: user_verified $user_verified:literal, device_bound $device_bound:literal;)+) => {$(
        impl sealed::Rule for $policy {
            const DEMANDS: Demands = Demands {
                user_verified: $user_verified,
                device_bound: $device_bound,
            };
        }

        #[diagnostic::do_not_recommend]
        impl Policy for $policy {
            type Result = AuthenticationResult;

            fn consented(result: AuthenticationResult) -> AuthenticationResult {
                result
            }
        }
    )+};
}

consents! {
    AnyConsent: user_verified false, device_bound false;
    UserVerified: user_verified true, device_bound false;
    DeviceBound: user_verified false, device_bound true;
    (UserVerified, DeviceBound): user_verified true, device_bound true;
    (DeviceBound, UserVerified): user_verified true, device_bound true;
}

impl<const SECONDS: u64> sealed::Rule for Recent<SECONDS> {
    const DEMANDS: Demands = Demands {
        user_verified: false,
        device_bound: false,
    };
}

#[diagnostic::do_not_recommend]
impl<const SECONDS: u64> Policy for Recent<SECONDS> {
    type Result = Option<AuthenticationResult>;

    fn consented(result: AuthenticationResult) -> Option<AuthenticationResult> {
        Some(result)
    }

    fn without_consent() -> Option<(Duration, Option<AuthenticationResult>)> {
        Some((Self::AT_MOST, None))
    }
}
