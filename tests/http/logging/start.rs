//! The lines at the start: what is in force, and what suits development only.

use std::time::Duration;

use axum::Router;
use passkeys::{
    AuthenticationResult, Config, PasskeyUser, Passkeys, UserVerification, passkeys,
    store::{MemoryRepository, SealedChallenges, SqliteRepository},
};
use passkeys_test_support::{App, ada};

use super::{line, lines, listen};

fn start(passkeys: &Passkeys<App>) {
    let _: Router = passkeys.router();
}

#[test]
fn first_router_logs_what_is_in_force_once() {
    listen();
    let config = Config::builder("start.example", ["https://start.example"])
        .related_origins(["https://start.test"])
        .user_verification(UserVerification::Preferred)
        .build()
        .unwrap();
    let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
    start(&passkeys);
    start(&passkeys.clone());
    let line = line(&["INFO passkeys: passkeys are served", "start.example"]);
    for text in [
        r#"origins=["https://start.example"]"#,
        r#"related_origins=["https://start.test"]"#,
        "user_verification=preferred",
        "repository=MemoryRepository (does not keep passkeys when the process ends)",
        "challenges=MemoryChallenges (does not serve more than one process; unfinished ceremonies are lost",
        "client",
    ] {
        assert!(line.contains(text), "{text} is not in {line}");
    }
    assert!(!line.contains("top_origins"), "{line}");
    // Another configuration is another start.
    start(
        &passkeys
            .clone()
            .challenges(SealedChallenges::new([7; 32]).unwrap()),
    );
    assert_eq!(
        lines(&["passkeys are served", "start.example", "SealedChallenges"]).len(),
        1
    );
}

#[test]
fn settings_for_development_are_warnings_at_start_unless_every_origin_is_local() {
    listen();
    let site = Config::new("dev.example", ["https://dev.example"]).unwrap();
    let local = Config::new("localhost", ["http://localhost:9"]).unwrap();
    let with = |config| {
        Passkeys::with_config(App, MemoryRepository::default(), config).timing_floor(Duration::ZERO)
    };
    start(&with(site));
    let warning = line(&["WARN passkeys", "dev.example", "MemoryRepository"]);
    assert!(
        warning
            .contains("does not keep passkeys when the process ends, which suits development only")
            && warning.contains("`SqliteRepository`"),
        "{warning}"
    );
    line(&["WARN passkeys", "dev.example", "`timing_floor` is zero"]);
    assert_eq!(lines(&["WARN", "dev.example"]).len(), 2);

    start(&with(local));
    assert!(lines(&["WARN passkeys: ", "rp_id=\"localhost\"", "development"]).is_empty());
}

/// Application with a database.
#[derive(Clone)]
struct WithDatabase;

#[passkeys(rp_id = "database.example", origins = ["https://database.example"])]
impl WithDatabase {
    type Repository = SqliteRepository;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[tokio::test]
async fn one_process_with_a_database_is_no_warning() {
    listen();
    let folder = tempfile::tempdir().unwrap();
    let repository = SqliteRepository::open(folder.path().join("passkeys.db"));
    let passkeys = Passkeys::new(WithDatabase, repository.await.unwrap());
    let _: Router = passkeys.router();
    let line = line(&["passkeys are served", "database.example"]);
    assert!(
        line.contains("repository=SqliteRepository (does not serve several machines)"),
        "{line}"
    );
    assert!(lines(&["WARN", "database.example"]).is_empty());
}

/// Application in which a sign-in can begin with a username.
#[derive(Clone)]
struct ByName;

#[passkeys(rp_id = "by-name.example", origins = ["https://by-name.example"])]
impl ByName {
    type Repository = MemoryRepository;

    fn get_user(&self) -> PasskeyUser {
        ada()
    }

    fn find_user(&self, _: String) -> Option<PasskeyUser> {
        None
    }

    fn on_authenticated(&self, _: AuthenticationResult) {}
}

#[test]
fn find_user_without_a_decoy_secret_is_a_warning_at_start() {
    listen();
    let warnings = || {
        lines(&[
            " WARN ",
            "`find_user` is used without `Passkeys::decoy_secret`",
        ])
    };
    let of_this_application = |lines: &[String]| {
        let lines = lines.iter();
        lines.filter(|it| it.contains("by-name.example")).count()
    };

    let passkeys = Passkeys::new(ByName, MemoryRepository::default());
    let with_secret = passkeys.clone().decoy_secret([7; 32]).unwrap();
    let _: Router = with_secret.router();
    let _: Router = passkeys.clone().empty_allow_credentials().router();
    assert_eq!(of_this_application(&warnings()), 0);

    let _: Router = passkeys.router();
    assert_eq!(of_this_application(&warnings()), 1, "{:?}", warnings());

    // Without `find_user`, begins name users by their IDs.
    let _: Router = Passkeys::new(App, MemoryRepository::default()).router();
    assert!(
        !warnings()
            .iter()
            .any(|line| line.contains("\"example.com\""))
    );
}

#[test]
fn inspector_of_a_site_is_a_warning_and_that_of_this_machine_is_not() {
    listen();
    let site = Config::new("inspected.example", ["https://inspected.example"]).unwrap();
    let local = Config::new("inspected.localhost", ["http://inspected.localhost:9"]).unwrap();
    for config in [site, local] {
        let passkeys = Passkeys::with_config(App, MemoryRepository::default(), config);
        let _: Router = passkeys.inspector();
    }
    let warning = "this is a debug build of a site";
    line(&["WARN passkeys", warning, "inspected.example"]);
    assert!(lines(&[warning, "inspected.localhost"]).is_empty());
}
