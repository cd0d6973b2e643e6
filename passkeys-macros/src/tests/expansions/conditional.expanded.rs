#[cfg(feature = "passkeys")]
impl App {
    #[cfg(debug_assertions)]
    #[cfg(unix)]
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }
    fn on_authenticated(&self, _: AuthenticationResult) {}
    #[cfg(feature = "names")]
    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        None
    }
}
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    ::passkeys::__private_0_1_0::in_editors! {
        [(Keys keys[rp_id origins] [unnamed] [*])] [GetUser OnAuthenticated FindUser
        Repository Repository] [fn get_user() {} fn on_authenticated() {} fn find_user()
        {} type Repository = ();] []
    }
};
#[cfg(feature = "passkeys")]
#[automatically_derived]
#[allow(deprecated, unused_parens)]
impl ::passkeys::__private_0_1_0::RelyingParty for App {
    type Configuration = Self;
    #[cfg(feature = "sqlite")]
    type Repository = SqliteRepository;
    #[cfg(not(feature = "sqlite"))]
    type Repository = MemoryRepository;
    ::passkeys::__private_0_1_0::describe! {
        ["App"] #[cfg(debug_assertions)] #[cfg(unix)] get_user[] () -> PasskeyUser;
        on_authenticated[] () -> () => (); #[cfg(feature = "names")] find_user[] () ->
        Option < PasskeyUser >;
    }
    #[cfg(debug_assertions)]
    #[cfg(unix)]
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
        let answer = <Self>::on_authenticated(self, last);
        ::passkeys::__private_0_1_0::response::<()>()(answer)
    }
    #[cfg(feature = "names")]
    const FIND_USER: bool = true;
    #[cfg(feature = "names")]
    async fn call_find_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
        given: ::std::string::String,
    ) -> (::passkeys::__private_0_1_0::Found) {
        let last = ::passkeys::__private_0_1_0::given::<
            String,
            ::std::string::String,
        >()(given);
        let answer = <Self>::find_user(self, last);
        ::passkeys::__private_0_1_0::found::<Option<PasskeyUser>>()(answer)
    }
    #[cfg(not(any(all(feature = "sqlite"), all(not(feature = "sqlite")))))]
    ::core::compile_error! {
        "no `#[cfg]` of `type Repository` holds in this build, and it is required; add one for the other builds"
    }
    #[cfg(not(any(all(feature = "sqlite"), all(not(feature = "sqlite")))))]
    type Repository = ::passkeys::__private_0_1_0::MemoryRepository;
    #[cfg(not(any(all(debug_assertions, unix))))]
    ::core::compile_error! {
        "no `#[cfg]` of `get_user` holds in this build, and it is required; add one for the other builds"
    }
    #[cfg(not(any(all(debug_assertions, unix))))]
    async fn call_get_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::User) {
        loop {}
    }
}
#[cfg(feature = "passkeys")]
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
#[cfg(feature = "passkeys")]
#[automatically_derived]
impl ::passkeys::__private_0_1_0::FromRef<::passkeys::__private_0_1_0::Passkeys<Self>>
for App {
    fn from_ref(passkeys: &::passkeys::__private_0_1_0::Passkeys<Self>) -> Self {
        ::passkeys::__private_0_1_0::app(passkeys)
    }
}
