//! Redis with TLS, behind Sentinel, and as a cluster.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::servers::{Server, find, free_port};

/// Name of the primary at Sentinel.
pub const PRIMARY: &str = "mymaster";

/// Redis that accepts TLS only, with files in PEM.
#[must_use]
pub fn with_tls(directory: &Path, certificate: &Path, key: &Path) -> Option<Server> {
    let [certificate, key] = [certificate, key].map(|file| file.display().to_string());
    start(directory, free_port(), |port| {
        vec![
            ("--port", "0".to_owned()),
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", certificate),
            ("--tls-key-file", key),
            ("--tls-auth-clients", "no".to_owned()),
            ("--tls-ca-cert-dir", "/etc/ssl/certs".to_owned()),
        ]
    })
}

/// A primary, a replica, and a Sentinel that watches them.
pub struct WithSentinel {
    /// Server that Sentinel names at first.
    pub primary: Server,
    /// Server that it names after a failover.
    pub replica: Server,
    /// Sentinel itself.
    pub sentinel: Server,
}

impl WithSentinel {
    /// Starts the servers.
    ///
    /// # Panics
    ///
    /// If one of them does not listen, or if Sentinel does not know the replica, within a minute.
    #[must_use]
    pub fn start(directory: &Path) -> Option<Self> {
        let primary = start(&sub(directory, "primary"), free_port(), |port| {
            vec![("--port", port.to_string())]
        })?;
        let of = primary.port().to_string();
        let replica = start(&sub(directory, "replica"), free_port(), |port| {
            let of = format!("127.0.0.1 {of}");
            vec![("--port", port.to_string()), ("--replicaof", of)]
        })?;
        let (program, settings) = (find("redis-server")?, directory.join("sentinel.conf"));
        let port = free_port();
        let monitor = format!(
            "port {port}\nbind 127.0.0.1\n\
             sentinel monitor {PRIMARY} 127.0.0.1 {} 1\n\
             sentinel down-after-milliseconds {PRIMARY} 500\n\
             sentinel failover-timeout {PRIMARY} 2000\n",
            primary.port()
        );
        std::fs::write(&settings, monitor).expect("written settings");
        let sentinel = Server::start(port, move || {
            let mut command = Command::new(&program);
            command.arg(&settings).arg("--sentinel");
            command
        });
        wait_until(|| cli(port, &["SENTINEL", "REPLICAS", PRIMARY]).contains("slave"));
        Some(Self {
            primary,
            replica,
            sentinel,
        })
    }
}

/// A cluster of three nodes, without replicas.
///
/// # Panics
///
/// If it is not complete within a minute.
#[must_use]
pub fn cluster(directory: &Path) -> Option<Vec<Server>> {
    let mut nodes = Vec::new();
    for number in 0..3 {
        let node = start(&sub(directory, &number.to_string()), free_port(), |port| {
            vec![
                ("--port", port.to_string()),
                ("--cluster-enabled", "yes".to_owned()),
                ("--cluster-port", free_port().to_string()),
                ("--cluster-node-timeout", "2000".to_owned()),
            ]
        });
        nodes.push(node?);
    }
    let mut create = Command::new(find("redis-cli")?);
    create.args(["--cluster", "create"]);
    create.args(
        nodes
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.port())),
    );
    let created = create.arg("--cluster-yes").output().expect("redis-cli");
    assert!(created.status.success(), "{created:?}");
    for node in &nodes {
        wait_until(|| cli(node.port(), &["CLUSTER", "INFO"]).contains("cluster_state:ok"));
    }
    Some(nodes)
}

fn sub(directory: &Path, name: &str) -> PathBuf {
    let directory = directory.join(name);
    std::fs::create_dir(&directory).expect("a new directory");
    directory
}

fn start(
    directory: &Path,
    port: u16,
    settings: impl FnOnce(u16) -> Vec<(&'static str, String)>,
) -> Option<Server> {
    let program = find("redis-server")?;
    let directory = directory.to_owned();
    let settings = settings(port);
    Some(Server::start(port, move || {
        let mut command = Command::new(&program);
        command.args(["--bind", "127.0.0.1", "--save", "", "--dir"]);
        command.arg(&directory);
        for (name, value) in &settings {
            command.arg(name).args(value.split(' '));
        }
        command
    }))
}

/// Returns the response to a command.
fn cli(port: u16, command: &[&str]) -> String {
    let mut cli = Command::new("redis-cli");
    let host = Ipv4Addr::LOCALHOST.to_string();
    cli.args(["-h", &host, "-p", &port.to_string()])
        .args(command);
    let output = cli.output().expect("redis-cli");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn wait_until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "it does not happen"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}
