//! The program: its output, its exit status, and what it says about its arguments.

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

use super::site::{Site, a_page, router, serve};

async fn run(arguments: &[&str]) -> Output {
    let arguments: Vec<String> = arguments.iter().map(|&it| it.to_owned()).collect();
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_passkeys-doctor"))
            .args(arguments)
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Runs the program for a site on `https://example.com`.
async fn examine(site: Site, further: &[&str]) -> Output {
    let running = site.start().await;
    let root = running.root.path().to_str().unwrap();
    let mut arguments = vec!["https://example.com", "--root-certificate", root];
    for connect_to in &running.connect_to {
        arguments.extend(["--connect-to", connect_to]);
    }
    arguments.extend(further);
    run(&arguments).await
}

/// Compares with a file, or writes it with `BLESS=1`.
#[track_caller]
fn assert_is_in(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/doctor")
        .join(file);
    if env::var_os("BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == text,
        "tests/doctor/{file} is out of date (BLESS=1 writes it):\n{text}"
    );
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn healthy_site_is_exit_status_0() {
    let output = examine(Site::healthy(), &["--rp-id", "example.com"]).await;
    assert_eq!(output.status.code(), Some(0));
    assert_is_in("healthy.txt", &text(output.stdout));
}

#[tokio::test]
async fn site_with_faults_is_exit_status_1() {
    let site = || {
        Site::healthy()
            .header("/", "permissions-policy", "publickey-credentials-get=()")
            .header("/", "set-cookie", "id=1; Path=/")
            .respond("/auth/passkeys/client.js", a_page)
            .other("login.example.com", router())
    };
    let output = examine(site(), &["--rp-id", "login.example.com"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert_is_in("faults.txt", &text(output.stdout));

    let output = examine(site(), &["--rp-id", "login.example.com", "--json"]).await;
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["rpId"], "login.example.com");
    assert_eq!(report["routes"], "https://example.com/auth/passkeys");
    let finding = report["findings"].as_array().unwrap().iter();
    let finding = finding
        .clone()
        .find(|it| it["id"] == "client_is_a_page")
        .unwrap();
    assert_eq!(finding["level"], "error");
    assert!(
        finding["fix"]
            .as_str()
            .unwrap()
            .contains("feature `client`")
    );
}

#[tokio::test]
async fn warnings_alone_are_exit_status_0() {
    let site = Site::healthy().header("/", "strict-transport-security", "");
    let output = examine(site, &[]).await;
    assert_eq!(output.status.code(), Some(0));
    assert!(text(output.stdout).contains("warning[hsts_missing]"));
}

#[tokio::test]
async fn wrong_arguments_and_sites_that_cannot_be_reached_are_exit_status_2() {
    let closed = serve(axum::Router::new()).await;
    let no_tls = format!("https://localhost:{}", closed.port());
    for (arguments, says) in [
        (&["example.com"][..], "write `https://example.com`"),
        (&[], "<URL>"),
        (
            &["https://example.com", "--rpid", "example.com"],
            "'--rp-id'",
        ),
        (
            &["https://example.com", "--mount", "auth"],
            "invalid value for '--mount'",
        ),
        (
            &["https://example.com", "--origin", "app.example.com"],
            "invalid value for '--origin'",
        ),
        (
            &["https://example.com", "--origin", "https://a.example/x"],
            "write `https://a.example`",
        ),
        (
            &["https://example.com", "--root-certificate", "nowhere.pem"],
            "cannot be read",
        ),
        (
            &["https://example.com", "--connect-to", "here"],
            "example.com:443:192.0.2.7:8443",
        ),
        (&["https://example.com", "--timeout", "0"], "1..=300"),
        (&[&no_tls], "cannot be reached"),
    ] {
        let output = run(arguments).await;
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = text(output.stderr);
        assert!(message.contains(says), "{arguments:?}: {message}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[tokio::test]
async fn help_explains_arguments_and_exit_status() {
    let output = run(&["--help"]).await;
    assert_eq!(output.status.code(), Some(0));
    assert_is_in("help.txt", &text(output.stdout));
}
