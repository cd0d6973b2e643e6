//! The quickstart's OpenAPI document is committed beside its source, and responses conform to it.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use axum::http::header::SET_COOKIE;
use passkeys::testing::Browser;
use serde_json::json;
use tempfile::TempDir;

use crate::{client::types, openapi::snapshot, validator};

/// The quickstart, running.
struct Quickstart {
    process: Child,
    origin: String,
    _database: TempDir,
}

impl Quickstart {
    fn start() -> Self {
        let database = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_example-quickstart"))
            .env("DATABASE", database.path().join("quickstart.db"))
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let origin = lines.find_map(|line| line.strip_prefix("Open ").map(str::to_owned));
        // Its output must be read, or it blocks when the pipe is full.
        thread::spawn(|| lines.for_each(drop));
        Self {
            process,
            origin: origin.expect("it says where it serves"),
            _database: database,
        }
    }

    fn browser(&self) -> Browser {
        Browser::connect(&self.origin, &self.origin)
    }
}

impl Drop for Quickstart {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn quickstart_openapi_document_matches_the_committed_one() {
    let document = Quickstart::start().browser().get("/openapi.json").await;
    let document = document.json();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    snapshot::compare(&document, &examples.join("quickstart/openapi.json"));
    validator::validate(&document);
}

#[tokio::test]
async fn quickstart_page_agrees_with_the_types_that_the_quickstart_serves() {
    let quickstart = Quickstart::start();
    let mut browser = quickstart.browser();
    let [client, elements] =
        ["client.d.ts", "elements.d.ts"].map(|name| format!("/auth/passkeys/{name}"));
    let client = browser.get(&client).await.assert_ok().text();
    let elements = browser.get(&elements).await.assert_ok().text();
    types::check_quickstart(&client, &elements);
}

#[test]
fn quickstart_responds_as_its_openapi_document_says() {
    validator::explore(&Quickstart::start().origin, None);
}

#[tokio::test]
async fn quickstart_responds_to_signed_in_users_as_its_openapi_document_says() {
    let quickstart = Quickstart::start();
    let signed_up = quickstart
        .browser()
        .sign_up(&json!({ "name": "Ada" }))
        .await
        .assert_ok();
    let session = signed_up.headers[SET_COOKIE].to_str().unwrap();
    let (session, _) = session.split_once(';').unwrap();
    validator::explore(&quickstart.origin, Some(session));
}
