impl App {
    async fn relying_party(
        &self,
        headers: HeaderMap,
    ) -> Result<RelyingPartyConfig, StatusCode> {
        self.tenants.at(&headers).await
    }
    fn get_user(&self, tenant: RelyingPartyConfig, session: Session) -> PasskeyUser {
        session.user_at(tenant.rp_id())
    }
    async fn on_authenticated(&self, _: AuthenticationResult) {}
}
#[allow(unexpected_cfgs)]
const _: () = {
    #[cfg(rust_analyzer)]
    ::passkeys::__private_0_1_0::in_editors! {
        [(Keys keys[user_verification profiles] [unnamed] [*]) (ProfileKeys
        profile_keys[hints] [unnamed] [*])] [RelyingParty GetUser OnAuthenticated
        Repository] [fn relying_party() {} fn get_user() {} fn on_authenticated() {} type
        Repository = ();] [struct __Profiles; #[allow(non_upper_case_globals)] impl
        __Profiles { #[doc =
        " Profile `security_key` of the attribute. A ceremony chooses it by `?profile=security_key`, and in routes of your own by `profile!`."]
        const security_key : ::passkeys::__private_0_1_0::attribute::Profile =
        ::passkeys::__private_0_1_0::attribute::Profile; } impl
        ::passkeys::__private_0_1_0::attribute::HasProfiles for App { type Profiles =
        __Profiles; }]
    }
};
#[automatically_derived]
#[allow(deprecated, unused_parens)]
impl ::passkeys::__private_0_1_0::RelyingParty for App {
    type Configuration = ::passkeys::__private_0_1_0::PerRequest<Self>;
    type Repository = SqliteRepository;
    const PROFILES: &'static [&'static str] = &["security_key"];
    ::passkeys::__private_0_1_0::describe! {
        ["App"] relying_party[] () -> Result < RelyingPartyConfig, StatusCode >;
        get_user[] () -> PasskeyUser; on_authenticated[] () -> () => ();
    }
    const RELYING_PARTY: bool = true;
    async fn call_relying_party(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::Chosen) {
        let argument_0 = ::passkeys::__private_0_1_0::extract::<
            HeaderMap,
            Self,
        >(parts, self)
            .await?;
        let answer = <Self>::relying_party(self, argument_0).await;
        ::passkeys::__private_0_1_0::chosen::<
            Result<RelyingPartyConfig, StatusCode>,
        >()(answer)
    }
    async fn call_get_user(
        &self,
        parts: &mut ::passkeys::__private_0_1_0::Parts,
    ) -> (::passkeys::__private_0_1_0::User) {
        let argument_0 = ::passkeys::__private_0_1_0::extract::<
            RelyingPartyConfig,
            Self,
        >(parts, self)
            .await?;
        let argument_1 = ::passkeys::__private_0_1_0::extract::<
            Session,
            Self,
        >(parts, self)
            .await?;
        let answer = <Self>::get_user(self, argument_0, argument_1);
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
}
#[automatically_derived]
impl ::passkeys::__private_0_1_0::HasTenants for App {
    fn shared() -> ::passkeys::__private_0_1_0::Draft<'static> {
        ::passkeys::__private_0_1_0::Draft {
            user_verification: ::core::option::Option::Some("preferred"),
            profiles: ::core::option::Option::Some(
                ::std::vec![
                    ::passkeys::__private_0_1_0::ProfileDraft { name : "security_key",
                    values : ::passkeys::__private_0_1_0::Draft { hints :
                    ::core::option::Option::Some(::std::vec!["security-key"]), ..
                    ::core::default::Default::default() } }
                ],
            ),
            ..::core::default::Default::default()
        }
    }
}
#[automatically_derived]
impl ::passkeys::__private_0_1_0::FromRef<::passkeys::__private_0_1_0::Passkeys<Self>>
for App {
    fn from_ref(passkeys: &::passkeys::__private_0_1_0::Passkeys<Self>) -> Self {
        ::passkeys::__private_0_1_0::app(passkeys)
    }
}
