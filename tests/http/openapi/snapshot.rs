//! The whole document of an application with every hook: `community.json`. After an intended change,
//! run the tests with `BLESS=1` and read the difference.

#![allow(
    clippy::unnecessary_wraps,
    reason = "the tests are about signatures, not about the values"
)]

use std::{collections::BTreeSet, env, fs, path::Path};

use axum::{Json, http::StatusCode, response::IntoResponse};
use passkeys::{
    AuthenticationResult, PasskeyUser, Passkeys, RegistrationResult, passkeys,
    store::MemoryRepository,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::json;
use crate::validator;

#[derive(Clone)]
pub(crate) struct Community;

/// A sign-up form.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignUp {
    /// The display name.
    name: String,
    address: Option<Address>,
}

/// A postal address.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Address {
    city: String,
}

/// The user who has signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Member {
    name: String,
}

#[passkeys(rp_id = "example.com", rp_name = "Community", origins = ["https://example.com"])]
impl Community {
    type Repository = MemoryRepository;

    /// Always returns Ada.
    fn get_user(&self) -> PasskeyUser {
        PasskeyUser::new("1", "ada", "Ada")
    }

    /// Joins the community.
    ///
    /// The account is *not* created before its passkey is stored.
    fn sign_up(&self, Json(form): Json<SignUp>) -> Result<PasskeyUser, StatusCode> {
        let city = form.address.map(|address| address.city);
        Ok(PasskeyUser::new("2", form.name, city.unwrap_or_default()))
    }

    /// Welcomes the member.
    fn on_registered(&self, new: RegistrationResult) -> (StatusCode, Json<Member>) {
        let name = new.user().name().to_owned();
        (StatusCode::CREATED, Json(Member { name }))
    }

    /** Signs the member in. */
    fn on_authenticated(
        &self,
        login: AuthenticationResult,
    ) -> Result<Json<Member>, impl IntoResponse + use<>> {
        let name = login.user_id().to_owned();
        if name.is_empty() {
            return Err(StatusCode::FORBIDDEN);
        }
        Ok(Json(Member { name }))
    }

    fn find_user(&self, username: String) -> Option<PasskeyUser> {
        Some(PasskeyUser::new("1", username, "Ada"))
    }
}

pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Passkeys::new(Community, MemoryRepository::default()).openapi()
}

/// Compares a document with the committed one; writes it instead if `BLESS` is set.
pub(crate) fn compare(document: &Value, committed: &Path) {
    if env::var_os("BLESS").is_some() {
        fs::write(committed, format!("{document:#}\n")).unwrap();
    }
    // As values: the order of members depends on which features of serde_json a build unifies.
    let expected = fs::read_to_string(committed).unwrap_or_default();
    let expected = serde_json::from_str(&expected).unwrap_or(Value::Null);
    assert!(
        *document == expected,
        "{} is not current; run with BLESS=1 and read the difference",
        committed.display()
    );
}

#[test]
fn openapi_document_matches_the_committed_one() {
    let committed =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/http/openapi/community.json");
    compare(&json(&document()), &committed);
}

#[test]
fn openapi_document_is_valid() {
    validator::validate(&json(&document()));
}

#[test]
fn openapi_components_and_operation_ids_have_the_prefix_of_the_library() {
    let document = json(&document());
    let components = document["components"]["schemas"].as_object().unwrap();
    let names: BTreeSet<_> = components.keys().map(String::as_str).collect();
    let (library, application): (Vec<_>, Vec<_>) = names
        .into_iter()
        .partition(|name| name.starts_with("Passkeys."));
    assert!(library.len() > 20, "{library:?}");
    assert_eq!(application, ["Address", "Member", "SignUp"]);
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(id.starts_with("passkeys_"), "{id}");
        }
    }
}
