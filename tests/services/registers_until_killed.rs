//! The other process of `what_was_acknowledged_survives_kill_9`: registers passkeys in the file
//! that is named first, numbered from the second argument on, says each that is stored, and goes on
//! until it is killed.

use std::{env, io::Write as _, sync::Arc};

use passkeys::{
    Credential, CredentialId,
    store::{CredentialRepository as _, SqliteRepository},
};
use time::OffsetDateTime;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let mut arguments = env::args().skip(1);
    let file = arguments.next().expect("a file");
    let first: u32 = arguments
        .next()
        .expect("a number")
        .parse()
        .expect("a number");
    let repository = Arc::new(SqliteRepository::open(file).await.expect("an SQLite file"));
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let repository = Arc::clone(&repository);
        tasks.spawn(async move {
            for number in (first + task..).step_by(4) {
                let id = CredentialId::new(number.to_be_bytes()).expect("4 bytes");
                let new = Credential::new(id, "ada", vec![0xa5; 77], OffsetDateTime::UNIX_EPOCH);
                assert!(repository.insert(&new).await.expect("it is stored"));
                writeln!(std::io::stdout(), "{number}").expect("somebody listens");
            }
        });
    }
    tasks.join_all().await;
}
