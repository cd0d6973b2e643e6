//! Redis with TLS, behind Sentinel, and as a cluster.

use std::error::Error as _;

use passkeys::{
    store::{ChallengeStore as _, RedisChallenges},
    testing::{self, pending_ceremony, pending_ceremony_of},
};
use passkeys_tests::redis_servers::{self, PRIMARY, WithSentinel};
use redis::{
    Client, TlsCertificates,
    cluster::ClusterClient,
    sentinel::{SentinelClient, SentinelServerType},
};
use time::{Duration, OffsetDateTime};

use crate::{eventually, tls::Authority};

const LIFETIME: Duration = Duration::minutes(5);

#[tokio::test(flavor = "multi_thread")]
async fn challenge_store_over_tls_verifies_the_certificate_of_the_server() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let [certificate, key] = authority.issue(directory.path());
    let Some(server) = redis_servers::with_tls(directory.path(), &certificate, &key) else {
        return;
    };
    let url = format!("rediss://localhost:{}/", server.port());

    // An authority of one's own is given to a client of the application.
    let client = |root: &Authority| {
        let certificates = TlsCertificates {
            client_tls: None,
            root_cert: Some(root.pem().into_bytes()),
        };
        Client::build_with_tls(&*url, certificates).unwrap()
    };
    let connection = client(&authority).get_connection_manager().await.unwrap();
    let challenges = RedisChallenges::new(connection);
    challenges.check().await.unwrap();
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let state = challenges.put(ceremony.clone()).await.unwrap();
    assert_eq!(challenges.take(&state).await.unwrap(), Some(ceremony));

    let other = client(&Authority::new());
    assert!(other.get_multiplexed_async_connection().await.is_err());
    // The authorities of the system do not know it, either.
    let error = RedisChallenges::connect(&url).await.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(
        cause.contains("certificate") || cause.contains("UnknownIssuer"),
        "{cause}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn sentinel_leads_to_the_new_primary_after_a_failover() {
    let directory = tempfile::tempdir().unwrap();
    let Some(servers) = WithSentinel::start(directory.path()) else {
        return;
    };
    let sentinel = format!("redis://127.0.0.1:{}", servers.sentinel.port());
    let client = SentinelClient::build(vec![sentinel], PRIMARY, None, SentinelServerType::Master);
    let challenges = RedisChallenges::sentinel(client.unwrap()).await.unwrap();
    challenges.check().await.unwrap();
    let ceremony = pending_ceremony_of("ada", OffsetDateTime::now_utc(), LIFETIME);
    let taken = challenges.put(ceremony.clone()).await.unwrap();
    assert_eq!(
        challenges.take(&taken).await.unwrap().as_ref(),
        Some(&ceremony)
    );
    let waiting = challenges.put(ceremony.clone()).await.unwrap();

    servers.primary.end();
    let next = eventually(|| challenges.put(ceremony.clone())).await;
    assert!(challenges.take(&taken).await.unwrap().is_none(), "a replay");
    assert!(
        challenges.take(&waiting).await.unwrap().is_none(),
        "not known to be unused"
    );
    assert_eq!(challenges.take(&next).await.unwrap(), Some(ceremony));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn challenge_store_in_a_cluster_satisfies_the_contract_and_outlives_a_node() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut nodes) = redis_servers::cluster(directory.path()) else {
        return;
    };
    let addresses = nodes
        .iter()
        .map(|node| format!("redis://127.0.0.1:{}", node.port()));
    let client = ClusterClient::new(addresses.collect::<Vec<_>>()).unwrap();
    let connection = client.get_async_connection().await.unwrap();

    let challenges = RedisChallenges::new(connection.clone());
    challenges.check().await.unwrap();
    let stores = std::sync::atomic::AtomicU32::new(0);
    let open = async || {
        let number = stores.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // Each prefix is another slot.
        challenges.clone().prefix(format!("{{store {number}}}:"))
    };
    testing::challenge_store(open).await;
    testing::full_challenge_store(async |capacity| open().await.with_capacity(capacity)).await;

    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let several_slots = challenges.clone().prefix("shop:");
    let error = several_slots.put(ceremony.clone()).await.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(cause.contains("hash tag"), "{cause}");

    let waiting = challenges.put(ceremony.clone()).await.unwrap();
    for node in &mut nodes {
        node.kill_and_restart();
    }
    let next = eventually(|| challenges.put(ceremony.clone())).await;
    assert!(challenges.take(&waiting).await.unwrap().is_none());
    assert_eq!(challenges.take(&next).await.unwrap(), Some(ceremony));
}
