use std::{
    sync::{Arc, Mutex},
    time::Duration as StdDuration,
};

use passkeys::{
    store::{ChallengeStore as _, RedisChallenges},
    testing::{pending_ceremony, pending_ceremony_of},
};
use passkeys_tests::{left_out, redis_url, servers};
use redis::{AsyncCommands as _, aio::MultiplexedConnection};
use time::{Duration, OffsetDateTime};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use url::Url;

use crate::{
    capacity::{self, Kept},
    eventually,
};

const LIFETIME: Duration = Duration::minutes(5);

/// Opens a store with a prefix of its own, and a connection to inspect its keys.
async fn store(test: &str) -> Option<(RedisChallenges, MultiplexedConnection, String)> {
    let url = redis_url()?;
    let prefix = format!("{test}:{}:", std::process::id());
    let challenges = RedisChallenges::connect(&url)
        .await
        .unwrap()
        .prefix(&*prefix);
    let client = redis::Client::open(url).unwrap();
    Some((
        challenges,
        client.get_multiplexed_async_connection().await.unwrap(),
        prefix,
    ))
}

/// Returns the keys of ceremonies.
async fn keys(raw: &mut MultiplexedConnection, prefix: &str) -> Vec<String> {
    let mut keys: Vec<String> = raw.keys(format!("{prefix}*")).await.unwrap();
    keys.retain(|key| {
        let name = key.strip_prefix(prefix).unwrap_or_default();
        name != "ring" && name != "reserved" && !name.starts_with("user:")
    });
    keys
}

async fn kept(raw: &MultiplexedConnection, prefix: &str) -> Kept {
    let mut raw = raw.clone();
    Kept {
        all: keys(&mut raw, prefix).await.len(),
        reserved: raw.zcard(format!("{prefix}reserved")).await.unwrap(),
    }
}

#[tokio::test]
async fn check_asks_the_server() {
    let Some((challenges, ..)) = store("check").await else {
        return;
    };
    challenges.check().await.unwrap();
    let nothing = challenges.with_capacity(0);
    nothing.check().await.unwrap_err();
}

#[tokio::test]
async fn full_challenge_store_drops_the_oldest_ceremonies() {
    let Some((challenges, raw, prefix)) = store("bounded").await else {
        return;
    };
    let challenges = challenges.with_capacity(10);
    capacity::newest_are_kept(&challenges, async || kept(&raw, &prefix).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_store_keeps_a_quarter_of_its_capacity_more_for_signed_in_users() {
    let Some((challenges, raw, prefix)) = store("reserved").await else {
        return;
    };
    let challenges = challenges.with_capacity(1000);
    let all = async || kept(&raw, &prefix).await;
    capacity::quarter_more_is_kept_for_signed_in_users(&challenges, all).await;
    let prefix = format!("{prefix}ada:");
    let challenges = challenges.prefix(&*prefix);
    let of_ada = async || kept(&raw, &prefix).await;
    capacity::newest_of_a_user_are_kept(&challenges, of_ada).await;
}

#[tokio::test]
async fn all_keys_expire_with_the_ceremony() {
    let Some((challenges, mut raw, prefix)) = store("expiry").await else {
        return;
    };
    let now = OffsetDateTime::now_utc();
    challenges
        .put(pending_ceremony(now, LIFETIME))
        .await
        .unwrap();
    challenges
        .put(pending_ceremony_of("ada", now, LIFETIME))
        .await
        .unwrap();
    let all: Vec<String> = raw.keys(format!("{prefix}*")).await.unwrap();
    assert_eq!(
        all.len(),
        5,
        "the ceremonies, the ring, and both lists of Ada's"
    );
    for key in all {
        let left: i64 = raw.pttl(&key).await.unwrap();
        assert!((1..=300_000).contains(&left), "{key} expires in {left} ms");
    }
}

#[tokio::test]
async fn crashed_server_accepts_no_ceremony_from_a_snapshot() {
    let directory = tempfile::tempdir().unwrap();
    let Some(mut server) = servers::redis(directory.path()) else {
        return left_out("redis-server");
    };
    let url = format!("redis://127.0.0.1:{}", server.port());
    let challenges = RedisChallenges::connect(&url).await.unwrap();
    let client = redis::Client::open(url).unwrap();
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let taken = challenges.put(ceremony.clone()).await.unwrap();
    let waiting = challenges.put(ceremony.clone()).await.unwrap();

    // The server writes its snapshot, a ceremony is finished, and the server crashes.
    let mut raw = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = redis::cmd("SAVE").query_async(&mut raw).await.unwrap();
    assert!(challenges.take(&taken).await.unwrap().is_some());
    server.kill_and_restart();

    let mut raw = client.get_multiplexed_async_connection().await.unwrap();
    assert_eq!(
        keys(&mut raw, "{passkeys}:").await.len(),
        2,
        "the snapshot has both"
    );
    let next = eventually(|| challenges.put(ceremony.clone())).await;
    assert!(challenges.take(&taken).await.unwrap().is_none(), "a replay");
    assert!(
        challenges.take(&waiting).await.unwrap().is_none(),
        "not known to be unused"
    );
    assert_eq!(challenges.take(&next).await.unwrap(), Some(ceremony));
}

#[tokio::test]
async fn read_access_to_the_keys_does_not_redeem_ceremonies() {
    let Some((challenges, mut raw, prefix)) = store("reader").await else {
        return;
    };
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    let state = challenges.put(ceremony).await.unwrap();
    let key = keys(&mut raw, &prefix).await.remove(0);
    let ticket = key.strip_prefix(&prefix).unwrap();
    assert_eq!(ticket.len(), state.len(), "it looks like a state");
    assert!(challenges.take(ticket).await.unwrap().is_none());
    assert!(challenges.take(&state).await.unwrap().is_some());
}

#[tokio::test]
async fn lost_connection_is_replaced_in_the_background() {
    let Some(url) = redis_url() else { return };
    let server = Url::parse(&url).unwrap();
    let server = server.socket_addrs(|| Some(6379)).unwrap()[0];
    // A proxy between the store and the server, whose connections the test cuts.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut between = Url::parse(&url).unwrap();
    between
        .set_port(Some(listener.local_addr().unwrap().port()))
        .unwrap();
    between.set_host(Some("127.0.0.1")).unwrap();
    let connections = Arc::new(Mutex::new(JoinSet::new()));
    let accepted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            accepted.lock().unwrap().spawn(async move {
                let mut far = TcpStream::connect(server).await.unwrap();
                copy_bidirectional(&mut near, &mut far).await
            });
        }
    });

    let prefix = format!("cut:{}:", std::process::id());
    let challenges = RedisChallenges::connect(between.as_str())
        .await
        .unwrap()
        .prefix(prefix);
    let ceremony = pending_ceremony(OffsetDateTime::now_utc(), LIFETIME);
    for _ in 0..3 {
        let state = challenges.put(ceremony.clone()).await.unwrap();
        connections.lock().unwrap().abort_all();
        // The loss is noticed, and the connection replaced, without a command.
        tokio::time::sleep(StdDuration::from_millis(500)).await;
        assert_eq!(
            challenges.take(&state).await.unwrap().as_ref(),
            Some(&ceremony)
        );
    }
}

#[tokio::test]
async fn missing_or_silent_server_is_an_error_within_the_timeout() {
    let error = RedisChallenges::connect("redis://127.0.0.1:1")
        .await
        .unwrap_err();
    assert!(std::error::Error::source(&error).is_some());
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let connecting = RedisChallenges::connect(&url);
    let answer = tokio::time::timeout(StdDuration::from_secs(30), connecting).await;
    assert!(answer.expect("a result in time").is_err());
    assert!(RedisChallenges::connect("no url").await.is_err());
}
