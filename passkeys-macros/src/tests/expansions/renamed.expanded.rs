impl App {
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }
    fn on_authenticated(&self, _: AuthenticationResult) {}
    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        <Self as auth::__private::RelyingParty>::Repository::find(name)
    }
}
#[automatically_derived]
#[allow(deprecated)]
impl auth::__private::RelyingParty for App {
    type Repository = MemoryRepository;
    fn config() -> auth::__private::Config {
        auth::__private::from_attribute(
            &auth::__private::Draft {
                rp_id: ::core::option::Option::Some("example.com"),
                origins: ::core::option::Option::Some(
                    ::std::vec!["https://example.com"],
                ),
                ..::core::default::Default::default()
            },
        )
    }
    auth::__private::describe! {
        get_user[]; on_authenticated[] => (); find_user[];
    }
    async fn get_user(
        &self,
        parts: &mut auth::__private::Parts,
    ) -> auth::__private::User {
        let answer = Self::get_user(self);
        auth::__private::user::<PasskeyUser>()(answer)
    }
    async fn on_authenticated(
        &self,
        parts: &mut auth::__private::Parts,
        given: auth::__private::AuthenticationResult,
    ) -> auth::__private::Response {
        let last = auth::__private::given::<
            AuthenticationResult,
            auth::__private::AuthenticationResult,
        >()(given);
        let answer = Self::on_authenticated(self, last);
        auth::__private::response::<()>()(answer)
    }
    const FIND_USER: bool = true;
    async fn find_user(
        &self,
        parts: &mut auth::__private::Parts,
        given: ::std::string::String,
    ) -> auth::__private::Found {
        let last = auth::__private::given::<String, ::std::string::String>()(given);
        let answer = Self::find_user(self, last);
        auth::__private::found::<Option<PasskeyUser>>()(answer)
    }
}
#[automatically_derived]
impl auth::__private::FromRef<auth::__private::Passkeys<Self>> for App {
    fn from_ref(passkeys: &auth::__private::Passkeys<Self>) -> Self {
        ::core::clone::Clone::clone(passkeys.app())
    }
}
