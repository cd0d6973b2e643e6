impl App {
    const GREETING: &str = "hello";
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", Self::GREETING)
    }
    async fn on_authenticated(&self, _: AuthenticationResult) {}
    async fn sign_up(
        &self,
        State(database): State<Database>,
        Json(form): Json<SignUp>,
    ) -> Answer {
        database.create(form).await
    }
    async fn on_registered<'a>(
        &'a self,
        name: Name<'a>,
        new: RegistrationResult,
    ) -> (StatusCode, impl IntoResponse) {
        (StatusCode::CREATED, name)
    }
    async fn find_user(&self, username: String) -> Option<PasskeyUser> {
        None
    }
    async fn second_factor_user(
        &self,
        session: Session,
    ) -> Result<PasskeyUser, AppError> {
        session.half_signed_in().await
    }
    fn on_removed(&self, State(mailer): State<Mailer>, removal: CredentialRemoval) {
        mailer.send(removal);
    }
}
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    ::passkeys::__private_0_1_0::in_editors! {
        [(Keys keys[rp_id rp_name origins conditional_create max_credentials attestation
        timeout profiles] [unnamed] [*]) (ProfileKeys profile_keys[hints
        authenticator_attachment] [unnamed] [*]) (ProfileKeys profile_keys[timeout]
        [unnamed] [*])] [GetUser OnAuthenticated SignUp OnRegistered FindUser
        SecondFactorUser OnRemoved Repository] [fn get_user() {} fn on_authenticated() {}
        fn sign_up() {} fn on_registered() {} fn find_user() {} fn second_factor_user()
        {} fn on_removed() {} type Repository = ();] [struct __Profiles;
        #[allow(non_upper_case_globals)] impl __Profiles { #[doc =
        " Profile `security_key` of the attribute. A ceremony chooses it by `?profile=security_key`, and in routes of your own by `profile!`."]
        const security_key : ::passkeys::__private_0_1_0::attribute::Profile =
        ::passkeys::__private_0_1_0::attribute::Profile; #[doc =
        " Profile `patient` of the attribute. A ceremony chooses it by `?profile=patient`, and in routes of your own by `profile!`."]
        const patient : ::passkeys::__private_0_1_0::attribute::Profile =
        ::passkeys::__private_0_1_0::attribute::Profile; } impl
        ::passkeys::__private_0_1_0::attribute::HasProfiles for App { type Profiles =
        __Profiles; }]
    }
};
#[automatically_derived]
#[allow(deprecated, unused_parens)]
impl ::passkeys::__private_0_1_0::RelyingParty for App {
    type Configuration = Self;
    type Repository = SqliteRepository;
    const PROFILES: &'static [&'static str] = &["security_key", "patient"];
    ::passkeys::__private_0_1_0::needs_attestation! {
        ::core::compile_error! {
        "`direct` needs the Cargo feature `attestation` of `passkeys`, which is off; add it in Cargo.toml, `passkeys = { .., features = [\"attestation\"] }`"
        }
    }
    ::passkeys::__private_0_1_0::describe! {
        ["App"] get_user[] () -> PasskeyUser; on_authenticated[] () -> () => ();
        sign_up[] () -> Answer => Json < SignUp >; on_registered[] (Name < '_ >) ->
        (StatusCode, ::passkeys::__private_0_1_0::Unnamed) => (StatusCode,
        ::passkeys::__private_0_1_0::Unnamed); find_user[] () -> Option < PasskeyUser >;
        second_factor_user[] () -> Result < PasskeyUser, AppError >; on_removed[] () ->
        ();
    }
    async fn call_get_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::User) {
        let answer = <Self>::get_user(self);
        ::passkeys::__private_0_1_0::user::<PasskeyUser>()(answer)
    }
    async fn call_on_authenticated(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::passkeys::__private_0_1_0::AuthenticationResult,
    ) -> (::passkeys::__private_0_1_0::Response) {
        let last = ::passkeys::__private_0_1_0::given::<
            AuthenticationResult,
            ::passkeys::__private_0_1_0::AuthenticationResult,
        >()(given);
        let answer = <Self>::on_authenticated(self, last).await;
        ::passkeys::__private_0_1_0::response::<()>()(answer)
    }
    const SIGN_UP: bool = true;
    async fn call_sign_up(
        &self,
        request: ::passkeys::__private_0_1_0::Request,
    ) -> (::passkeys::__private_0_1_0::User) {
        let (mut head, body) = ::passkeys::__private_0_1_0::Request::into_parts(request);
        let parts = &mut head;
        let argument_0 = ::passkeys::__private_0_1_0::extract::<
            State<Database>,
            Self,
        >(parts, self)
            .await?;
        let request = ::passkeys::__private_0_1_0::Request::from_parts(head, body);
        let last = ::passkeys::__private_0_1_0::extract_body::<
            Json<SignUp>,
            Self,
            _,
        >(request, self)
            .await?;
        let answer = <Self>::sign_up(self, argument_0, last).await;
        ::passkeys::__private_0_1_0::user::<Answer>()(answer)
    }
    async fn call_on_registered(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::passkeys::__private_0_1_0::RegistrationResult,
    ) -> (::passkeys::__private_0_1_0::Response) {
        let argument_0 = match ::passkeys::__private_0_1_0::argument::<
            Name<'_>,
            Self,
            _,
        >(parts, self)
            .await
        {
            ::core::result::Result::Ok(extracted) => extracted,
            ::core::result::Result::Err(rejection) => return rejection,
        };
        let last = ::passkeys::__private_0_1_0::given::<
            RegistrationResult,
            ::passkeys::__private_0_1_0::RegistrationResult,
        >()(given);
        let answer = <Self>::on_registered(self, argument_0, last).await;
        ::passkeys::__private_0_1_0::response::<(StatusCode, _)>()(answer)
    }
    const FIND_USER: bool = true;
    async fn call_find_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::std::string::String,
    ) -> (::passkeys::__private_0_1_0::Found) {
        let last = ::passkeys::__private_0_1_0::given::<
            String,
            ::std::string::String,
        >()(given);
        let answer = <Self>::find_user(self, last).await;
        ::passkeys::__private_0_1_0::found::<Option<PasskeyUser>>()(answer)
    }
    const SECOND_FACTOR: bool = true;
    async fn call_second_factor_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::User) {
        let argument_0 = ::passkeys::__private_0_1_0::extract::<
            Session,
            Self,
        >(parts, self)
            .await?;
        let answer = <Self>::second_factor_user(self, argument_0).await;
        ::passkeys::__private_0_1_0::user::<Result<PasskeyUser, AppError>>()(answer)
    }
    const ON_REMOVED: bool = true;
    async fn call_on_removed(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::passkeys::__private_0_1_0::CredentialRemoval,
    ) -> (::passkeys::__private_0_1_0::Response) {
        let argument_0 = match ::passkeys::__private_0_1_0::extract::<
            State<Mailer>,
            Self,
        >(parts, self)
            .await
        {
            ::core::result::Result::Ok(extracted) => extracted,
            ::core::result::Result::Err(rejection) => return rejection,
        };
        let last = ::passkeys::__private_0_1_0::given::<
            CredentialRemoval,
            ::passkeys::__private_0_1_0::CredentialRemoval,
        >()(given);
        let answer = <Self>::on_removed(self, argument_0, last);
        ::passkeys::__private_0_1_0::response::<()>()(answer)
    }
}
#[automatically_derived]
impl ::passkeys::__private_0_1_0::InAttribute for App {
    fn config() -> ::passkeys::__private_0_1_0::Config {
        let draft = ::passkeys::__private_0_1_0::Draft {
            rp_id: ::core::option::Option::Some("example.com"),
            rp_name: ::core::option::Option::Some("Example"),
            origins: ::core::option::Option::Some(
                ::std::vec!["https://example.com", "https://login.example.com"],
            ),
            conditional_create: ::core::option::Option::Some("false"),
            max_credentials: ::core::option::Option::Some("10"),
            attestation: ::core::option::Option::Some("direct"),
            timeout: ::core::option::Option::Some("30s"),
            profiles: ::core::option::Option::Some(
                ::std::vec![
                    ::passkeys::__private_0_1_0::ProfileDraft { name : "security_key",
                    values : ::passkeys::__private_0_1_0::Draft { hints :
                    ::core::option::Option::Some(::std::vec!["security-key"]),
                    authenticator_attachment :
                    ::core::option::Option::Some("cross-platform"), ..
                    ::core::default::Default::default() } },
                    ::passkeys::__private_0_1_0::ProfileDraft { name : "patient", values
                    : ::passkeys::__private_0_1_0::Draft { timeout :
                    ::core::option::Option::Some("10m"), ..
                    ::core::default::Default::default() } }
                ],
            ),
            ..::core::default::Default::default()
        };
        ::passkeys::__private_0_1_0::from_attribute(&draft)
    }
}
#[automatically_derived]
impl ::passkeys::__private_0_1_0::FromRef<::passkeys::__private_0_1_0::Passkeys<Self>>
for App {
    fn from_ref(passkeys: &::passkeys::__private_0_1_0::Passkeys<Self>) -> Self {
        ::passkeys::__private_0_1_0::app(passkeys)
    }
}
