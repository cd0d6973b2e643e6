impl App {
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }
    fn on_authenticated(&self, _: AuthenticationResult) {}
    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        <Self as auth::__private_0_1_0::RelyingParty>::Repository::find(name)
    }
}
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    auth::__private_0_1_0::in_editors! {
        [(Keys keys[crate_ rp_id origins] [unnamed] [*])] [GetUser OnAuthenticated
        FindUser Repository] [fn get_user() {} fn on_authenticated() {} fn find_user() {}
        type Repository = ();] []
    }
};
#[automatically_derived]
#[allow(deprecated, unused_parens)]
impl auth::__private_0_1_0::RelyingParty for App {
    type Configuration = Self;
    type Repository = MemoryRepository;
    auth::__private_0_1_0::describe! {
        ["App"] get_user[] () -> PasskeyUser; on_authenticated[] () -> () => ();
        find_user[] () -> Option < PasskeyUser >;
    }
    async fn call_get_user(
        &self,
        parts: &mut auth::__private_0_1_0::Parts,
    ) -> (auth::__private_0_1_0::User) {
        let answer = <Self>::get_user(self);
        auth::__private_0_1_0::user::<PasskeyUser>()(answer)
    }
    async fn call_on_authenticated(
        &self,
        parts: &mut auth::__private_0_1_0::Parts,
        given: auth::__private_0_1_0::AuthenticationResult,
    ) -> (auth::__private_0_1_0::Response) {
        let last = auth::__private_0_1_0::given::<
            AuthenticationResult,
            auth::__private_0_1_0::AuthenticationResult,
        >()(given);
        let answer = <Self>::on_authenticated(self, last);
        auth::__private_0_1_0::response::<()>()(answer)
    }
    const FIND_USER: bool = true;
    async fn call_find_user(
        &self,
        parts: &mut auth::__private_0_1_0::Parts,
        given: ::std::string::String,
    ) -> (auth::__private_0_1_0::Found) {
        let last = auth::__private_0_1_0::given::<
            String,
            ::std::string::String,
        >()(given);
        let answer = <Self>::find_user(self, last);
        auth::__private_0_1_0::found::<Option<PasskeyUser>>()(answer)
    }
}
#[automatically_derived]
impl auth::__private_0_1_0::InAttribute for App {
    fn config() -> auth::__private_0_1_0::Config {
        let draft = auth::__private_0_1_0::Draft {
            rp_id: ::core::option::Option::Some("example.com"),
            origins: ::core::option::Option::Some(::std::vec!["https://example.com"]),
            ..::core::default::Default::default()
        };
        auth::__private_0_1_0::from_attribute(&draft)
    }
}
#[automatically_derived]
impl auth::__private_0_1_0::FromRef<auth::__private_0_1_0::Passkeys<Self>> for App {
    fn from_ref(passkeys: &auth::__private_0_1_0::Passkeys<Self>) -> Self {
        auth::__private_0_1_0::app(passkeys)
    }
}
