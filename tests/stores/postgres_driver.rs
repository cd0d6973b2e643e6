//! What the PostgreSQL stores ask of a driver, without a server.

use std::{
    error::Error as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use passkeys::{
    store::{
        ChallengeStore as _, CredentialRepository as _, PostgresChallenges, PostgresDriver,
        PostgresError, PostgresRepository, PostgresStatement, async_trait,
    },
    testing::pending_ceremony_of,
};
use passkeys_test_support::{credential, imported};
use time::OffsetDateTime;

type Outcome = Result<Vec<Vec<String>>, PostgresError>;

type Answer = dyn Fn(usize, &[PostgresStatement]) -> Outcome + Send + Sync;

/// Driver that answers with what a test has prepared, the last of it again and again.
#[derive(Clone)]
struct Scripted {
    answer: Arc<Answer>,
    calls: Arc<Mutex<Vec<Vec<PostgresStatement>>>>,
}

impl Scripted {
    fn new(
        answer: impl Fn(usize, &[PostgresStatement]) -> Outcome + Send + Sync + 'static,
    ) -> Self {
        Self {
            answer: Arc::new(answer),
            calls: Arc::default(),
        }
    }

    fn calls(&self) -> Vec<Vec<PostgresStatement>> {
        self.calls.lock().unwrap().clone()
    }
}

#[async_trait]
impl PostgresDriver for Scripted {
    async fn run(&self, statements: &[PostgresStatement]) -> Outcome {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(statements.to_vec());
            calls.len()
        };
        (self.answer)(number, statements)
    }
}

/// Answers every statement with one row: that one row was changed, or that there is one.
#[expect(
    clippy::unnecessary_wraps,
    reason = "an answer as the driver returns it"
)]
fn changed(_: usize, statements: &[PostgresStatement]) -> Outcome {
    let rows = statements.iter().map(|statement| {
        let selects = statement.sql.contains("row_to_json");
        let row = if selects { r#"{"found": true}"# } else { "1" };
        vec![row.to_owned()]
    });
    Ok(rows.collect())
}

fn failed(code: Option<&str>) -> PostgresError {
    PostgresError::new("the statement failed").with_code(code)
}

fn cause(error: &passkeys::store::StoreError) -> String {
    error.source().unwrap().to_string()
}

#[tokio::test]
async fn statements_of_a_driver_have_values_in_their_parameters_only() {
    let driver = Scripted::new(changed);
    let repository = PostgresRepository::with_driver(driver.clone());
    let new = credential(1, "robert'); DROP TABLE students; --");
    assert!(imported(&repository, &new).await);
    let challenges = PostgresChallenges::with_driver(driver.clone());
    let now = OffsetDateTime::now_utc();
    let ceremony = pending_ceremony_of("ada", now, time::Duration::minutes(5));
    let state = challenges.put(ceremony).await.unwrap();

    let statements = driver.calls().concat();
    assert!(statements.len() > 5);
    for statement in &statements {
        let sql = &statement.sql;
        for value in statement
            .parameters
            .iter()
            .flatten()
            .filter(|it| it.len() > 4)
        {
            assert!(!sql.contains(value.as_str()), "{value} in {sql}");
        }
        // The statement in an error or in the log has none, either.
        let debug = format!("{statement:?}");
        assert!(
            !debug.contains("robert") && !debug.contains(&state),
            "{debug}"
        );
    }
}

#[tokio::test]
async fn transaction_of_a_driver_begins_with_its_isolation_level() {
    let driver = Scripted::new(changed);
    let repository = PostgresRepository::with_driver(driver.clone());
    assert!(imported(&repository, &credential(1, "ada")).await);
    let [call] = &driver.calls()[..] else {
        panic!("one call");
    };
    assert_eq!(
        call[0].sql,
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
    );
    assert!(call[1].sql.contains("pg_advisory_xact_lock"));
    assert!(call[2].sql.contains("INSERT INTO"));
}

#[tokio::test]
async fn operation_that_the_server_has_rolled_back_is_run_again_and_no_other() {
    for code in ["40001", "40P01"] {
        let driver = Scripted::new(move |number, statements| match number {
            1 | 2 => Err(failed(Some(code))),
            _ => changed(number, statements),
        });
        let repository = PostgresRepository::with_driver(driver.clone());
        assert!(imported(&repository, &credential(1, "ada")).await);
        assert_eq!(driver.calls().len(), 3, "{code}");
    }
    for code in [None, Some("23505"), Some("57014"), Some("08006")] {
        let driver = Scripted::new(move |_, _| Err(failed(code)));
        let repository = PostgresRepository::with_driver(driver.clone());
        repository.find(&credential(1, "ada").id).await.unwrap_err();
        assert_eq!(driver.calls().len(), 1, "{code:?}");
    }
}

#[tokio::test]
async fn errors_of_a_driver_say_what_to_do() {
    for (code, fix) in [
        (Some("42P01"), "call `PostgresRepository::migrate()`"),
        (Some("42703"), "call `PostgresRepository::migrate()`"),
        (Some("26000"), "transaction mode"),
        (Some("42P05"), "transaction mode"),
        (None, "the statement failed"),
    ] {
        let driver = Scripted::new(move |_, _| Err(failed(code)));
        let repository = PostgresRepository::with_driver(driver);
        let error = repository.find(&credential(1, "ada").id).await.unwrap_err();
        assert!(cause(&error).contains(fix), "{code:?}: {}", cause(&error));
    }
}

#[tokio::test]
async fn driver_that_leaves_rows_out_is_an_error_and_no_answer() {
    let driver = Scripted::new(|_, _| Ok(Vec::new()));
    let repository = PostgresRepository::with_driver(driver.clone());
    let error = repository.find(&credential(1, "ada").id).await.unwrap_err();
    assert!(cause(&error).contains("another number of statements"));
    let challenges = PostgresChallenges::with_driver(driver);
    let ceremony =
        pending_ceremony_of("ada", OffsetDateTime::now_utc(), time::Duration::minutes(5));
    challenges.put(ceremony).await.unwrap_err();
}

#[tokio::test]
async fn driver_that_does_not_answer_is_abandoned_at_the_timeout() {
    struct Silent;

    #[async_trait]
    impl PostgresDriver for Silent {
        async fn run(&self, _: &[PostgresStatement]) -> Outcome {
            std::future::pending().await
        }
    }

    let repository = PostgresRepository::with_driver(Silent).timeout(Duration::from_millis(10));
    let error = repository.find(&credential(1, "ada").id).await.unwrap_err();
    assert!(cause(&error).contains("did not respond within the timeout"));
}
