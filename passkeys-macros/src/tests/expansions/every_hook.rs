#[passkeys(
    rp_id = "example.com",
    rp_name = "Example",
    origins = ["https://example.com", "https://login.example.com"],
    conditional_create = false,
    max_credentials = 10,
    attestation = "direct",
    timeout = "30s",
    profiles(
        security_key(hints = ["security-key"], authenticator_attachment = "cross-platform"),
        patient(timeout = "10m"),
    ),
)]
impl App {
    type Repository = SqliteRepository;

    const GREETING: &str = "hello";

    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", Self::GREETING)
    }

    async fn on_authenticated(&self, _: AuthenticationResult) {}

    async fn sign_up(&self, State(database): State<Database>, Json(form): Json<SignUp>) -> Answer {
        database.create(form).await
    }

    async fn on_registered<'a>(&'a self, name: Name<'a>, new: RegistrationResult) -> (StatusCode, impl IntoResponse) {
        (StatusCode::CREATED, name)
    }

    async fn find_user(&self, username: String) -> Option<PasskeyUser> {
        None
    }

    async fn second_factor_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        session.half_signed_in().await
    }

    fn on_removed(&self, State(mailer): State<Mailer>, removal: CredentialRemoval) {
        mailer.send(removal);
    }
}
