impl App {
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }
}
::core::compile_error! {
    "RP ID `Example.com` has upper-case letters, and browsers compare the lower-case form; write `example.com`"
}
::core::compile_error! {
    "the hook `on_authenticated` is missing, which answers a verified sign-in; add it, with your own extractors and types:\n\n    async fn on_authenticated(&self, session: Session, login: AuthenticationResult) -> Result<Json<SignedIn>, AppError> { .. }"
}
#[automatically_derived]
#[allow(deprecated)]
impl ::passkeys::__private::RelyingParty for App {
    #[cfg(feature = "sqlite")]
    type Repository = SqliteRepository;
    #[cfg(not(feature = "sqlite"))]
    type Repository = MemoryRepository;
    fn config() -> ::passkeys::__private::Config {
        loop {}
    }
    async fn get_user(
        &self,
        parts: &mut ::passkeys::__private::Parts,
    ) -> ::passkeys::__private::User {
        loop {}
    }
    async fn on_authenticated(
        &self,
        parts: &mut ::passkeys::__private::Parts,
        given: ::passkeys::__private::AuthenticationResult,
    ) -> ::passkeys::__private::Response {
        loop {}
    }
    async fn sign_up(
        &self,
        request: ::passkeys::__private::Request,
    ) -> ::passkeys::__private::User {
        loop {}
    }
    async fn on_registered(
        &self,
        parts: &mut ::passkeys::__private::Parts,
        given: ::passkeys::__private::RegistrationResult,
    ) -> ::passkeys::__private::Response {
        loop {}
    }
    async fn find_user(
        &self,
        parts: &mut ::passkeys::__private::Parts,
        given: ::std::string::String,
    ) -> ::passkeys::__private::Found {
        loop {}
    }
}
#[automatically_derived]
impl ::passkeys::__private::FromRef<::passkeys::__private::Passkeys<Self>> for App {
    fn from_ref(passkeys: &::passkeys::__private::Passkeys<Self>) -> Self {
        ::core::clone::Clone::clone(passkeys.app())
    }
}
