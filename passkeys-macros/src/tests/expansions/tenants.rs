#[passkeys(
    user_verification = "preferred",
    profiles(security_key(hints = ["security-key"])),
)]
impl App {
    type Repository = SqliteRepository;

    async fn relying_party(&self, headers: HeaderMap) -> Result<RelyingPartyConfig, StatusCode> {
        self.tenants.at(&headers).await
    }

    fn get_user(&self, tenant: RelyingPartyConfig, session: Session) -> PasskeyUser {
        session.user_at(tenant.rp_id())
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}
}
