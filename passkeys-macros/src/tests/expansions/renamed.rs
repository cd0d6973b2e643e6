#[auth::passkeys(crate = auth, rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}

    fn find_user(&self, name: String) -> Option<PasskeyUser> {
        Self::Repository::find(name)
    }
}
