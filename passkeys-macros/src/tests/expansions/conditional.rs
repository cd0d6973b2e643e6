#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
#[cfg(feature = "passkeys")]
impl App {
    #[cfg(feature = "sqlite")]
    type Repository = SqliteRepository;

    #[cfg(not(feature = "sqlite"))]
    type Repository = MemoryRepository;

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
