use passkeys::{
    AuthenticationResult, Credential, CredentialRemoval, PasskeyUser, RegistrationResult,
};

fn results(credential: Credential) {
    let _ = AuthenticationResult::new(credential.clone());
    let user = PasskeyUser::new("1", "ada", "Ada");
    let _ = RegistrationResult::new(user, credential.clone());
    let _ = CredentialRemoval::new(credential);
}

fn main() {}
