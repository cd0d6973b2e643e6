//! Rule 14: a credential knows its RP ID, and the relying party of another one treats it as absent.

use passkeys::{Credential, ceremony::Action, store::CredentialRepository};

use super::*;

/// Two relying parties with one repository and one challenge store each.
struct Sites {
    com: World,
    org: World,
}

impl Sites {
    fn new() -> Self {
        let repository = MemoryRepository::default();
        let site = |rp_id: &str| {
            let config = Config::new(rp_id, [format!("https://{rp_id}")]).unwrap();
            World::of(Passkeys::with_config(App, repository.clone(), config))
        };
        Self {
            com: site("example.com"),
            org: site("example.org"),
        }
    }

    /// Registers a passkey of Ada's at `example.com`.
    async fn register(&self) -> (Authenticator, Credential) {
        let mut device = self.com.device();
        let registered = self.com.register(&ada(), &mut device).await.unwrap();
        (device, registered.credential().clone())
    }
}

fn listed(begun: &impl serde::Serialize, member: &str) -> Vec<String> {
    let options = serde_json::to_value(begun).unwrap();
    let list = options["publicKey"][member].as_array().unwrap().clone();
    let ids = list.iter().map(|it| it["id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[tokio::test]
async fn passkey_stores_the_rp_id_it_was_registered_for() {
    let sites = Sites::new();
    let (_, credential) = sites.register().await;
    assert_eq!(credential.rp_id.as_deref(), Some("example.com"));
}

#[tokio::test]
async fn passkey_of_another_rp_id_is_neither_offered_nor_excluded() {
    let sites = Sites::new();
    let (_, credential) = sites.register().await;
    let id = credential.id.to_string();
    for (site, is_own) in [(&sites.com, true), (&sites.org, false)] {
        let named = site.passkeys.authentication();
        let named = named.begin_for_user_id("ada").await.unwrap();
        assert_eq!(listed(&named, "allowCredentials").contains(&id), is_own);
        let next = site.passkeys.registration().begin(&ada()).await.unwrap();
        let excluded = listed(&next, "excludeCredentials");
        assert_eq!(excluded.contains(&id), is_own);
        let action = Action::new("POST", "example.com", "/pay", b"");
        let step_up = site.passkeys.step_up().begin(&ada(), &action).await;
        assert_eq!(step_up.is_ok(), is_own, "{step_up:?}");
    }
}

#[tokio::test]
async fn passkey_of_another_rp_id_does_not_sign_in_and_the_audit_trail_says_why() {
    let sites = Sites::new();
    let (mut device, credential) = sites.register().await;
    for user_id in [None, Some("ada")] {
        let mut request = sites.com.assert(user_id, &mut device).await;
        let authentication = sites.org.passkeys.authentication();
        request.state = match user_id {
            None => authentication.begin().await.unwrap().state,
            Some(id) => authentication.begin_for_user_id(id).await.unwrap().state,
        };
        let answer = authentication.finish(&request).await;
        assert!(
            matches!(answer, Err(Error::AuthenticationFailed)),
            "{answer:?}"
        );
        assert_eq!(sites.org.audit.last_reason(), Some(Reason::OtherRpId));
        let event = sites.org.audit.events().pop().unwrap();
        assert_eq!(event.credential_id.as_ref(), Some(&credential.id));
    }
}

#[tokio::test]
async fn user_handle_is_not_taken_from_a_passkey_of_another_rp_id() {
    let sites = Sites::new();
    let (_, credential) = sites.register().await;
    let mut device = Authenticator::new("https://example.org");
    let registered = sites.org.register(&ada(), &mut device).await.unwrap();
    assert_ne!(registered.credential().user_handle, credential.user_handle);
    sites.org.sign_in(&mut device).await.unwrap();
}

#[tokio::test]
async fn sign_up_is_rejected_for_a_user_id_with_a_passkey_of_another_rp_id() {
    let sites = Sites::new();
    let registration = sites.org.passkeys.registration();
    let begun = registration.begin_sign_up(&ada()).await.unwrap();
    let mut device = Authenticator::new("https://example.org");
    let request = sites.org.answer(begun, &mut device);
    sites.register().await;

    let who = signed_out();
    let finished = registration.finish(&request, who).await;
    assert!(
        matches!(
            finished,
            Err(Rejection::Passkeys(Error::AccountAlreadyExists))
        ),
        "{finished:?}"
    );
    let again = registration.begin_sign_up(&ada()).await;
    assert!(matches!(again, Err(Error::AccountAlreadyExists)));
}

#[tokio::test]
async fn passkey_without_rp_id_belongs_to_every_relying_party() {
    let sites = Sites::new();
    let (mut device, mut credential) = sites.register().await;
    credential.rp_id = None;
    let repository = sites.com.passkeys.repository();
    repository
        .delete(Owner::everywhere("ada"), &credential.id)
        .await
        .unwrap();
    imported(repository, &credential).await;
    sites.com.sign_in(&mut device).await.unwrap();
    let named = sites.org.passkeys.authentication();
    let named = named.begin_for_user_id("ada").await.unwrap();
    let allowed = listed(&named, "allowCredentials");
    assert_eq!(allowed, [credential.id.to_string()]);
}
