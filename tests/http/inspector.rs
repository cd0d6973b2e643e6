//! The inspector: what it records and shows, who can read it, and what it never has.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
    routing::post,
};
use passkeys::{Config, Passkeys, Verified, audit::Reason, store::MemoryRepository};
use passkeys_test_support::{App, World};
use serde_json::{Value, json};

use crate::{
    device::Device,
    site::{Answer, Site},
};

/// An application with its inspector.
struct Inspected {
    site: Site,
}

async fn transfer(Verified { user, .. }: Verified<App, Value>) -> String {
    user.id().to_owned()
}

impl Inspected {
    fn new() -> Self {
        let config = Config::new("example.com", ["https://example.com"]).unwrap();
        Self::of(Passkeys::with_config(
            App,
            MemoryRepository::default(),
            config,
        ))
    }

    fn of(passkeys: Passkeys<App>) -> Self {
        let router = Router::new()
            .route("/transfer", post(transfer))
            .nest("/auth/passkeys", passkeys.router())
            .nest("/inspector", passkeys.inspector())
            .with_state(passkeys);
        Self { site: Site(router) }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::get(format!("/inspector{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site.send(request.body(Body::empty()).unwrap()).await
    }

    /// Returns what the page shows.
    async fn view(&self) -> Value {
        let answer = self.get("/ceremonies", &[("host", "localhost")]).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()
    }

    /// Returns the newest entry.
    async fn newest(&self) -> Value {
        self.view().await["entries"][0].clone()
    }
}

/// Returns the number of the step that has failed, or its name.
fn failed(entry: &Value) -> Value {
    let lines = entry["steps"].as_array().unwrap();
    let failed: Vec<_> = lines
        .iter()
        .filter(|it| it["outcome"] == "failed")
        .collect();
    assert!(failed.len() < 2, "{failed:?}");
    failed
        .first()
        .map_or(Value::Null, |line| match &line["step"] {
            Value::Null => line["name"].clone(),
            step => step.clone(),
        })
}

#[tokio::test]
async fn inspector_shows_a_registration_and_a_sign_in_with_every_step_passed() {
    let (app, mut device) = (Inspected::new(), Device::new());
    app.site.register("ada", &mut device).await;
    app.site.sign_in(&mut device).await;
    let view = app.view().await;
    let entries = view["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    for (entry, (title, section, steps)) in entries
        .iter()
        .zip([("Sign-in", "§7.2", 25), ("Registration", "§7.1", 29)])
    {
        assert_eq!(
            (&entry["title"], &entry["section"]),
            (&json!(title), &json!(section))
        );
        assert_eq!(entry["outcome"], "succeeded");
        assert_eq!(entry["advice"], Value::Null);
        let lines = entry["steps"].as_array().unwrap();
        let numbered = lines.iter().filter(|line| !line["step"].is_null());
        assert_eq!(numbered.count(), steps);
        for line in lines {
            let expected = if line["by"] == "library" {
                "passed"
            } else {
                "not_ours"
            };
            assert_eq!(line["outcome"], expected, "{line}");
        }
    }
}

#[tokio::test]
async fn inspector_records_no_results_of_extensions() {
    let (app, mut device) = (Inspected::new(), Device::new());
    app.site.register("ada", &mut device).await;
    let mut body = app.site.assert(None, &mut device).await;
    let secret = "c2VjcmV0IG9mIHRoZSBwYWdl";
    let results = &mut body["credential"]["clientExtensionResults"];
    *results = json!({
        "prf": { "results": { "first": secret } },
        "largeBlob": { "blob": secret },
        "another": secret,
    });
    app.site
        .post("/authenticate/finish", None, Some(body))
        .await
        .is_error(422, "invalid_request");

    let entry = app.newest().await;
    assert!(!entry.to_string().contains(secret), "{entry}");
    assert_eq!(entry["reason"], "prf_results", "{entry}");
    assert_eq!(failed(&entry), 4);
    let sections = entry["sections"].as_array().unwrap().iter();
    let mut rows = sections.flat_map(|it| it["rows"].as_array().unwrap());
    let names = rows.find(|row| row["name"] == "Extensions with results");
    // In the order of the request, or in that of the alphabet, by the features of `serde_json`.
    let names = names.unwrap()["value"].as_str().unwrap();
    let mut names: Vec<_> = names.split(", ").collect();
    names.sort_unstable();
    assert_eq!(names, ["another", "largeBlob", "prf"]);
}

#[tokio::test]
async fn inspector_has_no_challenge_state_signature_or_key() {
    let (app, mut device) = (Inspected::new(), Device::new());
    let begun = app
        .site
        .post("/register/begin", Some("ada"), None)
        .await
        .json();
    let created = device.create(&begun).await;
    let registered = json!({ "credential": created, "state": begun["state"] });
    app.site
        .post("/register/finish", Some("ada"), Some(registered))
        .await;
    let sign_in = app
        .site
        .post("/authenticate/begin", None, None)
        .await
        .json();
    let asserted = device.get(&sign_in).await;
    // Failures are recorded with the response, too.
    for state in [&sign_in["state"], &sign_in["state"], &json!("guessed")] {
        let body = json!({ "credential": asserted, "state": state });
        app.site
            .post("/authenticate/finish", None, Some(body))
            .await;
    }
    let shown = app.view().await.to_string();
    let secrets = [
        &begun["state"],
        &sign_in["state"],
        &begun["publicKey"]["challenge"],
        &sign_in["publicKey"]["challenge"],
        &asserted["response"]["signature"],
        &asserted["response"]["authenticatorData"],
        &asserted["response"]["clientDataJSON"],
        &created["response"]["attestationObject"],
        &created["response"]["clientDataJSON"],
    ];
    for secret in secrets {
        let secret = secret.as_str().unwrap();
        assert!(
            secret.len() > 20 && !shown.contains(&secret[..20]),
            "{secret}"
        );
    }
    if let Some(key) = created["response"]["publicKey"].as_str() {
        assert!(!shown.contains(&key[key.len() - 20..]));
    }
    assert!(shown.contains("replayed") && shown.contains("unknown_state"));
}

#[tokio::test]
async fn report_of_the_inspector_has_no_names_and_shortened_ids() {
    let (app, mut device) = (Inspected::new(), Device::new());
    let user = "0b9f1c44-user-of-the-report";
    app.site.register(user, &mut device).await;
    let id = app
        .site
        .ask(Method::GET, "/credentials", Some(user), None)
        .await
        .json();
    let id = id["credentials"][0]["id"]
        .as_str()
        .or(id[0]["id"].as_str())
        .unwrap()
        .to_owned();
    let who = json!({ "userId": user });
    let body = app.site.assert(Some(who), &mut device).await;
    for _ in 0..2 {
        app.site
            .post("/authenticate/finish", None, Some(body.clone()))
            .await;
    }
    for entry in app.view().await["entries"].as_array().unwrap() {
        let report = entry["report"].as_str().unwrap();
        assert!(!report.contains(user) && !report.contains(&id), "{report}");
        assert!(
            !report.contains("Phone") && !report.contains("@example.com"),
            "{report}"
        );
        assert!(report.contains("rp_id: example.com"), "{report}");
    }
}

#[tokio::test]
async fn report_of_a_response_with_empty_ids_keeps_its_blocks_of_code() {
    let app = Inspected::new();
    let begun = app
        .site
        .post("/authenticate/begin", None, None)
        .await
        .json();
    let credential = json!({ "id": "", "response": { "userHandle": "" } });
    let body = json!({ "credential": credential, "state": begun["state"] });
    app.site
        .post("/authenticate/finish", None, Some(body))
        .await;
    let entry = app.newest().await;
    let report = entry["report"].as_str().unwrap();
    assert!(!report.contains("`(0 characters)`"), "{report}");
    assert_eq!(report.matches("```").count() % 2, 0, "{report}");
    assert!(report.contains("```json\n"), "{report}");
}

#[tokio::test]
async fn inspector_links_a_replay_with_the_finish_before_it() {
    let (app, mut device) = (Inspected::new(), Device::new());
    app.site.register("ada", &mut device).await;
    let body = app.site.assert(None, &mut device).await;
    for _ in 0..2 {
        app.site
            .post("/authenticate/finish", None, Some(body.clone()))
            .await;
    }
    let replay = app.newest().await;
    assert_eq!(replay["reason"], Reason::Replayed.as_str());
    assert_eq!(
        failed(&replay),
        "The ceremony state is known, in time, and used for the first time"
    );
    let cause = replay["advice"]["cause"].as_str().unwrap();
    assert!(cause.contains("number 2 of this list"), "{cause}");
}

#[tokio::test]
async fn inspector_shows_requests_that_are_rejected_before_there_is_a_ceremony() {
    let app = Inspected::new();
    app.site.post("/register/begin", None, None).await;
    let entry = app.newest().await;
    assert_eq!(
        (&entry["title"], &entry["outcome"]),
        (&json!("Registration"), &json!("rejected"))
    );
    assert_eq!(
        entry["advice"]["title"],
        "The application rejected the request with 401"
    );
    assert!(
        entry["advice"]["cause"]
            .as_str()
            .unwrap()
            .contains("get_user")
    );

    let body = json!({ "userId": 7 });
    app.site.post("/authenticate/begin", None, Some(body)).await;
    let entry = app.newest().await;
    assert_eq!(entry["title"], "Sign-in");
    assert_eq!(
        entry["advice"]["title"],
        "The request was rejected with 422 invalid_request"
    );
    assert!(
        entry["advice"]["cause"]
            .as_str()
            .unwrap()
            .contains("userId")
    );

    let request = Request::post("/transfer")
        .header("content-type", "application/json")
        .body(Body::from("{}"));
    app.site.send(request.unwrap()).await;
    let entry = app.newest().await;
    assert_eq!(
        (&entry["title"], &entry["outcome"]),
        (&json!("Step-up"), &json!("rejected"))
    );

    // Reading is no ceremony.
    app.site.ask(Method::GET, "/credentials", None, None).await;
    assert_eq!(app.view().await["entries"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn inspector_warns_of_an_origin_that_is_not_configured_when_a_ceremony_begins() {
    let app = Inspected::new();
    for (origin, title) in [
        ("https://example.com", "Waiting for the browser"),
        (
            "https://example.com:8443",
            "The page's origin is not configured",
        ),
        (
            "https://example.org",
            "The browser does not let this page use the RP ID",
        ),
    ] {
        let request = Request::post("/auth/passkeys/authenticate/begin").header("origin", origin);
        let answer = app.site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
        let entry = app.newest().await;
        assert_eq!(
            (&entry["outcome"], &entry["advice"]["title"]),
            (&json!("waiting"), &json!(title))
        );
    }
}

#[tokio::test]
async fn configuration_that_the_inspector_suggests_accepts_the_origin() {
    let app = Inspected::new();
    for origin in [
        "https://example.com:8443",
        "https://www.example.com",
        "https://example.org",
        "http://localhost:3000",
    ] {
        let request = Request::post("/auth/passkeys/authenticate/begin").header("origin", origin);
        app.site.send(request.body(Body::empty()).unwrap()).await;
        let entry = app.newest().await;
        let fixes = entry["advice"]["fixes"].as_array().unwrap();
        let suggested: Vec<_> = fixes
            .iter()
            .filter_map(|fix| fix["environment"].as_str())
            .collect();
        assert!(!suggested.is_empty(), "{origin}: {fixes:?}");
        for lines in suggested {
            let of = |name: &str| -> Option<Vec<String>> {
                let value = lines
                    .lines()
                    .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))?;
                Some(value.split(',').map(str::to_owned).collect())
            };
            let rp_id = of("PASSKEYS_RP_ID").map_or("example.com".to_owned(), |it| it[0].clone());
            let origins = of("PASSKEYS_ORIGINS").unwrap_or(vec!["https://example.com".to_owned()]);
            let related = of("PASSKEYS_RELATED_ORIGINS");
            let config = Config::builder(rp_id, origins);
            let config = match related {
                Some(related) => config.related_origins(related),
                None => config,
            };
            let config = config.build().unwrap();
            let accepted = config.origins().chain(config.related_origins());
            assert!(accepted.into_iter().any(|it| it == origin), "{lines}");
        }
    }
}

#[tokio::test]
async fn inspector_says_what_differs_of_a_step_up() {
    let (app, mut device) = (Inspected::new(), Device::new());
    app.site.register("ada", &mut device).await;
    for (path, host, sent, differs) in [
        (
            "/transfer",
            "example.com",
            json!({ "to": "eve" }),
            "What differs: body.",
        ),
        (
            "/transfer?to=eve&secret=4711",
            "example.com",
            json!({}),
            "What differs: query.",
        ),
        (
            "/close",
            "www.example.com",
            json!({}),
            "What differs: host, path.",
        ),
    ] {
        let action = json!({ "method": "POST", "path": path, "host": host, "body": {} });
        let begun = app
            .site
            .post("/step-up/begin", Some("ada"), Some(action))
            .await
            .json();
        let consent = json!({ "credential": device.get(&begun).await, "state": begun["state"], "body": sent });
        let request = Request::post("/transfer")
            .header("host", "example.com")
            .header("x-user", "ada")
            .header("content-type", "application/json")
            .body(Body::from(consent.to_string()));
        let answer = app.site.send(request.unwrap()).await;
        answer.is_error(400, "challenge_not_found");
        assert!(!String::from_utf8_lossy(&answer.body).contains("differs"));
        let entry = app.newest().await;
        assert_eq!(entry["reason"], Reason::OtherAction.as_str());
        let cause = entry["advice"]["cause"].as_str().unwrap();
        assert!(cause.contains(differs), "{cause}");
    }
    assert!(
        !app.view().await.to_string().contains("4711"),
        "a query may have secrets"
    );
}

#[tokio::test]
async fn inspector_records_ceremonies_of_routes_of_your_own() {
    let world = World::default();
    let app = Inspected::of(world.passkeys.clone());
    let user = passkeys::PasskeyUser::new("ada", "ada", "Ada");
    let mut device = world.device();
    world.register(&user, &mut device).await.unwrap();
    let guessed = json!({ "credential": {}, "state": "guessed" });
    let guessed: passkeys::ceremony::FinishRegistration = serde_json::from_value(guessed).unwrap();
    let who = async { Ok::<_, passkeys::Error>(user) };
    world
        .passkeys
        .registration()
        .finish(&guessed, who)
        .await
        .unwrap_err();
    let view = app.view().await;
    assert_eq!(view["entries"][1]["outcome"], "succeeded");
    assert_eq!(view["entries"][0]["reason"], Reason::UnknownState.as_str());
    assert_eq!(view["entries"][0]["title"], "Registration");
}

#[tokio::test]
async fn inspector_keeps_the_last_fifty_entries_of_bounded_size() {
    let app = Inspected::new();
    let long = "x".repeat(60_000);
    for _ in 0..60 {
        let body = json!({ "state": long, "credential": { "id": long, "type": long, "response": { "clientDataJSON": long } } });
        app.site
            .post("/authenticate/finish", None, Some(body))
            .await;
    }
    let answer = app.get("/ceremonies", &[("host", "localhost")]).await;
    let view = answer.json();
    assert_eq!(view["entries"].as_array().unwrap().len(), 50);
    assert_eq!(view["entries"][0]["id"], 60);
    assert!(answer.body.len() < 50 * 20_000, "{}", answer.body.len());
}

#[tokio::test]
async fn inspector_is_read_by_its_own_page_only() {
    let app = Inspected::new();
    for path in ["", "/ceremonies"] {
        let answer = app.get(path, &[("host", "localhost:3000")]).await;
        assert_eq!(answer.status, StatusCode::OK);
        let headers = &answer.headers;
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["x-frame-options"], "DENY");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
        assert!(!headers.contains_key("access-control-allow-origin"));
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'")
        );
        assert!(!policy.contains("unsafe"));

        for headers in [
            // DNS rebinding: the name of a foreign page resolves to this machine.
            vec![("host", "rebound.evil.example:3000")],
            vec![
                ("host", "localhost:3000"),
                ("origin", "https://evil.example"),
            ],
            vec![
                ("host", "localhost:3000"),
                ("origin", "http://localhost:8080"),
            ],
            vec![("host", "localhost:3000"), ("sec-fetch-site", "cross-site")],
            vec![],
        ] {
            let answer = app.get(path, &headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
    }
    let preflight = Request::options("/inspector/ceremonies")
        .header("host", "localhost:3000")
        .header("origin", "https://evil.example");
    let answer = app.site.send(preflight.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn inspector_sends_entries_again_only_after_a_change() {
    let app = Inspected::new();
    let version = app.view().await["version"].as_str().unwrap().to_owned();
    let path = format!("/ceremonies?since={version}");
    let unchanged = app.get(&path, &[("host", "localhost")]).await;
    assert_eq!(
        (unchanged.status, unchanged.body.len()),
        (StatusCode::NO_CONTENT, 0)
    );
    app.site.post("/authenticate/begin", None, None).await;
    let changed = app.get(&path, &[("host", "localhost")]).await;
    assert_eq!(changed.status, StatusCode::OK);
}

#[tokio::test]
async fn inspector_records_nothing_before_the_application_asks_for_it() {
    let passkeys = Passkeys::new(App, MemoryRepository::default());
    let site = Site::of(&passkeys);
    site.post("/authenticate/begin", None, None).await;
    let app = Inspected::of(passkeys);
    assert_eq!(app.view().await["entries"], json!([]));
    // Clones share their records.
    site.post("/authenticate/begin", None, None).await;
    assert_eq!(app.view().await["entries"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn responses_to_clients_are_the_same_with_an_inspector() {
    let app = Inspected::new();
    let without = Site::of(&Passkeys::new(App, MemoryRepository::default()));
    let guessed = json!({ "state": "guessed", "credential": {} });
    for (path, body) in [
        ("/register/begin", None),
        ("/authenticate/finish", Some(guessed.clone())),
        ("/register/finish", Some(guessed)),
        ("/authenticate/begin", Some(json!({ "userId": 7 }))),
    ] {
        let with = app.site.post(path, None, body.clone()).await;
        let without = without.post(path, None, body).await;
        assert_eq!(
            (with.status, &with.body),
            (without.status, &without.body),
            "{path}"
        );
        assert_eq!(with.headers, without.headers, "{path}");
    }
}
