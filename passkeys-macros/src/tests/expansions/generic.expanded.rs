impl<D: Database, const N: usize> App<D, N>
where
    D: Debug,
{
    fn repository(
        &self,
    ) -> &<Self as ::passkeys::__private_0_1_0::RelyingParty>::Repository {
        &self.repository
    }
    fn get_user(&self) -> PasskeyUser {
        self.repository().user()
    }
    fn on_authenticated(&self, _: AuthenticationResult) {}
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
impl<D: Database, const N: usize> ::passkeys::__private_0_1_0::RelyingParty for App<D, N>
where
    D: Debug,
    Self: ::passkeys::__private_0_1_0::Shared,
{
    type Configuration = Self;
    type Repository = D::Passkeys;
    ::passkeys::__private_0_1_0::describe! {
        [] get_user[] () -> PasskeyUser; on_authenticated[] () -> () => ();
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
        let answer = <Self>::on_authenticated(self, last);
        ::passkeys::__private_0_1_0::response::<()>()(answer)
    }
}
#[automatically_derived]
impl<D: Database, const N: usize> ::passkeys::__private_0_1_0::InAttribute for App<D, N>
where
    D: Debug,
    Self: ::passkeys::__private_0_1_0::Shared,
{
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
impl<
    D: Database,
    const N: usize,
> ::passkeys::__private_0_1_0::FromRef<::passkeys::__private_0_1_0::Passkeys<Self>>
for App<D, N>
where
    D: Debug,
    Self: ::passkeys::__private_0_1_0::Shared,
{
    fn from_ref(passkeys: &::passkeys::__private_0_1_0::Passkeys<Self>) -> Self {
        ::passkeys::__private_0_1_0::app(passkeys)
    }
}
