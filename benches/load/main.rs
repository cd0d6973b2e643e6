//! Load generator: people register and sign in at several servers in turn; prints the cost to each
//! server. Started by `benches/compare`, on another processor than the servers.

mod client;
mod process;
mod server;
mod table;

use std::{env, error::Error, time::Duration};

use server::{Ceremony, Load, Server};
use table::Table;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [what, rounds, ceremonies, servers @ ..] if what == "cost" => {
            cost(rounds.parse()?, ceremonies.parse()?, servers).await
        }
        [what, ceremonies, servers @ ..] if what == "memory" => {
            memory(ceremonies.parse()?, servers).await
        }
        _ => Err("usage: (cost ROUNDS CEREMONIES | memory CEREMONIES) NAME=PID=PORT...".into()),
    }
}

/// Number of people who sign in at the same time, in the columns about that.
const CROWD: usize = 32;

/// Pause before every finish in the columns about sign-ins without a named user that wait as long as
/// those with one: the timing floor of this library.
const PAUSE: Duration = Duration::from_millis(20);

/// Prints the server's processor time and the client's latency of each ceremony.
async fn cost(rounds: usize, ceremonies: usize, servers: &[String]) -> Result<()> {
    let mut servers = servers
        .iter()
        .map(Server::new)
        .collect::<Result<Vec<_>>>()?;
    for server in &mut servers {
        // Warm-up: connections, caches and just-in-time compilation.
        for ceremony in [Ceremony::Registration, Ceremony::SignIn] {
            server.run(ceremony, ceremonies, Load::ONE).await?;
        }
    }
    let mut table = Table::new([
        "CPU of a sign-in",
        "of a registration",
        "latency of a sign-in",
        "of a registration",
    ]);
    let mut named = Table::new([
        "nobody named, 1 at a time",
        "the same, paused",
        "named, 1 at a time",
        "nobody named, 32 at a time",
        "the same, paused",
        "named, 32 at a time",
    ]);
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    for _ in 0..rounds {
        for server in &mut servers {
            let registration = server
                .run(Ceremony::Registration, ceremonies, Load::ONE)
                .await?;
            let sign_in = server.run(Ceremony::SignIn, ceremonies, Load::ONE).await?;
            table.add(
                &server.name,
                [
                    sign_in.cpu,
                    registration.cpu,
                    sign_in.latency,
                    registration.latency,
                ]
                .map(micros),
            );
            let mut numbers = [0.0; 6];
            let loads = [1, CROWD].map(|at_once| {
                let unpaused = Load {
                    at_once,
                    pause: Duration::ZERO,
                };
                let paused = Load {
                    at_once,
                    pause: PAUSE,
                };
                [
                    (Ceremony::SignIn, unpaused),
                    (Ceremony::SignIn, paused),
                    (Ceremony::NamedSignIn, unpaused),
                ]
            });
            for (number, (ceremony, load)) in numbers.iter_mut().zip(loads.into_iter().flatten()) {
                *number = micros(server.run(ceremony, ceremonies, load).await?.cpu);
            }
            named.add(&server.name, numbers);
        }
    }
    println!("{}", table.markdown("µs"));
    print!("{}", named.markdown("CPU of a sign-in in µs"));
    Ok(())
}

/// Prints the memory of a ceremony between `begin` and `finish`.
async fn memory(ceremonies: usize, servers: &[String]) -> Result<()> {
    let mut table = Table::new(["a sign-in that waits", "a registration that waits"]);
    for server in servers {
        let mut server = Server::new(server)?;
        let sign_in = server.leave(Ceremony::SignIn, ceremonies).await?;
        let registration = server.leave(Ceremony::Registration, ceremonies).await?;
        table.add(&server.name, [sign_in, registration]);
    }
    print!("{}", table.markdown("bytes"));
    Ok(())
}
