//! Certificates for servers, and PostgreSQL over TLS.

use std::path::{Path, PathBuf};

use passkeys::store::{
    ChallengeStore as _, CredentialRepository as _, PostgresChallenges, PostgresRepository,
};
use passkeys_test_support::{credential, imported};
use passkeys_tests::servers;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use sqlx::{PgPool, postgres::PgPoolOptions};

/// Authority that issues certificates for `localhost`.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        // The program has several providers of cryptography, so rustls wants to be told.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// Returns the certificate of the authority.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Returns a certificate for `localhost` and its key.
    fn issue_pem(&self) -> [String; 2] {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        [certificate.pem(), key.serialize_pem()]
    }

    /// Writes a certificate for `localhost` and its key into a directory, and returns the files.
    pub(crate) fn issue(&self, directory: &Path) -> [PathBuf; 2] {
        let [certificate, key] = self.issue_pem();
        let files = ["certificate.pem", "key.pem"].map(|name| directory.join(name));
        for (file, content) in files.iter().zip([certificate, key]) {
            std::fs::write(file, content).unwrap();
        }
        files
    }
}

async fn connect(port: u16, authority: &Path) -> Result<PgPool, sqlx::Error> {
    let url = format!(
        "postgres://passkeys@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={}",
        authority.display()
    );
    PgPoolOptions::new().max_connections(4).connect(&url).await
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_over_tls_verify_the_certificate_of_postgresql() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let [certificate, key] = authority.issue_pem();
    let files = [
        ("server.crt", &*certificate),
        ("server.key", &*key),
        ("postgresql.auto.conf", "ssl = on\n"),
        // Without TLS nobody gets in.
        (
            "pg_hba.conf",
            "hostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n",
        ),
    ];
    let Some(server) = servers::postgres_with(&directory.path().join("data"), &files) else {
        return;
    };
    let [root, other] = ["root.pem", "other.pem"].map(|name| directory.path().join(name));
    std::fs::write(&root, authority.pem()).unwrap();
    std::fs::write(&other, Authority::new().pem()).unwrap();

    let pool = connect(server.port(), &root).await.unwrap();
    let repository = PostgresRepository::new(pool.clone());
    repository.migrate().await.unwrap();
    repository.check().await.unwrap();
    let new = credential(1, "ada");
    assert!(imported(&repository, &new).await);
    assert_eq!(repository.find(&new.id).await.unwrap(), Some(new));
    let challenges = PostgresChallenges::new(pool);
    challenges.migrate().await.unwrap();
    challenges.check().await.unwrap();

    let refused = connect(server.port(), &other)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("certificate"), "{refused}");
    let plain = format!(
        "postgres://passkeys@localhost:{}/postgres?sslmode=disable",
        server.port()
    );
    PgPool::connect(&plain).await.unwrap_err();
}
