//! The quickstart's document: under version control beside its source, and kept to.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use http_body_util::{BodyExt as _, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;
use tempfile::TempDir;

use crate::{programs, snapshot};

/// The quickstart, running.
struct Quickstart {
    process: Child,
    origin: String,
    _database: TempDir,
}

impl Quickstart {
    fn start() -> Self {
        let database = tempfile::tempdir().unwrap();
        let mut process = Command::new(env!("CARGO_BIN_EXE_quickstart"))
            .env("DATABASE", database.path().join("quickstart.db"))
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let origin = lines.find_map(|line| line.strip_prefix("Open ").map(str::to_owned));
        // Somebody has to read its log, or it will wait for that.
        thread::spawn(|| lines.for_each(drop));
        Self {
            process,
            origin: origin.expect("it says where it serves"),
            _database: database,
        }
    }

    async fn document(&self) -> Value {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<&[u8]>>();
        let uri = format!("{}/openapi.json", self.origin);
        let answer = client.get(uri.parse().unwrap()).await.unwrap();
        let body = answer.into_body().collect().await.unwrap();
        serde_json::from_slice(&body.to_bytes()).unwrap()
    }
}

impl Drop for Quickstart {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn its_document_is_the_one_under_version_control() {
    let document = Quickstart::start().document().await;
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    snapshot::compare(&document, &examples.join("quickstart/openapi.json"));
    programs::validate(&document);
}

#[test]
fn it_answers_as_its_document_says() {
    programs::explore(&Quickstart::start().origin);
}
