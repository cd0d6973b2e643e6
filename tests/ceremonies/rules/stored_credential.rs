//! Fields of the credential that a registration stores.

use super::*;

#[tokio::test]
async fn stored_credential_keeps_key_aaguid_transports_and_flags_of_the_registration() {
    let world = World::default();
    let mut device = world.device();
    let registered = world.register(&ada(), &mut device).await.unwrap();
    let credential = registered.credential();
    assert_eq!(credential.user_id, "ada");
    // `{1: 2, 3: -7, -1: 1, ..`: the COSE key, byte for byte.
    assert_eq!(
        credential.public_key[..7],
        [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]
    );
    assert_eq!(
        credential.aaguid,
        Aaguid::new([0xa7; 16]),
        "even without attestation"
    );
    assert_eq!(credential.attestation_format.as_deref(), Some("none"));
    assert_eq!(
        credential.transports,
        [Transport::Internal, Transport::Hybrid]
    );
    assert!(credential.discoverable && credential.user_verified);
    assert_eq!(credential.backup_eligible, Some(false));
    assert!(!credential.backup_state);
    assert_eq!(credential.rp_id.as_deref(), Some("example.com"));
    assert_eq!(credential.handle().len(), 64, "a random user handle");
    assert_eq!((credential.sign_count, credential.last_used_at), (0, None));
    assert_eq!(
        *credential,
        world
            .passkeys
            .repository()
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()[0]
    );
}
