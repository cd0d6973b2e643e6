//! The log contains what operators need, no secrets, and no forged lines (log injection).

mod advice;
mod origins;
mod secrets;
mod start;

use std::{
    io::{self, Write},
    sync::{Mutex, Once},
};

use tracing_subscriber::filter::LevelFilter;

/// Log injection: unless escaped, starts a new line and reverses the direction of the one before.
const FORGED: &str = "eve\u{202e}\nFORGED";

/// Everything logged at any level by all tests of this program.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Adds everything that is logged from now on to the log.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(|| Log);
        subscriber.init();
    });
}

/// Returns the log so far.
pub(crate) fn log() -> String {
    String::from_utf8(LOG.lock().unwrap().clone()).unwrap()
}

/// Returns the lines so far that have all of these texts. Tests have RP IDs of their own.
fn lines(texts: &[&str]) -> Vec<String> {
    let log = log();
    let has_all = |line: &&str| texts.iter().all(|text| line.contains(text));
    log.lines().filter(has_all).map(str::to_owned).collect()
}

/// Returns the only line so far that has all of these texts.
fn line(texts: &[&str]) -> String {
    let mut lines = lines(texts);
    assert_eq!(lines.len(), 1, "{texts:?} in {lines:#?}");
    lines.remove(0)
}
