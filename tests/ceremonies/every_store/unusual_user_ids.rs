//! A client can name any user ID, also one that a database cannot hold.

use passkeys::store::CredentialRepository;
use serde_json::to_value;

use super::helpers::{in_every_repository, on, registered};

#[tokio::test]
async fn sign_in_by_a_user_id_that_no_database_can_hold_gets_decoy_credentials() {
    async fn test(repository: impl CredentialRepository) {
        let passkeys = on(repository);
        registered(&passkeys, "ada").await;
        let longest = "x".repeat(255);
        let longer = "\u{10ffff}".repeat(256);
        for user_id in [
            "\0",
            "ada\0",
            "a\0da",
            "\u{fffe}",
            "👩‍💻",
            "Зоя",
            &longest,
            &longer,
        ] {
            let begun = passkeys.authentication().begin_for_user_id(user_id).await;
            let begun = to_value(begun.unwrap()).unwrap();
            let decoys = begun["publicKey"]["allowCredentials"].as_array().unwrap();
            assert!((1..=8).contains(&decoys.len()), "{user_id:?}: {begun}");
        }
    }
    test(passkeys::store::MemoryRepository::default()).await;
    in_every_repository!(test);
}
