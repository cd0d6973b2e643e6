//! `PasskeyUser::signed_in_with`, which marks the passkey of the current session, and
//! `PasskeyUser::keeps_last_passkey`, which rejects the deletion of the last passkey.

use axum::{
    Router,
    http::{HeaderMap, HeaderName, Method, StatusCode, header::SET_COOKIE},
    response::AppendHeaders,
};
use passkeys::{
    AuthenticationResult, Credential, CredentialId, Error, PasskeyUser, Passkeys, passkeys,
    store::{CredentialRepository as _, Owner, SqliteRepository},
    testing::Browser,
};
use passkeys_test_support::imported;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::task::JoinSet;

/// Application with one user, Ada, who has no password. Its session cookie is the credential ID.
#[derive(Clone)]
struct App;

#[passkeys(rp_id = "example.com", origins = ["https://example.com"])]
impl App {
    // In a file, so that concurrent deletions wait for each other.
    type Repository = SqliteRepository;

    fn get_user(&self, headers: HeaderMap) -> Result<PasskeyUser, Error> {
        let cookie = headers.get("cookie").and_then(|it| it.to_str().ok());
        let passkey = cookie.and_then(|cookie| cookie.strip_prefix("passkey="));
        let passkey = passkey.map(str::parse::<CredentialId>).transpose();
        let passkey = passkey.map_err(|_| Error::CredentialNotFound)?;
        Ok(PasskeyUser::new("ada", "ada@example.com", "Ada")
            .signed_in_with(passkey)
            .keeps_last_passkey(true))
    }

    fn on_authenticated(
        &self,
        login: AuthenticationResult,
    ) -> AppendHeaders<[(HeaderName, String); 1]> {
        let passkey = &login.credential().id;
        AppendHeaders([(SET_COOKIE, format!("passkey={passkey}"))])
    }
}

/// Ada has a passkey on each of two devices.
async fn two_devices(directory: &TempDir) -> (SqliteRepository, [Browser; 2]) {
    let file = directory.path().join("passkeys.db");
    let repository = SqliteRepository::open(file).await.unwrap();
    let passkeys = Passkeys::new(App, repository.clone());
    let router = Router::new().nest("/auth/passkeys", passkeys.router());
    let mut devices = [(); 2].map(|()| Browser::new(router.clone(), "https://example.com"));
    for device in &mut devices {
        device.register().await.assert_ok();
    }
    (repository, devices)
}

async fn listed(device: &mut Browser) -> Vec<Value> {
    let listed = device.get("/auth/passkeys/credentials").await;
    listed.assert_ok().json()
}

async fn delete(device: &mut Browser, credential: &Value) -> StatusCode {
    let id = credential["id"].as_str().unwrap();
    let path = format!("/auth/passkeys/credentials/{id}");
    let answer = device.request(Method::DELETE, &path, None).await;
    match answer.status {
        StatusCode::CONFLICT => answer.assert_error("last_credential").status,
        StatusCode::NOT_FOUND => answer.assert_error("credential_not_found").status,
        other => other,
    }
}

#[tokio::test]
async fn list_marks_the_passkey_of_the_current_session() {
    let directory = tempfile::tempdir().unwrap();
    let (_, [mut phone, mut laptop]) = two_devices(&directory).await;
    for device in [&mut phone, &mut laptop] {
        for credential in listed(device).await {
            assert_eq!(credential["current"], false, "before any sign-in");
        }
    }
    let mut marked = Vec::new();
    for device in [&mut phone, &mut laptop] {
        device.sign_in().await.assert_ok();
        let mut listed = listed(device).await;
        listed.retain(|credential| credential["current"] == true);
        let [current] = &listed[..] else {
            panic!("{listed:?}")
        };
        assert!(current["lastUsedAt"].is_string());
        marked.push(current["id"].clone());
    }
    assert_ne!(marked[0], marked[1], "each session has its own passkey");
}

#[tokio::test]
async fn keeps_last_passkey_rejects_the_deletion_of_the_last_passkey() {
    let directory = tempfile::tempdir().unwrap();
    let (repository, [mut phone, _]) = two_devices(&directory).await;
    let listed = listed(&mut phone).await;
    assert_eq!(
        delete(&mut phone, &listed[0]).await,
        StatusCode::NO_CONTENT,
        "another one is left"
    );
    assert_eq!(delete(&mut phone, &listed[1]).await, StatusCode::CONFLICT);
    assert_eq!(delete(&mut phone, &listed[0]).await, StatusCode::NOT_FOUND);
    assert_eq!(
        repository
            .list(Owner::everywhere("ada"))
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn keeps_last_passkey_reports_another_users_passkey_as_not_found() {
    let directory = TempDir::new().unwrap();
    let (repository, [mut adas, _]) = two_devices(&directory).await;
    let mut bobs: [Credential; 2] = repository
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    for (number, passkey) in (1..).zip(&mut bobs) {
        (passkey.id, passkey.user_id) = (CredentialId::new([number]).unwrap(), "bob".into());
        assert!(imported(&repository, passkey).await);
    }
    let passkey = json!({ "id": bobs[0].id });
    assert_eq!(delete(&mut adas, &passkey).await, StatusCode::NOT_FOUND);
    assert_eq!(
        repository
            .list(Owner::everywhere("bob"))
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn keeps_last_passkey_does_not_count_suspended_passkeys() {
    let directory = tempfile::tempdir().unwrap();
    let (repository, [mut phone, _]) = two_devices(&directory).await;
    let listed = listed(&mut phone).await;
    let suspended = listed[1]["id"].as_str().unwrap().parse().unwrap();
    let now = OffsetDateTime::now_utc();
    assert!(
        repository
            .suspend(Owner::everywhere("ada"), &suspended, now)
            .await
            .unwrap()
    );
    assert_eq!(delete(&mut phone, &listed[0]).await, StatusCode::CONFLICT);
    assert_eq!(delete(&mut phone, &listed[1]).await, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_last_passkey_lets_one_of_two_concurrent_deletions_succeed() {
    for _ in 0..8 {
        let directory = tempfile::tempdir().unwrap();
        let (repository, [mut phone, laptop]) = two_devices(&directory).await;
        let listed = listed(&mut phone).await;
        let mut deletions = JoinSet::new();
        for (mut device, credential) in [phone, laptop].into_iter().zip(listed) {
            deletions.spawn(async move { delete(&mut device, &credential).await });
        }
        let mut statuses = deletions.join_all().await;
        statuses.sort();
        assert_eq!(statuses, [StatusCode::NO_CONTENT, StatusCode::CONFLICT]);
        assert_eq!(
            repository
                .list(Owner::everywhere("ada"))
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn keeps_last_passkey_does_not_count_passkeys_of_another_rp_id() {
    let directory = tempfile::tempdir().unwrap();
    let (repository, [mut phone, _]) = two_devices(&directory).await;
    let mut other = repository
        .list(Owner::everywhere("ada"))
        .await
        .unwrap()
        .remove(0);
    other.id = CredentialId::new(*b"at the other site").unwrap();
    other.rp_id = Some("example.org".to_owned());
    assert!(imported(&repository, &other).await);
    let listed = listed(&mut phone).await;
    assert_eq!(listed.len(), 2);
    assert_eq!(delete(&mut phone, &listed[0]).await, StatusCode::NO_CONTENT);
    assert_eq!(delete(&mut phone, &listed[1]).await, StatusCode::CONFLICT);
}
