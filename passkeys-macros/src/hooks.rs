//! Table of the hooks, for parsing, suggestions, messages and the reference.

/// Hook: a function of the annotated block that the library calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    GetUser,
    OnAuthenticated,
    SignUp,
    OnRegistered,
    FindUser,
    SecondFactorUser,
    OnRemoved,
    RelyingParty,
}

/// Kind of a hook's last argument. The arguments before it are extractors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    /// An extractor of the request's head, like the others.
    Extractor,
    /// The extractor that reads the request's body.
    Body,
    /// A value from the library, recognized by the name of its type.
    Given {
        ty: &'static str,
        /// Name of the argument in messages.
        name: &'static str,
    },
}

/// Specification of a hook.
pub(crate) struct HookSpec {
    pub(crate) hook: Hook,
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) last: Last,
    /// Set for hooks that return a user or a relying party: a return type is required.
    pub(crate) returns_user: bool,
    /// Types that it may return, in Markdown.
    pub(crate) returns: &'static str,
    /// Purpose, as the end of the sentence "the hook `name`, which .., is missing".
    pub(crate) purpose: &'static str,
    /// Requests that it is called for, in Markdown.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the documentation"))]
    pub(crate) called_by: &'static str,
    /// Signature to suggest where the hook is missing.
    pub(crate) signature: &'static str,
    /// Names that suggest this hook although they are not similar.
    pub(crate) aliases: &'static [&'static str],
    /// Similar names that do not suggest this hook.
    pub(crate) unlike: &'static [&'static str],
}

impl Last {
    /// Returns the name of the type of the value from the library.
    pub(crate) fn given(self) -> Option<&'static str> {
        match self {
            Self::Given { ty, .. } => Some(ty),
            Self::Extractor | Self::Body => None,
        }
    }
}

impl Hook {
    /// Returns whether the hook is called when a ceremony is finished, so that its arguments may be the
    /// data of the request.
    pub(crate) fn reads_data(self) -> bool {
        matches!(self, Self::OnAuthenticated | Self::OnRegistered)
    }

    /// Every hook, in the order of the documentation.
    pub(crate) const ALL: [Self; 8] = [
        Self::GetUser,
        Self::OnAuthenticated,
        Self::SignUp,
        Self::OnRegistered,
        Self::FindUser,
        Self::SecondFactorUser,
        Self::OnRemoved,
        Self::RelyingParty,
    ];

    /// Returns the hook with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.spec().name == name)
    }

    pub(crate) fn spec(self) -> &'static HookSpec {
        match self {
            Self::GetUser => &GET_USER,
            Self::OnAuthenticated => &ON_AUTHENTICATED,
            Self::SignUp => &SIGN_UP,
            Self::OnRegistered => &ON_REGISTERED,
            Self::FindUser => &FIND_USER,
            Self::SecondFactorUser => &SECOND_FACTOR_USER,
            Self::OnRemoved => &ON_REMOVED,
            Self::RelyingParty => &RELYING_PARTY,
        }
    }
}

const GET_USER: HookSpec = HookSpec {
    hook: Hook::GetUser,
    name: "get_user",
    required: true,
    last: Last::Extractor,
    returns_user: true,
    returns: "`PasskeyUser` or `Result<PasskeyUser, E>`",
    purpose: "identifies the signed-in user",
    called_by: "`register/begin`, `register/finish`, `step-up/begin`, `credentials`, the extractors \
                `PasskeyUser` and `Verified`",
    signature: "async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError>",
    aliases: &["current_user", "user", "fetch_user", "load_user"],
    unlike: &[],
};

const ON_AUTHENTICATED: HookSpec = HookSpec {
    hook: Hook::OnAuthenticated,
    name: "on_authenticated",
    required: true,
    last: Last::Given {
        ty: "AuthenticationResult",
        name: "login",
    },
    returns_user: false,
    returns: "anything that implements `IntoResponse`",
    purpose: "responds to a verified sign-in",
    called_by: "`authenticate/finish`, after the verification",
    signature: "async fn on_authenticated(&self, session: Session, login: AuthenticationResult) -> Result<Json<SignedIn>, AppError>",
    aliases: &[
        "authenticated",
        "on_authentication",
        "on_login",
        "on_sign_in",
        "on_signed_in",
    ],
    unlike: &[],
};

const SIGN_UP: HookSpec = HookSpec {
    hook: Hook::SignUp,
    name: "sign_up",
    required: false,
    last: Last::Body,
    returns_user: true,
    returns: "`PasskeyUser` or `Result<PasskeyUser, E>`",
    purpose: "returns the user of the account to create",
    called_by: "`sign-up/begin`; `register/begin` with a body",
    signature: "async fn sign_up(&self, Json(form): Json<SignUp>) -> Result<PasskeyUser, AppError>",
    aliases: &["on_sign_up", "on_signup"],
    unlike: &["sign_in", "sign_out"],
};

const ON_REGISTERED: HookSpec = HookSpec {
    hook: Hook::OnRegistered,
    name: "on_registered",
    required: false,
    last: Last::Given {
        ty: "RegistrationResult",
        name: "registration",
    },
    returns_user: false,
    returns: "anything that implements `IntoResponse`",
    purpose: "responds to a stored registration, and creates the account of a sign-up; required with `sign_up`",
    called_by: "`register/finish`, after the passkey is stored",
    signature: "async fn on_registered(&self, session: Session, registration: RegistrationResult) -> Result<Json<Registered>, AppError>",
    aliases: &["on_registration"],
    unlike: &[],
};

const FIND_USER: HookSpec = HookSpec {
    hook: Hook::FindUser,
    name: "find_user",
    required: false,
    last: Last::Given {
        ty: "String",
        name: "username",
    },
    returns_user: true,
    returns: "`Option<PasskeyUser>` or `Result<Option<PasskeyUser>, E>`",
    purpose: "finds the user with a user name",
    called_by: "`authenticate/begin` with a `username`",
    signature: "async fn find_user(&self, username: String) -> Result<Option<PasskeyUser>, AppError>",
    aliases: &[],
    unlike: &[],
};

const SECOND_FACTOR_USER: HookSpec = HookSpec {
    hook: Hook::SecondFactorUser,
    name: "second_factor_user",
    required: false,
    last: Last::Extractor,
    returns_user: true,
    returns: "`PasskeyUser` or `Result<PasskeyUser, E>`",
    purpose: "identifies the user who has passed the first factor, such as a password",
    called_by: "`authenticate/begin` with `secondFactor`, and its `authenticate/finish`",
    signature: "async fn second_factor_user(&self, session: Session) -> Result<PasskeyUser, AppError>",
    aliases: &["first_factor_user", "second_factor", "two_factor_user"],
    unlike: &[],
};

const ON_REMOVED: HookSpec = HookSpec {
    hook: Hook::OnRemoved,
    name: "on_removed",
    required: false,
    last: Last::Given {
        ty: "CredentialRemoval",
        name: "removal",
    },
    returns_user: false,
    returns: "anything that implements `IntoResponse`, which the client does not get",
    purpose: "is told of a passkey that its user has deleted",
    called_by: "`DELETE credentials/{id}`, after the passkey is deleted",
    signature: "async fn on_removed(&self, mailer: State<Mailer>, removal: CredentialRemoval) -> Result<(), AppError>",
    aliases: &["on_deleted", "on_deletion", "on_removal", "on_revoked"],
    unlike: &[],
};

const RELYING_PARTY: HookSpec = HookSpec {
    hook: Hook::RelyingParty,
    name: "relying_party",
    required: false,
    last: Last::Extractor,
    returns_user: true,
    returns: "`RelyingPartyConfig` or `Result<RelyingPartyConfig, E>`",
    purpose: "returns the relying party that a request is for, in an application with several tenants; the attribute \
              then has no `rp_id` and no `origins`",
    called_by: "every route, before all other hooks, and the extractors `RelyingPartyConfig`, `Tenant` and `Verified`",
    signature: "async fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, AppError>",
    aliases: &[
        "rp",
        "tenant",
        "get_tenant",
        "current_tenant",
        "get_relying_party",
        "tenant_config",
    ],
    unlike: &[],
};
