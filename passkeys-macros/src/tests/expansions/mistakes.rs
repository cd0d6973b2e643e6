#[passkeys(rp_id = "Example.com", origins = ["https://example.com"])]
impl App {
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }
}
