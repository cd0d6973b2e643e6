//! TLS to MySQL and MariaDB: with verification of the certificate, and only with it.

use passkeys::{
    store::{MySqlChallenges, MySqlRepository, StoreError},
    testing,
};
use passkeys_tests::servers;
use sqlx::{
    MySqlPool,
    mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode},
};

use crate::{eventually, tls::Authority};

async fn connect(options: &MySqlConnectOptions) -> Result<MySqlPool, sqlx::Error> {
    let pool = MySqlPoolOptions::new().max_connections(8);
    pool.connect_with(options.clone()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_work_over_tls_with_a_verified_certificate_and_no_other_connection_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let authority = Authority::new();
    std::fs::write(file("authority.pem"), authority.pem()).unwrap();
    std::fs::write(file("other.pem"), Authority::new().pem()).unwrap();
    let [certificate, key] = authority.issue(directory.path());
    let options = [
        format!("--ssl-ca={}", file("authority.pem").display()),
        format!("--ssl-cert={}", certificate.display()),
        format!("--ssl-key={}", key.display()),
        "--require-secure-transport=ON".to_owned(),
    ];
    let Some(server) = servers::mysql(&file("mysql"), &options) else {
        return;
    };
    let verified = MySqlConnectOptions::new()
        .host("localhost")
        .port(server.port())
        .username("root")
        .ssl_mode(MySqlSslMode::VerifyIdentity)
        .ssl_ca(file("authority.pem"));
    let pool = eventually(async || connect(&verified).await.map_err(StoreError::new)).await;

    // The default authentication of MySQL sends a password over TLS when it is not cached.
    let account = "CREATE USER tester@'%' IDENTIFIED BY 'a password'; \
                   GRANT ALL ON *.* TO tester@'%'; CREATE DATABASE tested";
    sqlx::raw_sql(account).execute(&pool).await.unwrap();
    let verified = verified
        .username("tester")
        .password("a password")
        .database("tested");
    let pool = connect(&verified).await.unwrap();
    let (_, version): (String, String) = sqlx::query_as("SHOW STATUS LIKE 'Ssl_version'")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(version, "TLSv1.3");
    let mut number = 0;
    let mut table = || {
        number += 1;
        format!("t{number}")
    };
    let table = std::sync::Mutex::new(&mut table);
    let table = || table.lock().unwrap()();
    testing::credential_repository(async || {
        let repository = MySqlRepository::new(pool.clone()).table(&table()).unwrap();
        repository.migrate().await.unwrap();
        repository
    })
    .await;
    testing::challenge_store(async || {
        let challenges = MySqlChallenges::new(pool.clone()).table(&table()).unwrap();
        challenges.migrate().await.unwrap();
        challenges
    })
    .await;

    let message = async |options: MySqlConnectOptions| {
        let error = connect(&options).await.expect_err("no connection");
        error.to_string().to_lowercase()
    };
    let told = message(verified.clone().ssl_ca(file("other.pem"))).await;
    assert!(told.contains("certificate"), "another authority: {told}");
    let told = message(verified.clone().host("127.0.0.1")).await;
    assert!(told.contains("certificate"), "another host: {told}");
    // Each server has an error of its own for it.
    let plain = verified.clone().ssl_mode(MySqlSslMode::Disabled);
    let told = message(plain).await;
    let rejected = [
        "insecure transport",
        "access denied",
        "rsa auth backend disabled",
    ];
    assert!(
        rejected.iter().any(|reason| told.contains(reason)),
        "without TLS: {told}"
    );
}
