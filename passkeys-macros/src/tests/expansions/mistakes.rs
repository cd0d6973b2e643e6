#[passkeys(rp_id = "Example.com", origins = ["https://example.com"])]
impl App {
    #[cfg(feature = "sqlite")]
    type Repository = SqliteRepository;

    #[cfg(not(feature = "sqlite"))]
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }
}
