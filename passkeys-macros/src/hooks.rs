//! The table of hooks: what the macro accepts, suggests, shows in its messages and documents.

/// A function of the annotated block that the library calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    GetUser,
    OnAuthenticated,
    SignUp,
    OnRegistered,
    FindUser,
}

/// What a hook's last argument is. Everything before it is an extractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Last {
    /// An extractor as well.
    Extractor,
    /// The extractor that reads the request's body.
    Body,
    /// What the library calls the hook with; recognised by the name of its type.
    Given {
        ty: &'static str,
        /// How messages name the argument.
        name: &'static str,
    },
}

/// What there is to know about a hook.
pub(crate) struct HookSpec {
    pub(crate) hook: Hook,
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) last: Last,
    /// Whether its answer is a user, and so must be there.
    pub(crate) answers_user: bool,
    /// What it returns, in words.
    pub(crate) returns: &'static str,
    /// What it is for, as the end of "`name`, which ..".
    pub(crate) purpose: &'static str,
    /// The requests it is called for.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the documentation"))]
    pub(crate) called_by: &'static str,
    /// A signature to start from.
    pub(crate) signature: &'static str,
    /// What people call it who come from elsewhere.
    pub(crate) aliases: &'static [&'static str],
    /// What looks like it and means something else.
    pub(crate) unlike: &'static [&'static str],
}

impl Last {
    /// The name of the type of what the library gives.
    pub(crate) fn given(self) -> Option<&'static str> {
        match self {
            Self::Given { ty, .. } => Some(ty),
            Self::Extractor | Self::Body => None,
        }
    }
}

impl Hook {
    /// Every hook, in the order of the documentation.
    pub(crate) const ALL: [Self; 5] = [
        Self::GetUser,
        Self::OnAuthenticated,
        Self::SignUp,
        Self::OnRegistered,
        Self::FindUser,
    ];

    /// The hook with this name.
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
        }
    }
}

const GET_USER: HookSpec = HookSpec {
    hook: Hook::GetUser,
    name: "get_user",
    required: true,
    last: Last::Extractor,
    answers_user: true,
    returns: "`PasskeyUser` or `Result<PasskeyUser, E>`",
    purpose: "says who is adding or managing passkeys",
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
    answers_user: false,
    returns: "anything that implements `IntoResponse`",
    purpose: "answers a verified sign-in",
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
    answers_user: true,
    returns: "`PasskeyUser` or `Result<PasskeyUser, E>`",
    purpose: "describes the account to create with a passkey",
    called_by: "`register/begin` with a body",
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
    answers_user: false,
    returns: "anything that implements `IntoResponse`",
    purpose: "answers a registration",
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
    answers_user: true,
    returns: "`Option<PasskeyUser>` or `Result<Option<PasskeyUser>, E>`",
    purpose: "finds the account with a name",
    called_by: "`authenticate/begin` with a `username`",
    signature: "async fn find_user(&self, username: String) -> Result<Option<PasskeyUser>, AppError>",
    aliases: &[],
    unlike: &[],
};
