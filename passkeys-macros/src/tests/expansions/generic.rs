#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl<D: Database, const N: usize> App<D, N>
where
    D: Debug,
{
    type Repository = D::Passkeys;

    fn repository(&self) -> &Self::Repository {
        &self.repository
    }

    fn get_user(&self) -> PasskeyUser {
        self.repository().user()
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}
