//! Servers that a test starts and may kill.

use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Maximum time until a server listens.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that listens on a loopback port, and is killed when this value is dropped.
pub struct Server {
    command: Box<dyn Fn() -> Command + Send>,
    child: Child,
    port: u16,
}

impl Server {
    /// Starts the command, and waits until it listens on this port.
    ///
    /// # Panics
    ///
    /// If it does not within a minute.
    pub fn start(port: u16, command: impl Fn() -> Command + Send + 'static) -> Self {
        let child = spawn(&command);
        let mut server = Self {
            command: Box::new(command),
            child,
            port,
        };
        server.wait_until_it_listens();
        server
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills the process (SIGKILL) for good.
    pub fn end(mut self) {
        self.kill();
    }

    /// Kills the process (SIGKILL) and starts it again.
    ///
    /// # Panics
    ///
    /// If the new one does not listen within a minute.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.child = spawn(&self.command);
        self.wait_until_it_listens();
    }

    fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn wait_until_it_listens(&mut self) {
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(
                begun.elapsed() < PATIENCE,
                "nothing listens on port {}",
                self.port
            );
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                // A database that was killed may need more than one try to find its files free.
                self.child = spawn(&self.command);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(command: &impl Fn() -> Command) -> Child {
    let mut command = command();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("the program is there")
}

/// A loopback port that is free now.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// Redis, without persistence.
#[must_use]
pub fn redis(directory: &Path) -> Option<Server> {
    let program = find("redis-server")?;
    let (port, directory) = (free_port(), directory.to_owned());
    Some(Server::start(port, move || {
        let mut command = Command::new(&program);
        command.args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--port",
            &port.to_string(),
        ]);
        command.arg("--dir").arg(&directory);
        command
    }))
}

/// Starts PostgreSQL with a new data directory; `passkeys` may connect without a password.
///
/// # Panics
///
/// If the database cannot be made.
#[must_use]
pub fn postgres(directory: &Path) -> Option<Server> {
    postgres_with(directory, &[])
}

/// The same with these files in its directory; those that are there already are replaced, such as
/// `postgresql.auto.conf` and `pg_hba.conf`.
///
/// # Panics
///
/// If the database cannot be made.
#[must_use]
pub fn postgres_with(directory: &Path, files: &[(&str, &str)]) -> Option<Server> {
    let (initdb, postgres) = (find("initdb")?, find("postgres")?);
    std::fs::create_dir(directory).expect("a new directory");
    let owner = Owner::of_servers();
    owner.give(directory);
    let made = owner
        .command(&initdb)
        .args([
            "--username=passkeys",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--pgdata",
        ])
        .arg(directory)
        .stdout(Stdio::null())
        .status();
    assert!(made.is_ok_and(|status| status.success()), "initdb failed");

    for (name, content) in files {
        let file = directory.join(name);
        write_private(&file, content);
        owner.give(&file);
    }

    let (port, directory) = (free_port(), directory.to_owned());
    Some(Server::start(port, move || {
        let mut command = owner.command(&postgres);
        command.args([
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
        ]);
        command.args(["-c", "max_connections=200", "-p", &port.to_string(), "-D"]);
        command.arg(&directory);
        command
    }))
}

/// Writes a file that only its owner can read, as PostgreSQL demands of keys.
fn write_private(file: &Path, content: &str) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(file).expect("a new file");
    std::io::Write::write_all(&mut file, content.as_bytes()).expect("a written file");
}

/// Starts MariaDB or MySQL with a new data directory and these options; `root` may connect without a
/// password.
///
/// It is `mariadbd` or `mysqld`, or the program that the environment variable `PASSKEYS_TEST_MYSQLD` names.
///
/// # Panics
///
/// If the database cannot be made.
#[must_use]
pub fn mysql(directory: &Path, options: &[String]) -> Option<Server> {
    let program = match std::env::var_os("PASSKEYS_TEST_MYSQLD") {
        Some(program) if !program.is_empty() => PathBuf::from(program),
        _ => find_in_path("mariadbd").or_else(|| find("mysqld"))?,
    };
    std::fs::create_dir(directory).expect("a new directory");
    let owner = Owner::of_servers();
    owner.give(directory);
    let data = directory.join("data");
    let version = Command::new(&program).arg("--version").output();
    let version = version.expect("the program is there").stdout;
    let mut make = if String::from_utf8_lossy(&version).contains("MariaDB") {
        let mut make = owner.command(&find("mariadb-install-db")?);
        make.args([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]);
        make
    } else {
        let mut make = owner.command(&program);
        make.args(["--no-defaults", "--initialize-insecure"]);
        make
    };
    let outcome = make
        .arg(format!("--datadir={}", data.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        outcome.is_ok_and(|status| status.success()),
        "the database of MySQL cannot be made"
    );

    let (port, socket) = (free_port(), directory.join("socket"));
    let options = options.to_owned();
    Some(Server::start(port, move || {
        let mut command = owner.command(&program);
        command.args(["--no-defaults", "--bind-address=127.0.0.1"]);
        // Only MySQL's: a directory that a package makes, and a second port.
        command.args(["--secure-file-priv=", "--loose-mysqlx=OFF"]);
        command.args(["--max-connections=200", &format!("--port={port}")]);
        command.arg(format!("--datadir={}", data.display()));
        command.arg(format!("--socket={}", socket.display()));
        command.args(&options);
        command
    }))
}

/// Databases do not run as root, so root runs them as another user.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    root: bool,
}

impl Owner {
    pub(crate) fn of_servers() -> Self {
        let id = Command::new("id").arg("-u").output();
        Self {
            root: id.is_ok_and(|output| output.stdout == b"0\n"),
        }
    }

    pub(crate) fn give(self, directory: &Path) {
        if self.root {
            let given = Command::new("chown")
                .arg("nobody:nogroup")
                .arg(directory)
                .status();
            assert!(given.is_ok_and(|status| status.success()), "chown failed");
        }
    }

    pub(crate) fn command(self, program: &Path) -> Command {
        if !self.root {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"])
            .arg(program);
        command
    }
}

/// Finds a program as [`find_in_path`], and reports one that is missing.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let found = find_in_path(program);
    if found.is_none() {
        crate::left_out(program);
    }
    found
}

/// Finds a program in the `PATH`, among those of the system, or in Debian's directories of PostgreSQL.
fn find_in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = debian
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin"));
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .chain(debian)
        .map(|place| place.join(program))
        .find(|file| file.is_file())
}
