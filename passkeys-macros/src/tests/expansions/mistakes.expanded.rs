impl App {
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }
}
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    ::passkeys::__private_0_1_0::in_editors! {
        [(Keys keys[rp_id origins] [unnamed] [*])] [GetUser Repository Repository] [fn
        get_user() {} type Repository = ();] []
    }
};
::core::compile_error! {
    "RP ID `Example.com` has upper-case letters, and browsers compare the lower-case form; write `example.com`"
}
::core::compile_error! {
    "the hook `on_authenticated`, which responds to a verified sign-in, is missing in this block; add it, with your own extractors and types:\n\n    async fn on_authenticated(&self, session: Session, login: AuthenticationResult) -> Result<Json<SignedIn>, AppError> { .. }"
}
#[automatically_derived]
#[allow(deprecated, unused_parens)]
impl ::passkeys::__private_0_1_0::RelyingParty for App {
    type Configuration = Self;
    #[cfg(feature = "sqlite")]
    type Repository = SqliteRepository;
    #[cfg(not(feature = "sqlite"))]
    type Repository = MemoryRepository;
    async fn call_get_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::User) {
        loop {}
    }
    async fn call_on_authenticated(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::passkeys::__private_0_1_0::AuthenticationResult,
    ) -> (::passkeys::__private_0_1_0::Response) {
        loop {}
    }
    async fn call_sign_up(
        &self,
        request: ::passkeys::__private_0_1_0::Request,
    ) -> (::passkeys::__private_0_1_0::User) {
        loop {}
    }
    async fn call_on_registered(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::passkeys::__private_0_1_0::RegistrationResult,
    ) -> (::passkeys::__private_0_1_0::Response) {
        loop {}
    }
    async fn call_find_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::std::string::String,
    ) -> (::passkeys::__private_0_1_0::Found) {
        loop {}
    }
    async fn call_second_factor_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::User) {
        loop {}
    }
    async fn call_on_removed(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::passkeys::__private_0_1_0::CredentialRemoval,
    ) -> (::passkeys::__private_0_1_0::Response) {
        loop {}
    }
    async fn call_relying_party(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::Chosen) {
        loop {}
    }
}
#[automatically_derived]
impl ::passkeys::__private_0_1_0::InAttribute for App {
    fn config() -> ::passkeys::__private_0_1_0::Config {
        loop {}
    }
}
#[automatically_derived]
impl ::passkeys::__private_0_1_0::FromRef<::passkeys::__private_0_1_0::Passkeys<Self>>
for App {
    fn from_ref(passkeys: &::passkeys::__private_0_1_0::Passkeys<Self>) -> Self {
        ::passkeys::__private_0_1_0::app(passkeys)
    }
}
