//! The other process of the crash tests: registers passkeys in the repository that is named first,
//! at the location named second, numbered from the third argument on. Prints each number that was
//! acknowledged, and continues until it is killed or the repository fails.

use std::{env, io::Write as _};

use passkeys::store::CredentialRepository;
use passkeys_test_support::{credential, imported, repositories, stores::DurableBackend as _};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, location, first] = &arguments[..] else {
        panic!("expected the arguments: repository location number");
    };
    let first: u32 = first.parse().expect("a number");
    macro_rules! run {
        ([] $($name:ident: $backend:ty [$kind:ident],)*) => {
            $(run!($kind $name: $backend);)*
        };
        (durable $name:ident: $backend:ty) => {
            if name == stringify!($name) {
                return register(<$backend>::open_at(location).await, first).await;
            }
        };
        (volatile $name:ident: $backend:ty) => {};
    }
    repositories!(embedded, [run]);
    repositories!(on_servers, [run]);
    panic!("no durable repository is called {name}");
}

async fn register(repository: impl CredentialRepository + Clone, first: u32) {
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let repository = repository.clone();
        tasks.spawn(async move {
            for number in (first + task..).step_by(4) {
                let new = credential(number, "ada");
                assert!(imported(&repository, &new).await);
                writeln!(std::io::stdout(), "{number}").expect("the test listens");
            }
        });
    }
    tasks.join_all().await;
}
