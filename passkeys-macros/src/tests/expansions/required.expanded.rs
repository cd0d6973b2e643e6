impl App {
    /// Who is asking?
    async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        session.user().await
    }
    async fn on_authenticated(
        &self,
        session: Session,
        login: AuthenticationResult,
    ) -> impl IntoResponse {
        session.sign_in(login.user_id()).await
    }
}
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    ::passkeys::__private_0_1_0::in_editors! {
        [(Keys keys[rp_id origins] [unnamed] [*])] [GetUser OnAuthenticated Repository]
        [fn get_user() {} fn on_authenticated() {} type Repository = ();] []
    }
};
#[automatically_derived]
#[allow(deprecated, unused_parens)]
impl ::passkeys::__private_0_1_0::RelyingParty for App {
    type Configuration = Self;
    type Repository = SqliteRepository;
    ::passkeys::__private_0_1_0::describe! {
        ["App"] get_user[" Who is asking?"] () -> Result < PasskeyUser, AppError >;
        on_authenticated[] (Session) -> ::passkeys::__private_0_1_0::Unnamed =>
        ::passkeys::__private_0_1_0::Unnamed;
    }
    async fn call_get_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::User) {
        let argument_0 = ::passkeys::__private_0_1_0::extract::<
            Session,
            Self,
        >(parts, self)
            .await?;
        let answer = <Self>::get_user(self, argument_0).await;
        ::passkeys::__private_0_1_0::user::<Result<PasskeyUser, AppError>>()(answer)
    }
    async fn call_on_authenticated(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::passkeys::__private_0_1_0::AuthenticationResult,
    ) -> (::passkeys::__private_0_1_0::Response) {
        let argument_0 = match ::passkeys::__private_0_1_0::argument::<
            Session,
            Self,
            _,
        >(parts, self)
            .await
        {
            ::core::result::Result::Ok(extracted) => extracted,
            ::core::result::Result::Err(rejection) => return rejection,
        };
        let last = ::passkeys::__private_0_1_0::given::<
            AuthenticationResult,
            ::passkeys::__private_0_1_0::AuthenticationResult,
        >()(given);
        let answer = <Self>::on_authenticated(self, argument_0, last).await;
        ::passkeys::__private_0_1_0::response::<_>()(answer)
    }
}
#[automatically_derived]
impl ::passkeys::__private_0_1_0::InAttribute for App {
    fn config() -> ::passkeys::__private_0_1_0::Config {
        let draft = ::passkeys::__private_0_1_0::Draft {
            rp_id: ::core::option::Option::Some("example.com"),
            origins: ::core::option::Option::Some(::std::vec!["https://example.com"]),
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
