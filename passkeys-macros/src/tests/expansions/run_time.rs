#[passkeys(response = SignedIn)]
impl App {
    type Repository = SqliteRepository;

    /// Who is asking?
    async fn get_user(&self, session: Session) -> Result<PasskeyUser, AppError> {
        session.user().await
    }

    async fn on_authenticated(&self, session: Session, login: AuthenticationResult) -> impl IntoResponse {
        session.sign_in(login.user_id()).await
    }
}
