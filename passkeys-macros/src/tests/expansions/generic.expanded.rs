impl<D: Database, const N: usize> App<D, N>
where
    D: Debug,
{
    fn repository(&self) -> &<Self as ::passkeys::__private::RelyingParty>::Repository {
        &self.repository
    }
    fn get_user(&self) -> PasskeyUser {
        self.repository().user()
    }
    fn on_authenticated(&self, _: AuthenticationResult) {}
}
#[automatically_derived]
#[allow(deprecated)]
impl<D: Database, const N: usize> ::passkeys::__private::RelyingParty for App<D, N>
where
    D: Debug,
    Self: ::passkeys::__private::Shared,
{
    type Repository = D::Passkeys;
    fn config() -> ::passkeys::__private::Config {
        ::passkeys::__private::from_attribute(
            &::passkeys::__private::Draft {
                rp_id: ::core::option::Option::Some("example.com"),
                origins: ::core::option::Option::Some(
                    ::std::vec!["https://example.com"],
                ),
                ..::core::default::Default::default()
            },
        )
    }
    ::passkeys::__private::describe! {
        get_user[]; on_authenticated[] => ();
    }
    async fn get_user(
        &self,
        parts: &mut ::passkeys::__private::Parts,
    ) -> ::passkeys::__private::User {
        let answer = Self::get_user(self);
        ::passkeys::__private::user::<PasskeyUser>()(answer)
    }
    async fn on_authenticated(
        &self,
        parts: &mut ::passkeys::__private::Parts,
        given: ::passkeys::__private::AuthenticationResult,
    ) -> ::passkeys::__private::Response {
        let last = ::passkeys::__private::given::<
            AuthenticationResult,
            ::passkeys::__private::AuthenticationResult,
        >()(given);
        let answer = Self::on_authenticated(self, last);
        ::passkeys::__private::response::<()>()(answer)
    }
}
#[automatically_derived]
impl<
    D: Database,
    const N: usize,
> ::passkeys::__private::FromRef<::passkeys::__private::Passkeys<Self>> for App<D, N>
where
    D: Debug,
    Self: ::passkeys::__private::Shared,
{
    fn from_ref(passkeys: &::passkeys::__private::Passkeys<Self>) -> Self {
        ::core::clone::Clone::clone(passkeys.app())
    }
}
